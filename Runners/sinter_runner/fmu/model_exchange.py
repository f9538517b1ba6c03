"""Units without a solver: SUNDIALS' CVode or Euler's method, as FMPy has them."""

from __future__ import annotations

import math
from typing import Any, Callable, Optional

from fmpy.fmi1 import FMICallException
from fmpy.fmi2 import fmi2Discard
from fmpy.simulation import ForwardEuler
from fmpy.sundials import CVodeSolver

from ..simulator import ModelError
from .plan import Plan
from .unit import Unit

_TOLERANCE = 1e-5  # relative, when nobody says one
_MAX_STEPS = 100_000  # of CVode from one point of the plan to the next
NOT_CONVERGED = 9  # Sinter's status


class _NoSignals:
    """In place of FMPy's inputs over time: ours change at events only."""

    def apply(self, time: float) -> None:
        pass


class _CVode(CVodeSolver):
    """Ends where the unit fails. FMPy's would go on with what it has not got."""

    failure: Optional[FMICallException] = None

    def f(self, t: float, y: Any, ydot: Any, user_data: Any) -> int:
        try:
            return int(super().f(t, y, ydot, user_data))
        except FMICallException as error:
            return self._failed(error)

    def g(self, t: float, y: Any, gout: Any, user_data: Any) -> int:
        try:
            return int(super().g(t, y, gout, user_data))
        except FMICallException as error:
            return self._failed(error)

    def _failed(self, error: FMICallException) -> int:
        self.failure = error
        return 1 if error.status == fmi2Discard else -1  # SUNDIALS tries a shorter step for a number over 0

    def step(self, t: float, tNext: float) -> Any:
        self.failure = None
        try:
            return super().step(t, tNext)
        except (RuntimeError, TypeError):  # the latter where SUNDIALS said nothing of the error
            if self.failure is not None:
                raise self.failure from None
            text = self.error_info[3] if self.error_info else "no convergence"
            raise ModelError(f"the solver CVode failed after time {t:g}: {text}", code=NOT_CONVERGED) from None


class ModelExchange:
    def __init__(self, unit: Unit, plan: Plan, made: Any) -> None:
        self.ended = False
        self._unit = unit
        self._plan = plan
        self._made = made
        self._next_event = math.inf
        self._tells_steps = _tells_steps(unit)
        self._solver: Any = None

    def begin(self) -> None:
        self._update()
        self._made.enterContinuousTimeMode()
        self._made.setTime(self._plan.start)
        self._solver = self._make_solver()

    def change_inputs(self, change: Callable[[], None]) -> None:
        self._event(change)

    def advance(self, begin: float, end: float) -> None:
        for time, following in self._plan.steps(begin, end):
            self._integrate(time, following)
            if self.ended:
                return

    def _make_solver(self) -> Any:
        made = self._made
        if self._unit.version == 3:
            states, indicators = made.getNumberOfContinuousStates(), made.getNumberOfEventIndicators()
            derivatives = made.getContinuousStateDerivatives
        else:
            description = self._unit.description
            states, indicators = description.numberOfContinuousStates, description.numberOfEventIndicators
            derivatives = made.getDerivatives
        common = {
            "nx": states,
            "nz": indicators,
            "get_x": made.getContinuousStates,
            "set_x": made.setContinuousStates,
            "get_dx": derivatives,
            "get_z": made.getEventIndicators,
            "input": _NoSignals(),
        }
        if self._plan.solver == "Euler":
            return ForwardEuler(**common)
        return _CVode(
            get_nominals=made.getNominalsOfContinuousStates,
            set_time=made.setTime,
            startTime=self._plan.start,
            maxStep=max(self._plan.stop - self._plan.start, math.ulp(1.0)) / 50,
            relativeTolerance=self._plan.tolerance or _TOLERANCE,
            maxNumSteps=_MAX_STEPS,
            **common,
        )

    def _integrate(self, time: float, end: float) -> None:
        made = self._made
        while time < end and not self.ended:
            made.time = time
            target = min(end, self._next_event)
            if target > time:
                state_event, _, time = self._solver.step(time, target)
            else:
                state_event = False
            made.time = time
            made.setTime(time)
            step_event = False
            if self._tells_steps:
                step_event, self.ended = made.completedIntegratorStep()
            if not self.ended and (state_event or step_event or time >= self._next_event):
                self._event()

    def _event(self, change: Optional[Callable[[], None]] = None) -> None:
        self._made.enterEventMode()
        if change is not None:
            change()
        self._update()
        if not self.ended:
            self._made.enterContinuousTimeMode()
            self._solver.reset(self._made.time)

    def _update(self) -> None:
        """Until the discrete states are settled."""
        update = self._made.newDiscreteStates if self._unit.version == 2 else self._made.updateDiscreteStates
        again = True
        while again and not self.ended:
            again, self.ended, _, _, has_next, following = update()
            self._next_event = following if has_next else math.inf


def _tells_steps(unit: Unit) -> bool:
    interface = unit.description.modelExchange
    return bool(interface is not None and interface.needsCompletedIntegratorStep)
