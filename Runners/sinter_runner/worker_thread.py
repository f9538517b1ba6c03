"""The thread in which a simulator lives, and how it tells the loop that something is over."""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from typing import Callable, Optional, Union

from .simulator import Result

Outcome = Union[Result, BaseException, None]


class WorkerThread:
    """Does one thing at a time; ``fd`` becomes readable when it is done."""

    def __init__(self) -> None:
        self.fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._work: queue.SimpleQueue[Callable[[], Outcome]] = queue.SimpleQueue()
        self._outcome: Outcome = None
        self.busy = False
        threading.Thread(target=self._serve, daemon=True, name="simulator").start()

    def begin(self, work: Callable[[], Outcome]) -> None:
        assert not self.busy
        self.busy = True
        self._work.put(work)

    def outcome(self) -> Outcome:
        """What the work returned or raised. To be called once, when ``fd`` is readable."""
        os.eventfd_read(self.fd)
        self.busy = False
        outcome, self._outcome = self._outcome, None
        return outcome

    def _serve(self) -> None:
        while True:
            work = self._work.get()
            try:
                self._outcome = work()
            except BaseException as error:  # the loop must always be told
                self._outcome = error
            os.eventfd_write(self.fd, 1)


def log_exception(error: BaseException, place: Optional[str] = None) -> None:
    """The traceback of what no simulator should raise, for the log."""
    if place:
        print(f"{place}:", file=sys.stderr)
    traceback.print_exception(type(error), error, error.__traceback__, file=sys.stderr)
