"""The commands, checked: what reaches the runner has the right shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Optional, Union

from . import strict_json


@dataclass(frozen=True)
class Load:
    session: str
    plugins: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """One run of the loaded flowsheet."""

    id: str
    jobdir: str
    input: Any  # checked against the flowsheet, see inputs.py
    timeout: Optional[float]
    save_session: bool


@dataclass(frozen=True)
class Terminate:
    id: str


@dataclass(frozen=True)
class Simple:
    """ping, describe or shutdown."""

    op: str


@dataclass(frozen=True)
class Answer:
    """The answer to a call of a running job."""

    id: str
    call: int
    state: str  # of the simulation's run: one of STATES
    status: int  # of the simulation's run, in Sinter's numbers
    output: Optional[dict[str, Any]]  # {name: {"value": …, "units": …}}
    messages: str


STATES = ("success", "error", "cancel", "terminate")

Command = Union[Load, Job, Terminate, Answer, Simple]


class BadCommand(Exception):
    """A line that is no command. Carries the id when the line names one, so that its sender can be told."""

    def __init__(self, message: str, job: Any = None) -> None:
        super().__init__(message)
        self.id = job if isinstance(job, str) else None


def parse(line: bytes) -> Command:
    """Raises BadCommand."""
    try:
        fields = strict_json.decode(line)
    except (ValueError, RecursionError) as error:
        raise BadCommand(f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise BadCommand("a command is a JSON object")
    op = fields.get("op")
    if op in ("ping", "describe", "shutdown"):
        return Simple(op)
    if op == "load":
        plugins = fields.get("plugins") or []
        if not isinstance(plugins, list) or not all(isinstance(folder, str) for folder in plugins):
            raise BadCommand('load: "plugins" is a list of folders')
        return Load(_text(fields, "session"), tuple(plugins))
    if op == "terminate":
        return Terminate(_text(fields, "id"))
    if op == "run":
        return Job(
            id=_text(fields, "id"),
            jobdir=_text(fields, "jobdir"),
            input=fields.get("input"),
            timeout=_timeout(fields),
            save_session=_flag(fields, "saveSession", default=True),
        )
    if op == "answer":
        return _answer(fields)
    known = "load, run, terminate, answer, ping, describe, shutdown"
    raise BadCommand(f"unknown op {op!r}; known: {known}", fields.get("id"))


def _answer(fields: dict[str, Any]) -> Answer:
    # No id in the errors: the job goes on, and its result is still to come.
    call, state, status = fields.get("call"), fields.get("state"), fields.get("status")
    output, messages = fields.get("output"), fields.get("messages")
    if isinstance(call, bool) or not isinstance(call, int):
        raise BadCommand('answer: "call" is the number of a call')
    if state not in STATES:
        raise BadCommand(f'answer: "state" is one of {", ".join(STATES)}')
    if isinstance(status, bool) or not isinstance(status, int):
        raise BadCommand('answer: "status" is a whole number')
    if not isinstance(output, dict) and output is not None:
        raise BadCommand('answer: "output" is an object of outputs, or null')
    if not isinstance(messages, str) and messages is not None:
        raise BadCommand('answer: "messages" is a text, or null')
    return Answer(_text(fields, "id"), call, state, status, output, messages or "")


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value or "\0" in value:
        raise BadCommand(f'{fields["op"]}: "{key}" is a text that is not empty', fields.get("id"))
    return value


def _flag(fields: dict[str, Any], key: str, default: bool) -> bool:
    value = fields.get(key, default)
    if not isinstance(value, bool):
        raise BadCommand(f'{fields["op"]}: "{key}" is true or false', fields.get("id"))
    return value


def _timeout(fields: dict[str, Any]) -> Optional[float]:
    value = fields.get("timeout")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise BadCommand('run: "timeout" is a number of seconds over 0, or null', fields.get("id"))
    return float(value)
