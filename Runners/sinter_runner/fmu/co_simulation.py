"""Units that bring their own solver."""

from __future__ import annotations

from typing import Any, Callable

from fmpy.fmi1 import FMICallException
from fmpy.fmi2 import fmi2Discard, fmi2LastSuccessfulTime, fmi2Terminated

from ..simulator import ModelError
from .plan import Plan
from .unit import Unit


class CoSimulation:
    def __init__(self, unit: Unit, plan: Plan, made: Any) -> None:
        self.ended = False
        self._unit = unit
        self._plan = plan
        self._made = made

    def begin(self) -> None:
        pass

    def change_inputs(self, change: Callable[[], None]) -> None:
        change()

    def advance(self, begin: float, end: float) -> None:
        step = self._step2 if self._unit.version == 2 else self._step3
        for time, following in self._plan.steps(begin, end):
            self._made.time = time
            step(time, following)
            if self.ended:
                return

    def _step2(self, time: float, following: float) -> None:
        try:
            self._made.doStep(time, following - time)
        except FMICallException as error:
            if error.status != fmi2Discard or not self._wants_to_end():
                raise
            self.ended = True
            self._made.time = self._made.getRealStatus(fmi2LastSuccessfulTime)
        else:
            self._made.time = following

    def _wants_to_end(self) -> bool:
        try:
            return bool(self._made.getBooleanStatus(fmi2Terminated))
        except (FMICallException, ModelError):  # the latter without such a function
            return False

    def _step3(self, time: float, following: float) -> None:
        _, self.ended, _, last = self._made.doStep(time, following - time)
        self._made.time = last if self.ended else following
