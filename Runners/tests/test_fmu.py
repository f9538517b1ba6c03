"""FMI units: what comes out of them."""

from __future__ import annotations

import math
from typing import Any, Iterator

import fmu_units
from fmu_support import MODE, STEPS, TIMES, FMUTestCase, K, U, X
from fmu_units import mode
from sinter_support import variable

V = variable("v", "input", "double[3]", "v", default=[0, 0, 0])
W = variable("w", "output", "double[3]", "w")


def decay(u: float, k: float, x: float, time: float) -> float:
    """What dx/dt = u - k x makes of x."""
    return u / k + (x - u / k) * math.exp(-k * time)


class CoSimulationTests(FMUTestCase):
    def test_runs_to_the_stop_time_of_the_unit(self) -> None:
        self.load_plant(U, K, X, STEPS)
        for u, k in ((3.0, 2.0), (0.0, 1.0), (3.0, 2.0)):  # each run begins anew
            output = self.output({"u": u, "k": k})
            self.near(output["x"], decay(u, k, 1.0, 1.0))
            self.assertEqual(output["steps"], 10)

    def test_runs_as_the_settings_say(self) -> None:
        settings = [variable(name, "setting", "double", default=0) for name in ("startTime", "stopTime", "stepSize")]
        self.load_plant(U, K, X, STEPS, *settings)
        output = self.output({"u": 5, "startTime": 2, "stopTime": 3.25, "stepSize": 0.5})
        self.near(output["x"], decay(5.0, 1.0, 1.0, 1.25))
        self.assertEqual(output["steps"], 3)
        self.assertEqual(self.output({"startTime": 2, "stopTime": 2}), {"x": 1.0, "steps": 0})

    def test_takes_steps_of_its_own_choice_without_a_default(self) -> None:
        self.load_plant(X, STEPS, experiment='<DefaultExperiment stopTime="2"/>')
        output = self.output()
        self.near(output["x"], math.exp(-2))
        self.assertEqual(output["steps"], 500)

    def test_types_of_values(self) -> None:
        self.load_plant(
            V,
            W,
            variable("on", "input", "int", "on", default=0),
            variable("phase", "input", "int", "phase", default=1),
            variable("whole", "input", "int", "u", default=0),
            variable("name", "input", "string", "name", default="it"),
            variable("says", "output", "string", "says"),
            variable("element", "output", "double", "w[2]"),
            variable("is.late", "output", "int", "late"),
            variable("steps as a number", "output", "double", "steps"),
            variable("slope", "output", "double", "der(x)"),
        )
        output = self.output({"v": [1.5, -2, 3], "on": 1, "phase": 2, "whole": 7, "name": "pümp"})
        self.near(output.pop("slope"), 7 - decay(7.0, 1.0, 1.0, 1.0))
        self.assertEqual(
            output,
            {"w": [3.0, -4.0, 6.0], "says": "pümp is on", "element": -4.0, "is.late": 0, "steps as a number": 10.0},
        )
        self.assertEqual([type(output[name]) for name in ("is.late", "steps as a number")], [int, float])

    def test_one_input_at_several_places(self) -> None:
        self.load_plant(variable("both", "input", "double", "v[1]", "v[3]", default=0), W)
        self.assertEqual(self.output({"both": 2}), {"w": [4.0, 0.0, 4.0]})

    def test_start_value_of_a_state(self) -> None:
        self.load_plant(variable("begin", "input", "double", "x", default=1), X)
        self.near(self.output({"begin": 3})["x"], 3 * math.exp(-1))

    def test_files_and_prints_are_results(self) -> None:
        self.load_plant(MODE, X)
        job = self.runner.run({"mode": mode("print")})
        self.assertEqual(job.files(), ["fmu.log", "left.txt"])
        self.assertIn("printed by the plant", (job.folder / "fmu.log").read_text())
        self.assertEqual(self.runner.run().files(), [])


