"""Each run starts from the session file; input is checked before anything changes."""

from __future__ import annotations

import json
import os

from support import EXAMPLES, TIMEOUT, RunnerTestCase, script_session, wait_for_fifo

STATEFUL = """\
import sys
sys.counter = getattr(sys, "counter", 0) + 1
open("left-behind", "a").write("x")
f["y"] = x["a"] + x["b"]
print("count", sys.counter, "file", len(open("left-behind").read()))
"""


class StateTests(RunnerTestCase):
    def setUp(self) -> None:
        self.runner.load(script_session(self.folder, STATEFUL, a=1.0, b=2.0, n=3, s="text"))

    def test_input_of_one_job_does_not_reach_the_next(self) -> None:
        first = self.runner.run({"node": {"a": 10.0, "b": 20.0}})
        second = self.runner.run({"node": {"a": 10.0}})
        self.assertEqual(first.output["output"]["node"]["y"], 30.0)
        self.assertEqual(second.output["output"]["node"]["y"], 12.0)
        self.assertEqual(second.output["input"]["node"]["b"], 2.0)

    def test_process_state_and_files_do_not_either(self) -> None:
        for job in (self.runner.run(), self.runner.run()):
            self.assertIn("count 1 file 1\n", job.log)

    def test_missing_input_is_empty_input(self) -> None:
        for given in (None, [], {}, {"node": {}}, {"graph": {}}):
            job = self.runner.start(input=given)
            self.assertEqual(job.wait()["status"], "success", job.message)
            self.assertEqual(job.output["output"]["node"]["y"], 3.0)

    def test_saved_changes_do_not_add_up(self) -> None:
        jobs = [self.runner.run(), self.runner.run()]
        logs = [
            json.loads((job.folder / "results_session.foqus").read_text())["CCSIFileMetaData"]["ChangeLog"]
            for job in jobs
        ]
        self.assertEqual([len(log) for log in logs], [2, 2])

    def test_all_problems_are_listed(self) -> None:
        job = self.runner.run(
            {"nod": {"a": 1}, "node": {"A": 1, "b": "high", "n": 1.5, "s": None, "a": [1, 2]}, "other": {}}
        )
        self.assertEqual((job.status, job.result["reason"]), ("invalid", "input"))
        self.assertEqual(
            job.message,
            "invalid input: unknown node 'nod', did you mean 'node'?; "
            "unknown variable node.'A', did you mean 'a'?; "
            'node.b: "high" is not a number; node.n: 1.5 is not a whole number; '
            "node.s: null is not a text; node.a: [1,2] is not a number; "
            "unknown node 'other' (known: node)",
        )
        self.assertEqual(job.files(), [])
        self.assertEqual(self.runner.run().output["input"]["node"]["a"], 1.0)

    def test_engine_converts_values(self) -> None:
        job = self.runner.run({"node": {"a": 4, "b": "2.5", "n": 7.0, "s": 5}})
        self.assertEqual(job.output["input"]["node"], {"a": 4.0, "b": 2.5, "n": 7, "s": "5"})
        self.assertEqual(self.runner.run({"node": {"a": "NaN"}}).output["output"]["node"]["y"], "NaN")

    def test_input_that_is_no_object(self) -> None:
        self.assertIn("not an object of nodes", self.runner.run(5).message)
        self.assertIn("node node: the input is not an object", self.runner.run({"node": 5}).message)


VECTOR = """\
f["v_0"] = x["u_0"] * 2
f["v_1"] = x["u_1"] * 2
print(self.inVarsVector["u"].vector[1]["value"])
for i in (0, 1):
    self.outVarsVector["v"].vector[i]["value"] = f["v_%d" % i]
"""


class VectorTests(RunnerTestCase):
    def setUp(self) -> None:
        path = script_session(self.folder, VECTOR, u_0=1.0, u_1=2.0)
        content = json.loads(path.read_text())
        flowsheet = content["flowsheet"]
        result = flowsheet["output"]["node"].pop("y")
        flowsheet["output"]["node"] = {"v_0": result, "v_1": result}
        for side, name, other in (("input", "u", "ipvname"), ("output", "v", "opvname")):
            scalars = flowsheet[side]["node"]
            vector = {"dtype": "object", "ipvname": None, "opvname": None}
            vector[other] = ["node", name]
            vector["vector"] = {str(i): scalars[f"{name}_{i}"] for i in (0, 1)}
            flowsheet[f"{side}_vectorlist"] = {"node": {name: vector}}
        path.write_text(json.dumps(content))
        self.assertEqual(self.runner.load(path)["event"], "loaded")

    def test_elements_are_set_in_the_vector_too(self) -> None:
        job = self.runner.run({"node": {"u_1": 5.0}})
        self.assertEqual(job.status, "success", job.message)
        self.assertEqual(job.output["input_vectorvals"], {"node": {"u": {"0": 1.0, "1": 5.0}}})
        self.assertEqual(job.output["output_vectorvals"], {"node": {"v": {"0": 2.0, "1": 10.0}}})
        self.assertIn("5.0", job.log)

    def test_whole_vector_is_refused_with_a_hint(self) -> None:
        job = self.runner.run({"node": {"u": [1, 2]}})
        self.assertEqual(job.message, "invalid input: node.u is a vector: give its elements u_0 to u_1")


class ThreadModeTests(RunnerTestCase):
    arguments = ("--mode", "thread")

    def test_values_are_restored_and_streams_given_back(self) -> None:
        self.runner.load(script_session(self.folder, STATEFUL, a=1.0, b=2.0))
        self.assertEqual(self.runner.run({"node": {"a": 9.0}}).output["output"]["node"]["y"], 11.0)
        job = self.runner.run()
        self.assertEqual(job.output["output"]["node"]["y"], 3.0)
        self.assertIn("count 2 file 1\n", job.log)
        self.assertNotIn("count", self.runner.errors())

    def test_busy_node_is_stopped(self) -> None:
        self.runner.load(EXAMPLES / "hanging" / "session.foqus")
        for end in ("terminate", "timeout"):
            timeout = 0.2 if end == "timeout" else None
            job = self.runner.start({"wait": {"seconds": 600, "mode": "busy"}}, timeout=timeout)
            if end == "terminate":
                self.runner.send("terminate", id=job.id)
            self.assertEqual(job.wait()["status"], "terminate" if end == "terminate" else "error")
        self.assertEqual(self.runner.run({"wait": {"seconds": 0}}).status, "success")

    def test_error(self) -> None:
        self.runner.load(EXAMPLES / "failing" / "session.foqus")
        job = self.runner.run({"calc": {"mode": "raise"}})
        self.assertIn("RuntimeError: asked to fail", job.message)
        self.assertEqual(job.output["output"]["calc"], {"y": "NaN"})


STUBBORN = """\
import os, threading
os.mkfifo("fifo")
while True:
    try:
        open("fifo")
        threading.Event().wait()
    except BaseException:
        pass
"""


class StuckThreadTests(RunnerTestCase):
    arguments = ("--mode", "thread")

    def test_node_that_does_not_stop_ends_the_runner(self) -> None:
        self.runner.load(script_session(self.folder, STUBBORN, a=1.0))
        job = self.runner.start()
        fifo = wait_for_fifo(job.folder / "fifo")
        self.addCleanup(os.close, fifo)
        self.runner.send("terminate", id=job.id)
        self.assertEqual(job.wait()["status"], "terminate")
        self.assertEqual(self.runner.process.wait(TIMEOUT), 75)
        self.runner.close()
