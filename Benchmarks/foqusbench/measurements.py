"""What is measured, one function each. Every figure is taken on programs that run as users run them."""

from __future__ import annotations

import csv
import math
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from .deployment import Deployment
from .peer import celery_run

NOOP = "[application.noop]\nexecutor = command\nprogram = /bin/true\n"


@dataclass
class Context:
    root: Path
    programs: Path
    foqus_python: Path
    peer_python: Path | None
    #: Python with the servers that stand in for AWS, and boto3.
    aws_peers: Path
    work: Path
    #: What is printed after the table.
    appendix: list[str] = field(default_factory=list)

    @property
    def celery(self) -> Path:
        if self.peer_python is None:
            raise RuntimeError("Celery is compared with here: name the Python that has it by --peer-python")
        return self.peer_python

    def foqus(self) -> str:
        return (
            f"[application.foqus]\nexecutor = foqus\npython = {self.foqus_python}\nrunner = {self.root}/Runners\n"
        )


@dataclass
class Figure:
    what: str
    value: str
    compared: str = ""
    target: str = ""
    reached: bool | None = None


def note(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


def seconds(record: dict[str, Any]) -> float:
    """From submit to the final state of a job, by the timestamps in its record."""
    begin, end = (datetime.fromisoformat(record[name].replace("Z", "+00:00")) for name in ("submit", "Finished"))
    return (end - begin).total_seconds()


def results(deployment: Deployment, session: str) -> list[dict[str, Any]]:
    nil = "00000000-0000-0000-0000-000000000000"
    page = deployment.call("POST", f"/session/{session}/result/{nil}")
    found = deployment.call("GET", f"/session/{session}/result/{nil}/{page}")
    assert isinstance(found, list)
    return found


def noop_job() -> dict[str, Any]:
    return {"Simulation": "noop", "Input": {}, "Application": "noop"}


def throughput(context: Context, jobs: int = 4000, slots: int = 8) -> list[Figure]:
    """No-op command jobs, gateway and worker together, beside Celery and the machine's ceiling."""
    note("spawn ceiling")
    ceiling_program = context.work / "spawn_ceiling"
    subprocess.run(
        ["clang", "-O2", "-pthread", "-o", ceiling_program, context.root / "Benchmarks/spawn_ceiling.c"], check=True)
    ceiling = float(subprocess.run([ceiling_program, str(slots), "4000"], capture_output=True, check=True).stdout)
    peers, rates, costs = [], [], []
    # In turns, as a machine shared with others is faster at one moment than at another.
    for _ in range(3):
        if context.peer_python is not None:
            note("celery")
            peers.append(celery_run(context.peer_python, 2000, slots).jobs_per_second)
        note("no-op jobs")
        with Deployment(context.programs, slots, NOOP) as deployment:
            deployment.put_simulation("noop", "fake-job", {})
            session = deployment.append([noop_job()] * jobs)
            deployment.start(session)
            begin = time.monotonic()
            deployment.worker.start()
            end = deployment.wait(session, jobs)
            rates.append(jobs / (end - begin))
            costs.append(deployment.worker.cpu_seconds(with_children=True) / jobs * 1000)
    rate, celery = statistics.median(rates), statistics.median(peers or [math.nan])
    return [
        Figure(
            f"no-op command jobs, {slots} slots, start of the worker to the last final state", f"{rate:.0f} jobs/s",
            f"{rate / celery:.2f} × celery in the same run ({celery:.0f} jobs/s)", "≥ 2 × celery", rate >= 2 * celery),
        Figure(
            "the same, beside bare spawning", f"{rate:.0f} jobs/s",
            f"{rate / ceiling:.2f} of the ceiling in the same run ({ceiling:.0f} spawns/s)"),
        Figure("CPU of the worker and its jobs", f"{statistics.median(costs):.2f} ms/job"),
    ]


def flowsheets(context: Context) -> list[Figure]:
    """Twenty jobs of Examples/simple on one slot, and single warm jobs one after the other."""
    note("flowsheet jobs")
    with (context.root / "Examples/inputs/simple-20.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    jobs = []
    for row in rows:
        values = {name.split(".", 1)[1]: float(value) for name, value in row.items()}
        jobs.append({"Simulation": "simple", "Input": {"mixer": values}})
    with Deployment(context.programs, 1, context.foqus()) as deployment:
        content = (context.root / "Examples/simple/session.foqus").read_bytes()
        deployment.put_simulation("simple", "foqus", {"configuration": content})
        deployment.worker.start()
        timings = []
        for _ in range(4):
            session = deployment.append(jobs)
            begin = time.monotonic()
            deployment.start(session)
            timings.append(deployment.wait(session, len(jobs)) - begin)
        latencies = []
        for job in jobs * 3:
            session = deployment.append([job])
            deployment.start(session)
            deployment.wait(session, 1, pause=0.005)
            latencies.append(seconds(results(deployment, session)[0]))
    cold, warm = timings[0], statistics.median(timings[1:])
    latencies.sort()
    replaced = 28.0
    return [
        Figure(
            "20 flowsheet jobs, one slot, engine not yet started", f"{cold:.2f} s, {20 / cold * 60:.0f} jobs/min",
            f"{20 / cold * 60 / replaced:.0f} × the 28 jobs/min of the worker being replaced, which leave its start out",
            "≥ 20 ×", 20 / cold * 60 >= 20 * replaced),
        Figure(
            "20 flowsheet jobs, one slot, warm", f"{warm:.2f} s, {20 / warm * 60:.0f} jobs/min",
            f"{20 / warm * 60 / replaced:.0f} × the worker being replaced", "≥ 20 ×", 20 / warm * 60 >= 20 * replaced),
        Figure(
            "submit → success of a warm job",
            f"p50 {statistics.median(latencies) * 1000:.0f} ms, p90 {latencies[int(len(latencies) * 0.9)] * 1000:.0f} ms",
            "", "p50 < 100 ms", statistics.median(latencies) < 0.1),
    ]


def idle(context: Context, period: float = 20) -> list[Figure]:
    """An idle worker: memory, processor time, start."""
    note("idle worker")
    starts = []
    with Deployment(context.programs, 8, NOOP) as deployment:
        for _ in range(5):
            starts.append(deployment.worker.start())
            deployment.worker.stop()
        deployment.worker.start()
        time.sleep(3)
        before = deployment.worker.cpu_seconds()
        time.sleep(period)
        share = (deployment.worker.cpu_seconds() - before) / period * 100
        memory = deployment.worker.rss_kib() / 1024
    start = statistics.median(starts) * 1000
    return [
        Figure("idle worker, resident memory", f"{memory:.1f} MiB", "", "< 15 MB", memory * 1.048576 < 15),
        Figure("idle worker, processor time", f"{share:.3f} %", "", "< 0.1 %", share < 0.1),
        Figure("start of the worker to polling", f"{start:.0f} ms", "", "< 30 ms", start < 30),
    ]


def pickup(context: Context, count: int = 100) -> list[Figure]:
    """From the acceptance of a job to the start of its program by an idle worker in another process."""
    note("pickup")
    clock = context.work / "clock"
    clock.write_text("#!/bin/sh\ndate '+{\"started\":%s%3N}' > output.json\n")
    clock.chmod(0o755)
    waits = []
    with Deployment(context.programs, 2, f"[application.clock]\nexecutor = command\nprogram = {clock}\n") as deployment:
        deployment.put_simulation("clock", "fake-job", {})
        deployment.worker.start()
        for _ in range(count):
            session = deployment.append([{"Simulation": "clock", "Input": {}, "Application": "clock"}])
            deployment.start(session)
            deployment.wait(session, 1, pause=0.005)
            record = results(deployment, session)[0]
            submit = datetime.fromisoformat(record["submit"].replace("Z", "+00:00")).timestamp() * 1000
            waits.append(record["Output"]["started"] - submit)
    waits.sort()
    return [
        Figure(
            "submit → the program runs, idle worker in another process (with the start of sh and date)",
            f"p50 {statistics.median(waits):.0f} ms, p99 {waits[int(len(waits) * 0.99) - 1]:.0f} ms", "", "p50 < 20 ms",
            statistics.median(waits) < 20)
    ]


def memory(context: Context, jobs: int = 100_000, parts: int = 10) -> list[Figure]:
    """Resident memory of worker and gateway over many jobs."""
    note(f"memory over {jobs} jobs")
    readings: list[tuple[int, int]] = []
    with Deployment(context.programs, 8, NOOP) as deployment:
        deployment.put_simulation("noop", "fake-job", {})
        deployment.worker.start()
        for _ in range(parts):
            session = deployment.append([noop_job()] * (jobs // parts))
            deployment.start(session)
            deployment.wait(session, jobs // parts, pause=0.2)
            readings.append((deployment.worker.rss_kib(), deployment.gateway.rss_kib()))
    first, last = readings[1], readings[-1]
    growth = (last[0] - first[0]) / 1024
    return [
        Figure(
            f"worker's memory after {2 * jobs // parts} and {jobs} jobs",
            f"{first[0] / 1024:.1f} → {last[0] / 1024:.1f} MiB",
            f"{growth:+.1f} MiB; each {jobs // parts}: " + " ".join(f"{worker / 1024:.1f}" for worker, _ in readings),
            "flat", abs(growth) < 2),
        Figure(
            "gateway's memory at the same moments", f"{first[1] / 1024:.1f} → {last[1] / 1024:.1f} MiB"),
    ]
