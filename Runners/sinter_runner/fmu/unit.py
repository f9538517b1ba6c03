"""A unit that is unpacked and read, and its variables as a configuration means them."""

from __future__ import annotations

import difflib
import os
import shutil
import zipfile
from dataclasses import dataclass
from typing import Any, Optional

import fmpy
import numpy

from ..simulator import Load, LoadError
from ..variables import Variable

#: What a unit's getters and setters are called by the type of its variable, where that is another word.
_ACCESS = {("2.0", "Enumeration"): "Integer", ("3.0", "Enumeration"): "Int64"}
_TEXTS = ("String",)
_UNUSABLE = ("Binary", "Clock")


@dataclass(frozen=True)
class Binding:
    """Where a variable of the configuration is in the unit: one reference, or one for each element of a vector."""

    variable: Variable
    names: tuple[str, ...]
    references: tuple[int, ...]
    access: str  # Real, Float64, …
    count: int  # how many values the references have together
    is_text: bool
    is_boolean: bool
    causality: str

    def to_unit(self, value: Any) -> list[Any]:
        values = value if isinstance(value, list) else [value]
        if self.is_text:
            return [str(item) for item in values]
        if self.access in ("Real", "Float64", "Float32"):
            return [float(item) for item in values]
        return [bool(item) if self.is_boolean else int(item) for item in values]

    def from_unit(self, values: list[Any]) -> Any:
        """In the configuration's type; raises ValueError for what does not fit into it."""
        converted = [self._from_one(value) for value in values]
        return converted if self.variable.type.length is not None else converted[0]

    def _from_one(self, value: Any) -> Any:
        kind = self.variable.type.kind
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if kind == "string":
            return str(value)
        if isinstance(value, str):
            raise ValueError(f"it is the text {value!r}")
        if kind == "double":
            return float(value)
        if float(value) != int(value):
            raise ValueError(f"{value!r} is no whole number")
        return int(value)


class Unit:
    """Raises LoadError for what cannot be simulated here. ``folder`` is made anew."""

    def __init__(self, load: Load, folder: str) -> None:
        self.name = os.path.basename(load.model)
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        self._unpack(load.model)
        try:
            self.description = fmpy.read_model_description(folder, validate=False)
        except Exception as error:
            raise LoadError(f"{self.name}: its modelDescription.xml cannot be read: {_first_line(error)}") from None
        self._check_version()
        self._check_platform()
        self._by_name = {variable.name: variable for variable in self.description.modelVariables}
        self.inputs = [self._bind(variable) for variable in load.with_role("input", "dynamic-input")]
        self.outputs = [self._bind(variable) for variable in load.with_role("output", "dynamic-output")]

    @property
    def is_cosimulation(self) -> bool:
        return self.description.coSimulation is not None

    def _unpack(self, path: str) -> None:
        try:
            with zipfile.ZipFile(path) as archive:
                broken = archive.testzip()
                if broken is not None:
                    raise LoadError(f"{self.name}: its part {broken} is damaged")
                for entry in archive.namelist():
                    if entry.startswith("/") or ".." in entry.replace("\\", "/").split("/"):
                        raise LoadError(f"{self.name}: its part {entry} would leave the folder")
                archive.extractall(self.folder)
        except FileNotFoundError:
            raise LoadError(f"{self.name}: the simulation has no such file") from None
        except (zipfile.BadZipFile, OSError) as error:
            raise LoadError(f"{self.name}: it cannot be unpacked, so it is no unit or a damaged one: {error}") from None

    def _check_version(self) -> None:
        version = self.description.fmiVersion
        if version != "2.0" and not version.startswith("3.0"):
            raise LoadError(f"{self.name}: it is for FMI {version}, and 2.0 and 3.0 are understood: export it anew")
        if self.description.coSimulation is None and self.description.modelExchange is None:
            raise LoadError(f"{self.name}: it is neither for co-simulation nor for model exchange")

    def _check_platform(self) -> None:
        platforms = fmpy.supported_platforms(self.folder)
        if "linux64" in platforms:
            return
        present = ", ".join(name for name in platforms if name != "c-code")
        if present:
            raise LoadError(f"{self.name}: it has programs for {present} only: export it for 64-bit Linux")
        raise LoadError(f"{self.name}: it has no program for 64-bit Linux: export it with one")

    # The configuration's variables.

    def _bind(self, variable: Variable) -> Binding:
        if not variable.path:
            raise LoadError(f"{variable.name}: the configuration has no path for it, the name of a unit's variable")
        path = variable.path[0]
        found = self._members(variable, path)
        first = found[0]
        for member in found:
            self._check(variable, member)
        count = int(sum(numpy.prod(member.shape or (1,)) for member in found))
        wanted = variable.type.length or 1
        if count != wanted:
            raise LoadError(f"{variable.name} ({path}): it has {count} values in the unit, and {variable.type} {wanted}")
        version = "3.0" if self.description.fmiVersion.startswith("3") else "2.0"
        return Binding(
            variable=variable,
            names=tuple(member.name for member in found),
            references=tuple(member.valueReference for member in found),
            access=_ACCESS.get((version, first.type), first.type),
            count=count,
            is_text=first.type in _TEXTS,
            is_boolean=first.type == "Boolean",
            causality=first.causality,
        )

    def _members(self, variable: Variable, path: str) -> list[Any]:
        if path in self._by_name:
            return [self._by_name[path]]
        if variable.type.length is not None:
            start = 0 if f"{path}[0]" in self._by_name else 1
            names = [f"{path}[{start + index}]" for index in range(variable.type.length)]
            if all(name in self._by_name for name in names):
                return [self._by_name[name] for name in names]
        near = difflib.get_close_matches(path, list(self._by_name), n=3, cutoff=0.5)
        hint = f"; near to it are {', '.join(near)}" if near else ""
        raise LoadError(f"{variable.name}: the unit has no variable {path}{hint}")

    def _check(self, variable: Variable, member: Any) -> None:
        where = f"{variable.name} ({member.name})"
        if member.type in _UNUSABLE:
            raise LoadError(f"{where}: variables of type {member.type} cannot be used")
        if not variable.is_given:
            return
        if variable.is_dynamic and member.causality != "input":
            raise LoadError(f"{where}: it is a {member.causality} of the unit; only inputs can change over time")
        settable = member.causality == "input" or (
            member.variability != "constant" and member.initial in ("exact", "approx", None)
            and member.causality in ("parameter", "structuralParameter", "local", "output", None)
            and (member.causality != "output" or member.initial is not None)
        )
        if not settable or member.causality == "calculatedParameter":
            raise LoadError(f"{where}: it is a {member.causality} of the unit, which calculates it: it cannot be given")


def _first_line(error: Exception) -> str:
    text: Optional[str] = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
