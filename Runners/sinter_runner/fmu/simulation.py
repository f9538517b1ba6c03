"""Simulates a unit; in a process of its own, as its code is not ours."""

from __future__ import annotations

import math
from typing import Any, Callable

import fmpy.simulation
import numpy
from fmpy.fmi1 import FMICallException

from ..simulator import ModelError
from .plan import Plan
from .unit import Binding, Unit

_WARNING = 1
_STATUSES = {2: "discard", 3: "an error", 4: "a fatal error", 5: "pending"}
#: How many messages of a unit are kept.
_MESSAGES = 100


class Messages:
    """What a unit says by its log callback: its warnings and errors."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.worst = 0

    def fmi2(self, _: Any, name: Any, status: int, category: Any, text: Any, *rest: Any) -> None:
        self._add(status, text)

    def fmi3(self, _: Any, status: int, category: Any, text: Any) -> None:
        self._add(status, text)

    def _add(self, status: int, text: Any) -> None:
        decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        self.worst = max(self.worst, status)
        if status >= _WARNING and len(self.texts) < _MESSAGES and decoded.strip():
            self.texts.append(decoded.strip())


def simulate(unit: Unit, plan: Plan, values: dict[str, Any]) -> tuple[dict[str, Any], int, list[str]]:
    """The outputs by name, Sinter's status and the messages. Raises ModelError."""
    messages = Messages()
    run = _cosimulate if unit.is_cosimulation else _exchange
    try:
        read = run(unit, plan, values, messages)
    except FMICallException as error:
        raise ModelError(_failure(unit, error, messages), messages=messages.texts) from None
    outputs: dict[str, Any] = {}
    for binding in unit.outputs:
        name = binding.variable.name
        try:
            told = [binding.from_unit(item) for item in read[name]]
        except (ValueError, OverflowError) as error:
            raise ModelError(f"{name} ({binding.names[0]}): {error}", messages=messages.texts) from None
        outputs[name] = told if binding.variable.is_dynamic and plan.is_dynamic else told[-1]
        _check_finite(name, binding, outputs[name], messages)
    return outputs, 2 if messages.worst == _WARNING else 0, messages.texts


def _failure(unit: Unit, error: FMICallException, messages: Messages) -> str:
    said = f": {messages.texts[-1]}" if messages.texts else ""
    status = _STATUSES.get(error.status, f"status {error.status}")
    return f"{unit.name}: {error.function} ended with {status}{said}"


def _check_finite(name: str, binding: Binding, value: Any, messages: Messages) -> None:
    for item in numpy.ravel(numpy.array(value, dtype=object)):
        if isinstance(item, float) and not math.isfinite(item):
            raise ModelError(f"{name} ({binding.names[0]}): the unit gave {item}", messages=messages.texts)


def _instantiate(unit: Unit, kind: str, messages: Messages) -> Any:
    is_fmi3 = unit.description.fmiVersion.startswith("3")
    return fmpy.simulation.instantiate_fmu(
        unit.folder,
        unit.description,
        fmi_type=kind,
        debug_logging=True,  # without it many say nothing of errors either
        logger=messages.fmi3 if is_fmi3 else messages.fmi2,
        require_functions=False,  # many leave out what they do not offer
    )


def try_instance(unit: Unit) -> None:
    """Raises what is wrong with the unit's program, as a wrong GUID."""
    _instantiate(unit, "CoSimulation" if unit.is_cosimulation else "ModelExchange", Messages()).freeInstance()


def _setter(fmu: Any, binding: Binding) -> Callable[[Any], None]:
    call = getattr(fmu, f"set{binding.access}")

    def put(value: Any) -> None:
        values = binding.to_unit(value)
        if binding.is_text:
            values = [item.encode() for item in values]
        call(list(binding.references), values)

    return put


def _getter(fmu: Any, binding: Binding) -> Callable[[], list[Any]]:
    call = getattr(fmu, f"get{binding.access}")
    references = list(binding.references)
    if binding.count == len(references):
        return lambda: list(call(references))
    return lambda: list(call(references, binding.count))  # an array of FMI 3


