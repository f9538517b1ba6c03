"""A real runner process for tests, and where the flowsheets are."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, Optional

RUNNERS = Path(__file__).resolve().parents[1]
EXAMPLES = RUNNERS.parent / "Examples"
TIMEOUT = 60.0

if str(RUNNERS) not in sys.path:  # the unit tests import the package
    sys.path.insert(0, str(RUNNERS))


def shared_fixtures() -> Optional[Path]:
    """Flowsheets of other people, which are not part of the repository; None where they are not."""
    shared = Path(os.environ.get("FOQUS_SHARED") or RUNNERS.parent.parent / "shared")
    folder = shared / "fixtures" / "foqus"
    return folder if folder.is_dir() else None


class RunnerProcess:
    """Talks to ``python3 -m foqus_runner`` over its pipes."""

    program: tuple[str, ...] = (sys.executable, "-m", "foqus_runner")

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.jobs = 0
        self._buffer = b""
        with open(folder / "stderr", "wb") as errors:
            self.process = subprocess.Popen(
                [*self.program, "--workdir", str(folder / "work"), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": str(RUNNERS)},
                bufsize=0,
            )
        self.ready = self.event("ready")

    def send_line(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")

    def send(self, op: str, **fields: Any) -> None:
        self.send_line(json.dumps({"op": op, **fields}).encode())

    def next(self) -> dict[str, Any]:
        """The next event; strict JSON or an error."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + TIMEOUT
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(deadline - time.monotonic()):
                    raise AssertionError(f"no event in {TIMEOUT} s; stderr: {self.errors()}")
                data = os.read(self.process.stdout.fileno(), 1 << 16)
                if not data:
                    raise AssertionError(f"the runner ended; stderr: {self.errors()}")
                self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        event: dict[str, Any] = json.loads(line, parse_constant=_refuse)
        return event

    def event(self, *names: str) -> dict[str, Any]:
        """The next event, which must be one of these."""
        event = self.next()
        if event["event"] not in names:
            raise AssertionError(f"expected {names}, got {event}")
        return event

    def load(self, session: Path, *plugins: Path) -> dict[str, Any]:
        self.send("load", session=str(session), plugins=[str(folder) for folder in plugins])
        return self.event("loaded", "load-failed")

    def start(self, given: Any = None, **fields: Any) -> "RunningJob":
        """Sends a run and waits until it has started, or was refused for its input."""
        job = self.submit(given, **fields)
        event = self.event("started", "result")
        if event["event"] == "result":
            job.result = event
        return job

    def submit(self, given: Any = None, **fields: Any) -> "RunningJob":
        self.jobs += 1
        name = f"job-{self.jobs}"
        folder = self.folder / name
        self.send("run", **{"id": name, "jobdir": str(folder), "input": given or {}, **fields})
        return RunningJob(self, name, folder)

    def run(self, given: Any = None, **fields: Any) -> "RunningJob":
        job = self.start(given, **fields)
        job.wait()
        return job

    def errors(self) -> str:
        return (self.folder / "stderr").read_text(errors="replace")

    def close(self) -> int:
        """Ends stdin, which ends the runner."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        code = self.process.wait(TIMEOUT)
        self.process.stdout.close()
        return code


class RunningJob:
    """A run that was sent, and its files."""

    def __init__(self, runner: RunnerProcess, name: str, folder: Path) -> None:
        self.runner = runner
        self.id = name
        self.folder = folder
        self.result: dict[str, Any] = {}

    def wait(self) -> dict[str, Any]:
        if not self.result:
            self.result = self.runner.event("result")
        assert self.result["id"] == self.id, self.result
        return self.result

    @property
    def status(self) -> str:
        return str(self.result["status"])

    @property
    def message(self) -> str:
        return str(self.result["message"])

    @property
    def output(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / "output.json").read_text(), parse_constant=_refuse)
        return content

    @property
    def log(self) -> str:
        path = self.folder / "foqus.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def files(self) -> list[str]:
        return sorted(os.listdir(self.folder)) if self.folder.exists() else []


def _refuse(name: str) -> None:
    raise AssertionError(f"bare {name} in JSON")


class RunnerTestCase(unittest.TestCase):
    """Tests with a runner. Those that need no arguments and leave it alive share one: it is long-lived by design."""

    arguments: tuple[str, ...] = ()
    own_runner = False
    session: Optional[Path] = None
    plugins: tuple[Path, ...] = ()
    folder: Path
    runner: RunnerProcess
    _shared: Optional[RunnerProcess] = None

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="foqus-runner-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        if cls.arguments or cls.own_runner:
            cls.runner = RunnerProcess(cls.folder, *cls.arguments)
            cls.addClassCleanup(cls.stop_runner)
        else:
            cls.runner = cls.shared_runner()
        if cls.session is not None:
            loaded = cls.runner.load(cls.session, *cls.plugins)
            assert loaded["event"] == "loaded", loaded

    @classmethod
    def shared_runner(cls) -> RunnerProcess:
        if RunnerTestCase._shared is None:
            folder = Path(tempfile.mkdtemp(prefix="foqus-runner-"))
            unittest.addModuleCleanup(shutil.rmtree, folder, ignore_errors=True)
            RunnerTestCase._shared = RunnerProcess(folder)
            unittest.addModuleCleanup(RunnerTestCase.stop_shared_runner)
        return RunnerTestCase._shared

    @classmethod
    def stop_shared_runner(cls) -> None:
        runner, RunnerTestCase._shared = RunnerTestCase._shared, None
        assert runner is not None and runner.close() == 0, "the shared runner did not end well"

    @classmethod
    def stop_runner(cls) -> None:
        if cls.runner.process.poll() is None:
            assert cls.runner.close() == 0, cls.runner.errors()


def script_session(folder: Path, code: str, **inputs: Any) -> Path:
    """A session with one node, ``node``, that runs code; its output is ``y`` with 777 saved in it."""
    content = json.loads((EXAMPLES / "failing" / "session.foqus").read_text())
    flowsheet = content["flowsheet"]
    variable = flowsheet["input"]["calc"]["x"]
    flowsheet["nodes"] = {"node": {**flowsheet["nodes"]["calc"], "pythonCode": code}}
    kinds = {int: "int", float: "float", str: "str"}
    flowsheet["input"] = {
        "graph": {},
        "node": {
            name: {
                **variable,
                "dtype": kinds[type(value)],
                "value": value,
                "default": value,
                "min": value,
                "max": value,
            }
            for name, value in inputs.items()
        },
    }
    result = flowsheet["output"].pop("calc")["y"]
    flowsheet["output"]["node"] = {"y": {**result, "value": 777.0}}
    flowsheet["input_vectorlist"] = flowsheet["output_vectorlist"] = {"node": {}}
    path = folder / "session.foqus"
    path.write_text(json.dumps(content))
    return path


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_gone(pid: int) -> bool:
    """Whether the process is gone, waiting for it."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(fd, selectors.EVENT_READ)
            return bool(selector.select(TIMEOUT))
    finally:
        os.close(fd)


def wait_for_fifo(path: "os.PathLike[str]") -> int:
    """Opens the write end once the other side has made the fifo and reads."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        try:
            return os.open(path, os.O_WRONLY)
        except FileNotFoundError:
            os.sched_yield()
    raise AssertionError(f"{path} was not made")
