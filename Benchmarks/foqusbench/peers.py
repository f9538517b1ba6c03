"""Servers that behave like AWS, and boto3, by the program that runs them for the tests (Tests/AWSPeers)."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any


class PeerHost:
    """Servers and boto3 in a process of their own, which ends them all with it. Use it as a context manager."""

    def __init__(self, root: Path, python: Path, temporary: Path | None = None) -> None:
        """`temporary` is where the servers keep their data."""
        self.functions = (root / "Tests/SystemTests/Support/cloud.py").read_text()
        self.numbers = itertools.count(1)
        self.answers: dict[int, dict[str, Any]] = {}
        self.arrived = threading.Condition()
        self.ended = False
        self.process = subprocess.Popen(
            [python, root / "Tests/AWSPeers/peer_host.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
                 "AWS_EC2_METADATA_DISABLED": "true", "PYTHONDONTWRITEBYTECODE": "1",
                 "TMPDIR": str(temporary or tempfile.gettempdir())})
        threading.Thread(target=self.read, daemon=True).start()

    def __enter__(self) -> PeerHost:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            answer = json.loads(line)
            with self.arrived:
                self.answers[answer["id"]] = answer
                self.arrived.notify_all()
        with self.arrived:
            self.ended = True
            self.arrived.notify_all()

    def ask(self, request: dict[str, Any]) -> Any:
        number = next(self.numbers)
        assert self.process.stdin is not None
        with self.arrived:
            self.process.stdin.write(json.dumps({"id": number, **request}) + "\n")
            self.process.stdin.flush()
            self.arrived.wait_for(lambda: number in self.answers or self.ended)
            answer = self.answers.pop(number, {"error": "the host of the AWS peers has ended"})
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]

    def start(self, name: str) -> dict[str, str]:
        """Starts a server of that name, or gives the one there is: endpoint, accessKey, secretKey and region."""
        peer = self.ask({"peer": name})
        assert isinstance(peer, dict)
        return peer

    def run(self, peer: dict[str, str], expression: str, given: Any = None) -> Any:
        """What an expression gives that may use the functions of cloud.py, `client` and `given`."""
        return self.ask({"script": f"{self.functions}\nresult = {expression}\n", "on": peer, "given": given})


def variables(peer: dict[str, str]) -> dict[str, str]:
    """The environment that leads a program to a peer, and past the proxies of this machine."""
    return {
        "AWS_ENDPOINT_URL": peer["endpoint"], "AWS_REGION": peer["region"], "AWS_ACCESS_KEY_ID": peer["accessKey"],
        "AWS_SECRET_ACCESS_KEY": peer["secretKey"], "no_proxy": "127.0.0.1,localhost",
        "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
