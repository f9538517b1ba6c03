"""Which of a unit's variables each variable of the configuration is."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import Any

from fmpy.model_description import ModelVariable

from ..simulator import Load, LoadError
from ..variables import Variable
from .unit import Unit

_REALS = ("Real", "Float64", "Float32")
_WHOLE = ("Integer", "Int64", "Int32", "Int16", "Int8", "UInt64", "UInt32", "UInt16", "UInt8", "Enumeration")
#: The unit's types that a value of the configuration's type can be given to.
_GIVEN = {"double": _REALS, "int": (*_WHOLE, "Boolean", *_REALS), "string": ("String",)}
#: Those whose values the configuration's type can take.
_TAKEN = {"double": (*_REALS, *_WHOLE), "int": (*_WHOLE, "Boolean"), "string": ("String",)}
#: What the unit calculates.
_CALCULATED = ("output", "local", "calculatedParameter", "independent")


@dataclass(frozen=True)
class Place:
    """One variable of the unit, or several of one type that are a vector together."""

    path: str
    type: str  # as FMPy's functions have it: Real, Float64, …
    references: tuple[int, ...]
    count: int  # of the values of all of them
    is_input: bool  # not a parameter or a start value


@dataclass(frozen=True)
class Binding:
    """An input of the configuration can be at several places; outputs are read at the first."""

    variable: Variable
    places: tuple[Place, ...]

    def flat(self, value: Any) -> list[Any]:
        """The values for the unit's setters; raises ValueError when one does not fit there."""
        values = value if isinstance(value, list) else [value]
        for place in self.places:
            for item in values:
                _check_range(place.type, item)
        return values

    def value(self, read: list[Any]) -> Any:
        """What the unit's getter gave in the configuration's type; raises ValueError for what is no value."""
        values = [self._one(item) for item in read]
        return values[0] if self.variable.type.length is None else values

    def _one(self, item: Any) -> Any:
        kind = self.variable.type.kind
        if kind == "string":
            return item.decode(errors="replace") if isinstance(item, bytes) else str(item or "")
        if kind == "int":
            return int(item)
        if not math.isfinite(item):
            raise ValueError("NaN" if math.isnan(item) else "an infinite number")
        return float(item)


@dataclass(frozen=True)
class Bindings:
    inputs: tuple[Binding, ...]
    outputs: tuple[Binding, ...]


def bind(load: Load, unit: Unit) -> Bindings:
    """Raises LoadError, which tells all that is wrong."""
    binder = _Binder(unit)
    inputs = tuple(map(binder.bind, load.with_role("input", "dynamic-input")))
    outputs = tuple(map(binder.bind, load.with_role("output", "dynamic-output")))
    if binder.wrong:
        more = len(binder.wrong) - 5
        raise LoadError("; ".join(binder.wrong[:5]) + (f"; and {more} more" if more > 0 else ""))
    return Bindings(inputs, outputs)


class _Binder:
    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.variables = unit.variables
        self.wrong: list[str] = []

    def bind(self, variable: Variable) -> Binding:
        """What is wrong is noted."""
        places: list[Place] = []
        if not variable.path:
            self.wrong.append(f"{variable.name}: its path is empty; it is the name of a variable of the unit")
        for path in variable.path if variable.is_given else variable.path[:1]:
            try:
                places.append(self._place(variable, path))
            except ValueError as error:
                self.wrong.append(f"{variable.name} ({path}): {error}")
        return Binding(variable, tuple(places))

    def _place(self, variable: Variable, path: str) -> Place:
        found = self._found(variable, path)
        for item in found:
            _check_type(variable, item)
            _check_causality(variable, item, self.unit.version)
        kinds = {item.type for item in found}
        if len(kinds) > 1:
            raise ValueError(f"its elements have different types: {', '.join(sorted(kinds))}")
        access = found[0].type
        if access == "Enumeration":
            access = "Integer" if self.unit.version == 2 else "Int64"
        references = tuple(item.valueReference for item in found)
        return Place(path, access, references, sum(map(_size, found)), found[0].causality == "input")

    def _found(self, variable: Variable, path: str) -> list[ModelVariable]:
        length = variable.type.length
        found = self.variables.get(path)
        if found is not None and found.shape:
            size = _size(found)
            if length is None or length != size:
                raise ValueError(f"it is an array of {size} in the unit: its type is {variable.type.kind}[{size}]")
            return [found]
        if length is None and found is not None:
            return [found]
        if length is not None:
            elements = [self.variables.get(f"{path}[{number}]") for number in range(1, length + 1)]
            if all(elements) and f"{path}[{length + 1}]" not in self.variables:
                return [element for element in elements if element is not None]
            if any(elements):
                count = sum(1 for name in self.variables if name.startswith(f"{path}[") and name[len(path) + 1 : -1].isdigit())
                raise ValueError(f"the unit has {count} elements of it, not {length}")
            if found is not None and length == 1:
                return [found]
            if found is not None:
                raise ValueError(f"it is one number in the unit: its type is {variable.type.kind}")
        raise ValueError(f"the unit has no variable of this name{self._nearest(path)}")

    def _nearest(self, path: str) -> str:
        folded = {name.lower(): name for name in self.variables}
        near = [folded[name] for name in difflib.get_close_matches(path.lower(), list(folded), n=3, cutoff=0.5)]
        return f"; it has {', '.join(near)}" if near else ""


def _size(variable: ModelVariable) -> int:
    return math.prod(variable.shape or (1,))


def _check_type(variable: Variable, found: ModelVariable) -> None:
    kind = variable.type.kind
    if found.type in (_GIVEN if variable.is_given else _TAKEN)[kind]:
        return
    table = _GIVEN if variable.is_given else _TAKEN
    fitting = [name for name, types in table.items() if found.type in types]
    if not fitting:
        raise ValueError(f"the unit has it as {found.type}, which a configuration cannot have")
    raise ValueError(f"the unit has it as {found.type}: its type is {' or '.join(fitting)}, not {kind}")


def _check_causality(variable: Variable, found: ModelVariable, version: int) -> None:
    causality = found.causality or "local"
    if not variable.is_given:
        if causality not in _CALCULATED:
            raise ValueError(f"it is no output but {_with_article(causality)} of the unit, whose value is what was given")
        return
    changes = causality == "input" or (version == 2 and causality == "parameter" and found.variability == "tunable")
    if variable.is_dynamic and not changes:
        raise ValueError(f"it is {_with_article(causality)} of the unit: only inputs can change over time")
    if causality in ("input", "parameter"):
        return
    is_start = causality in ("output", "local") and found.initial in ("exact", "approx")
    if not is_start or found.variability == "constant":
        raise ValueError(f"it cannot be set: it is {_with_article(causality)} of the unit, no input and no parameter")


def _with_article(causality: str) -> str:
    return {"local": "a local variable", "independent": "the time"}.get(causality) or (
        f"{'an' if causality[0] in 'aeiou' else 'a'} {causality}"
    )


def _check_range(access: str, value: Any) -> None:
    if access == "Boolean":
        low, high = 0, 1
    elif access == "Integer":
        low, high = -(1 << 31), (1 << 31) - 1
    elif access.startswith("UInt"):
        low, high = 0, (1 << int(access[4:])) - 1
    elif access.startswith("Int"):
        low, high = -(1 << (int(access[3:]) - 1)), (1 << (int(access[3:]) - 1)) - 1
    elif access == "String" and "\0" in value:
        raise ValueError("a text for a unit has no NUL in it")
    else:
        return
    if not low <= value <= high:
        raise ValueError(f"the unit takes {low} to {high}, not {value}")
