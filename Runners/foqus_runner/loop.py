"""The runner's loop: commands in, one job at a time, events out."""

from __future__ import annotations

import os
import selectors
import signal
import time
from typing import Optional, Union

from . import inputs, linux
from .calls import CallDesk
from .commands import Answer, Job, Load, parse
from .engine import Engine, LoadError
from .fields import BadCommand, Simple, Terminate
from .flowsheet_run import LOG, prepare_directory
from .forked import ForkedJob
from .isolation import RunningJob
from .job_log import JobLog
from .outcome import NOT_RUN, TERMINATED, Outcome
from .protocol import MAX_LINE, EventWriter, LineReader
from .threaded import ThreadedJob
from .waiting import Waiting

BROKEN = 75  # EX_TEMPFAIL: the caller starts a new runner


class Runner:
    """Serves until shutdown, the end of stdin, SIGTERM or SIGINT.

    While a job runs, ping and terminate are answered at once; load, run and
    describe wait their turn.
    """

    def __init__(
        self, engine: Engine, commands: LineReader, events: EventWriter, forked: bool, memory_limit: int
    ) -> None:
        self.engine = engine
        self.commands = commands
        self.events = events
        self.forked = forked
        self.memory_limit = memory_limit
        self.jobs_done = 0
        self._selector = selectors.EpollSelector()
        self._private: tuple[int, ...] = (
            commands.fd,
            events.fd,
            self._selector.fileno(),
        )  # not for the jobs' processes
        self._queue: Waiting[Union[Load, Job, Simple]] = Waiting()
        self._running: Optional[RunningJob] = None
        self._leaving = False

    def serve(self) -> int:
        """Returns the process's exit status."""
        wakeup, wakeup_writer = os.pipe()
        os.set_blocking(wakeup_writer, False)
        self._private += (wakeup, wakeup_writer)
        signal.set_wakeup_fd(wakeup_writer, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)  # the wake-up descriptor tells
        self._selector.register(wakeup, selectors.EVENT_READ, self._leave)
        self._selector.register(self.commands.fd, selectors.EVENT_READ, self._read_commands)
        try:
            while not self._leaving:
                self._step()
            return self._finish()
        except BrokenPipeError:  # nobody to tell: go, the children with us
            if self._running is not None:
                self._running.stop("terminated")
            return 0
        finally:
            linux.kill_children()

    def _step(self) -> None:
        left = self._running.seconds_left() if self._running else None
        for key, _ in self._selector.select(left):
            # A callback may have ended the job whose other descriptors are in the list.
            if key.fileobj in self._selector.get_map():
                key.data()
        if self._running is not None:
            self._running.check_deadline()
        self._advance()

    def _finish(self) -> int:
        """Ends the running job and tells so."""
        self._queue.clear()
        if self._running is not None:
            self._running.stop("terminated")
            while self._running is not None:
                self._step()
        return 0

    def _leave(self) -> None:
        self._leaving = True

    def _read_commands(self) -> None:
        for line in self.commands.read():
            if line is None:
                self.events.reject(f"a line over {MAX_LINE >> 20} MiB")
            elif line.strip():
                self._take(line)
        if self.commands.at_end:
            self._selector.unregister(self.commands.fd)
            self._leave()

    def _take(self, line: bytes) -> None:
        try:
            command = parse(line)
        except BadCommand as error:
            self.events.reject(str(error), error.id)
            return
        if isinstance(command, Terminate):
            self._terminate(command.id)
        elif isinstance(command, Answer):
            if self._running is not None and self._running.job.id == command.id:
                self._running.answer(command)  # else it is late: the job has just ended
        elif isinstance(command, Simple) and command.op == "ping":
            running = self._running.job.id if self._running else None
            self.events.send("pong", running=running, queued=len(self._queue), jobs=self.jobs_done)
        elif isinstance(command, Simple) and command.op == "shutdown":
            self._leave()
        elif isinstance(command, Job) and self._knows(command.id):
            self.events.reject(f"run: job {command.id} is here already", command.id)
        else:
            self._queue.append(command)

    def _knows(self, job: str) -> bool:
        return self._running is not None and self._running.job.id == job or self._queue.knows(job)

    def _terminate(self, job: str) -> None:
        if self._running is not None and self._running.job.id == job:
            self._running.stop("terminated")
            return
        if self._queue.take_out(job):
            outcome = Outcome("terminate", TERMINATED, "the run was terminated before its start", "terminated")
            self._tell(job, outcome, 0.0)
            return
        self.events.reject(f"terminate: no job {job} here", job)

    def _advance(self) -> None:
        """Reports a job that is over and starts what waits."""
        if self._running is not None and self._running.outcome is not None:
            over, self._running = self._running, None
            assert over.outcome is not None
            self._tell(over.job.id, over.outcome, time.monotonic() - over.started)
            if over.broken:
                os._exit(BROKEN)
        while self._running is None and self._queue and not self._leaving:
            command = self._queue.popleft()
            if isinstance(command, Load):
                self._load(command)
            elif isinstance(command, Job):
                self._start(command)
            elif self.engine.loaded:
                self.events.send("described", **self.engine.describe())
            else:
                self.events.reject("describe: no session is loaded")

    def _load(self, command: Load) -> None:
        start = time.monotonic()
        try:
            self.engine.load(command)
        except LoadError as error:
            self.events.send("load-failed", message=str(error))
            return
        nodes = list(self.engine.flowsheet.nodes)
        seconds = round(time.monotonic() - start, 4)
        self.events.send("loaded", session=command.session, nodes=nodes, seconds=seconds)

    def _start(self, job: Job) -> None:
        if not self.engine.loaded:
            self.events.reject("run: no session is loaded", job.id)
            return
        start = time.monotonic()
        try:
            values = self.engine.check_input(job.input)
            prepare_directory(job.jobdir)
            log = JobLog(os.path.join(job.jobdir, LOG))
        except inputs.InvalidInput as error:
            self._tell(job.id, Outcome("invalid", NOT_RUN, str(error), "input"), time.monotonic() - start)
            return
        except OSError as error:
            message = f"the job's folder cannot be used: {error.strerror}"
            self._tell(job.id, Outcome("error", NOT_RUN, message, "files"), time.monotonic() - start)
            return
        self.events.send("started", id=job.id)
        engine, selector, desk = self.engine, self._selector, self._desk(job)
        if self.forked:
            self._running = ForkedJob(engine, job, values, log, selector, desk, self.memory_limit, self._private)
        else:
            self._running = ThreadedJob(engine, job, values, log, selector, desk)

    def _desk(self, job: Job) -> Optional[CallDesk]:
        """For a flowsheet with nodes that call the worker."""
        if not self.engine.simulations.nodes:
            return None
        return CallDesk(self._selector, lambda members: self.events.send("call", id=job.id, **members))

    def _tell(self, job: str, outcome: Outcome, seconds: float) -> None:
        self.jobs_done += 1
        self.events.send("result", id=job, seconds=round(seconds, 6), **outcome.fields())
