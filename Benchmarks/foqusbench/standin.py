"""Stands in for the lambda that keeps the table, as far as the worker waits for it, at little cost.

The worker tells the end of a job when the table shows its output. The lambda that puts it there runs on AWS's machines,
but everything of this measurement runs on one: so outputs alone are stored, by calls put together by hand, which takes a
tenth of the time that boto3 takes. What the lambda does besides is done after the measurement.
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
            (f"POST / HTTP/1.1\r\nHost: peer\r\nAuthorization: {unchecked(service)}\r\nX-Amz-Target: {target}.{operation}"
             f"\r\nContent-Type: application/x-amz-json-{version}\r\nContent-Length: {len(text)}\r\n\r\n{text}").encode())
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
    """Stores the outputs that come to a queue, on a thread of its own. Use it as a context manager."""

    def __init__(self, endpoint: str, queue: str, table: str) -> None:
        self.wire = Wire(endpoint)
        self.queue = queue
        self.table = table
        self.stored = 0
        self.processor_seconds = 0.0
        self.failure: BaseException | None = None
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self) -> OutputKeeper:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.thread.join()
        self.wire.socket.close()
        if self.failure is not None:
            raise self.failure

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                self.store()
            self.processor_seconds = time.thread_time()
        except BaseException as failure:  # for the thread that measures
            self.failure = failure

    def store(self) -> None:
        request = {"QueueUrl": self.queue, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
        messages = self.wire.call("sqs", "ReceiveMessage", request).get("Messages", [])
        if not messages:
            return
        for message in messages:
            for event in json.loads(message["Body"]):
                self.wire.call("dynamodb", "UpdateItem", {
                    "TableName": self.table, "Key": {"Type": {"S": "Job"}, "Id": {"S": event["jobid"]}},
                    "UpdateExpression": "SET #o = :o", "ExpressionAttributeNames": {"#o": "output"},
                    "ExpressionAttributeValues": {":o": {"S": json.dumps(event["value"])}}})
                self.stored += 1
        self.wire.call("sqs", "DeleteMessageBatch", {"QueueUrl": self.queue, "Entries": [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(messages)]})
