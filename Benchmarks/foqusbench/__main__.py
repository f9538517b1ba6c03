"""Runs the measurements and prints, or writes, their table."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from . import calls, cloudjobs, measurements, transfers, workbooks
from .measurements import Context, Figure

ALL = {
    "throughput": measurements.throughput,
    "flowsheets": measurements.flowsheets,
    "pickup": measurements.pickup,
    "idle": measurements.idle,
    "memory": measurements.memory,
    "workbooks": workbooks.workbooks,
    "cloud": cloudjobs.cloud,
    "s3": transfers.s3,
    "idle-cloud": calls.idle_cloud,
    "calls": calls.calls,
}


def machine() -> str:
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{os.cpu_count()} × {model}, Linux {platform.release()}, load {os.getloadavg()[0]:.1f} at the end"


def table(figures: list[Figure]) -> str:
    lines = ["| what | measured | compared | to reach | reached |", "|---|---|---|---|---|"]
    for figure in figures:
        reached = {None: "", True: "yes", False: "**no**"}[figure.reached]
        lines.append(f"| {figure.what} | {figure.value} | {figure.compared} | {figure.target} | {reached} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--programs", type=Path, required=True, help="folder of the release programs")
    parser.add_argument("--foqus-python", type=Path, required=True)
    parser.add_argument("--peer-python", type=Path, help="of an environment with Celery; without it no peer is measured")
    parser.add_argument("--aws-peers", type=Path, required=True, help="Python with the servers of Tests/AWSPeers")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("only", nargs="*", help="some of: " + ", ".join(ALL))
    arguments = parser.parse_args()
    unknown = [name for name in arguments.only if name not in ALL]
    if unknown:
        parser.error(f"unknown measurement {unknown[0]}; there are {', '.join(ALL)}")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="foqus-bench-") as work:
        context = Context(
            arguments.root, arguments.programs, arguments.foqus_python, arguments.peer_python,
            arguments.aws_peers, Path(work))
        for name in arguments.only or list(ALL):
            figures += ALL[name](context)
    print(f"Measured on {time.strftime('%Y-%m-%d')}: {machine()}.\n")
    print(table(figures))
    for text in context.appendix:
        print(f"\n{text}")
    return 0 if all(figure.reached is not False for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