def _cosimulate(unit: Unit, plan: Plan, values: dict[str, Any], messages: Messages) -> dict[str, list[Any]]:
    fmu = _instantiate(unit, "CoSimulation", messages)
    puts = [(binding, _setter(fmu, binding)) for binding in unit.inputs]
    gets = [(binding.variable.name, _getter(fmu, binding)) for binding in unit.outputs]
    is_fmi2 = unit.description.fmiVersion == "2.0"
    if is_fmi2:
        fmu.setupExperiment(tolerance=plan.tolerance, startTime=plan.start, stopTime=plan.stop)
    for binding, put in puts:
        put(_value(binding, values, plan, 0))
    if is_fmi2:
        fmu.enterInitializationMode()
    else:
        fmu.enterInitializationMode(tolerance=plan.tolerance, startTime=plan.start, stopTime=plan.stop)
    fmu.exitInitializationMode()
    read: dict[str, list[Any]] = {name: [] for name, _ in gets}
    time = plan.start
    for index, target in enumerate(plan.targets):
        for binding, put in puts:
            if binding.variable.is_dynamic and plan.is_dynamic:
                put(_value(binding, values, plan, index))
        steps = max(1, math.ceil((target - time) / plan.step - 1e-9)) if plan.step else 1
        begin = time
        for step in range(steps):
            following = target if step == steps - 1 else begin + (target - begin) * (step + 1) / steps
            fmu.doStep(currentCommunicationPoint=time, communicationStepSize=following - time)
            time = following
        for name, get in gets:
            read[name].append(get())
    fmu.terminate()
    fmu.freeInstance()
    return read


def _value(binding: Binding, values: dict[str, Any], plan: Plan, index: int) -> Any:
    value = values[binding.variable.name]
    return value[index] if binding.variable.is_dynamic and plan.is_dynamic else value


def _exchange(unit: Unit, plan: Plan, values: dict[str, Any], messages: Messages) -> dict[str, list[Any]]:
    """With FMPy's solver. Outputs between its steps are interpolated."""
    starts: dict[str, Any] = {}
    for binding in unit.inputs:
        first = binding.to_unit(_value(binding, values, plan, 0))
        if len(binding.names) == 1:
            starts[binding.names[0]] = first if binding.count > 1 else first[0]
        else:
            starts.update(zip(binding.names, first))
    gaps = numpy.diff((plan.start, *plan.targets))
    result = fmpy.simulate_fmu(
        unit.folder,
        validate=False,
        start_time=plan.start,
        stop_time=plan.stop,
        solver=plan.solver,
        step_size=plan.step,
        relative_tolerance=plan.tolerance,
        output_interval=plan.step or float(min(gaps)) / 20,
        fmi_type="ModelExchange",
        start_values=starts,
        input=_signals(unit, plan, values),
        output=[name for binding in unit.outputs for name in binding.names],
        debug_logging=True,
        logger=messages.fmi3 if unit.description.fmiVersion.startswith("3") else messages.fmi2,
        model_description=unit.description,
    )
    return {binding.variable.name: _interpolated(binding, result, plan) for binding in unit.outputs}


def _signals(unit: Unit, plan: Plan, values: dict[str, Any]) -> Any:
    """Each value holds from the time before its own; None when nothing changes over time."""
    moving = [binding for binding in unit.inputs if binding.variable.is_dynamic and plan.is_dynamic]
    if not moving:
        return None
    names = [name for binding in moving for name in binding.names]
    rows = []
    begin = plan.start
    for index, target in enumerate(plan.targets):
        row = [item for binding in moving for item in binding.to_unit(values[binding.variable.name][index])]
        rows += [(begin, *row), (target, *row)]
        begin = target
    return numpy.array(rows, dtype=[("time", float), *((name, float) for name in names)])


def _interpolated(binding: Binding, result: Any, plan: Plan) -> list[Any]:
    read: list[Any] = []
    for target in plan.targets:
        row = []
        for name in binding.names:
            column = result[name]
            if binding.is_text or column.dtype.kind not in "fd":
                row.append(column[max(0, int(numpy.searchsorted(result["time"], target, side="right")) - 1)])
            elif column.ndim > 1:
                row += [float(numpy.interp(target, result["time"], part)) for part in column.reshape(len(column), -1).T]
            else:
                row.append(float(numpy.interp(target, result["time"], column)))
        read.append(row)
    return read
