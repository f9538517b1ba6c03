"""FMI units that fail, crash, hang or cannot be used: the runner says what and where, and goes on."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path
from typing import Any

import fmu_units
from fmu_support import MODE, TIMES, FMUTestCase, K, U, X
from fmu_units import mode
from sinter_support import PYTHON as PLAIN_PYTHON
from sinter_support import variable, wait_for_file
from support import RUNNERS, wait_gone


class FailureTests(FMUTestCase):
    def setUp(self) -> None:
        self.load_plant(MODE, U, X)
        self.addCleanup(self.assert_goes_on)

    def assert_goes_on(self) -> None:
        self.near(self.output({"u": 1})["x"], 1.0)

    def ended(self, name: str) -> dict[str, Any]:
        return self.runner.run({"mode": mode(name)}).result

    def test_a_crash(self) -> None:
        result = self.ended("crash")
        self.assertEqual((result["status"], result["reason"]), ("error", "crash"))
        self.assertEqual(result["message"], "fmi2DoStep at time 0 ended the process: SIGSEGV")

    def test_an_exit(self) -> None:
        message = self.failure({"mode": mode("exit")}, reason="crash")
        self.assertEqual(message, "fmi2DoStep at time 0 ended the process: exit status 3")

    def test_an_error(self) -> None:
        result = self.ended("error")
        self.assertEqual((result["status"], result["reason"], result["code"]), ("error", "model", 1))
        self.assertEqual(result["message"], "fmi2DoStep at time 0 failed: the pump has no oil (mode 3)")
        self.assertEqual(result["messages"], ["the pump has no oil (mode 3)"])
        self.assertEqual(self.failure({"mode": mode("silent-error")}), "fmi2DoStep at time 0 failed")
        self.assertEqual(
            self.failure({"mode": mode("init-error")}),
            "fmi2ExitInitializationMode at time 0 failed: the tank has no bottom (mode 11)",
        )

    def test_no_number(self) -> None:
        self.assertEqual(self.failure({"mode": mode("nan")}), "x (x): NaN at time 1")

    def test_a_step_that_is_discarded(self) -> None:
        message = "fmi2DoStep at time 0 discarded the step"
        self.assertEqual(self.failure({"mode": mode("discard")}), message)
        self.load_plant(MODE, U, X, options=("-DWITHOUT_STATUS",))  # it cannot say whether it wants to end
        self.assertEqual(self.failure({"mode": mode("discard")}), message)

    def test_files_of_the_unit_that_a_run_changes(self) -> None:
        for _ in range(3):
            self.output({"mode": mode("change-files")})
        (self.files / "plant.fmu").unlink()  # what has been loaded needs no others' files
        self.output({"mode": mode("change-files")})
        self.output({"mode": mode("change-files")})

    def test_garbage_in_all_files(self) -> None:
        self.near(self.output({"mode": mode("scribble"), "u": 1})["x"], 1.0)

    def test_warnings(self) -> None:
        result = self.ended("warning")
        self.assertEqual((result["status"], result["code"]), ("success", 2))
        self.assertEqual(result["messages"], ["the pump is hot (mode 5)"] * 10)
        result = self.ended("silent-warning")
        self.assertEqual((result["status"], result["code"], result["messages"]), ("success", 2, []))

    def test_many_messages(self) -> None:
        self.assertEqual(len(self.ended("chatty")["messages"]), 100)

    def test_a_crash_when_all_is_done(self) -> None:
        result = self.ended("crash-when-freed")
        self.assertEqual((result["status"], result["code"]), ("success", 2))
        self.assertEqual(result["messages"], ["fmi2FreeInstance at time 1 after the run ended the process: SIGABRT"])

    def test_an_end_before_the_time(self) -> None:
        result = self.ended("end-early")
        self.assertEqual((result["status"], result["code"]), ("success", 2))
        self.load_plant(MODE, TIMES, variable("x", "dynamic-output", "double", "x"))
        message = self.failure({"mode": mode("end-early")}, times=[0.3, 2.0])
        self.assertEqual(message, "the unit ended the run at time 0.5, before 2")
        self.load_plant(MODE, U, X)

    def test_a_step_without_end(self) -> None:
        self.assertEqual(self.failure({"mode": mode("endless")}, timeout=0.3, reason="timeout"), "ended after its timeout of 0.3 s")
        job = self.runner.start({"mode": mode("endless")})
        wait_for_file(job.folder, "endless", job)
        (child,) = self.runner.children()
        self.runner.send("terminate", id=job.id)
        self.assertEqual(job.wait()["status"], "terminate")
        self.assertTrue(wait_gone(child))

    def test_processes_that_it_leaves(self) -> None:
        job = self.runner.run({"mode": mode("leave-process")})
        self.assertEqual(job.status, "success")
        self.assertTrue(wait_gone(int((job.folder / "left.pid").read_text())))

    def test_the_end_of_the_runner_ends_the_unit(self) -> None:
        folder = self.folder / "other"
        folder.mkdir()
        runner = self.make_runner(folder)
        runner.load_model(self.files, "plant.fmu", MODE, X)
        job = runner.start({"mode": mode("endless")})
        wait_for_file(job.folder, "endless", job)
        (child,) = runner.children()
        runner.process.kill()
        runner.process.wait()
        self.assertTrue(wait_gone(child))
        for stream in (runner.process.stdin, runner.process.stdout):
            assert stream is not None
            stream.close()


class PythonFailureTests(FMUTestCase):
    def test_an_exception(self) -> None:
        fmu_units.make_python(self.files, "Column", _COLUMN)
        self.load(self.files, "Column.fmu", variable("stopTime", "setting", "double", default=1), X)
        message = self.failure()
        self.assertIn("fmi2DoStep at time 0 failed for good", message)
        self.assertIn("the column floods", message)


class ModelExchangeFailureTests(FMUTestCase):
    def test_failures_within_the_solver(self) -> None:
        self.load_plant(MODE, X, interfaces=fmu_units.MODEL_EXCHANGE)
        message = self.failure({"mode": mode("error")})
        self.assertRegex(message, r"^fmi2GetDerivatives at time 0 failed: the pump has no oil \(mode 3\)$")
        result = self.runner.run({"mode": mode("nan")}).result
        self.assertEqual((result["status"], result["reason"]), ("error", "model"), result)
        self.assertEqual(self.failure({"mode": mode("crash")}, reason="crash"), "fmi2GetDerivatives at time 0 ended the process: SIGSEGV")


class InputTests(FMUTestCase):
    def invalid(self, given: Any = None, **fields: Any) -> str:
        return self.failure(given, status="invalid", reason="input", **fields)

    def test_settings_that_cannot_be(self) -> None:
        names = ("startTime", "stopTime", "stepSize", "relativeTolerance")
        settings = [variable(name, "setting", "double", default=0) for name in names]
        self.load_plant(*settings, variable("solver", "setting", "string", default=""), X)
        self.assertEqual(self.invalid({"startTime": 2, "stopTime": 1}), "stopTime: 1 is before the start time, 2")
        self.assertEqual(self.invalid({"stepSize": -1, "stopTime": 1}), "stepSize: -1 is negative")
        self.assertIn("stopTime: inf is no number", self.invalid({"stopTime": "Infinity"}))
        self.assertIn("'Magic' is not known; known are CVode and Euler", self.invalid({"solver": "Magic"}))
        self.assertIn("the unit brings its own solver", self.invalid({"solver": "CVode"}))

    def test_times(self) -> None:
        self.load_plant(TIMES, variable("x", "dynamic-output", "double", "x"))
        message = self.invalid(times=[0.0, 1.0])
        self.assertEqual(message, "TimeSeries: its first time, 0, must be after the start time, 0")
        self.assertIn("the times of the run are needed", self.invalid())


class RefusalTests(FMUTestCase):
    def test_names(self) -> None:
        message = self.refusal(variable("y", "output", "double", "stepz"), U)
        self.assertEqual(message, "y (stepz): the unit has no variable of this name; it has steps")
        message = self.refusal(variable("y", "output", "double", "X"))
        self.assertIn("the unit has no variable of this name; it has x", message)
        message = self.refusal(variable("v", "input", "double[4]", "v"), variable("w", "output", "double[2]", "w"))
        self.assertEqual(message, "v (v): the unit has 3 elements of it, not 4; w (w): the unit has 3 elements of it, not 2")

    def test_types(self) -> None:
        message = self.refusal(
            variable("a", "output", "int", "x"),
            variable("b", "input", "double", "mode"),
            variable("c", "input", "string", "u"),
            variable("d", "output", "double", "says"),
        )
        self.assertEqual(
            message,
            "b (mode): the unit has it as Integer: its type is int, not double;"
            " c (u): the unit has it as Real: its type is double or int, not string;"
            " a (x): the unit has it as Real: its type is double, not int;"
            " d (says): the unit has it as String: its type is string, not double",
        )

    def test_causality(self) -> None:
        message = self.refusal(
            TIMES,
            variable("a", "input", "double", "w[1]"),
            variable("b", "output", "double", "u"),
            variable("c", "dynamic-input", "double", "k"),
            variable("d", "input", "double", "der(x)"),
        )
        self.assertEqual(
            message,
            "a (w[1]): it cannot be set: it is an output of the unit, no input and no parameter;"
            " c (k): it is a parameter of the unit: only inputs can change over time;"
            " d (der(x)): it cannot be set: it is a local variable of the unit, no input and no parameter;"
            " b (u): it is no output but an input of the unit, whose value is what was given",
        )

    def test_settings(self) -> None:
        message = self.refusal(
            variable("macro", "setting", "string", default=""), variable("stepSize", "setting", "string", default="")
        )
        self.assertEqual(
            message,
            "macro: a unit has no setting of this name; it has startTime, stopTime, stepSize, relativeTolerance, solver,"
            " TimeSeries; stepSize: its type is double, not string",
        )
        self.assertIn("give the configuration the setting stopTime", self.refusal(X, experiment=""))
        self.assertIn("the setting TimeSeries", self.refusal(variable("x", "dynamic-output", "double", "x")))

    def test_what_the_unit_is(self) -> None:
        for fields, message in (
            ({"platform": "win64"}, "plant.fmu: the unit has binaries for win64 only: export it for Linux (linux64)"),
            ({"version": "1.0"}, "plant.fmu is an FMI 1.0 unit: export it as FMI 2 or 3"),
            ({"interfaces": ""}, "plant.fmu offers neither co-simulation nor model exchange: export it with one of them"),
            (
                {"guid": "another"},
                "plant.fmu: it refuses to be instantiated, as with a wrong GUID or licence: the GUID is not mine",
            ),
        ):
            self.assertEqual(self.refusal(X, **fields), message)

    def test_what_is_no_unit(self) -> None:
        path = fmu_units.make_plant(self.files / "whole.fmu")
        content = path.read_bytes()
        damaged = bytearray(content)
        damaged[len(content) // 2] ^= 0xFF
        for name, data, message in (
            ("empty.fmu", b"", "empty.fmu is damaged, or no FMI unit"),
            ("text.fmu", b"hello", "text.fmu is damaged, or no FMI unit"),
            ("half.fmu", content[: len(content) // 2], "half.fmu is damaged, or no FMI unit"),
            ("bits.fmu", bytes(damaged), "bits.fmu is damaged, or no FMI unit"),
        ):
            (self.files / name).write_bytes(data)
            self.assertIn(message, self.load_failure(self.files, name, X))
        self.assertEqual(self.load_failure(self.files, "none.fmu", X), "none.fmu: the simulation has no such file")

    def test_archives_that_are_no_units(self) -> None:
        for files, message in (
            ({"readme.txt": "hello"}, "odd.fmu is no FMI unit: it has no modelDescription.xml"),
            ({"modelDescription.xml": "<fmi"}, "odd.fmu: modelDescription.xml cannot be read"),
            ({"modelDescription.xml": "<a/>"}, "odd.fmu: modelDescription.xml cannot be read"),
            ({"modelDescription.xml": "", "../out": ""}, "odd.fmu: '../out' in it is a place outside of the unit"),
        ):
            with zipfile.ZipFile(self.files / "odd.fmu", "w") as archive:
                for name, text in files.items():
                    archive.writestr(name, text)
            self.assertIn(message, self.load_failure(self.files, "odd.fmu", X))

    def test_a_library_that_cannot_be_loaded(self) -> None:
        fmu_units.make_plant(self.files / "whole.fmu")
        with zipfile.ZipFile(self.files / "whole.fmu") as old, zipfile.ZipFile(self.files / "odd.fmu", "w") as new:
            new.writestr("modelDescription.xml", old.read("modelDescription.xml"))
            new.writestr("binaries/linux64/plant.so", "no library")
        message = self.load_failure(self.files, "odd.fmu", X)
        self.assertIn("odd.fmu: Failed to load shared library plant.so", message)

    def test_a_crash_when_it_is_instantiated(self) -> None:
        folder = self.folder / "crashing"
        folder.mkdir()
        os.environ["PLANT_CRASHES"] = "yes"
        try:
            runner = self.make_runner(folder)
        finally:
            del os.environ["PLANT_CRASHES"]
        fmu_units.make_plant(self.files / "plant.fmu")
        loaded = runner.load_model(self.files, "plant.fmu", X)
        self.assertEqual(loaded["message"], "plant.fmu: fmi2Instantiate ended the process: SIGABRT")
        self.assertEqual(runner.close(), 0)

    def test_loads_leave_no_file_open(self) -> None:
        files = Path(f"/proc/{self.runner.process.pid}/fd")
        counts = set()
        for _ in range(3):
            self.refusal(X, platform="win64")
            counts.add(len(list(files.iterdir())))
        self.assertEqual(len(counts), 1)

    def test_the_simulation_is_left_as_it_is(self) -> None:
        fmu_units.make_plant(self.files / "plant.fmu")
        before = {entry.name: entry.stat().st_mtime_ns for entry in os.scandir(self.files)}
        self.load(self.files, "plant.fmu", K, X)
        self.output()
        self.assertEqual({entry.name: entry.stat().st_mtime_ns for entry in os.scandir(self.files)}, before)


class NotInstalledTests(unittest.TestCase):
    def test_without_fmpy(self) -> None:
        """A runner says what is missing, and ends."""
        with tempfile.TemporaryDirectory() as folder:
            with subprocess.Popen(
                [PLAIN_PYTHON, "-I", "-c", _START, str(RUNNERS), folder],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            ) as runner:
                assert runner.stdout is not None
                event = json.loads(runner.stdout.read())
        self.assertEqual(event["event"], "failed")
        self.assertIn("the Python package fmpy is not installed", event["message"])
        self.assertEqual(runner.returncode, 69)


_COLUMN = """
from pythonfmu import Fmi2Causality, Fmi2Slave, Real

class Column(Fmi2Slave):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.x = 1.0
        self.register_variable(Real("x", causality=Fmi2Causality.output))

    def do_step(self, current_time, step_size):
        raise ValueError("the column floods")
"""

#: As ``-m sinter_runner fmu``, in a Python that finds no packages but the runners and its own.
_START = """
import sys
sys.path = [part for part in sys.path if "-packages" not in part] + [sys.argv[1]]
sys.argv = ["sinter_runner", "fmu", "--workdir", sys.argv[2]]
from sinter_runner.__main__ import main
main()
"""
