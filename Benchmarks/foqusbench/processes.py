"""What a process and its descendants have used of the processors."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class ProcessorTime:
    """In seconds."""

    #: Of the processes that are there.
    own: float
    #: Of their children that have ended, as the programs of jobs.
    children: float

    def __sub__(self, earlier: ProcessorTime) -> ProcessorTime:
        return ProcessorTime(self.own - earlier.own, self.children - earlier.children)

    def __truediv__(self, count: float) -> ProcessorTime:
        return ProcessorTime(self.own / count, self.children / count)

    @property
    def total(self) -> float:
        return self.own + self.children


def with_children(process: int) -> list[int]:
    """The process and its children now."""
    found = [process]
    for thread in Path(f"/proc/{process}/task").iterdir():
        found += [int(child) for child in (thread / "children").read_text().split()]
    return found


def processor_time(processes: list[int]) -> ProcessorTime:
    """Of processes that last: those of jobs come in with their parents when they have ended."""
    own = children = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        own += int(fields[11]) + int(fields[12])
        children += int(fields[13]) + int(fields[14])
    return ProcessorTime(own / CLOCK_TICKS, children / CLOCK_TICKS)
