"""The two ends of the protocol: lines in, lines out."""

from __future__ import annotations

import os
import sys
from typing import Any, Iterator, Optional

from . import linux, strict_json

MAX_LINE = 64 << 20


def open_protocol() -> tuple[int, int]:
    """Takes stdin and stdout for the protocol and returns their descriptors.

    FOQUS logs to stdout and models print there, so descriptor 1 is made a copy
    of stderr and descriptor 0 reads nothing. The returned descriptors are
    closed in every program that a model starts.
    """
    commands, events = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    # Line buffered, so that a killed child has written what it printed.
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    return commands, events


class EventWriter:
    """Writes events, one line each, at once."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def send(self, event: str, **fields: Any) -> None:
        """Raises BrokenPipeError when nobody reads any more."""
        linux.write_all(self.fd, (strict_json.encode({"event": event, **fields}) + "\n").encode())

    def reject(self, message: str, job: Optional[str] = None) -> None:
        """Tells of a command that is not accepted, and of the job that it names."""
        self.send("rejected", **({} if job is None else {"id": job}), message=message)


class LineReader:
    """Splits what arrives on a descriptor into lines, without reading ahead of select()."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.at_end = False
        self._parts: list[bytes] = []
        self._size = 0
        self._skipping = False

    def read(self) -> Iterator[bytes | None]:
        """Reads what is there and yields the whole lines; None stands for one over MAX_LINE."""
        data = os.read(self.fd, 1 << 16)
        if not data:
            self.at_end = True
            return
        *lines, rest = data.split(b"\n")
        for line in lines:
            whole = b"".join((*self._parts, line))
            skipped, self._parts, self._size, self._skipping = self._skipping, [], 0, False
            yield None if skipped else whole
        self._parts.append(rest)
        self._size += len(rest)
        if self._size > MAX_LINE:
            self._parts, self._size, self._skipping = [], 0, True
