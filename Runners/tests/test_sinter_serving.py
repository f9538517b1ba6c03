"""The protocol of runners of Sinter configurations, with a simulator that is a few lines of Python."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from sinter_support import SinterRunner, SinterTestCase, variable
from support import wait_gone

_SIMULATOR = """
import os, subprocess, sys, threading
from sinter_runner.serving import serve
from sinter_runner.simulator import *

class Doubler(Simulator):
    engine = "doubler 1"
    def __init__(self):
        print("noise")
        self.interrupted = threading.Event()
    def load(self, load):
        if load.model.endswith("bad"):
            raise LoadError("bad model")
    def run(self, run):
        print("more noise")
        mode = run.input["mode"]
        if mode == "block":
            self.interrupted.wait()
            self.interrupted.clear()
            raise RuntimeError("interrupted")
        if mode == "stuck":
            threading.Event().wait()
        if mode == "child":
            child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
            return Result({"pid": child.pid})
        errors = {"model": ModelError("failed", 9, ["said so"]), "crash": Crash("died"), "input": InvalidInput("no"),
                  "unavailable": Unavailable("not now"), "files": FilesError("full"), "bug": KeyError("x")}
        if mode in errors:
            raise errors[mode]
        return Result({"y": [2 * x for x in run.input["x"]], "mode": mode, "times": run.times,
                       "nan": float("nan")}, 2, ["careful"])
    def interrupt(self):
        self.interrupted.set()

sys.exit(serve(Doubler))
"""
_VARIABLES = (
    variable("x", "input", "double[2]", "x", default=[1, 2]),
    variable("mode", "setting", "string", default="run"),
    variable("n", "input", "int", "n", default=1),
    variable("y", "output", "double[2]", "y"),
)


class ServingTests(SinterTestCase):
    @classmethod
    def make_runner(cls, folder: Path) -> SinterRunner:
        return make_runner(folder)

    def setUp(self) -> None:
        self.load(self.folder, "model", *_VARIABLES)

    def test_ready_names_the_engine(self) -> None:
        self.assertEqual(self.runner.ready["engine"], "doubler 1")
        self.assertEqual(self.runner.ready["pid"], self.runner.process.pid)

    def test_results_have_output_code_and_messages(self) -> None:
        result = self.runner.run({"x": [3, "Infinity"]}, times=[1, 2.5]).result
        self.assertEqual((result["status"], result["code"], result["messages"]), ("success", 2, ["careful"]))
        self.assertEqual(result["output"], {"y": [6.0, "Infinity"], "mode": "run", "times": [1.0, 2.5], "nan": "NaN"})

    def test_what_a_simulator_raises_is_told(self) -> None:
        for mode, status, message in (
            ("model", "error", "failed"),
            ("crash", "error", "died"),
            ("unavailable", "error", "not now"),
            ("files", "error", "full"),
            ("input", "invalid", "no"),
        ):
            self.assertEqual(self.failure({"mode": mode}, status=status, reason=mode), message)
        result = self.runner.run({"mode": "model"}).result
        self.assertEqual((result["code"], result["messages"]), (9, ["said so"]))

    def test_a_fault_of_the_simulator_is_no_fault_of_the_job(self) -> None:
        self.assertIn("KeyError", self.failure({"mode": "bug"}, reason="unavailable"))
        self.assertEqual(self.runner.run().status, "success")

    def test_input_is_checked(self) -> None:
        given: dict[str, Any] = {"x": [1], "mode": 3, "n": 1.5, "other": 1}
        self.assertEqual(
            self.failure(given, status="invalid", reason="input"),
            "x: a list of 2 is needed, not of 1; mode: 3 is not a string; n: 1.5 is not an int; "
            "other: the configuration has no such input or setting",
        )
        self.assertIn("times", self.failure(times=[2, 1], status="invalid", reason="input"))

    def test_ping_and_terminate_are_answered_while_a_job_runs(self) -> None:
        job, waiting = self.runner.start({"mode": "block"}), self.runner.submit()
        self.runner.send("ping")
        self.assertEqual(self.runner.event("pong")["running"], job.id)
        self.runner.send("terminate", id=waiting.id)
        self.assertEqual(waiting.wait()["status"], "terminate")
        self.runner.send("terminate", id="other")
        self.assertEqual(self.runner.event("rejected")["id"], "other")
        self.runner.send("terminate", id=job.id)
        self.assertEqual((job.wait()["status"], job.result["reason"]), ("terminate", "terminated"))
        self.runner.send("ping")
        self.assertEqual(self.runner.event("pong")["running"], None)

    def test_timeout(self) -> None:
        self.assertEqual(
            self.failure({"mode": "block"}, reason="timeout", timeout=0.05), "ended after its timeout of 0.05 s"
        )

    def test_no_simulation_is_loaded_after_a_failure(self) -> None:
        self.assertEqual(self.load_failure(self.folder, "bad", *_VARIABLES), "bad model")
        job = self.runner.submit()
        self.assertEqual(self.runner.event("rejected")["id"], job.id)

    def test_job_folder_that_cannot_be_made(self) -> None:
        self.assertIn("folder", self.failure(reason="files", jobdir="/proc/none"))

    def test_what_is_no_command_is_rejected(self) -> None:
        for line in (
            b"{",
            b"[]",
            b'{"op":"zap"}',
            b'{"op":"run","id":"a","jobdir":"b","timeout":-1}',
            b'{"op":"load"}',
        ):
            self.runner.send_line(line)
            self.runner.event("rejected")
        self.runner.send("load", directory="/", model="m", variables=[variable("x", "input", "float")])
        self.assertIn("x: unknown type 'float'", self.runner.event("rejected")["message"])


class EndTests(SinterTestCase):
    def setUp(self) -> None:
        self.runner = make_runner(self.folder)
        self.addCleanup(self._end)
        self.load(self.folder, "model", *_VARIABLES)

    def _end(self) -> None:
        self.runner.process.kill()
        self.runner.close()

    @classmethod
    def make_runner(cls, folder: Path) -> SinterRunner:
        return make_runner(folder)

    def test_shutdown_ends_the_job(self) -> None:
        for end in ("shutdown", "signal", "stdin"):
            job = self.runner.start({"mode": "block"})
            if end == "shutdown":
                self.runner.send("shutdown")
            elif end == "signal":
                self.runner.process.send_signal(signal.SIGTERM)
            else:
                assert self.runner.process.stdin is not None
                self.runner.process.stdin.close()
            self.assertEqual(job.wait()["status"], "terminate")
            self.assertEqual(self.runner.process.wait(), 0)
            self.runner.close()
            self.setUp()

    def test_simulator_that_does_not_return_ends_the_runner(self) -> None:
        self.assertIn("timeout", self.failure({"mode": "stuck"}, reason="timeout", timeout=0.05))
        self.assertEqual(self.runner.process.wait(), 75)

    def test_what_a_model_started_ends_with_the_runner(self) -> None:
        pid = int(self.runner.run({"mode": "child"}).result["output"]["pid"])
        self.assertEqual(self.runner.close(), 0)
        self.assertTrue(wait_gone(pid))
        self.assertFalse(os.path.exists(f"/proc/{pid}"))


def make_runner(folder: Path) -> SinterRunner:
    program = folder / "doubler.py"
    program.write_text(_SIMULATOR)
    return SinterRunner(folder, sys.executable, str(program))
