"""The runner's loop: commands in, one job at a time in a simulator, events out."""

from __future__ import annotations

import os
import selectors
import signal
import sys
import time
from dataclasses import replace
from typing import Any, Callable, Optional, Union

from foqus_runner import linux
from foqus_runner.fields import BadCommand, Simple, Terminate
from foqus_runner.messages import shorten
from foqus_runner.protocol import MAX_LINE, EventWriter, LineReader, open_protocol
from foqus_runner.waiting import Waiting

from .commands import RunCommand, parse
from .processes import kill_children
from .results import outcome_fields, prepare_directory
from .simulator import FilesError, InvalidInput, Load, LoadError, ModelError, Result, Run, Simulator, Unavailable
from .worker_thread import Outcome, WorkerThread, log_exception

FAILED = 69  # EX_UNAVAILABLE: the simulator cannot be used on this machine
BROKEN = 75  # EX_TEMPFAIL: the caller starts a new runner
#: Seconds that an interrupted simulator has to return, and one that is closed to end.
GRACE = 3.0


def serve(make: Callable[[], Simulator]) -> int:
    """Serves until shutdown, the end of stdin, SIGTERM or SIGINT; returns the process's exit status.

    Takes stdin and stdout before it makes the simulator, whose imports may print.
    """
    commands, events = open_protocol()
    linux.become_subreaper()
    writer = EventWriter(events)
    try:
        try:
            simulator = make()
        except Exception as error:
            if not isinstance(error, Unavailable):
                log_exception(error)
            writer.send("failed", message=shorten(str(error) or type(error).__name__))
            return FAILED
        return Server(simulator, LineReader(commands), writer).serve()
    except BrokenPipeError:  # nobody to tell
        return 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        kill_children()


