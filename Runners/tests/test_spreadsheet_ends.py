"""Runs that do not end by themselves, and offices that do."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Any

from sinter_support import SinterTestCase, make_workbooks, variable, wait_for_file
from support import RunningJob, wait_gone

_MODULES = {"Main": """
Sub Endless()
    Dim number
    number = FreeFile
    Open ThisWorkbook.Path & "/begun" For Output As #number
    Close #number
    Do
    Loop
End Sub
Sub Background()
    Shell ThisWorkbook.Path & "/background.sh", 0
    Do While Dir(ThisWorkbook.Path & "/pid") = ""
    Loop
    Sheets("S").Range("B1").Value = 1
End Sub
Sub Quits()
    Application.Quit
End Sub
"""}
_BACKGROUND = """#!/bin/sh
cd "$(dirname "$0")"
exec setsid sh -c 'echo $$ > pid.new; mv pid.new pid; exec sleep 1000'
"""


class EndsTestCase(SinterTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        (cls.files / "background.sh").write_text(_BACKGROUND)
        (cls.files / "background.sh").chmod(0o755)
        sheets = {"S": {"A1": "1", "B1": "=A1*2"}}
        make_workbooks({"path": str(cls.files / "ends.xlsm"), "sheets": sheets, "modules": _MODULES})

    def setUp(self) -> None:
        self.load(
            self.files,
            "ends.xlsm",
            variable("macro", "setting", "string", default=""),
            variable("x", "input", "double", "S$A$1", default=1),
            variable("y", "output", "double", "S$B$1"),
        )

    def start_endless(self, **fields: Any) -> RunningJob:
        job = self.runner.start({"macro": "Endless"}, **fields)
        wait_for_file(self.folder / "work" / "model", "begun", job)
        return job

    def check_next_run(self) -> None:
        """It runs in a new office, which takes less than 2 s on a machine that has nothing else to do."""
        self.assertEqual(self.output({"x": 3}), {"y": 6.0})
        self.assertEqual(len(self.runner.children()), 1)


class EndTests(EndsTestCase):
    def test_timeout(self) -> None:
        job = self.runner.start({"macro": "Endless"}, timeout=1.0)
        began = time.monotonic()
        self.assertEqual((job.wait()["status"], job.result["reason"]), ("error", "timeout"))
        self.assertLess(time.monotonic() - began, 3)
        self.check_next_run()

    def test_terminate(self) -> None:
        job = self.start_endless()
        began = time.monotonic()
        self.runner.send("terminate", id=job.id)
        self.assertEqual((job.wait()["status"], job.result["reason"]), ("terminate", "terminated"))
        self.assertLess(time.monotonic() - began, 2)
        self.assertEqual(job.files(), ["begun"])
        self.check_next_run()

    def test_terminate_as_the_office_starts(self) -> None:
        (office,) = self.runner.children()
        os.kill(office, signal.SIGKILL)
        job = self.runner.start({"x": 2})
        self.runner.send("terminate", id=job.id)
        self.assertEqual(job.wait()["status"], "terminate")
        self.check_next_run()

    def test_ping_while_a_macro_runs(self) -> None:
        job = self.start_endless()
        self.runner.send("ping")
        self.assertEqual(self.runner.event("pong")["running"], job.id)
        self.runner.send("terminate", id=job.id)
        job.wait()

    def test_office_that_dies_in_a_run(self) -> None:
        job = self.start_endless()
        (office,) = self.runner.children()
        os.kill(office, signal.SIGKILL)
        self.assertEqual((job.wait()["status"], job.result["reason"]), ("error", "crash"))
        self.assertIn("LibreOffice ended during the run: SIGKILL", job.message)
        self.check_next_run()

    def test_office_that_dies_between_runs(self) -> None:
        (office,) = self.runner.children()
        os.kill(office, signal.SIGKILL)
        self.check_next_run()

    def test_office_that_dies_before_a_load(self) -> None:
        (office,) = self.runner.children()
        os.kill(office, signal.SIGKILL)
        self.setUp()
        self.check_next_run()

    def test_macro_cannot_quit_the_office(self) -> None:
        office = self.runner.children()
        self.runner.run({"macro": "Quits"})
        self.check_next_run()
        self.assertEqual(self.runner.children(), office)


class LastTests(EndsTestCase):
    """The ends of the runner itself."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.stop_runner()

    def setUp(self) -> None:
        type(self).runner = self.make_runner(self.folder)
        self.addCleanup(self.runner.close)
        super().setUp()

    def test_shutdown_ends_the_run_and_the_office(self) -> None:
        job = self.start_endless()
        (office,) = self.runner.children()
        self.runner.send("shutdown")
        self.assertEqual(job.wait()["status"], "terminate")
        self.assertEqual(self.runner.process.wait(), 0)
        self.assertTrue(wait_gone(office))

    def test_the_office_ends_with_a_runner_that_is_killed(self) -> None:
        self.start_endless()
        (office,) = self.runner.children()
        self.runner.process.kill()
        self.assertTrue(wait_gone(office))

    def test_what_a_macro_started_ends_with_the_runner(self) -> None:
        job = self.runner.run({"macro": "Background"})
        self.assertEqual(job.status, "success", job.result)
        pid = int((job.folder / "pid").read_text())
        self.assertTrue(Path(f"/proc/{pid}").exists())
        self.assertEqual(self.runner.close(), 0)
        self.assertTrue(wait_gone(pid))

    def test_no_sockets_are_left(self) -> None:
        """In /tmp, not even by an office that is killed: their names go as soon as it is connected to."""
        (office,) = self.runner.children()
        inodes = set()
        for descriptor in os.listdir(f"/proc/{office}/fd"):
            with contextlib.suppress(FileNotFoundError):
                inodes.add(os.readlink(f"/proc/{office}/fd/{descriptor}"))
        lines = [line.split() for line in Path("/proc/net/unix").read_text(errors="replace").splitlines()]
        names = [line[7] for line in lines if len(line) == 8 and f"socket:[{line[6]}]" in inodes]
        self.assertTrue(any("OSL_PIPE" in name for name in names), names)
        self.assertEqual([name for name in names if os.path.exists(name)], [])
