"""The commands that wait their turn."""

from __future__ import annotations

import collections
from typing import Deque, Generic, Optional, TypeVar

Command = TypeVar("Command")


class Waiting(Generic[Command]):
    """First in, first out. Jobs are the commands that have an ``id``."""

    def __init__(self) -> None:
        self._commands: Deque[Command] = collections.deque()

    def __len__(self) -> int:
        return len(self._commands)

    def append(self, command: Command) -> None:
        self._commands.append(command)

    def popleft(self) -> Command:
        return self._commands.popleft()

    def clear(self) -> None:
        self._commands.clear()

    def knows(self, job: str) -> bool:
        return self._job(job) is not None

    def take_out(self, job: str) -> bool:
        """False when the job does not wait."""
        found = self._job(job)
        if found is None:
            return False
        self._commands.remove(found)
        return True

    def _job(self, job: str) -> Optional[Command]:
        return next((command for command in self._commands if getattr(command, "id", None) == job), None)
