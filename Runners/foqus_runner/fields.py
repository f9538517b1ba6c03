"""What the commands of all runners have in common: their members, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Optional

from . import strict_json


@dataclass(frozen=True)
class Terminate:
    id: str


@dataclass(frozen=True)
class Simple:
    """A command of a name alone, as ping."""

    op: str


class BadCommand(Exception):
    """A line that is no command. Carries the id when the line names one, so that its sender can be told."""

    def __init__(self, message: str, job: Any = None) -> None:
        super().__init__(message)
        self.id = job if isinstance(job, str) else None


def members(line: bytes) -> dict[str, Any]:
    """Of a command; raises BadCommand, as all here do."""
    try:
        fields = strict_json.decode(line)
    except (ValueError, RecursionError) as error:
        raise BadCommand(f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise BadCommand("a command is a JSON object")
    return fields


def text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value or "\0" in value:
        raise BadCommand(f'{fields["op"]}: "{key}" is a text that is not empty', fields.get("id"))
    return value


def flag(fields: dict[str, Any], key: str, default: bool = False) -> bool:
    value = fields.get(key, default)
    if not isinstance(value, bool):
        raise BadCommand(f'{fields["op"]}: "{key}" is true or false', fields.get("id"))
    return value


def timeout(fields: dict[str, Any]) -> Optional[float]:
    """Seconds; None for no limit."""
    value = fields.get("timeout")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise BadCommand('run: "timeout" is a number of seconds over 0, or null', fields.get("id"))
    return float(value)
