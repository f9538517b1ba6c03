"""Calls of a running job to the worker: the job's process asks, the runner passes it on, the answer comes back.

One JSON object a line over a pair of sockets, one call at a time.
"""

from __future__ import annotations

import collections
import os
import selectors
import socket
from typing import Any, Callable, Deque, Optional

from . import linux, strict_json
from .commands import Answer
from .protocol import LineReader

# What an event may hold. The job's process runs the model, so nothing else that it writes is passed on.
MEMBERS = ("node", "simulation", "application", "input", "reset", "initialize", "visible", "timeout")


def _pair() -> tuple[int, int]:
    """Descriptors that programs started by a model do not inherit."""
    first, second = socket.socketpair()
    return first.detach(), second.detach()


class Caller:
    """The job's end. Blocks the thread that calls."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._calls = 0
        self._reader = LineReader(fd)

    def __call__(self, request: dict[str, Any]) -> Optional[dict[str, Any]]:
        """The answer; None when the runner has hung up, because the job is being ended."""
        self._calls += 1
        try:
            linux.write_all(self._fd, strict_json.encode({**request, "call": self._calls}).encode() + b"\n")
            while not self._reader.at_end:
                for line in self._reader.read():
                    answer = strict_json.decode(line) if line else {}
                    if answer.get("call") == self._calls:
                        return dict(answer)
        except OSError:
            pass
        return None


class CallDesk:
    """The runner's end: never blocks, and takes the next call when the one before has its answer."""

    def __init__(self, selector: selectors.BaseSelector, tell: Callable[[dict[str, Any]], None]) -> None:
        """tell is given the members of each call's event."""
        self.runner_end, self.job_end = _pair()
        os.set_blocking(self.runner_end, False)
        self._selector = selector
        self._tell = tell
        self._reader = LineReader(self.runner_end)
        self._lines: Deque[Optional[bytes]] = collections.deque()
        self._waiting: Optional[int] = None  # the call that has no answer yet
        self._outgoing = b""
        self._watched = 0
        self._watch()

    def answer(self, command: Answer) -> None:
        """Hands an answer to the job. One that no call waits for is late, and dropped."""
        if self._waiting is None or command.call != self._waiting:
            return
        self._waiting = None
        self._outgoing = strict_json.encode(vars(command)).encode() + b"\n"
        self._exchange()

    def close_job_end(self) -> None:
        if self.job_end >= 0:
            os.close(self.job_end)
            self.job_end = -1

    def hang_up(self) -> None:
        """A call that waits, and each later one, gets no answer."""
        if self.runner_end >= 0:
            self._waiting = None
            self._watch(wanted=0)
            os.close(self.runner_end)
            self.runner_end = -1

    def close(self) -> None:
        self.hang_up()
        self.close_job_end()

    def _exchange(self) -> None:
        try:
            if self._outgoing:
                self._outgoing = self._outgoing[os.write(self.runner_end, self._outgoing) :]
            elif self._waiting is None and not self._lines:
                self._lines.extend(self._reader.read())
        except BlockingIOError:
            pass
        except OSError:  # the job's process has ended, and its descriptor tells that
            self._outgoing, self._reader.at_end = b"", True
        while self._lines and self._waiting is None and not self._outgoing:
            self._take(self._lines.popleft())
        self._watch()

    def _take(self, line: Optional[bytes]) -> None:
        try:
            request = strict_json.decode(line or b"")
            number = request["call"]
            members = {name: request[name] for name in MEMBERS}
        except (ValueError, TypeError, KeyError, RecursionError):
            return  # no call of the engine's
        if isinstance(number, int) and not isinstance(number, bool):
            self._waiting = number
            self._tell({"call": number, **members})

    def _watch(self, wanted: Optional[int] = None) -> None:
        """Has the selector tell of what can be done next: of a call only when there is none yet."""
        if wanted is None:
            reading = selectors.EVENT_READ if self._waiting is None and not self._reader.at_end else 0
            wanted = selectors.EVENT_WRITE if self._outgoing else reading
        if wanted == self._watched:
            return
        if self._watched:
            self._selector.unregister(self.runner_end)
        if wanted:
            self._selector.register(self.runner_end, wanted, self._exchange)
        self._watched = wanted
