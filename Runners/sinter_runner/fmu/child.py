"""Runs foreign code in a forked child, which may crash, hang and leak."""

from __future__ import annotations

import json
import os
import signal
import threading
from typing import Any, Callable, Optional

from foqus_runner import linux, strict_json
from foqus_runner.messages import describe_exit, shorten

from ..simulator import Crash, ModelError


class Child:
    """One at a time; ``kill`` may be called in any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid: Optional[int] = None

    def kill(self) -> None:
        with self._lock:
            if self._pid is not None:
                linux.kill_group(self._pid)

    def call(self, work: Callable[[], Any], what: str, folder: str, interrupted: threading.Event) -> Any:
        """What ``work`` returns, which must be JSON. Raises its ModelError, and Crash when its process ends by itself.

        Nothing is started once ``interrupted`` is set, as ``kill`` may have found nothing to kill.
        """
        reader, writer = os.pipe()
        parent = os.getpid()
        with self._lock:
            if interrupted.is_set():
                os.close(reader)
                os.close(writer)
                raise ModelError(f"{what} was not run: it was interrupted before")
            pid = os.fork()
            if pid == 0:
                _child(parent, reader, writer, work, folder)
            self._pid = pid
        os.close(writer)
        try:
            received = _read_all(reader)
        finally:
            os.close(reader)
            with self._lock:
                linux.kill_group(pid)  # what it started, and itself when it has told its result and hangs
                _, status = os.waitpid(pid, 0)
                self._pid = None
        if not received.endswith(b"\n"):
            raise Crash(f"{what} ended its process: {describe_exit(status)}")
        told = json.loads(received)
        if "error" in told:
            raise ModelError(told["error"], messages=told["messages"])
        return told["value"]


def _read_all(descriptor: int) -> bytes:
    parts = []
    while data := os.read(descriptor, 1 << 16):
        parts.append(data)
        if data.endswith(b"\n"):  # a process that it left behind may hold the pipe
            break
    return b"".join(parts)


def _child(parent: int, reader: int, writer: int, work: Callable[[], Any], folder: str) -> None:
    """Never returns."""
    try:
        os.setsid()
        linux.die_with_parent(parent)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.close(reader)
        os.chdir(folder)
        try:
            told = {"value": work()}
        except ModelError as error:
            told = {"error": str(error), "messages": error.messages}
        except Exception as error:
            told = {"error": shorten(f"{type(error).__name__}: {error}"), "messages": []}
        data = memoryview((strict_json.encode(told) + "\n").encode())
        while data:
            data = data[os.write(writer, data) :]
        os._exit(0)
    finally:
        os._exit(70)