class DynamicTests(FMUTestCase):
    def test_values_are_set_before_a_step_and_read_after_it(self) -> None:
        self.load_plant(
            TIMES,
            variable("u", "dynamic-input", "double", "u", default=0),
            variable("v", "dynamic-input", "double[3]", "v", default=[0, 0, 0]),
            variable("tunable", "dynamic-input", "double", "rate", default=0),
            variable("x over time", "dynamic-output", "double", "x"),
            variable("w over time", "dynamic-output", "double[3]", "w"),
            K,
            X,
        )
        times, u, v = [0.25, 1.0, 1.5], [4.0, 0.0, 2.0], [[1, 2, 3], [0, 0, 0], [4, 5, 6]]
        output = self.output({"TimeSeries": times, "u": u, "v": v, "k": 3, "tunable": [1, 2, 3]}, times=times)
        begin, x, expected = 0.0, 1.0, []
        for end, value in zip(times, u):
            x = decay(value, 3.0, x, end - begin)
            expected.append(x)
            begin = end
        for read, right in zip(output["x over time"], expected, strict=True):
            self.near(read, right)
        self.near(output["x"], expected[-1])
        self.assertEqual(output["w over time"], [[2.0, 4.0, 6.0], [0.0, 0.0, 0.0], [8.0, 10.0, 12.0]])

    def test_steps_of_one_length(self) -> None:
        step = variable("stepSize", "setting", "double", default=0)
        self.load_plant(TIMES, step, STEPS, interfaces=fmu_units.FIXED_STEP, experiment="")
        self.assertEqual(self.output({"TimeSeries": [0.5, 2.0]}, times=[0.5, 2.0]), {"steps": 4})
        self.assertEqual(self.output({"stepSize": 0.1}, times=[0.5, 2.0]), {"steps": 20})
        message = self.failure({"stepSize": 0.4}, status="invalid", reason="input", times=[0.8, 2.2])
        self.assertIn("1.4 is no multiple of 0.4", message)

    def test_van_de_vusse(self) -> None:
        """Against the method of Runge and Kutta in steps a tenth as long: equal within 1e-6 of the value."""
        self.load_reactor()
        times = [0.01 * count for count in range(1, 31)]
        flow = [25.0 if time <= 0.1 else 150.0 if time <= 0.2 else 10.0 for time in times]
        feed = [10.0 if count % 4 else 6.0 for count in range(30)]
        given = {"TimeSeries": times, "feed.flow": flow, "feed.A": feed, "volume": 0.8}
        output = self.output(given, times=times)
        expected = list(reactor(times, flow, feed, 0.8, 2.5, 0.5))
        for a, b, right in zip(output["A"], output["B"], expected, strict=True):
            self.near(a, right[0], 1e-6)
            self.near(b, right[1], 1e-6)

    def test_van_de_vusse_at_rest(self) -> None:
        """By hand, with the dilution d = F/V and the feed 10 mol/L: 10 a^2 + (50 + d) a = 10 d, b = 50 a / (100 + d)."""
        self.load_reactor()
        for flow, volume, a, b in ((25.0, 1.0, 2.5, 1.0), (50.0, 0.5, 5.0, 1.25)):
            times = [1.0, 2.0]
            given = {"TimeSeries": times, "feed.flow": [flow] * 2, "feed.A": [10.0] * 2, "volume": volume}
            output = self.output(given, times=times)
            self.near(output["A"][-1], a)
            self.near(output["B"][-1], b)

    def test_van_de_vusse_without_a_volume(self) -> None:
        self.load_reactor()
        message = self.failure({"TimeSeries": [1.0], "volume": 0}, times=[1.0])
        self.assertEqual(message, "the unit ended the run at time 0, before 1: the volume is 0.0 L")

    def load_reactor(self) -> None:
        loaded = self.runner.load_configuration(fmu_units.make_van_de_vusse(self.files))
        self.assertEqual(loaded["event"], "loaded", loaded)


def reactor(
    times: list[float], flow: list[float], feed: list[float], volume: float, a: float, b: float
) -> Iterator[tuple[float, float]]:
    """Van de Vusse's reactor: k1 = 50/h, k2 = 100/h, k3 = 10 L/(mol h)."""

    def rates(state: tuple[float, float], d: float, a_in: float) -> tuple[float, float]:
        x, y = state
        return d * (a_in - x) - 50 * x - 10 * x * x, 50 * x - 100 * y - d * y

    def ahead(state: tuple[float, float], slope: tuple[float, float], h: float) -> tuple[float, float]:
        return state[0] + h * slope[0], state[1] + h * slope[1]

    state, begin = (a, b), 0.0
    for end, f, a_in in zip(times, flow, feed):
        count = math.ceil((end - begin) / 2e-5)
        h, d = (end - begin) / count, f / volume
        for _ in range(count):
            k1 = rates(state, d, a_in)
            k2 = rates(ahead(state, k1, h / 2), d, a_in)
            k3 = rates(ahead(state, k2, h / 2), d, a_in)
            k4 = rates(ahead(state, k3, h), d, a_in)
            x, y = ((p + 2 * q + 2 * r + s) / 6 for p, q, r, s in zip(k1, k2, k3, k4))
            state = ahead(state, (x, y), h)
        yield state
        begin = end


