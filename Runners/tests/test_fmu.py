"""FMI units through the runner's protocol: run by a Python with FMPy, FOQUS_SINTER_PYTHON."""

from __future__ import annotations

import math
import tempfile
import unittest
import zipfile
from pathlib import Path
from typing import Any

import fmu_units
from sinter_support import SinterRunner, variable

PROBE = [
    variable("x", "input", "double", "x"),
    variable("mode", "input", "int", "mode"),
    variable("v", "input", "double[2]", "v"),
    variable("y", "output", "double", "y"),
    variable("sum", "output", "double", "sum"),
]
INPUT: dict[str, Any] = {"x": 2.0, "mode": 0, "v": [3.0, 4.0]}


class FMUTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.models = self.folder / "models"
        self.models.mkdir()
        (self.folder / "runner").mkdir()
        self.runner = SinterRunner(self.folder / "runner", fmu_units.PYTHON, "-m", "sinter_runner", "fmu")
        self.addCleanup(self.runner.close)
        self.assertRegex(self.runner.ready["engine"], r"^FMPy \d")
        self.count = 0

    def load(self, *variables: dict[str, Any], name: str = "probe.fmu") -> str:
        """Empty when it was loaded, else why not."""
        return str(self.runner.load_model(self.models, name, *variables).get("message", ""))

    def start(self, values: dict[str, Any], **fields: Any) -> str:
        self.count += 1
        job = f"job-{self.count}"
        self.runner.send("run", id=job, jobdir=str(self.folder / job), input=values, **fields)
        return job

    def run_job(self, values: dict[str, Any], **fields: Any) -> dict[str, Any]:
        job = self.start(values, **fields)
        result = self.runner.event("started", "result")
        if result["event"] == "started":
            result = self.runner.event("result")
        self.assertEqual(result["id"], job)
        return result


class SteadyTest(FMUTest):
    def test_a_unit_of_fmi_2(self) -> None:
        fmu_units.make_fmi2(self.models / "probe.fmu")
        self.assertEqual(self.load(*PROBE, variable("stopTime", "setting", "double", default=1.0)), "")
        for stop in (1.0, 2.5):
            result = self.run_job({**INPUT, "stopTime": stop})
            self.assertEqual(result["output"], {"y": 2.0 * stop, "sum": 7.0}, result)
            self.assertEqual((result["status"], result["code"]), ("success", 0))

    def test_a_unit_of_fmi_3_with_arrays(self) -> None:
        fmu_units.make_fmi3(self.models / "probe.fmu")
        given = (variable("v", "input", "double[3]", "v"), variable("stepSize", "setting", "double", default=0.25))
        told = (variable("w", "output", "double[3]", "w"), variable("n", "output", "int", "n"))
        self.assertEqual(self.load(*given, *told), "")
        result = self.run_job({"v": [1.0, -2.0, 8.0], "stepSize": 0.25})
        self.assertEqual(result["output"], {"w": [1.0, -2.0, 8.0], "n": 4}, result)

    def test_a_unit_for_model_exchange(self) -> None:
        fmu_units.make_fmi2(self.models / "probe.fmu", kind="ModelExchange")
        self.assertEqual(self.load(*PROBE), "")
        result = self.run_job(INPUT)
        self.assertAlmostEqual(result["output"]["y"], 2.0, places=6, msg=str(result))


class DynamicTest(FMUTest):
    def setUp(self) -> None:
        super().setUp()
        self.example = fmu_units.make_van_de_vusse(self.folder / "vandevusse")
        self.assertEqual(self.runner.load_configuration(self.example / "vandevusse.json")["event"], "loaded")

    def test_van_de_vusse_over_time(self) -> None:
        times = [0.01, 0.02, 0.05, 0.1, 0.3]
        flow = [25.0, 50.0, 50.0, 10.0, 10.0]
        result = self.run_job(
            {"TimeSeries": times, "volume": 1.0, "feed.flow": flow, "feed.A": [10.0] * 5}, times=times
        )
        wanted = integrate(times, flow)
        for name, index in (("A", 0), ("B", 1)):
            for told, right in zip(result["output"][name], wanted):
                # Other steps than the unit's: both are of fourth order, and far finer than this.
                self.assertAlmostEqual(told, right[index], delta=1e-6 * right[index])

    def test_it_comes_to_rest_where_the_balance_says(self) -> None:
        """25 (10 - a) - 50 a - 10 a^2 = 0 has the root a = 2.5; then b = 50 a / (25 + 100) = 1."""
        times = [5.0]
        result = self.run_job(
            {"TimeSeries": times, "volume": 1.0, "feed.flow": [25.0], "feed.A": [10.0]}, times=times
        )
        self.assertAlmostEqual(result["output"]["A"][0], 2.5, places=9)
        self.assertAlmostEqual(result["output"]["B"][0], 1.0, places=9)

    def test_an_error_of_the_unit_is_told(self) -> None:
        times = [0.1]
        values = {"TimeSeries": times, "volume": 0.0, "feed.flow": [25.0], "feed.A": [10.0]}
        result = self.run_job(values, times=times)
        self.assertEqual((result["status"], result["reason"]), ("error", "model"))
        self.assertIn("fmi2DoStep", result["message"])

    def test_times_from_before_the_start_are_refused(self) -> None:
        times = [0.0, 1.0]
        values = {"TimeSeries": times, "volume": 1.0, "feed.flow": [25.0] * 2, "feed.A": [10.0] * 2}
        result = self.run_job(values, times=times)
        self.assertEqual(result["status"], "invalid")
        self.assertIn("TimeSeries", result["message"])


