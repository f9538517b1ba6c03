"""What the runner's loop needs of a running job, however it is kept apart."""

from __future__ import annotations

import abc
import selectors
import time
from typing import Callable, Optional

from .calls import CallDesk
from .commands import Answer, Job
from .job_log import JobLog
from .outcome import TERMINATED, Outcome

Callback = Callable[[], None]


class RunningJob(abc.ABC):
    """A job on its way. The loop calls back when one of its descriptors is readable.

    outcome is set when the job is over and all it held is released.
    """

    def __init__(self, job: Job, log: JobLog, selector: selectors.BaseSelector, desk: Optional[CallDesk]) -> None:
        """desk: for calls of the job; None when it makes none."""
        self.job = job
        self.started = time.monotonic()
        self.outcome: Optional[Outcome] = None
        self.broken = False  # the runner cannot go on after this job
        self._deadline = None if job.timeout is None else self.started + job.timeout
        self._log = log
        self._selector = selector
        self._desk = desk
        self._stop_reason = ""
        self._watch(log.read_end, self._relay)

    @abc.abstractmethod
    def _end_now(self) -> None:
        """Makes the job end, by force where there is any."""

    def _give_up(self) -> None:
        """The job did not end in spite of _end_now."""

    def stop(self, reason: str) -> None:
        """reason: "terminated" or "timeout". The first one counts."""
        if not self._stop_reason:
            self._stop_reason = reason
            self._deadline = None
            self._end_now()

    def answer(self, command: Answer) -> None:
        """Gives a call of the job its answer."""
        if self._desk is not None:
            self._desk.answer(command)

    def seconds_left(self) -> Optional[float]:
        """Until check_deadline has something to do; None for never."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def check_deadline(self) -> None:
        if self.outcome is not None or self._deadline is None or time.monotonic() < self._deadline:
            return
        if self._stop_reason:
            self._give_up()
        else:
            self.stop("timeout")

    def _stopped_outcome(self, node: str, max_rss_kb: int) -> Outcome:
        where = f"node {node}: " if node else ""
        if self._stop_reason == "timeout":
            text = f"{where}the run was ended after its time limit of {self.job.timeout:g} s"
            return Outcome("error", TERMINATED, text, "timeout", max_rss_kb)
        return Outcome("terminate", TERMINATED, f"{where}the run was terminated", "terminated", max_rss_kb)

    def _relay(self) -> None:
        self._log.relay()

    def _watch(self, fd: int, callback: Callback) -> None:
        self._selector.register(fd, selectors.EVENT_READ, callback)

    def _unwatch(self, fd: int) -> None:
        self._selector.unregister(fd)
