"""A deployed cloud on a server that behaves like AWS, fed as its lambdas feed it, and a worker of ours for it."""

from __future__ import annotations

import http.client
import json
import shutil
import tempfile
import uuid
from pathlib import Path
from typing import Any

from .deployment import Program
from .peers import PeerHost, variables

#: What the deployed lambdas call the application of every job.
NOOP = "[application.foqus]\nexecutor = command\nprogram = /bin/true\n"

def unchecked(service: str) -> str:
    """The field Authorization for roto, which checks no signature, but tells by it which service is meant."""
    return (
        f"AWS4-HMAC-SHA256 Credential=AKIAROTO000000000001/20260101/us-east-1/{service}/aws4_request, "
        "SignedHeaders=host, Signature=0")


class Cloud:
    """Buckets, table, topics and queues on a server of its own, made by boto3."""

    def __init__(self, host: PeerHost, name: str = "roto") -> None:
        self.host = host
        self.peer = host.start(name)
        # The topic feeds the queue of jobs, and two in place of the lambda: one for all, one for outputs alone.
        self.names = host.run(
            self.peer, "set_up(given, queues=('jobs', 'processor', 'outputs'))", f"bench-{uuid.uuid4().hex[:8]}")
        host.run(self.peer, "put_simulation(given, 'noop', '{}')", self.names)
        self.connection = http.client.HTTPConnection(self.peer["endpoint"].split("//")[1], timeout=60)

    def submit(self, jobs: int) -> dict[str, Any]:
        """Puts jobs as the lambdas do: rows of the table, and messages that come to the queue by the topic."""
        given = [self.names, [{}] * jobs]
        session = self.host.run(self.peer, "submit(given[0], 'noop', given[1])", given)
        if self.left() != jobs:
            raise RuntimeError(f"{self.left()} of {jobs} jobs came to the queue")
        assert isinstance(session, dict)
        return session

    def left(self, role: str = "jobs") -> int:
        """Messages that are not acknowledged; on roto the exact number. boto3 would take too long for this."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        self.connection.request(
            "POST", "/", json.dumps({"QueueUrl": self.names[role], "AttributeNames": names}),
            {"X-Amz-Target": "AmazonSQS.GetQueueAttributes", "Authorization": unchecked("sqs")})
        attributes = json.loads(self.connection.getresponse().read())["Attributes"]
        return sum(int(attributes[name]) for name in names)


class CloudWorker:
    """A worker of a cloud, in a temporary folder. Use it as a context manager."""

    def __init__(
        self, programs: Path, cloud: Cloud, slots: int, settings: str = "", application: str = NOOP,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="foqus-bench-"))
        keys = {
            "job_queue_url": "jobs", "update_topic": "update", "message_topic": "message", "alert_topic": "alert",
            "simulation_bucket": "simulations", "session_bucket": "sessions", "table": "table"}
        places = "".join(f"{key} = {cloud.names[name]}\n" for key, name in keys.items())
        path = self.folder / "foqus.conf"
        path.write_text(
            f"[store]\nbackend = aws\n[aws]\ninstance_metadata = false\n{places}{settings}"
            f"[worker]\nusers = alice\nstate_directory = {self.folder}/worker\nslots = {slots}\nlog_level = warning\n"
            f"{application}")
        self.program = Program(
            [str(programs / "foqus-worker-aws"), "run", "--settings", str(path)], self.folder / "worker.log",
            {**variables(cloud.peer), **(environment or {})})

    def __enter__(self) -> CloudWorker:
        self.program.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.program.stop()
        log = self.folder / "worker.log"
        if log.stat().st_size:
            print(f"--- worker.log\n{log.read_text()[-2000:]}")
        shutil.rmtree(self.folder)