class _Running:
    """The job in the simulator. ``ended`` is why it was interrupted."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.started = time.monotonic()
        self.deadline = None if run.timeout is None else self.started + run.timeout
        self.ended: Optional[str] = None


class Server:
    """While a job runs, ping, terminate and shutdown are answered at once; the rest waits its turn."""

    def __init__(self, simulator: Simulator, commands: LineReader, events: EventWriter) -> None:
        self.simulator = simulator
        self.commands = commands
        self.events = events
        self._worker = WorkerThread()
        self._selector = selectors.EpollSelector()
        self._queue: Waiting[Union[Load, RunCommand]] = Waiting()
        self._running: Optional[_Running] = None
        self._loaded: Optional[Load] = None
        self._loading: Optional[Load] = None
        self._kill_at: Optional[float] = None  # when an interrupted simulator has had its time
        self._leaving = False
        self._code = 0

    def serve(self) -> int:
        started = time.monotonic()
        self._wakeup, wakeup_writer = os.pipe()
        os.set_blocking(wakeup_writer, False)
        signal.set_wakeup_fd(wakeup_writer, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)  # the wake-up descriptor tells
        self._selector.register(self._wakeup, selectors.EVENT_READ, self._leave)
        self._selector.register(self.commands.fd, selectors.EVENT_READ, self._read_commands)
        self._selector.register(self._worker.fd, selectors.EVENT_READ, self._work_done)
        self._then: Callable[[Outcome], None] = lambda outcome: self._started(outcome, started)
        self._worker.begin(self.simulator.start)
        self._loop(until=lambda: self._leaving and not self._worker.busy)
        if self._code == 0:
            self._close()
        return self._code

    def _close(self) -> None:
        self._then = lambda outcome: None
        self._kill_at = time.monotonic() + GRACE
        self._worker.begin(self.simulator.close)
        self._loop(until=lambda: not self._worker.busy)

    def _loop(self, until: Callable[[], bool]) -> None:
        while not until():
            for key, _ in self._selector.select(self._seconds_left()):
                if key.fileobj in self._selector.get_map():  # another one's callback may have taken it out
                    key.data()
            self._check_clock()
            self._advance()

    # What the simulator's thread has done.

    def _work_done(self) -> None:
        outcome = self._worker.outcome()
        self._kill_at = None
        self._then(outcome)

    def _started(self, outcome: Outcome, since: float) -> None:
        if self._leaving:
            return
        if isinstance(outcome, BaseException):
            if not isinstance(outcome, Unavailable):
                log_exception(outcome)
            self.events.send("failed", message=shorten(str(outcome) or type(outcome).__name__))
            self._code = FAILED
            self._leaving = True
            return
        seconds = round(time.monotonic() - since, 3)
        self.events.send("ready", pid=os.getpid(), engine=self.simulator.engine, seconds=seconds)

    def _loaded_or_not(self, outcome: Outcome, load: Load, since: float) -> None:
        self._loading = None
        if outcome is None:
            self._loaded = load
            self.events.send("loaded", seconds=round(time.monotonic() - since, 4))
            return
        if isinstance(outcome, BaseException) and not isinstance(outcome, (LoadError, Unavailable)):
            log_exception(outcome)
        self.events.send("load-failed", message=shorten(str(outcome) or type(outcome).__name__))

    def _ran(self, outcome: Outcome, running: _Running) -> None:
        self._running = None
        self._tell(running, outcome_fields(outcome, running.ended, running.run.timeout))

    # What comes on stdin.

    def _read_commands(self) -> None:
        for line in self.commands.read():
            if line is None:
                self.events.reject(f"a line over {MAX_LINE >> 20} MiB")
            elif line.strip():
                self._take(line)
        if self.commands.at_end:
            self._leave()

    def _take(self, line: bytes) -> None:
        try:
            command = parse(line)
        except BadCommand as error:
            self.events.reject(str(error), error.id)
            return
        if isinstance(command, Terminate):
            self._terminate(command.id)
        elif isinstance(command, Simple) and command.op == "ping":
            self.events.send("pong", running=self._running.run.id if self._running else None)
        elif isinstance(command, Simple):
            self._leave()
        elif isinstance(command, RunCommand) and self._knows(command.id):
            self.events.reject(f"run: job {command.id} is here already", command.id)
        else:
            self._queue.append(command)

    def _knows(self, job: str) -> bool:
        return self._running is not None and self._running.run.id == job or self._queue.knows(job)

    def _terminate(self, job: str) -> None:
        if self._running is not None and self._running.run.id == job:
            self._interrupt("terminated")
            return
        if self._queue.take_out(job):
            self.events.send("result", id=job, seconds=0.0, **outcome_fields(None, "terminated", None))
            return
        self.events.reject(f"terminate: no job {job} here", job)

    def _leave(self) -> None:
        """Takes no more commands and ends what runs."""
        if self._leaving:
            return
        self._leaving = True
        self._queue.clear()
        for descriptor in (self.commands.fd, self._wakeup):
            self._selector.unregister(descriptor)
        if self._worker.busy:
            self._interrupt("terminated")

    # What runs.

    def _advance(self) -> None:
        """Gives the simulator what waits, when it is free."""
        while self._queue and not self._worker.busy:
            command = self._queue.popleft()
            if isinstance(command, Load):
                self._begin_load(command)
            else:
                self._begin_run(command)

    def _begin_load(self, load: Load) -> None:
        since = time.monotonic()
        self._loaded, self._loading = None, load
        self._then = lambda outcome: self._loaded_or_not(outcome, load, since)
        self._worker.begin(lambda: self.simulator.load(load))

    def _begin_run(self, command: RunCommand) -> None:
        if self._loaded is None:
            self.events.reject("run: no simulation is loaded", command.id)
            return
        try:
            run = command.checked(self._loaded)
            prepare_directory(run.jobdir)
        except (InvalidInput, FilesError) as error:
            self.events.send("result", id=command.id, seconds=0.0, **outcome_fields(error))
            return
        self.events.send("started", id=run.id)
        running = self._running = _Running(run)
        self._then = lambda outcome: self._ran(outcome, running)
        self._worker.begin(lambda: self._simulate(run))

    def _simulate(self, run: Run) -> Result:
        """In the simulator's thread. How a first run with the defaults ends does not matter: it only warms the model up."""
        if run.initialize and self._loaded is not None:
            defaults = {
                variable.name: variable.default
                for variable in self._loaded.with_role("setting", "input")
                if variable.default is not None
            }
            try:
                self.simulator.run(replace(run, input={**run.input, **defaults}))
            except (ModelError, InvalidInput):
                pass
            run = replace(run, reset=False)
        return self.simulator.run(run)

    def _interrupt(self, why: str) -> None:
        """Ends what the simulator does: "timeout" or "terminated"."""
        if self._kill_at is not None:  # it is ending already
            return
        self._kill_at = time.monotonic() + GRACE
        if self._running is not None:
            self._running.ended = why
            self._running.run.interrupted.set()
        if self._loading is not None:
            self._loading.interrupted.set()
        self.simulator.interrupt()

    def _seconds_left(self) -> Optional[float]:
        deadlines = [self._kill_at, None if self._running is None or self._running.ended else self._running.deadline]
        times = [deadline for deadline in deadlines if deadline is not None]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _check_clock(self) -> None:
        now = time.monotonic()
        running = self._running
        if running is not None and running.deadline is not None and not running.ended and now >= running.deadline:
            self._interrupt("timeout")
        if self._kill_at is not None and now >= self._kill_at:
            self._break()

    def _break(self) -> None:
        """Ends this process: the simulator does not return."""
        if self._running is not None:
            self._tell(self._running, outcome_fields(None, self._running.ended, self._running.run.timeout))
        sys.stdout.flush()
        sys.stderr.flush()
        kill_children()
        os._exit(self._code if self._leaving else BROKEN)

    def _tell(self, running: _Running, fields: dict[str, Any]) -> None:
        seconds = round(time.monotonic() - running.started, 6)
        memory = self.simulator.memory_kb()
        self.events.send("result", id=running.run.id, seconds=seconds, memoryKB=memory, **fields)
