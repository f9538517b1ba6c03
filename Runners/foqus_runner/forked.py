"""Fork mode: each job in a child of the warm process.

The loaded session is shared copy-on-write, so that nothing leaks from one job
to the next, a kill always works, and a crash is one job's error.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import selectors
from dataclasses import asdict, replace
from typing import NoReturn, Optional

from . import linux, node_watch
from .calls import CallDesk, Caller
from .commands import Job
from .engine import Engine
from .flowsheet_run import FlowsheetRun
from .inputs import Values
from .isolation import RunningJob
from .job_log import JobLog
from .messages import describe_exit, print_exception
from .outcome import EXCEPTION, Outcome


class ForkedJob(RunningJob):
    """A child process in a session and process group of its own."""

    def __init__(
        self,
        engine: Engine,
        job: Job,
        values: Values,
        log: JobLog,
        selector: selectors.BaseSelector,
        desk: Optional[CallDesk],
        memory_limit: int,
        private: tuple[int, ...],
    ) -> None:
        node = node_watch.SharedName()
        helpers = linux.children()  # started by plugins when they were loaded: not this job's
        result, result_writer = os.pipe()
        runner = os.getpid()
        pid = os.fork()
        if pid == 0:
            private = (*private, result, log.read_end)
            if desk is not None:
                private = (*private, desk.runner_end)
                engine.simulations.begin(Caller(desk.job_end))
            _child(runner, engine, job, values, log, result_writer, node, memory_limit, private)
        os.close(result_writer)
        log.close_write_end()
        if desk is not None:
            desk.close_job_end()
        self._pid = pid
        self._node = node
        self._helpers = helpers
        self._result = result
        self._received = bytearray()
        self._pidfd = os.pidfd_open(pid)
        super().__init__(job, log, selector, desk)
        os.set_blocking(result, False)
        self._watch(result, self._receive)
        self._watch(self._pidfd, self._ended)

    def _end_now(self) -> None:
        linux.kill_group(self._pid)

    def _receive(self) -> None:
        if not self._read_result():  # the child's end follows, and the pidfd tells it
            self._unwatch(self._result)

    def _read_result(self) -> bool:
        """False at the end, or when there is nothing now."""
        try:
            data = os.read(self._result, 1 << 16)
        except BlockingIOError:
            return False
        self._received += data
        return bool(data)

    def _relay(self) -> None:
        if not self._log.relay() and self._log.read_end in self._selector.get_map():
            self._unwatch(self._log.read_end)

    def _ended(self) -> None:
        for fd in (self._pidfd, self._result, self._log.read_end):
            if fd in self._selector.get_map():
                self._unwatch(fd)
        linux.kill_group(self._pid)  # before reaping, while the id is surely still the child's
        _, status, usage = os.wait4(self._pid, 0)
        linux.kill_children(keep=self._helpers)
        while self._read_result():
            pass
        self._log.close()
        if self._desk is not None:
            self._desk.close()
        os.close(self._pidfd)
        os.close(self._result)
        self.outcome = self._judge(status, usage.ru_maxrss)

    def _judge(self, status: int, max_rss_kb: int) -> Outcome:
        if self._received.endswith(b"\n"):
            return replace(Outcome(**json.loads(self._received)), max_rss_kb=max_rss_kb)
        node = self._node.get()
        if self._stop_reason:
            return self._stopped_outcome(node, max_rss_kb)
        where = f"node {node}: " if node else ""
        text = f"{where}node code ended the process: {describe_exit(status)}"
        return Outcome("error", EXCEPTION, text, "crash", max_rss_kb)


def _child(
    runner: int,
    engine: Engine,
    job: Job,
    values: Values,
    log: JobLog,
    result: int,
    node: node_watch.SharedName,
    memory_limit: int,
    private: tuple[int, ...],
) -> NoReturn:
    """Runs the job in the forked child and never returns."""
    try:
        linux.begin_child(runner)
        os.dup2(log.write_end, 1)
        os.dup2(log.write_end, 2)
        # The protocol is none of the model's business. What plugins opened when they were loaded stays open.
        for fd in private:
            os.close(fd)
        faulthandler.enable(2)  # a crash leaves the Python stack in the log
        linux.prefer_for_oom()
        if memory_limit:
            resource.setrlimit(resource.RLIMIT_AS, (memory_limit, memory_limit))
        os.environ["FOQUS_JOB_ID"] = job.id
        os.chdir(working_folder(engine, job))
        node_watch.observe(node.set)
        outcome = FlowsheetRun(engine, job, values, job_owns_process=True).execute()
        linux.write_all(result, json.dumps(asdict(outcome)).encode() + b"\n")
        os._exit(0)
    except BaseException:
        print_exception()
    finally:
        os._exit(70)



def working_folder(engine: Engine, job: Job) -> str:
    """The job's folder, unless a node needs user_ml_ai_models, which FOQUS looks for below the current folder."""
    nodes = engine.flowsheet.nodes.values()
    return engine.workdir if any(node.isModelML for node in nodes) else job.jobdir
