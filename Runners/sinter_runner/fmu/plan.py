"""What one run of a unit is to do: times, steps and tolerance, from the settings and the unit's default experiment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Optional

from ..simulator import InvalidInput, LoadError, Load, Run

#: Settings that a configuration may have, in any case.
KNOWN = ("starttime", "stoptime", "stepsize", "relativetolerance", "solver", "timeseries")
SOLVERS = ("CVode", "Euler")
#: More steps than a run may make, so that a slip cannot run for days.
_STEPS = 10_000_000


def check_settings(load: Load) -> None:
    """Raises LoadError for a setting that means nothing here."""
    for variable in load.with_role("setting"):
        if variable.name.lower() not in KNOWN:
            raise LoadError(
                f"{variable.name}: units have no such setting; there are startTime, stopTime, stepSize,"
                " relativeTolerance, solver and TimeSeries"
            )


@dataclass(frozen=True)
class Plan:
    start: float
    #: When outputs are read, rising; the last one ends the run.
    targets: tuple[float, ...]
    step: Optional[float]  # the longest; None for the unit's own
    tolerance: Optional[float]
    solver: str
    is_dynamic: bool

    @property
    def stop(self) -> float:
        return self.targets[-1]


def make_plan(run: Run, description: Any) -> Plan:
    """Raises InvalidInput."""
    settings = {name.lower(): value for name, value in run.input.items() if name.lower() in KNOWN}
    experiment = description.defaultExperiment
    start = _number(settings, "starttime", getattr(experiment, "startTime", None), 0.0)
    tolerance = _number(settings, "relativetolerance", getattr(experiment, "tolerance", None), None)
    step = _number(settings, "stepsize", getattr(experiment, "stepSize", None), None)
    assert start is not None
    if run.times is not None:
        targets = tuple(run.times)
        if targets[0] <= start:
            raise InvalidInput(f"TimeSeries: its first time, {targets[0]:g}, is not after the start, {start:g}")
    else:
        stop = _number(settings, "stoptime", getattr(experiment, "stopTime", None), None)
        if stop is None:
            raise InvalidInput("stopTime: the unit has no default experiment, so the setting stopTime must be given")
        if stop <= start:
            raise InvalidInput(f"stopTime: {stop:g} is not after the start, {start:g}")
        targets = (stop,)
    if step is not None and step <= 0:
        raise InvalidInput(f"stepSize: {step:g} is not more than 0")
    if step is not None and (targets[-1] - start) / step > _STEPS:
        raise InvalidInput(f"stepSize: with {step:g} the run would take more than {_STEPS} steps")
    solver = str(settings.get("solver") or SOLVERS[0])
    if solver not in SOLVERS:
        raise InvalidInput(f"solver: {solver!r} is not known; there are {' and '.join(SOLVERS)}")
    return Plan(start, targets, step, tolerance, solver, run.times is not None)


def _number(settings: dict[str, Any], name: str, default: Any, otherwise: Optional[float]) -> Optional[float]:
    value = settings.get(name)
    if value is None:
        value = default
    if value is None:
        return otherwise
    number = float(value)
    if not math.isfinite(number):
        raise InvalidInput(f"{name}: {number} is no number to calculate with")
    return number