class ModelExchangeTests(FMUTestCase):
    SETTINGS = (
        variable("stopTime", "setting", "double", default=1),
        variable("stepSize", "setting", "double", default=0),
        variable("relativeTolerance", "setting", "double", default=1e-9),
        variable("solver", "setting", "string", default=""),
    )
    CROSSINGS = variable("crossings", "output", "int", "crossings")
    LATE = variable("late", "output", "int", "late")

    def test_integrates(self) -> None:
        self.load_plant(*self.SETTINGS, U, K, X, self.LATE, interfaces=fmu_units.MODEL_EXCHANGE)
        output = self.output({"u": 3.0, "k": 2.0})
        self.near(output["x"], decay(3.0, 2.0, 1.0, 1.0), 1e-6)
        self.assertEqual(output["late"], 1)  # an event of time
        self.assertEqual(self.output({"stopTime": 0.4})["late"], 0)

    def test_events_of_states(self) -> None:
        """x rises by 1 in a unit of time from 1, and falls to 1 where it reaches 2."""
        self.load_plant(*self.SETTINGS, U, K, X, self.CROSSINGS, interfaces=fmu_units.MODEL_EXCHANGE)
        output = self.output({"u": 1, "k": 0, "stopTime": 2.5})
        self.near(output["x"], 1.5, 1e-6)
        self.assertEqual(output["crossings"], 2)

    def test_inputs_over_time(self) -> None:
        u = variable("u", "dynamic-input", "double", "u", default=0)
        x = variable("x", "dynamic-output", "double", "x")
        self.load_plant(*self.SETTINGS, TIMES, u, x, interfaces=fmu_units.MODEL_EXCHANGE)
        times = [0.3, 0.7, 1.5]
        output = self.output({"u": [1.5, 0.5, 1.0]}, times=times)
        first = decay(1.5, 1.0, 1.0, 0.3)
        second = decay(0.5, 1.0, first, 0.4)
        for read, right in zip(output["x"], (first, second, decay(1.0, 1.0, second, 0.8)), strict=True):
            self.near(read, right, 1e-6)

    def test_euler(self) -> None:
        self.load_plant(*self.SETTINGS, U, K, X, interfaces=fmu_units.BOTH)
        output = self.output({"solver": "Euler", "stepSize": 0.25})
        self.near(output["x"], 0.75**4, 1e-12)
        self.near(self.output({"solver": "cvode"})["x"], math.exp(-1), 1e-6)
        self.near(self.output()["x"], math.exp(-1), 1e-12)  # by the unit's own solver

    def test_without_an_end_there_is_none(self) -> None:
        self.load_plant(*self.SETTINGS, MODE, X, interfaces=fmu_units.MODEL_EXCHANGE)
        result = self.runner.run({"mode": mode("end-early")}).result
        self.assertEqual((result["status"], result["code"], result["reason"]), ("success", 2, ""), result)
        self.assertEqual(result["messages"], ["the unit ended the run at time 0.5, before 1"])
        self.near(result["output"]["x"], math.exp(-0.5), 1e-6)


class FMI3Tests(FMUTestCase):
    def load_plant3(self, *variables: dict[str, Any], **fields: Any) -> None:
        fmu_units.make_plant3(self.files / "plant3.fmu", **fields)
        self.load(self.files, "plant3.fmu", *variables)

    def test_types_of_values(self) -> None:
        kinds: dict[str, tuple[str, str, Any]] = {
            "single": ("double", "single.out", 0.5),
            "small": ("int", "small.out", -128),
            "big": ("int", "big.out", (1 << 64) - 1),
            "name": ("string", "echo", "Größe"),
            "on": ("int", "off", 0),
        }
        inputs = [variable(name, "input", kind, name) for name, (kind, _, _) in kinds.items()]
        outputs = [variable(f"{name} read", "output", kind, path) for name, (kind, path, _) in kinds.items()]
        given = {name: value for name, (_, _, value) in kinds.items()}
        self.load_plant3(*inputs, *outputs)
        self.assertEqual(self.output(given), {**{f"{name} read": value for name, value in given.items()}, "on read": 1})
        message = self.failure({**given, "small": 128, "big": -1, "on": 2}, status="invalid", reason="input")
        self.assertEqual(
            message,
            "small (small): the unit takes -128 to 127, not 128;"
            " big (big): the unit takes 0 to 18446744073709551615, not -1; on (on): the unit takes 0 to 1, not 2",
        )

    def test_arrays(self) -> None:
        v, w = variable("v", "input", "double[4]", "v"), variable("w", "output", "double[4]", "w")
        for interfaces in (fmu_units.CO_SIMULATION, fmu_units.MODEL_EXCHANGE):
            self.load_plant3(U, v, w, variable("time", "output", "double", "time"), interfaces=interfaces)
            output = self.output({"u": 2, "v": [1, -2, 3, 0.5]})
            for read, right in zip(output["w"], (2.0, -4.0, 6.0, 1.0), strict=True):
                self.near(read, right, 1e-6)
            self.near(output["time"], 1.0)
        message = self.load_failure(self.files, "plant3.fmu", variable("v", "input", "double[3]", "v"))
        self.assertEqual(message, "v (v): it is an array of 4 in the unit: its type is double[4]")
        message = self.load_failure(self.files, "plant3.fmu", variable("b", "output", "string", "blob"))
        self.assertEqual(message, "b (blob): the unit has it as Binary, which a configuration cannot have")

    def test_failures(self) -> None:
        self.load_plant3(MODE, X, variable("echo", "output", "string", "echo"))
        self.assertEqual(self.failure({"mode": 1}), "fmi3DoStep at time 0 failed: the valve is stuck")
        self.assertEqual(self.failure({"mode": 2}), "echo (echo): no text at time 1")
        result = self.runner.run({"mode": 3}).result
        self.assertEqual((result["code"], result["messages"]), (2, ["the unit ended the run at time 0.5, before 1"]))
