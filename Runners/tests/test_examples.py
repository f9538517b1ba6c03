"""The example flowsheets give what their README says, in both modes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

from support import EXAMPLES, RunnerTestCase


class SimpleTests(RunnerTestCase):
    session = EXAMPLES / "simple" / "session.foqus"

    def test_defaults(self) -> None:
        job = self.runner.run()
        self.assertEqual(job.status, "success", job.message)
        self.assertEqual(job.result["graphError"], 0)
        self.assertEqual(job.output["output"]["mixer"], {"flow_out": 3.0, "T_out": 340.0})
        self.assertEqual(job.output["nodeError"], {"mixer": 0})
        self.assertEqual(job.files(), ["output.json", "results_session.foqus"])

    def test_twenty_inputs_match_the_formula(self) -> None:
        inputs = json.loads((EXAMPLES / "inputs" / "simple-20.json").read_text())
        jobs = [self.runner.run(given, saveSession=False) for given in inputs]
        self.assertEqual(jobs[0].files(), ["output.json"])
        outputs = [job.output for job in jobs]
        self.assertEqual(self.check(outputs), (0, ""))
        outputs[3]["output"]["mixer"]["T_out"] += 0.001
        code, text = self.check([{"Id": "j", "State": "success", "Output": output} for output in outputs])
        self.assertEqual(code, 1)
        self.assertIn("T_out is", text)
        self.assertEqual(self.check(outputs[:3])[0], 1)

    def check(self, results: object) -> tuple[int, str]:
        """Status of check_simple.py, and what it complains of."""
        path = self.folder / "results.json"
        path.write_text(json.dumps(results))
        command = [sys.executable, str(EXAMPLES / "check_simple.py"), str(path), "--count", "20"]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout if done.returncode else ""

    def test_csv_holds_the_same_inputs(self) -> None:
        with open(EXAMPLES / "inputs" / "simple-20.csv", newline="") as file:
            rows = [
                {"mixer": {name.removeprefix("mixer."): float(value) for name, value in row.items()}}
                for row in csv.DictReader(file)
            ]
        self.assertEqual(rows, json.loads((EXAMPLES / "inputs" / "simple-20.json").read_text()))

    def test_saved_session_loads_with_the_results(self) -> None:
        job = self.runner.run({"mixer": {"hot_flow": 5.0, "hot_T": 350.0, "cold_flow": 5.0, "cold_T": 310.0}})
        saved = json.loads((job.folder / "results_session.foqus").read_text())
        mixer = saved["flowsheet"]["output"]["mixer"]
        self.assertEqual((mixer["T_out"]["value"], mixer["flow_out"]["value"]), (330.0, 10.0))
        self.assertEqual(self.runner.load(job.folder / "results_session.foqus")["event"], "loaded")
        self.assertEqual(self.runner.run().output["output"]["mixer"]["T_out"], 330.0)
        self.runner.load(EXAMPLES / "simple" / "session.foqus")

    def test_session_keeps_its_table_of_results(self) -> None:
        session = json.loads((EXAMPLES / "simple" / "session.foqus").read_text())
        session["flowsheet"]["results"]["0"] = ["default", "res_01", 1.5]
        session["flowsheet"]["results"]["__indexes"] = [0]
        path = self.folder / "with-results.foqus"
        path.write_text(json.dumps(session))
        self.assertEqual(self.runner.load(path)["event"], "loaded")
        saved = json.loads((self.runner.run().folder / "results_session.foqus").read_text())
        self.assertEqual(saved["flowsheet"]["results"], session["flowsheet"]["results"])
        self.runner.load(EXAMPLES / "simple" / "session.foqus")


class RecycleTests(RunnerTestCase):
    session = EXAMPLES / "recycle" / "session.foqus"

    def test_converges_to_the_analytic_answer(self) -> None:
        for fresh, conversion, recovery in ((100.0, 0.5, 0.9), (250.0, 0.2, 0.95), (10.0, 0.9, 0.0)):
            job = self.runner.run(
                {
                    "feed": {"fresh_A": fresh},
                    "reactor": {"conversion": conversion},
                    "separator": {"recovery": recovery},
                }
            )
            self.assertEqual(job.status, "success", job.message)
            total = fresh / (1 - recovery * (1 - conversion))
            output = job.output["output"]
            self.assertAlmostEqual(output["feed"]["total_A"], total, places=6)
            self.assertAlmostEqual(output["separator"]["recycle_A"], recovery * (1 - conversion) * total, places=6)
            self.assertAlmostEqual(output["separator"]["product_B"], conversion * total, places=6)
            products = output["separator"]["product_A"] + output["separator"]["product_B"]
            self.assertAlmostEqual(products, fresh, places=6)

    def test_no_convergence_is_an_error_with_values(self) -> None:
        job = self.runner.run({"reactor": {"conversion": 0.0}, "separator": {"recovery": 1.0}})
        self.assertEqual((job.status, job.result["reason"]), ("error", "flowsheet"))
        self.assertIn("flowsheet error 11: Wegstein solver failed to converge", job.message)
        self.assertEqual(job.result["graphError"], 11)
        self.assertEqual(job.output["graphError"], 11)


class PluginExampleTests(RunnerTestCase):
    session = EXAMPLES / "plugin" / "session.foqus"
    plugins = (EXAMPLES / "plugin" / "pump",)

    def test_power(self) -> None:
        job = self.runner.run()
        self.assertAlmostEqual(job.output["output"]["pump"]["power"], 12.2583125)
        job = self.runner.run({"pump": {"head": 40.0, "density": 500.0, "efficiency": 0.5}})
        self.assertAlmostEqual(job.output["output"]["pump"]["power"], 500 * 9.80665 * 0.05 * 40 / 0.5 / 1000)

    def test_error_names_node_file_and_line(self) -> None:
        job = self.runner.run({"pump": {"efficiency": 0}})
        self.assertEqual((job.status, job.result["graphError"]), ("error", 19))
        self.assertRegex(job.message, r"node pump: pump\.py line \d+: ValueError: efficiency must be over 0$")
        self.assertEqual(job.output["output"]["pump"], {"power": "NaN"})


class GeneratorTests(RunnerTestCase):
    def test_committed_files_hold_no_path(self) -> None:
        for path in EXAMPLES.glob("*/session.foqus"):
            text = path.read_text()
            self.assertNotIn(str(Path.home()), text)
            self.assertNotRegex(text, r'"/(home|root|tmp|work)/')
