"""One run of an instance, as the plan says. All of it happens in the forked child."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from fmpy.fmi1 import FMICallException

from ..simulator import ModelError
from .bindings import Binding, Bindings
from .child import Report
from .co_simulation import CoSimulation
from .instance import CannotInstantiate, instantiate
from .plan import Plan
from .unit import CO_SIMULATION, Unit

_STATUSES = {2: "discarded the step", 3: "failed", 4: "failed for good", 5: "did not finish"}


class Stepper(Protocol):
    """Co-simulation, or model exchange with a solver."""

    ended: bool  # by the unit's own wish

    def begin(self) -> None:
        """After the initialization."""

    def change_inputs(self, change: Any) -> None:
        """Between steps; calls what it is given."""

    def advance(self, begin: float, end: float) -> None: ...


@dataclass(frozen=True)
class Values:
    """For the unit's setters: of steady inputs a list, of dynamic ones a list for each time."""

    steady: list[tuple[Binding, list[Any]]]
    dynamic: list[tuple[Binding, list[list[Any]]]]

    def at(self, index: int) -> list[tuple[Binding, list[Any]]]:
        return [(binding, values[index]) for binding, values in self.dynamic]


def probe(unit: Unit, interface: str, report: Report) -> None:
    """Whether there can be an instance; what is wrong is reported."""
    try:
        made = instantiate(unit, interface, report)
    except CannotInstantiate as error:
        report.send(refused=str(error))
        return
    report.send(instantiated=True)
    _free(unit, made)


def simulate(unit: Unit, bindings: Bindings, plan: Plan, values: Values, report: Report) -> None:
    """Reports the outputs, or why there are none."""
    try:
        made = instantiate(unit, plan.interface, report)
    except CannotInstantiate as error:
        report.send(failed=str(error), code=1)
        return
    try:
        outputs = _Run(unit, bindings, plan, values, made, report).outputs()
    except FMICallException as error:
        report.send(failed=_failure(error, made, report), code=1)
    except ModelError as error:
        report.send(failed=str(error), code=error.code)
    else:
        report.send(output=outputs, warned=report.worst > 0)
        _end(unit, made, report)


class _Run:
    def __init__(
        self, unit: Unit, bindings: Bindings, plan: Plan, values: Values, made: Any, report: Report
    ) -> None:
        self.unit = unit
        self.bindings = bindings
        self.plan = plan
        self.values = values
        self.made = made
        self.report = report

    def outputs(self) -> dict[str, Any]:
        """By the names of the configuration's variables."""
        is_dynamic = [binding for binding in self.bindings.outputs if binding.variable.is_dynamic]
        outputs: dict[str, Any] = {binding.variable.name: [] for binding in is_dynamic}
        self._initialize()
        stepper = self._stepper()
        stepper.begin()
        for index, (begin, end) in enumerate(self.plan.parts()):
            if index > 0 and self.values.dynamic:
                stepper.change_inputs(lambda: self._set(self.values.at(index)))
            stepper.advance(begin, end)
            if stepper.ended and self.made.time < self.plan.stop:
                self._end_early(bool(is_dynamic))
                break
            for binding in is_dynamic:
                outputs[binding.variable.name].append(self._get(binding))
        for binding in self.bindings.outputs:
            if not binding.variable.is_dynamic:
                outputs[binding.variable.name] = self._get(binding)
        return outputs

    def _end_early(self, is_dynamic: bool) -> None:
        """Some units end a run when they have got what is asked for, some when they fail; raises ModelError."""
        text = f"the unit ended the run at time {self.made.time:.12g}, before {self.plan.stop:.12g}"
        if is_dynamic or self.report.last_error:
            raise ModelError(text + (f": {self.report.last_error}" if self.report.last_error else ""))
        self.report.message(1, text)

    def _initialize(self) -> None:
        made, plan = self.made, self.plan
        made.time = plan.start
        first = self.values.steady + self.values.at(0)
        times = {"tolerance": plan.tolerance, "startTime": plan.start, "stopTime": plan.stop}
        if self.unit.version == 2:
            made.setupExperiment(**times)
        self._set(first, inputs=False)
        made.enterInitializationMode(**({} if self.unit.version == 2 else times))
        self._set(first, parameters=False)
        made.exitInitializationMode()

    def _stepper(self) -> Stepper:
        if self.plan.interface == CO_SIMULATION:
            return CoSimulation(self.unit, self.plan, self.made)
        from .model_exchange import ModelExchange  # loads the solver's libraries

        return ModelExchange(self.unit, self.plan, self.made)

    def _set(self, items: list[tuple[Binding, list[Any]]], inputs: bool = True, parameters: bool = True) -> None:
        for binding, values in items:
            for place in binding.places:
                if inputs if place.is_input else parameters:
                    getattr(self.made, f"set{place.type}")(place.references, values)

    def _get(self, binding: Binding) -> Any:
        """Raises ModelError for what is no value."""
        place = binding.places[0]
        getter = getattr(self.made, f"get{place.type}")
        try:
            read = getter(place.references) if self.unit.version == 2 else getter(place.references, place.count)
            return binding.value(read)
        except (ValueError, AttributeError) as error:  # FMPy decodes texts without a look whether there is one
            what = error if isinstance(error, ValueError) else "no text"
            raise ModelError(f"{binding.variable.name} ({place.path}): {what} at time {self.made.time:g}") from None


def _failure(error: FMICallException, made: Any, report: Report) -> str:
    what = _STATUSES.get(error.status, f"returned the unknown status {error.status}")
    said = f": {report.last_error}" if report.last_error else ""
    time = "" if made.time is None else f" at time {made.time:.12g}"
    return f"{error.function}{time} {what}{said}"


def _end(unit: Unit, made: Any, report: Report) -> None:
    """The outputs are told already: what goes wrong now is a warning."""
    try:
        made.terminate()
        _free(unit, made)
    except FMICallException as error:
        report.message(1, _failure(error, made, report))
    except ModelError as error:
        report.message(1, str(error))


def _free(unit: Unit, made: Any) -> None:
    """Without unloading the library, which the end of the process does."""
    if unit.version == 2:
        made.fmi2FreeInstance(made.component)
    else:
        made.fmi3FreeInstance(made.component)
