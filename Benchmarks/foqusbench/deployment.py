"""A gateway and a worker of our own, in a temporary folder, for one measurement."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Program:
    """One of our daemons. `start` returns when it has told its supervisor that it is ready."""

    def __init__(self, command: list[str], log: Path, environment: dict[str, str] | None = None) -> None:
        self.command = command
        self.log = log
        self.environment = {**os.environ, **(environment or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self.supervision: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> float:
        """Seconds from the start of the process to READY=1."""
        # Kept until the program has stopped: it goes on telling its status.
        self.supervision = tempfile.TemporaryDirectory(prefix="foqus-bench-notify-")
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = os.path.join(self.supervision.name, "notify")
        self.notices.bind(path)
        self.notices.settimeout(30)
        begin = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stderr=log, stdin=subprocess.DEVNULL,
                env={**self.environment, "NOTIFY_SOCKET": path})
        while b"READY=1" not in self.notices.recv(4096):
            pass
        ready = time.monotonic() - begin
        threading.Thread(target=self.read_notices, daemon=True).start()
        return ready

    def read_notices(self) -> None:
        """Takes what the program tells, as a supervisor does, until it has stopped."""
        try:
            while True:
                self.notices.settimeout(None)
                self.notices.recv(4096)
        except OSError:
            return

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def rss_kib(self) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise RuntimeError("no VmRSS")

    def cpu_seconds(self, with_children: bool = False) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(int(field) for field in fields[11 : 15 if with_children else 13]) / CLOCK_TICKS

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        self.notices.close()
        if self.supervision is not None:
            self.supervision.cleanup()


class Deployment:
    """Settings, a user, a gateway and one worker. Use it as a context manager."""

    def __init__(self, programs: Path, slots: int, applications: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="foqus-bench-"))
        self.port = free_port()
        settings = self.folder / "foqus.conf"
        settings.write_text(
            f"[store]\ndirectory = {self.folder}/store\n"
            f"[worker]\nstate_directory = {self.folder}/worker\nslots = {slots}\nlog_level = warning\n"
            f"[gateway]\nlisten = 127.0.0.1:{self.port}\nlog_level = warning\n{applications}"
        )
        subprocess.run(
            [programs / "foqusctl", "user", "add", "bench", "--password-stdin", "--store", f"{self.folder}/store"],
            input=b"bench", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.gateway = Program(
            [str(programs / "foqus-gateway"), "serve", "--settings", str(settings)], self.folder / "gateway.log")
        self.worker = Program(
            [str(programs / "foqus-worker"), "run", "--settings", str(settings)], self.folder / "worker.log")
        self.connection: http.client.HTTPConnection | None = None

    def __enter__(self) -> Deployment:
        self.gateway.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.worker.stop()
        self.gateway.stop()
        for name in ("gateway.log", "worker.log"):
            log = self.folder / name
            if log.exists() and log.stat().st_size:
                print(f"--- {name}\n{log.read_text()[-2000:]}")
        shutil.rmtree(self.folder)

    # The REST API

    def call(self, method: str, path: str, body: Any = None) -> Any:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        token = base64.b64encode(b"bench:bench").decode()
        self.connection.request(method, path, data, {"Authorization": f"Basic {token}"})
        response = self.connection.getresponse()
        text = response.read()
        if response.status != 200:
            raise RuntimeError(f"{method} {path}: {response.status} {text[:300]!r}")
        return json.loads(text) if text else None

    def put_simulation(self, name: str, application: str, files: dict[str, bytes]) -> None:
        self.call("PUT", f"/simulation/{name}", {"Application": application, "StagedInputs": [], "Name": name})
        for path, content in files.items():
            self.call("PUT", f"/simulation/{name}/input/{path}", content)

    def append(self, jobs: list[dict[str, Any]]) -> str:
        session = str(self.call("POST", "/session/"))
        for begin in range(0, len(jobs), 5000):
            self.call("POST", f"/session/{session}", jobs[begin : begin + 5000])
        return session

    def start(self, session: str) -> None:
        self.call("POST", f"/session/{session}/start")

    def summary(self, session: str) -> dict[str, Any]:
        summary = self.call("GET", f"/session/{session}?summary=true")
        assert isinstance(summary, dict)
        return summary

    def wait(self, session: str, count: int, pause: float = 0.02) -> float:
        """The monotonic time at which all jobs had finished; raises when one did not succeed."""
        while True:
            summary = self.summary(session)
            if summary["Finished"] >= count:
                if summary["States"].get("success", 0) != count:
                    raise RuntimeError(f"not all jobs succeeded: {summary}")
                return time.monotonic()
            time.sleep(pause)