def integrate(times: list[float], flow: list[float]) -> list[tuple[float, float]]:
    """The same reactor by the midpoint rule, in small steps."""
    a, b, time = 2.5, 0.5, 0.0
    read = []
    for target, f in zip(times, flow):
        count = math.ceil((target - time) * 200_000)
        h = (target - time) / count
        for _ in range(count):
            am = a + h / 2 * (f * (10 - a) - 50 * a - 10 * a * a)
            bm = b + h / 2 * (-f * b + 50 * a - 100 * b)
            a, b = a + h * (f * (10 - am) - 50 * am - 10 * am * am), b + h * (-f * bm + 50 * am - 100 * bm)
        time = target
        read.append((a, b))
    return read


class FaultTest(FMUTest):
    def setUp(self) -> None:
        super().setUp()
        fmu_units.make_fmi2(self.models / "probe.fmu")
        self.assertEqual(self.load(*PROBE), "")

    def assert_serves(self) -> None:
        self.assertEqual(self.run_job(INPUT)["output"], {"y": 2.0, "sum": 7.0})

    def test_a_crash_is_the_jobs(self) -> None:
        result = self.run_job({**INPUT, "mode": 1})
        self.assertEqual((result["status"], result["reason"]), ("error", "crash"))
        self.assertIn("SIGSEGV", result["message"])
        self.assert_serves()

    def test_what_does_not_end_is_ended(self) -> None:
        result = self.run_job({**INPUT, "mode": 2}, timeout=0.3)
        self.assertEqual((result["status"], result["reason"]), ("error", "timeout"))
        job = self.start({**INPUT, "mode": 2})
        self.runner.event("started")
        self.runner.send("terminate", id=job)
        self.assertEqual(self.runner.event("result")["status"], "terminate")
        self.assert_serves()

    def test_an_error_has_the_units_own_words(self) -> None:
        result = self.run_job({**INPUT, "mode": 3})
        self.assertIn("fmi2DoStep ended with an error: the pump has no oil", result["message"])

    def test_what_is_no_number_is_no_result(self) -> None:
        result = self.run_job({**INPUT, "mode": 4})
        self.assertEqual((result["status"], result["reason"]), ("error", "model"))
        self.assertIn("y (y): the unit gave nan", result["message"])

    def test_a_warning_is_status_2(self) -> None:
        result = self.run_job({**INPUT, "mode": 5})
        self.assertEqual((result["status"], result["code"], result["messages"]), ("success", 2, ["the pump is hot"]))


class RefusalTest(FMUTest):
    def test_what_is_no_unit(self) -> None:
        (self.models / "probe.fmu").write_bytes(b"PK\x03\x04 no more")
        self.assertIn("it cannot be unpacked", self.load(*PROBE))
        self.assertIn("no such file", self.load(*PROBE, name="other.fmu"))
        with zipfile.ZipFile(self.models / "probe.fmu", "w") as archive:
            archive.writestr("modelDescription.xml", "<fmi")
        self.assertIn("modelDescription.xml cannot be read", self.load(*PROBE))

    def test_a_unit_for_another_system(self) -> None:
        fmu_units.make_fmi2(self.models / "probe.fmu", platform="win64")
        self.assertIn("export it", self.load(*PROBE))

    def test_a_wrong_guid(self) -> None:
        fmu_units.make_fmi2(self.models / "probe.fmu", guid="wrong")
        self.assertIn("cannot be instantiated", self.load(*PROBE))

    def test_variables_that_are_not_there_or_something_else(self) -> None:
        fmu_units.make_fmi2(self.models / "probe.fmu")
        self.assertIn("the unit has no variable summ; near to it are sum", self.load(variable("s", "output", "double", "summ")))
        self.assertIn("it is a output of the unit", self.load(variable("y", "input", "double", "y")))
        self.assertIn("has no variable v", self.load(variable("v", "input", "double[3]", "v")))
        self.assertIn("only inputs can change", self.load(variable("m", "dynamic-input", "int", "mode")))
        self.assertIn("no such setting", self.load(variable("speed", "setting", "double")))


if __name__ == "__main__":
    unittest.main()
