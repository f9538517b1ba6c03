"""What goes wrong in a job is that job's error, and the runner goes on."""

from __future__ import annotations

import ast
import os
import signal
import time
from pathlib import Path

from support import EXAMPLES, TIMEOUT, RunnerProcess, RunnerTestCase, is_alive, script_session, wait_for_fifo, wait_gone


class FailingTests(RunnerTestCase):
    session = EXAMPLES / "failing" / "session.foqus"

    def tearDown(self) -> None:
        job = self.runner.run({"calc": {"x": 21.0}}, saveSession=False)
        self.assertEqual((job.status, job.output["output"]["calc"]["y"]), ("success", 42.0))

    def test_exception_names_node_line_and_reason(self) -> None:
        job = self.runner.run({"calc": {"mode": "raise", "x": -1.0}})
        self.assertEqual((job.status, job.result["reason"], job.result["graphError"]), ("error", "flowsheet", 1))
        self.assertEqual(
            job.message,
            "flowsheet error 1: Failure in node calculation, check node status; "
            "node calc: 21: Error in Python node script code: line 6: ValueError: x must not be negative",
        )
        self.assertEqual(job.output["nodeError"], {"calc": 21})
        self.assertEqual(job.output["output"], {"graph": {"error": 1.0}, "calc": {"y": "NaN"}})
        self.assertIn("Traceback", job.log)
        self.assertNotIn("Traceback", job.message)

    def test_not_finite_numbers_are_strings(self) -> None:
        for mode in ("NaN", "Infinity", "-Infinity"):
            job = self.runner.run({"calc": {"mode": mode}})
            self.assertEqual((job.status, job.output["output"]["calc"]["y"]), ("success", mode))
            self.assertIn(f'"value":"{mode}"', (job.folder / "results_session.foqus").read_text())

    def test_process_that_ends_is_an_error(self) -> None:
        for mode, text in (
            ("crash", "node calc: node code ended the process: SIGSEGV"),
            ("exit", "node calc: node code ended the process: exit status 3"),
            ("kill", "node calc: node code ended the process: SIGKILL (killed from outside, or out of memory)"),
        ):
            job = self.runner.run({"calc": {"mode": mode}})
            self.assertEqual((job.status, job.result["reason"], job.message), ("error", "crash", text))
            self.assertNotIn("output.json", job.files())
            if mode == "crash":
                self.assertIn("Segmentation fault", job.log)

    def test_system_exit_is_an_error(self) -> None:
        job = self.runner.run({"calc": {"mode": "sysexit"}})
        self.assertEqual((job.status, job.result["graphError"]), ("error", 19))
        self.assertRegex(job.message, r"node calc: line \d+: SystemExit: leaving$")

    def test_output_is_kept_up_to_the_limit(self) -> None:
        job = self.runner.run({"calc": {"mode": "print", "x": 20.0}})
        self.assertEqual((job.status, job.output["output"]["calc"]["y"]), ("success", 20.0))
        limit, rest = 16 << 20, 4 << 20
        self.assertEqual(job.log[:limit].count("x"), limit - (limit // 1024))
        self.assertEqual(job.log[limit:], f"\n[log cut here: {rest} more bytes were not kept]\n")

    def test_earlier_attempt_leaves_no_files(self) -> None:
        first = self.runner.run()
        self.assertIn("output.json", first.files())
        self.runner.send("run", id=first.id, jobdir=str(first.folder), input={"calc": {"mode": "exit"}})
        self.runner.event("started")
        self.assertEqual(self.runner.event("result")["status"], "error")
        self.assertEqual(first.files(), [])


class MemoryTests(RunnerTestCase):
    session = EXAMPLES / "failing" / "session.foqus"
    arguments = ("--memory-mb", "1500")

    def test_memory_limit(self) -> None:
        job = self.runner.run({"calc": {"mode": "memory"}})
        self.assertEqual(job.status, "error")
        self.assertRegex(job.message, "MemoryError|ended the process")
        self.assertGreater(job.result["maxrssKB"], 200_000)
        self.assertEqual(self.runner.run().status, "success")


class HangingTests(RunnerTestCase):
    session = EXAMPLES / "hanging" / "session.foqus"

    def test_terminate(self) -> None:
        for mode in ("sleep", "busy", "child"):
            job = self.runner.start({"wait": {"seconds": 600, "mode": mode}})
            start = time.monotonic()
            self.runner.send("terminate", id=job.id)
            job.wait()
            self.assertEqual(
                (job.status, job.result["reason"], job.result["graphError"]), ("terminate", "terminated", 20)
            )
            self.assertLess(time.monotonic() - start, 10)  # not 600: it was killed
            self.assertNotIn("output.json", job.files())

    def test_timeout(self) -> None:
        job = self.runner.run({"wait": {"seconds": 600, "mode": "busy"}}, timeout=0.3)
        self.assertEqual((job.status, job.result["reason"]), ("error", "timeout"))
        self.assertEqual(job.message, "node wait: the run was ended after its time limit of 0.3 s")
        self.assertEqual(self.runner.run({"wait": {"seconds": 0}}, timeout=60).status, "success")

    def test_ping_and_queue_while_running(self) -> None:
        job = self.runner.start({"wait": {"seconds": 600}})
        waiting = self.runner.submit()
        self.runner.send("ping")
        pong = self.runner.event("pong")
        self.assertEqual((pong["running"], pong["queued"]), (job.id, 1))
        self.runner.send("terminate", id=waiting.id)
        self.assertEqual(waiting.wait()["status"], "terminate")
        self.runner.send("terminate", id="unknown")
        self.assertEqual(self.runner.event("rejected")["id"], "unknown")
        self.runner.send("run", id=job.id, jobdir=str(job.folder))
        self.assertIn("here already", self.runner.event("rejected")["message"])
        self.runner.send("terminate", id=job.id)
        self.assertEqual(job.wait()["status"], "terminate")


SPAWN = """\
import os, subprocess, sys
print("JOB", os.environ["FOQUS_JOB_ID"], os.getcwd(), sys.stdin.read() == "")
pids = []
for apart in (False, True):
    pids.append(subprocess.Popen(["sleep", "600"], start_new_session=apart).pid)
if x["forks"]:
    pid = os.fork()
    if pid == 0:
        os.setsid()
        while True:
            os.write(1, b"noise" * 100)
    pids.append(pid)
with open("pids", "w") as file:
    file.write(" ".join(map(str, pids)))
print("fds", sorted(os.listdir("/proc/self/fd")))
if x["wait"]:
    os.mkfifo("fifo")
    open("fifo").read()
f["y"] = 1.0
"""


class ProcessTests(RunnerTestCase):
    def setUp(self) -> None:
        self.runner.load(script_session(self.folder, SPAWN, wait=0, forks=0))

    def pids(self, job: object) -> list[int]:
        return [int(pid) for pid in (job.folder / "pids").read_text().split()]  # type: ignore[attr-defined]

    def test_nothing_outlives_a_job(self) -> None:
        job = self.runner.run({"node": {"forks": 1}})
        self.assertEqual(job.status, "success", job.message)
        self.assertEqual([pid for pid in self.pids(job) if is_alive(pid)], [])
        self.assertIn(f"JOB {job.id} {job.folder} True", job.log)

    def test_nothing_outlives_a_terminated_job(self) -> None:
        job = self.runner.start({"node": {"wait": 1}})
        # Opens when the node has come to its fifo, and the node then ends by our close only: it is killed first.
        fifo = wait_for_fifo(job.folder / "fifo")
        self.runner.send("terminate", id=job.id)
        job.wait()
        os.close(fifo)
        self.assertEqual(job.status, "terminate")
        self.assertEqual([pid for pid in self.pids(job) if is_alive(pid)], [])

    def test_model_does_not_see_the_protocol(self) -> None:
        job = self.runner.run()
        descriptors = ast.literal_eval(job.log.split("fds ", 1)[1].splitlines()[0])
        self.assertEqual(len(descriptors), 6, "0, 1, 2, the log's and the result's pipe, and the listing itself")


class EndTests(RunnerTestCase):
    """How the runner itself ends; a runner for each test."""

    own_runner = True

    def setUp(self) -> None:
        if self.runner.process.poll() is not None:
            type(self).runner = RunnerProcess(self.folder)
        self.runner.load(script_session(self.folder, SPAWN, wait=1, forks=0))
        self.job = self.runner.start()
        fifo = wait_for_fifo(self.job.folder / "fifo")
        self.addCleanup(os.close, fifo)
        pid = self.runner.process.pid
        self.child = int(Path(f"/proc/{pid}/task/{pid}/children").read_text())
        self.children = [self.child, *map(int, (self.job.folder / "pids").read_text().split())]

    def tearDown(self) -> None:
        (self.job.folder / "fifo").unlink()

    def assert_gone(self) -> None:
        self.assertEqual([pid for pid in self.children if is_alive(pid)], [])

    def test_end_of_stdin_ends_all(self) -> None:
        self.assertEqual(self.runner.close(), 0)
        self.assert_gone()

    def test_shutdown_reports_the_running_job(self) -> None:
        self.runner.send("shutdown")
        self.assertEqual(self.job.wait()["status"], "terminate")
        self.assertEqual(self.runner.close(), 0)
        self.assert_gone()

    def test_sigterm_is_a_shutdown(self) -> None:
        self.runner.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.job.wait()["status"], "terminate")
        self.assertEqual(self.runner.close(), 0)
        self.assert_gone()

    def test_closed_stdout_ends_all(self) -> None:
        assert self.runner.process.stdout is not None
        self.runner.process.stdout.close()
        self.runner.send("ping")
        self.assertEqual(self.runner.process.wait(TIMEOUT), 0)
        self.assert_gone()
        self.runner.process.stdin.close()  # type: ignore[union-attr]

    def test_killed_runner_takes_its_child_along(self) -> None:
        self.runner.process.kill()
        self.runner.process.wait()
        self.assertTrue(wait_gone(self.child))
        for pid in self.children[1:]:  # out of the runner's reach now; the worker kills the whole tree
            os.kill(pid, signal.SIGKILL)
        self.runner.close()
