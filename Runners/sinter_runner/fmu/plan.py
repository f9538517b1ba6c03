"""What a run does: from when to when, with what steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Iterator, Optional

from ..simulator import InvalidInput, Load, LoadError, Run
from .unit import CO_SIMULATION, MODEL_EXCHANGE, Unit

_NUMBERS = ("startTime", "stopTime", "stepSize", "relativeTolerance")
SETTINGS = (*_NUMBERS, "solver", "TimeSeries")
#: For units of model exchange.
SOLVERS = ("CVode", "Euler")
#: Steps of a run, or of a part of a dynamic one, when nobody says how long a step is.
_STEPS = 500
#: Times that differ by less than this part of a step are the same.
_CLOSE = 1e-6


@dataclass(frozen=True)
class Plan:
    interface: str  # CO_SIMULATION or MODEL_EXCHANGE
    start: float
    times: tuple[float, ...]  # when outputs are read; the last is the end
    step: Optional[float]  # None leaves it to ``steps``
    tolerance: Optional[float]
    solver: str  # one of SOLVERS

    @property
    def stop(self) -> float:
        return self.times[-1]

    def parts(self) -> Iterator[tuple[float, float]]:
        """From one time to the next."""
        return zip((self.start, *self.times[:-1]), self.times)

    def steps(self, begin: float, end: float) -> Iterator[tuple[float, float]]:
        """Steps of equal length from begin to end, none longer than the step."""
        count = math.ceil((end - begin) / self.step - _CLOSE) if self.step else _STEPS
        count = max(count, 1) if end > begin else 0
        time = begin
        for number in range(1, count + 1):
            following = end if number == count else begin + (end - begin) * (number / count)
            yield time, following
            time = following


def check_settings(load: Load, unit: Unit) -> None:
    """Raises LoadError, which tells all that is wrong."""
    known = {name.lower(): name for name in SETTINGS}
    wrong: list[str] = []
    for variable in load.with_role("setting"):
        name = known.get(variable.name.lower())
        if name is None:
            wrong.append(f"{variable.name}: a unit has no setting of this name; it has {', '.join(SETTINGS)}")
        elif name in _NUMBERS and str(variable.type) not in ("double", "int"):
            wrong.append(f"{variable.name}: its type is double, not {variable.type}")
        elif name == "solver" and str(variable.type) != "string":
            wrong.append(f"{variable.name}: its type is string, not {variable.type}")
    names = {variable.name.lower() for variable in load.with_role("setting")}
    is_dynamic = any(variable.is_dynamic for variable in load.variables)
    if not is_dynamic and unit.experiment.stop is None and not names & {"stoptime", "timeseries"}:
        wrong.append(f"{unit.name} does not say when to stop: give the configuration the setting stopTime")
    if is_dynamic and "timeseries" not in names:
        wrong.append("a configuration with dynamic variables has the setting TimeSeries, of type double[n]")
    if wrong:
        raise LoadError("; ".join(wrong))


def plan(run: Run, unit: Unit, is_dynamic: bool) -> Plan:
    """Raises InvalidInput."""
    given = {name.lower(): value for name, value in run.input.items()}
    start = _number(given, "startTime")
    if start is None:
        start = unit.experiment.start or 0.0
    step = _positive(given, "stepSize") or unit.experiment.step or None
    tolerance = _positive(given, "relativeTolerance") or unit.experiment.tolerance or None
    times = _times(run, given, unit, start, is_dynamic)
    interface, solver = _interface(given, unit)
    made = Plan(interface, start, times, step, tolerance, solver)
    if interface == CO_SIMULATION and not unit.interfaces[interface].canHandleVariableCommunicationStepSize:
        return _with_fixed_step(made, unit)
    return made


def _times(run: Run, given: dict[str, Any], unit: Unit, start: float, is_dynamic: bool) -> tuple[float, ...]:
    if run.times is not None:
        if run.times[0] <= start:
            raise InvalidInput(f"TimeSeries: its first time, {run.times[0]:g}, must be after the start time, {start:g}")
        return tuple(run.times)
    if is_dynamic:
        raise InvalidInput("TimeSeries: the times of the run are needed")
    stop = _number(given, "stopTime")
    if stop is None:
        stop = unit.experiment.stop
    if stop is None:
        raise InvalidInput("stopTime: a time is needed, as the unit does not say when to stop")
    if stop < start:
        raise InvalidInput(f"stopTime: {stop:g} is before the start time, {start:g}")
    return (stop,)


def _interface(given: dict[str, Any], unit: Unit) -> tuple[str, str]:
    """A solver that is named asks for model exchange."""
    wanted = str(given.get("solver") or "").strip()
    if not wanted:
        return next(iter(unit.interfaces)), SOLVERS[0]
    solver = next((name for name in SOLVERS if name.lower() == wanted.lower()), None)
    if solver is None:
        raise InvalidInput(f"solver: {wanted!r} is not known; known are {' and '.join(SOLVERS)}, and nothing")
    if MODEL_EXCHANGE not in unit.interfaces:
        raise InvalidInput(f"solver: the unit brings its own solver (co-simulation only): leave it empty, not {wanted!r}")
    return MODEL_EXCHANGE, solver


def _with_fixed_step(made: Plan, unit: Unit) -> Plan:
    """For a unit whose steps must all be as long as the first."""
    parts = [end - begin for begin, end in made.parts() if end > begin]
    if not parts:
        return made
    step = made.step or min(parts)
    for part in parts:
        count = part / step
        if abs(count - round(count)) > _CLOSE * max(count, 1) or round(count) < 1:
            raise InvalidInput(
                f"stepSize: {unit.name} takes steps of one length only, and {part:g} is no multiple of {step:g}:"
                " give a stepSize that divides the time of the run, and of each part of TimeSeries"
            )
    return Plan(made.interface, made.start, made.times, step, made.tolerance, made.solver)


def _number(given: dict[str, Any], name: str) -> Optional[float]:
    value = given.get(name.lower())
    if value is None:
        return None
    if not math.isfinite(value):
        raise InvalidInput(f"{name}: {value} is no number to run with")
    return float(value)


def _positive(given: dict[str, Any], name: str) -> Optional[float]:
    """None for 0, which leaves it to the unit."""
    value = _number(given, name)
    if value is not None and value < 0:
        raise InvalidInput(f"{name}: {value:g} is negative")
    return value or None
