"""The calls of a worker for AWS, counted by a proxy: of an idle one, and of each job; and what they cost."""

from __future__ import annotations

import time
from dataclasses import dataclass

from .clouds import NOOP, Cloud, CloudWorker
from .measurements import Context, Figure, note
from .peers import PeerHost
from .proxy import Count, CountingProxy
from .standin import OutputKeeper

Counts = dict[tuple[str, str], Count]

#: Dollars for a million units, the public prices of us-east-1 as of 2026-11; no free amounts, no rebates. A unit is a
#: call, of SQS and SNS a call for each 64 KiB of it, of DynamoDB a read request unit.
PRICES = {"sqs": 0.40, "sns": 0.50, "dynamodb": 0.125, "monitoring": 10.00}
S3_PRICES = {"GET": 0.40, "HEAD": 0.40, "DELETE": 0.0, "PUT": 5.00, "POST": 5.00}
S3_LIST = 5.00

#: Programs of jobs. The longer ones end at different times, so that little of what they cause travels together.
SLOW = """#!/bin/sh
milliseconds=$((1000 + $(od -An -N2 -tu2 /dev/urandom) % 2000))
sleep $((milliseconds / 1000)).$(printf %03d $((milliseconds % 1000)))
echo '{"unit":{"flow":1.5,"temperature":300.25}}' > output.json
"""


def price(service: str, operation: str) -> float:
    """Of a million units."""
    if service != "s3":
        return PRICES[service]
    method, what = operation.split(" ")
    return S3_LIST if what == "list" else S3_PRICES[method]


@dataclass
class Kind:
    name: str
    jobs: int
    counts: Counts
    seconds: float

    def dollars(self) -> float:
        """For a million jobs."""
        return sum(count.units * price(*key) for key, count in self.counts.items()) / self.jobs

    def per_job(self, key: tuple[str, str]) -> Count:
        return self.counts.get(key, Count())


def idle_cloud(context: Context, period: float = 600) -> list[Figure]:
    """Nothing to do, on ministack, which waits with its answer as SQS does. The clock is the real one."""
    with PeerHost(context.root, context.aws_peers) as host:
        cloud = Cloud(host, "ministack")
        with (
            CountingProxy(cloud.peer["endpoint"]) as proxy,
            CloudWorker(context.programs, cloud, 8, environment={"AWS_ENDPOINT_URL": proxy.endpoint}),
        ):
            note(f"idle-cloud: start, 75 s, then {period:.0f} s")
            time.sleep(75)
            start = proxy.take()
            time.sleep(period)
            counts = proxy.take()
    calls = sum(count.calls for count in counts.values())
    failures = sum(count.failures for count in [*start.values(), *counts.values()])
    if failures:
        raise RuntimeError(f"{failures} calls of an idle worker failed")
    each = ", ".join(f"{count.calls} {operation}" for (_, operation), count in sorted(counts.items()))
    return [
        Figure(
            "calls of an idle worker, on ministack", f"{calls / period:.4f} a second",
            f"in {period:.0f} s {each}; in the first 75 s {sum(count.calls for count in start.values())}",
            "≤ 0.06 a second", calls / period <= 0.06)]


def count_jobs(context: Context, name: str, jobs: int, tells: bool, slow: bool, slots: int = 8) -> Kind:
    """The calls of a worker from its start until the last job is acknowledged and it has stopped."""
    note(f"calls: {jobs} {name}")
    program = NOOP
    if slow:
        script = context.work / "slow"
        script.write_text(SLOW)
        script.chmod(0o755)
        program = f"[application.foqus]\nexecutor = command\nprogram = {script}\n"
    with PeerHost(context.root, context.aws_peers) as host:
        cloud = Cloud(host)
        cloud.submit(jobs)
        # Roto has no CloudWatch.
        metrics = host.start("ministack")
        settings = f"notifications = {'true' if tells else 'false'}\n"
        with (
            CountingProxy(cloud.peer["endpoint"], {"monitoring": metrics["endpoint"]}) as proxy,
            OutputKeeper(cloud.peer["endpoint"], cloud.names["outputs"], cloud.names["table"]),
        ):
            environment = {
                "AWS_ENDPOINT_URL": proxy.endpoint, "AWS_ACCESS_KEY_ID": metrics["accessKey"],
                "AWS_SECRET_ACCESS_KEY": metrics["secretKey"]}
            begin = time.monotonic()
            with CloudWorker(context.programs, cloud, slots, settings, program, environment):
                while cloud.left() > 0:
                    time.sleep(0.1)
                seconds = time.monotonic() - begin
            return Kind(name, jobs, proxy.take(), seconds)


def calls(context: Context, short: int = 3000, slow: int = 200) -> list[Figure]:
    """The tables of the README and of docs/scale.md."""
    kinds = [
        count_jobs(context, "no-op jobs", short, True, False),
        count_jobs(context, "no-op jobs, notifications off", short, False, False),
        count_jobs(context, "jobs of 1 to 3 s", slow, True, True),
        count_jobs(context, "jobs of 1 to 3 s, notifications off", slow, False, True),
    ]
    context.appendix.append("AWS calls and cost per million jobs, without idle time:\n\n" + cost_table(kinds))
    context.appendix.append("What they carry:\n\n" + size_table(kinds))
    return [
        Figure(
            f"calls for AWS of {kind.jobs} {kind.name}, 8 slots",
            f"{sum(count.calls for count in kind.counts.values()) / kind.jobs:.2f} a job",
            f"{kind.dollars():.2f} dollars for a million jobs; {kind.jobs / kind.seconds:.0f} jobs/s through the proxy")
        for kind in kinds]


def keys(kinds: list[Kind]) -> list[tuple[str, str]]:
    return sorted({key for kind in kinds for key in kind.counts})


def cost_table(kinds: list[Kind]) -> str:
    lines = [
        "| call | dollars for a million | " + " | ".join(kind.name for kind in kinds) + " |",
        "|---|---|" + "---|" * len(kinds)]
    for key in keys(kinds):
        cells = [f"{kind.per_job(key).calls / kind.jobs * 1e6:,.0f}" for kind in kinds]
        unit = " of read units" if key[0] == "dynamodb" else ""
        lines.append(f"| {key[0]} {key[1]} | {price(*key):.3g}{unit} | " + " | ".join(cells) + " |")
    total = [f"{sum(count.calls for count in kind.counts.values()) / kind.jobs * 1e6:,.0f}" for kind in kinds]
    lines.append("| all | | " + " | ".join(total) + " |")
    lines.append("| **dollars** | | " + " | ".join(f"**{kind.dollars():.2f}**" for kind in kinds) + " |")
    return "\n".join(lines)


def size_table(kinds: list[Kind]) -> str:
    """Entries of a call, units charged for, bytes, and failures, of each kind of job."""
    lines = ["| jobs | call | entries a call | units a job | bytes sent a job | bytes received a job | failed |",
             "|---|---|---|---|---|---|---|"]
    for kind in kinds:
        for key in keys([kind]):
            count = kind.counts[key]
            lines.append(
                f"| {kind.name} | {key[0]} {key[1]} | {count.entries / max(1, count.calls):.1f} | "
                f"{count.units / kind.jobs:.3f} | {count.sent / kind.jobs:.0f} | {count.received / kind.jobs:.0f} | "
                f"{count.failures} |")
    return "\n".join(lines)
