"""Runners of Sinter configurations for tests, and workbooks that a test describes."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, Optional

from support import EXAMPLES, RUNNERS, TIMEOUT, RunnerProcess, RunningJob

#: Debian's Python, which has UNO.
PYTHON = "/usr/bin/python3"
SINTER_EXAMPLES = EXAMPLES / "sinter"
_ROLES = {
    "settings": "setting",
    "inputs": "input",
    "dynamic-inputs": "dynamic-input",
    "outputs": "output",
    "dynamic-outputs": "dynamic-output",
}


def shared_sinter_fixtures() -> Optional[Path]:
    """Configurations of other people, which are not part of the repository; None where they are not."""
    shared = Path(os.environ.get("FOQUS_SHARED") or RUNNERS.parent.parent / "shared")
    folder = shared / "fixtures" / "sinter"
    return folder if folder.is_dir() else None


def variables(configuration: dict[str, Any]) -> list[dict[str, Any]]:
    """What the worker tells a runner of a configuration."""
    return [
        {"name": name, "role": role, **{key: entry.get(key) for key in ("type", "path", "units", "default")}}
        for section, role in _ROLES.items()
        for name, entry in configuration.get(section, {}).items()
    ]


def variable(name: str, role: str, kind: str, *path: str, default: Any = None) -> dict[str, Any]:
    return {"name": name, "role": role, "type": kind, "path": list(path), "units": "", "default": default}


def make_workbooks(*descriptions: dict[str, Any]) -> None:
    """See ``make_workbooks.Description``; all in one office, as its start takes a second."""
    subprocess.run(
        [PYTHON, str(RUNNERS / "tests" / "make_workbooks.py"), "-"],
        input=json.dumps(descriptions).encode(),
        check=True,
        timeout=TIMEOUT,
    )


class SinterRunner(RunnerProcess):
    """Talks to ``python3 -m sinter_runner SIMULATOR``, or to another program that serves a simulator."""

    def __init__(self, folder: Path, *program: str, simulator: str = "spreadsheet") -> None:
        self.program = program or (PYTHON, "-m", "sinter_runner", simulator)
        super().__init__(folder)

    def load_model(self, directory: Path, model: str, *variables: dict[str, Any]) -> dict[str, Any]:
        fields = {"directory": str(directory), "model": model, "application": "Excel"}
        self.send("load", **fields, variables=variables)
        return self.event("loaded", "load-failed")

    def load_configuration(self, path: Path) -> dict[str, Any]:
        configuration = json.loads(path.read_text())
        return self.load_model(path.parent, configuration["model"]["file"], *variables(configuration))

    def children(self) -> list[int]:
        """The processes that it started: the office."""
        found: list[int] = []
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
        return found


class SinterTestCase(unittest.TestCase):
    """Tests that share a runner for their class."""

    folder: Path
    #: For the models of the class.
    files: Path
    runner: SinterRunner

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="sinter-runner-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.files = cls.folder / "files"
        cls.files.mkdir()
        cls.runner = cls.make_runner(cls.folder)
        cls.addClassCleanup(cls.stop_runner)

    @classmethod
    def make_runner(cls, folder: Path) -> SinterRunner:
        return SinterRunner(folder)

    @classmethod
    def stop_runner(cls) -> None:
        if cls.runner.process.poll() is None:
            assert cls.runner.close() == 0, cls.runner.errors()

    def load(self, directory: Path, model: str, *variables: dict[str, Any]) -> None:
        loaded = self.runner.load_model(directory, model, *variables)
        self.assertEqual(loaded["event"], "loaded", loaded)

    def load_failure(self, directory: Path, model: str, *variables: dict[str, Any]) -> str:
        """The message."""
        loaded = self.runner.load_model(directory, model, *variables)
        self.assertEqual(loaded["event"], "load-failed")
        return str(loaded["message"])

    def output(self, given: Any = None, **fields: Any) -> dict[str, Any]:
        """Of a run that must succeed."""
        result = self.runner.run(given, **fields).result
        self.assertEqual((result["status"], result["reason"], result["message"]), ("success", "", ""))
        output: dict[str, Any] = result["output"]
        return output

    def failure(self, given: Any = None, status: str = "error", reason: str = "model", **fields: Any) -> str:
        """The message of a run that must fail this way."""
        result = self.runner.run(given, **fields).result
        self.assertEqual((result["status"], result["reason"]), (status, reason), result)
        return str(result["message"])


def wait_for_file(folder: Path, pattern: str, job: RunningJob) -> Path:
    """A file that a job makes as a sign, which is awaited; the job must not end before."""
    assert job.runner.process.stdout is not None
    deadline = time.monotonic() + TIMEOUT
    with selectors.DefaultSelector() as selector:
        selector.register(job.runner.process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            for found in folder.rglob(pattern):
                return found
            if selector.select(0.01):
                raise AssertionError(f"the job ended: {job.wait()}")
    raise AssertionError(f"no {pattern} in {TIMEOUT} s")
