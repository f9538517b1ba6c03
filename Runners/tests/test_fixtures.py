"""Published flowsheets of FOQUS give their known answers. Defined only where they are, see support.py."""

from __future__ import annotations

from support import RunnerTestCase, shared_fixtures

FIXTURES = shared_fixtures()

if FIXTURES is not None:

    class SimpleFlowTests(RunnerTestCase):
        session = FIXTURES / "Simple_flow.foqus"

        def test_answer(self) -> None:
            job = self.runner.run({"calc": {"x1": -1.5, "x2": 2.25}})
            self.assertEqual((job.status, job.output["output"]["calc"]["z"]), ("success", -2.25))

        def test_no_leak_from_job_to_job(self) -> None:
            self.runner.run({"calc": {"x1": 2.0, "x2": 9.0}})
            leaked = self.runner.run({"calc": {"x1": 5.0}}).output["output"]["calc"]["z"]
            self.runner.load(FIXTURES / "Simple_flow.foqus")
            self.assertEqual(self.runner.run({"calc": {"x1": 5.0}}).output["output"]["calc"]["z"], leaked)

    class MassBalanceTests(RunnerTestCase):
        session = FIXTURES / "Mass_Bal_Test_02.foqus"

        def test_recycle(self) -> None:
            self.runner.send("describe")
            inputs = self.runner.event("described")["input"]
            given: dict[str, dict[str, float]] = {}
            for name, value in (("Conv", 0.5), ("FA_In1", 2000.0)):
                for node, members in inputs.items():
                    if name in members:
                        given.setdefault(node, {})[name] = value
            job = self.runner.run(given)
            self.assertEqual(job.status, "success", job.message)
            self.assertAlmostEqual(job.output["input"]["React_01"]["FA_In"], 2500, places=0)
            self.assertAlmostEqual(job.output["output"]["Sep_01"]["FA_Top"], 1000, places=0)

    class HeatExchangerTests(RunnerTestCase):
        session = FIXTURES / "plugin.foqus"
        plugins = (FIXTURES / "plugin" / "htx",)

        def test_module_counts_one_run_each_time(self) -> None:
            for _ in range(2):
                output = self.runner.run().output["output"]["htx"]
                self.assertEqual(output["runs"], 1)
                self.assertAlmostEqual(output["Th_out"], 400 - output["Q"] / 2)
