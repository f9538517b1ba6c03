"""The commands, checked: what reaches a simulator has the right shape."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any, Optional, Union

from foqus_runner.fields import BadCommand, Simple, Terminate, flag, members, text, timeout

from .simulator import InvalidInput, Load, Run
from .variables import ROLES, ValueType, Variable


@dataclass(frozen=True)
class RunCommand:
    """A run whose input is not looked at yet: that needs the configuration's variables."""

    id: str
    jobdir: str
    input: Any
    times: Any
    timeout: Optional[float]
    reset: bool
    initialize: bool

    def checked(self, load: Load) -> Run:
        """Raises InvalidInput, which tells all that is wrong."""
        times = self._times()
        return Run(
            self.id, self.jobdir, self._input(load, times), times, self.timeout, self.reset, self.initialize
        )

    def _times(self) -> Optional[list[float]]:
        if self.times is None:
            return None
        try:
            times: list[float] = ValueType("double", 1).convert(self.times, any_length=True)
        except ValueError as error:
            raise InvalidInput(f"times: {error}") from None
        if not times or not all(map(math.isfinite, times)) or any(a >= b for a, b in zip(times, times[1:])):
            raise InvalidInput("times: numbers are needed, each over the one before")
        return times

    def _input(self, load: Load, times: Optional[list[float]]) -> dict[str, Any]:
        given = {} if self.input is None else self.input
        if not isinstance(given, dict):
            raise InvalidInput("the input is an object with a value for each variable")
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for variable in load.variables:
            if not variable.is_given:
                continue
            value = given.get(variable.name)
            length = None if times is None else len(times)
            if value is None:
                value = variable.default
                if variable.is_dynamic and length is not None:
                    value = [value] * length
            try:
                values[variable.name] = variable.convert(value, length)
            except ValueError as error:
                wrong.append(f"{variable.name}: {'no value is given' if value is None else error}")
        known = {variable.name for variable in load.variables if variable.is_given}
        wrong += [f"{name}: the configuration has no such input or setting" for name in given if name not in known]
        if wrong:
            raise InvalidInput("; ".join(wrong))
        return values


Command = Union[Load, RunCommand, Terminate, Simple]


def parse(line: bytes) -> Command:
    """Raises BadCommand."""
    fields = members(line)
    op = fields.get("op")
    if op in ("ping", "shutdown"):
        return Simple(op)
    if op == "load":
        return _load(fields)
    if op == "terminate":
        return Terminate(text(fields, "id"))
    if op == "run":
        return RunCommand(
            id=text(fields, "id"),
            jobdir=text(fields, "jobdir"),
            input=fields.get("input"),
            times=fields.get("times"),
            timeout=timeout(fields),
            reset=flag(fields, "reset"),
            initialize=flag(fields, "initialize"),
        )
    raise BadCommand(f"unknown op {op!r}; known: load, run, terminate, ping, shutdown", fields.get("id"))


def _load(fields: dict[str, Any]) -> Load:
    directory = os.path.abspath(text(fields, "directory"))
    variables = fields.get("variables")
    if not isinstance(variables, list):
        raise BadCommand('load: "variables" is a list')
    application = fields.get("application")
    return Load(
        directory=directory,
        model=os.path.join(directory, text(fields, "model")),
        model_name=_model_name(fields),
        application=application if isinstance(application, str) else "",
        variables=tuple(map(_variable, variables)),
    )


def _model_name(fields: dict[str, Any]) -> str:
    """Where the configuration has the model: it may be staged under another name."""
    name = fields.get("modelName")
    if name is None:
        return ""
    if not isinstance(name, str) or not name or "\0" in name or name.startswith("/") or ".." in name.split("/"):
        raise BadCommand('load: "modelName" is a path below the simulation')
    return name


def _variable(entry: Any) -> Variable:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise BadCommand('load: a variable is an object with a "name"')
    name, role, path = entry["name"], entry.get("role"), entry.get("path") or []
    if role not in ROLES:
        raise BadCommand(f"load: {name}: the role is one of {', '.join(ROLES)}")
    if not isinstance(path, list) or not all(isinstance(part, str) for part in path):
        raise BadCommand(f'load: {name}: "path" is a list of texts')
    try:
        value_type = ValueType.parse(str(entry.get("type")))
    except ValueError as error:
        raise BadCommand(f"load: {name}: {error}") from None
    return Variable(name, role, value_type, tuple(path), entry.get("units") or "", entry.get("default"))
