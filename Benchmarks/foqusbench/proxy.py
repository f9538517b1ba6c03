"""A proxy between a worker and AWS that hands everything on as it is, and counts."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import urllib.parse
from collections import Counter
from dataclasses import dataclass, field

#: Larger payloads are charged for in pieces of this size by SQS and SNS.
PIECE = 64 << 10
SCOPE = re.compile(rb"Credential=[^/]*/[^/]*/[^/]*/([a-z0-9-]+)/aws4_request")


@dataclass
class Count:
    calls: int = 0
    #: As the service charges for them: pieces of 64 KiB, or items read.
    units: float = 0
    #: Messages, notifications or items.
    entries: int = 0
    #: Of the bodies of requests and of answers.
    sent: int = 0
    received: int = 0
    #: Answers with the status 400 and above.
    failures: int = 0


@dataclass
class Exchange:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    service: str = field(init=False)

    def __post_init__(self) -> None:
        found = SCOPE.search(self.headers.get("authorization", "").encode())
        self.service = found.group(1).decode() if found else "unsigned"

    @property
    def operation(self) -> str:
        if "x-amz-target" in self.headers:
            return self.headers["x-amz-target"].rsplit(".", 1)[1]
        if self.service == "s3":
            path, _, query = self.target.partition("?")
            isObject = path.strip("/").count("/") > 0
            return f"{self.method} {'object' if isObject else 'list' if 'list-type' in query else 'bucket'}"
        return urllib.parse.parse_qs(self.body.decode()).get("Action", [self.method])[0]

    def weigh(self, answer: bytes) -> tuple[float, int]:
        """Units and entries of an answered call."""
        pieces = max(1, -(-max(len(self.body), len(answer)) // PIECE))
        if self.service == "sqs":
            body, result = json.loads(self.body), json.loads(answer or b"{}")
            return pieces, len(result.get("Messages", body.get("Entries", [])))
        if self.service == "sns":
            return pieces, max(1, len(set(re.findall(rb"PublishBatchRequestEntries\.member\.(\d+)\.Id=", self.body))))
        if self.service == "dynamodb":
            body = json.loads(self.body)
            tables = body.get("RequestItems", {"": {"Keys": [body.get("Key")]}}).values()
            # Items of at most 4 KB: half a unit each, a whole one when the read is consistent.
            return (
                sum(len(table["Keys"]) * (1 if table.get("ConsistentRead") else 0.5) for table in tables),
                sum(len(table["Keys"]) for table in tables))
        return 1, 1


class CountingProxy:
    """Listens on loopback, on a thread of its own. Use it as a context manager."""

    def __init__(self, upstream: str, others: dict[str, str] | None = None) -> None:
        """`others` are the endpoints of services that are elsewhere."""
        self.upstream = upstream
        self.others = others or {}
        self.counts: dict[tuple[str, str], Count] = {}
        self.endpoint = ""
        self.ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True)

    def __enter__(self) -> CountingProxy:
        self.thread.start()
        self.ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.stopping.set)
        self.thread.join()

    def take(self) -> dict[tuple[str, str], Count]:
        """What was counted since the last time, by service and operation."""
        taken, self.counts = self.counts, {}
        return taken

    async def serve(self) -> None:
        self.loop, self.stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self.connection, "127.0.0.1", 0, limit=1 << 20)
        self.endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.ready.set()
        await self.stopping.wait()
        server.close()

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        above: dict[str, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}
        try:
            while True:
                head, fields = await read_head(reader)
                body = await read_exactly(reader, int(fields.get("content-length", 0)))
                method, target, _ = head.split(b" ", 2)
                exchange = Exchange(method.decode(), target.decode(), fields, body)
                place = self.others.get(exchange.service, self.upstream)
                if place not in above:
                    host, port = place.split("//")[1].split(":")
                    above[place] = await asyncio.open_connection(host, int(port), limit=1 << 20)
                answers, requests = above[place]
                requests.write(head + body)
                answer_head, answer_fields = await read_head(answers)
                answer = await read_answer(answers, method, answer_head, answer_fields)
                self.count(exchange, int(answer_head.split(b" ", 2)[1]), answer[1])
                writer.write(answer_head + answer[0])
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # one of the two has closed its connection, or all is over
        finally:
            for _, requests in above.values():
                requests.close()
            writer.close()

    def count(self, exchange: Exchange, status: int, answer: bytes) -> None:
        count = self.counts.setdefault((exchange.service, exchange.operation), Count())
        count.calls += 1
        count.sent += len(exchange.body)
        count.received += len(answer)
        if status >= 400:
            count.failures += 1
            return
        units, entries = exchange.weigh(answer)
        count.units += units
        count.entries += entries


async def read_head(reader: asyncio.StreamReader) -> tuple[bytes, dict[str, str]]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")[1:]
    return head, {
        name.lower(): value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon}


async def read_exactly(reader: asyncio.StreamReader, count: int) -> bytes:
    return await reader.readexactly(count) if count else b""


async def read_answer(
    reader: asyncio.StreamReader, method: bytes, head: bytes, fields: dict[str, str]
) -> tuple[bytes, bytes]:
    """An answer's body as it came, and its content."""
    status = int(head.split(b" ", 2)[1])
    if method == b"HEAD" or status in (204, 304) or status < 200:
        return b"", b""
    if fields.get("transfer-encoding", "").lower() != "chunked":
        body = await read_exactly(reader, int(fields.get("content-length", 0)))
        return body, body
    raw, content = b"", b""
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        piece = await reader.readexactly(size + 2)
        raw += line + piece
        content += piece[:-2]
        if size == 0:
            return raw, content


def total(counts: dict[tuple[str, str], Count]) -> Counter[str]:
    """Calls by service and operation, as words."""
    return Counter({f"{service} {operation}": count.calls for (service, operation), count in counts.items()})
