"""The commands, checked: what reaches the runner has the right shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Union

from .fields import BadCommand, Simple, Terminate, flag, members, text, timeout


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


def parse(line: bytes) -> Command:
    """Raises BadCommand."""
    fields = members(line)
    op = fields.get("op")
    if op in ("ping", "describe", "shutdown"):
        return Simple(op)
    if op == "load":
        plugins = fields.get("plugins") or []
        if not isinstance(plugins, list) or not all(isinstance(folder, str) for folder in plugins):
            raise BadCommand('load: "plugins" is a list of folders')
        return Load(text(fields, "session"), tuple(plugins))
    if op == "terminate":
        return Terminate(text(fields, "id"))
    if op == "run":
        return Job(
            id=text(fields, "id"),
            jobdir=text(fields, "jobdir"),
            input=fields.get("input"),
            timeout=timeout(fields),
            save_session=flag(fields, "saveSession", default=True),
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
    return Answer(text(fields, "id"), call, state, status, output, messages or "")
