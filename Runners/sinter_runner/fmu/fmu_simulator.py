"""The simulator of units: keeps one unpacked, and runs each job in a child."""

from __future__ import annotations

import os
from typing import Optional

import fmpy

from ..simulator import Crash, Load, LoadError, ModelError, Result, Run, Simulator
from .child import Child
from .plan import check_settings, make_plan
from .simulation import simulate, try_instance
from .unit import Unit


class FMUSimulator(Simulator):
    """What is below ``workdir`` is its own. Each run has an instance of its own, so there is nothing to reset."""

    def __init__(self, workdir: str) -> None:
        self.engine = f"FMPy {fmpy.__version__}"
        self._folder = os.path.join(workdir, "unit")
        self._child = Child()
        self._unit: Optional[Unit] = None

    def interrupt(self) -> None:
        self._child.kill()

    def load(self, load: Load) -> None:
        self._unit = None
        check_settings(load)
        unit = Unit(load, self._folder)
        try:
            self._child.call(lambda: try_instance(unit), unit.name, self._folder, load.interrupted)
        except (ModelError, Crash) as error:
            raise LoadError(f"{unit.name}: it cannot be instantiated: {error}") from None
        self._unit = unit

    def run(self, run: Run) -> Result:
        unit = self._unit
        assert unit is not None, "the loop runs what it has loaded"
        plan = make_plan(run, unit.description)
        output, code, messages = self._child.call(
            lambda: simulate(unit, plan, run.input), unit.name, run.jobdir, run.interrupted
        )
        return Result(output, code, messages)
