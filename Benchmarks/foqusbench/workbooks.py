"""Workbooks: how fast one runs in a warm office, and how fast jobs of one go through a worker."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

from .deployment import Deployment
from .measurements import Context, Figure, note

#: A small workbook with a VBA macro, and inputs for it.
_EXAMPLE = ("flash.json", "flash.xlsm", {"z": 0.4, "K1": 2, "K2": 0.5})
#: SimSinter's test of workbooks, where it is beside the project.
_PUBLISHED = (
    "exceltest.json", "exceltest.xlsm",
    {"height.jim": 74, "weight.jim": 167, "height.joe": 24, "weight.joe": 100, "height.mama": 63, "weight.mama": 200},
)


def workbooks(context: Context) -> list[Figure]:
    published = context.root.parent / "shared" / "fixtures" / "sinter"
    folder, (configuration, workbook, values) = context.root / "Examples/sinter/flash_macro", _EXAMPLE
    if published.is_dir():
        folder, (configuration, workbook, values) = published, _PUBLISHED
    note(f"workbooks ({workbook})")
    cold = statistics.median(_series(context, folder / configuration, values, 1) for _ in range(3))
    few, many = 100, 1100
    rates = []
    for _ in range(3):
        took = _series(context, folder / configuration, values, many) - _series(context, folder / configuration, values, few)
        rates.append((many - few) / took)
    rate = statistics.median(rates)
    jobs = _jobs(context, folder, configuration, workbook, values, 1000)
    return [
        Figure(f"{workbook}: foqus-sinter run of one set of inputs, office started and ended", f"{cold:.2f} s", "", "< 2 s", cold < 2),
        Figure(f"{workbook} with its macro, warm, one office", f"{rate:.0f} runs/s, {1000 / rate:.1f} ms", "", "≥ 100 runs/s", rate >= 100),
        Figure(f"1000 jobs of {workbook}, two slots, with the start of both offices", f"{jobs:.0f} jobs/s", f"{jobs / rate / 2:.2f} of two warm offices", "≥ 60 jobs/s", jobs >= 60),
    ]


def _series(context: Context, configuration: Path, values: dict[str, Any], count: int) -> float:
    """Seconds of a series of runs without a reset between them."""
    inputs = context.work / f"inputs-{count}.json"
    inputs.write_text(json.dumps([{"inputs": values}] * count))
    begin = time.monotonic()
    subprocess.run(
        [
            context.programs / "foqus-sinter", "run", "--no-reset", "--quiet", configuration, inputs,
            context.work / "outputs.json",
        ],
        check=True, env={**os.environ, "FOQUS_RUNNERS": f"{context.root}/Runners"})
    return time.monotonic() - begin


def _jobs(
    context: Context, folder: Path, configuration: str, workbook: str, values: dict[str, Any], count: int
) -> float:
    """Jobs a second through queue, worker and gateway."""
    with Deployment(context.programs, 2, f"[application.Excel]\nrunner = {context.root}/Runners\n") as deployment:
        files = {name: (folder / name).read_bytes() for name in (configuration, workbook)}
        deployment.put_simulation("book", "Excel", files)
        deployment.worker.start()
        session = deployment.append([{"Simulation": "book", "Application": "Excel", "Input": values}] * count)
        begin = time.monotonic()
        deployment.start(session)
        return count / (deployment.wait(session, count) - begin)
