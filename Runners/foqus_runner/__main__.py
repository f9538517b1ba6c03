"""Command line: ``python3 -m foqus_runner --workdir DIR [--mode fork|thread]``."""

from __future__ import annotations

import time

STARTED = time.monotonic()  # before the imports, which take most of the start

import argparse
import os
import sys

from . import linux
from .protocol import EventWriter, LineReader, open_protocol


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="foqus_runner",
        description="Runs FOQUS flowsheets: commands on stdin, events on stdout, one JSON object a line.",
    )
    parser.add_argument(
        "--workdir",
        required=True,
        help="folder of this runner alone: HOME, settings and user_plugins of the engine",
    )
    parser.add_argument(
        "--mode",
        choices=("fork", "thread"),
        default="fork",
        help="fork (default): each job in its own child; thread: all jobs in this process",
    )
    parser.add_argument(
        "--memory-mb",
        type=int,
        default=0,
        metavar="N",
        help="address space of a job's process in MiB, fork mode only (default 0: no limit)",
    )
    return parser.parse_args()


def main() -> int:
    arguments = _arguments()
    commands, events = open_protocol()
    writer = EventWriter(events)
    linux.become_subreaper()
    # Imported late: the engine's import must not print on the protocol's stdout.
    from .engine import Engine
    from .loop import Runner

    try:
        engine = Engine(os.path.abspath(arguments.workdir))
    except OSError as error:
        writer.send("failed", message=f"work folder {arguments.workdir}: {error.strerror}")
        return 73
    runner = Runner(
        engine,
        LineReader(commands),
        writer,
        forked=arguments.mode == "fork",
        memory_limit=arguments.memory_mb << 20,
    )
    writer.send(
        "ready",
        pid=os.getpid(),
        engine=f"ccsi-foqus {engine.version}",
        python=".".join(map(str, sys.version_info[:3])),
        seconds=round(time.monotonic() - STARTED, 3),
    )
    code = runner.serve()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: a flowsheet thread that does not stop must not hold the process.
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
