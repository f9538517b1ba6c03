"""Short jobs of a cloud on a server that behaves like AWS, beside Celery on the same server."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter

from .clouds import Cloud, CloudWorker
from .measurements import Context, Figure, note
from .peer import Run, celery_run
from .peers import PeerHost
from .processes import processor_time
from .standin import OutputKeeper, Wire

#: Of a look at the queue; each costs the server a little.
PAUSE = 0.05


def worker_run(context: Context, jobs: int, slots: int, tells: bool) -> Run:
    """A job is finished when it is acknowledged: its result is stored then, and told."""
    with PeerHost(context.root, context.aws_peers) as host:
        cloud = Cloud(host)
        cloud.submit(jobs)
        settings = f"metrics = false\nnotifications = {'true' if tells else 'false'}\n"
        with (
            OutputKeeper(cloud.peer["endpoint"], cloud.names["outputs"], cloud.names["table"]) as keeper,
            CloudWorker(context.programs, cloud, slots, settings) as worker,
        ):
            processes = [worker.program.pid]
            while (begun := jobs - cloud.left()) == 0:
                time.sleep(PAUSE / 10)
            first, used = time.monotonic(), processor_time(processes)
            while cloud.left() > 0:
                time.sleep(PAUSE)
            duration, used = time.monotonic() - first, processor_time(processes) - used
        if tells:
            note(f"the lambda's stand-in took {keeper.processor_seconds / jobs * 1000:.2f} ms of processor time a job")
            told = notifications(cloud)
            wanted = dict.fromkeys(("submit", "setup", "running", "output", "success"), jobs)
            if told != wanted or keeper.stored != jobs:
                raise RuntimeError(f"{keeper.stored} outputs are stored, and of {jobs} jobs was told: {told}")
        return Run((jobs - begun) / duration, used / (jobs - begun))


def notifications(cloud: Cloud) -> dict[str, int]:
    """What was told of jobs on the update topic, each thing once for each job."""
    wire, told = Wire(cloud.peer["endpoint"]), set()
    request = {"QueueUrl": cloud.names["processor"], "MaxNumberOfMessages": 10}
    while messages := wire.call("sqs", "ReceiveMessage", request).get("Messages", []):
        for message in messages:
            text = json.loads(message["Body"])["Message"]
            events = json.loads(text) if text[0] in "[{" else []
            for event in events if isinstance(events, list) else [events]:
                if event["resource"] == "job":
                    told.add((event["jobid"], event.get("status", event["event"])))
    wire.socket.close()
    return dict(Counter(word for _, word in told))


def median(runs: list[Run]) -> tuple[float, float, float]:
    """Jobs per second, and milliseconds of processor time of a job with and without its program."""
    return (
        statistics.median(run.jobs_per_second for run in runs),
        statistics.median(run.processor.total for run in runs) * 1000,
        statistics.median(run.processor.own for run in runs) * 1000,
    )


def cloud(context: Context, jobs: int = 2000, slots: int = 8, turns: int = 3) -> list[Figure]:
    """No-op command jobs of a cloud, in turns with Celery, since a machine is faster at one moment than at another."""
    peer, full, silent = [], [], []
    for turn in range(1, turns + 1):
        note(f"cloud, turn {turn}: celery")
        peer.append(celery_run(context.celery, jobs, slots))
        note(f"cloud, turn {turn}: full contract, after {peer[-1].jobs_per_second:.0f} jobs/s")
        full.append(worker_run(context, jobs, slots, True))
        note(f"cloud, turn {turn}: notifications off, after {full[-1].jobs_per_second:.0f} jobs/s")
        silent.append(worker_run(context, jobs, slots, False))
        note(f"cloud, turn {turn}: {silent[-1].jobs_per_second:.0f} jobs/s")
    celery = median(peer)
    figures = []
    for name, runs, aim in (("full contract", full, 1.5), ("`notifications = false`", silent, 3.0)):
        rate, cost, own = median(runs)
        each = ", ".join(f"{run.jobs_per_second / other.jobs_per_second:.2f}" for run, other in zip(runs, peer))
        figures += [
            Figure(
                f"no-op jobs on roto, {slots} slots, {name}", f"{rate:.0f} jobs/s",
                f"{rate / celery[0]:.2f} × celery[sqs] in turns in the same run ({celery[0]:.0f} jobs/s; turn by turn "
                f"{each})", f"≥ {aim:g} × celery", rate >= aim * celery[0]),
            Figure(
                "processor time of the worker and its jobs", f"{cost:.2f} ms/job",
                f"{cost / celery[1]:.2f} of celery's ({celery[1]:.2f} ms)", "≤ 0.25 of celery's",
                cost <= 0.25 * celery[1]),
            Figure(
                "the same without the jobs' programs, which are the same for both", f"{own:.2f} ms/job",
                f"{own / celery[2]:.2f} of celery's ({celery[2]:.2f} ms)"),
        ]
    return figures
