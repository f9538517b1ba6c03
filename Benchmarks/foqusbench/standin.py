"""Stands in for the lambda that keeps the table, as far as the worker waits for it, at little cost.

The worker tells the end of a job when the table shows its output. The lambda that puts it there runs on AWS's
machines, but everything of this measurement runs on one: so outputs alone are stored, many in a call, by calls put
together by hand, which take a tenth of the time of boto3's.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from typing import Any

from .clouds import unchecked

TARGETS = {"sqs": ("AmazonSQS", "1.0"), "dynamodb": ("DynamoDB_20120810", "1.0")}


class Wire:
    """One connection for calls, one after the other."""

    def __init__(self, endpoint: str) -> None:
        host, port = endpoint.split("//")[1].split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def call(self, service: str, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        target, version = TARGETS[service]
        text = json.dumps(body)
        self.socket.sendall(
            (f"POST / HTTP/1.1\r\nHost: peer\r\nAuthorization: {unchecked(service)}\r\n"
             f"X-Amz-Target: {target}.{operation}\r\nContent-Type: application/x-amz-json-{version}\r\n"
             f"Content-Length: {len(text)}\r\n\r\n{text}").encode())
        return self.answer()

    def answer(self) -> dict[str, Any]:
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            self.more()
        head, self.rest = self.rest[:end].lower(), self.rest[end + 4 :]
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        while len(self.rest) < length:
            self.more()
        body, self.rest = self.rest[:length], self.rest[length:]
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"the peer answers {head[:60]!r}: {body[:300]!r}")
        return json.loads(body) if body else {}

    def more(self) -> None:
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise RuntimeError("the peer has closed the connection")
        self.rest += piece


class OutputKeeper:
    """Stores the outputs that come to a queue, on threads of its own. Use it as a context manager."""

    def __init__(self, endpoint: str, queue: str, table: str, threads: int = 4) -> None:
        self.endpoint = endpoint
        self.queue = queue
        self.table = table
        self.stored = 0
        self.processor_seconds = 0.0
        self.failure: BaseException | None = None
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]

    def __enter__(self) -> OutputKeeper:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        if self.failure is not None:
            raise self.failure

    def run(self) -> None:
        wire = Wire(self.endpoint)
        try:
            while not self.stopping.is_set():
                stored = self.store(wire)
                with self.lock:
                    self.stored += stored
        except BaseException as failure:  # for the thread that measures
            self.failure = failure
        finally:
            wire.socket.close()
            with self.lock:
                self.processor_seconds += time.thread_time()

    def store(self, wire: Wire) -> int:
        request = {"QueueUrl": self.queue, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
        messages = wire.call("sqs", "ReceiveMessage", request).get("Messages", [])
        if not messages:
            return 0
        events = [event for message in messages for event in json.loads(message["Body"])]
        # In one call, with all that the worker looks at: ten updates would take several times as long.
        wire.call("dynamodb", "BatchWriteItem", {"RequestItems": {self.table: [
            {"PutRequest": {"Item": {
                "Type": {"S": "Job"}, "Id": {"S": event["jobid"]}, "State": {"S": "running"},
                "SessionId": {"S": event["sessionid"]}, "User": {"S": event["username"]},
                "output": {"S": json.dumps(event["value"])}}}} for event in events]}})
        wire.call("sqs", "DeleteMessageBatch", {"QueueUrl": self.queue, "Entries": [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(messages)]})
        return len(events)
