"""Thread mode: all jobs in the runner's process. Fastest, and only for models one trusts.

Values are restored between jobs, but what a model keeps in its modules stays.
A node that does not stop when asked ends the runner.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import sys
import threading
import time
from typing import Optional

from . import linux, node_watch
from .calls import CallDesk, Caller
from .commands import Job
from .engine import Engine
from .flowsheet_run import FlowsheetRun
from .forked import working_folder
from .inputs import Values
from .isolation import RunningJob
from .job_log import JobLog
from .outcome import Outcome

GRACE = 1.0  # seconds from asking a flowsheet to stop until it is given up


class Stopped(BaseException):
    """Raised in a flowsheet's thread. Not an Exception: the engine catches those and goes on."""


class ThreadedJob(RunningJob):
    """A flowsheet in a thread of this process."""

    def __init__(
        self,
        engine: Engine,
        job: Job,
        values: Values,
        log: JobLog,
        selector: selectors.BaseSelector,
        desk: Optional[CallDesk],
    ) -> None:
        super().__init__(job, log, selector, desk)
        self._engine = engine
        self._node = ""
        self._node_thread = 0
        self._result: Outcome | None = None
        self._done, self._done_writer = os.pipe()
        self._watch(self._done, self._ended)
        self._streams = [os.dup(1), os.dup(2)]
        os.dup2(log.write_end, 1)
        os.dup2(log.write_end, 2)
        log.close_write_end()
        os.environ["FOQUS_JOB_ID"] = job.id
        os.chdir(working_folder(engine, job))
        node_watch.observe(self._set_node)
        engine.restore()
        if desk is not None:
            engine.simulations.begin(Caller(desk.job_end))
        self._run = FlowsheetRun(engine, job, values, job_owns_process=False)
        threading.Thread(target=self._work, name="job", daemon=True).start()

    def _set_node(self, name: str) -> None:
        self._node = name
        self._node_thread = threading.get_ident()
        if self._stop_reason:
            raise Stopped

    def _work(self) -> None:
        try:
            self._result = self._run.execute()
        finally:
            os.write(self._done_writer, b"\n")

    def _end_now(self) -> None:
        self._run.stop()
        if self._desk is not None:
            self._desk.hang_up()
        if self._node_thread:
            # Seen at the thread's next bytecode: also by a loop inside a node.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._node_thread), ctypes.py_object(Stopped))
        self._deadline = time.monotonic() + GRACE

    def _give_up(self) -> None:
        self.broken = True
        self.outcome = self._stopped_outcome(self._node, linux.max_rss_kb())

    def _ended(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        for fd, saved in enumerate(self._streams, start=1):
            os.dup2(saved, fd)
            os.close(saved)
        for fd in (self._done, self._log.read_end):
            self._unwatch(fd)
        os.close(self._done)
        os.close(self._done_writer)
        self._log.close()
        if self._desk is not None:
            self._desk.close()
        os.environ.pop("FOQUS_JOB_ID", None)
        os.chdir(self._engine.workdir)
        rss = linux.max_rss_kb()
        if self._stop_reason:
            self.outcome = self._stopped_outcome(self._node, rss)
        else:
            assert self._result is not None, "FlowsheetRun.execute returns an outcome"
            self.outcome = Outcome(**{**vars(self._result), "max_rss_kb": rss})
