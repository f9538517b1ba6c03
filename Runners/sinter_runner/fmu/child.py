"""Runs a unit's code in a forked child: it may crash, hang, leak and print as it likes."""

from __future__ import annotations

import ctypes
import faulthandler
import json
import os
import resource
import selectors
import sys
import threading
from dataclasses import dataclass, field
from typing import Any, Callable, NoReturn, Optional

from foqus_runner import linux, strict_json
from foqus_runner.job_log import JobLog
from foqus_runner.messages import describe_exit, print_exception, shorten
from foqus_runner.node_watch import SharedName

from ..processes import kill_children

#: How many messages of a unit are kept, and how long one may be.
MAX_MESSAGES = 100
MAX_LENGTH = 500
_LOG = "fmu.log"


class Report:
    """The child's end: tells the parent what the unit says, where it is, and what came out."""

    def __init__(self, descriptor: int, place: SharedName) -> None:
        self._descriptor = descriptor
        self._place = place
        self._left = MAX_MESSAGES
        self.worst = 0  # of the statuses of FMI that were seen
        self.last_error = ""

    def at(self, function: str, time: Optional[float]) -> None:
        """Before each call of the unit's code, which may not come back."""
        self._place.set(function if time is None else f"{function} at time {time:.12g}")

    def message(self, status: int, text: str) -> None:
        """Of the unit's log: warnings and worse are kept."""
        text = " ".join(text.split())[:MAX_LENGTH]
        self.worst = max(self.worst, status)
        if status > 1 and text:
            self.last_error = text
        if status > 0 and text and self._left > 0:
            self._left -= 1
            self.send(message=text)

    def send(self, **fields: Any) -> None:
        linux.write_all(self._descriptor, (strict_json.encode(fields) + "\n").encode(errors="backslashreplace"))


@dataclass
class Told:
    """What a child has told until its end."""

    messages: list[str] = field(default_factory=list)
    fields: Optional[dict[str, Any]] = None  # what came out; None when the unit's code ended the process before
    ending: str = ""  # how the process ended, when not by itself
    place: str = ""  # in which of the unit's functions


class Child:
    """One child at a time. ``kill`` may be called in any thread, at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid: Optional[int] = None

    def kill(self) -> None:
        with self._lock:
            if self._pid is not None:
                linux.kill_group(self._pid)

    def call(self, work: Callable[[Report], None], folder: str, interrupted: threading.Event) -> Told:
        """Does the work in the folder, where what is printed becomes a log."""
        log = JobLog(os.path.join(folder, _LOG))
        place = SharedName()
        reader, writer = os.pipe()
        parent = os.getpid()
        with self._lock:
            pid = os.fork()
            if pid == 0:
                _child(parent, work, folder, Report(writer, place), (writer, log.write_end))
            self._pid = pid
        os.close(writer)
        log.close_write_end()
        if interrupted.is_set():  # an interrupt from before there was a child
            self.kill()
        os.set_blocking(reader, False)
        received = bytearray()
        try:
            status = self._watch(pid, reader, received, log)
        finally:
            log.close()
            os.close(reader)
        return _told(received, status, place.get())

    def _watch(self, pid: int, reader: int, received: bytearray, log: JobLog) -> int:
        """Until the child has ended; returns its wait status."""
        pidfd = os.pidfd_open(pid)
        with selectors.DefaultSelector() as selector:
            for descriptor in (pidfd, reader, log.read_end):
                selector.register(descriptor, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                if reader in ready and not _read(reader, received):
                    selector.unregister(reader)  # its end; the pidfd tells that of the child
                if log.read_end in ready and not log.relay():
                    selector.unregister(log.read_end)
                if pidfd in ready:
                    break
        with self._lock:
            self._pid = None
            linux.kill_group(pid)  # what it started; it is not reaped, so the id is surely still its own
            _, status = os.waitpid(pid, 0)
        os.close(pidfd)
        kill_children()
        while _read(reader, received):
            pass
        return status


def _read(reader: int, received: bytearray) -> bool:
    """False at the end, or when there is nothing now."""
    try:
        data = os.read(reader, 1 << 16)
    except BlockingIOError:
        return False
    received += data
    return bool(data)


def _told(received: bytearray, status: int, place: str) -> Told:
    told = Told(ending=describe_exit(status) if status else "", place=place)
    for line in received.split(b"\n")[:-1]:
        try:
            fields = json.loads(line)
        except ValueError:  # the unit wrote to files that it has not opened
            continue
        if not isinstance(fields, dict) or not fields:
            continue
        if "message" in fields:
            told.messages.append(shorten(fields["message"]))
        else:
            told.fields = fields
    return told


def _child(parent: int, work: Callable[[Report], None], folder: str, report: Report, keep: tuple[int, int]) -> NoReturn:
    try:
        linux.begin_child(parent)
        os.dup2(keep[1], 1)
        os.dup2(keep[1], 2)
        # The protocol is none of the unit's business.
        for descriptor in map(int, os.listdir("/proc/self/fd")):
            if descriptor > 2 and descriptor != keep[0]:
                _close(descriptor)
        faulthandler.enable(2)  # a crash of a unit in Python leaves its stack in the log
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        linux.prefer_for_oom()
        os.chdir(folder)
        work(report)
        sys.stdout.flush()
        ctypes.CDLL(None).fflush(None)  # what the unit's C code has printed
        os._exit(0)
    except BaseException:
        print_exception()
    finally:
        os._exit(70)


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:  # that of the listing itself
        pass
