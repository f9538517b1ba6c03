"""Command line: ``/usr/bin/python3 -m sinter_runner spreadsheet|fmu --workdir DIR``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from .serving import serve
from .simulator import Simulator

#: What makes the simulator of each name, imported when it is asked for: ``make(workdir)`` of the module.
SIMULATORS = {"spreadsheet": "sinter_runner.spreadsheet", "fmu": "sinter_runner.fmu"}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="sinter_runner",
        description="Runs Sinter configurations: commands on stdin, events on stdout, one JSON object a line.",
    )
    parser.add_argument("simulator", choices=sorted(SIMULATORS), help="what runs the models")
    parser.add_argument("--workdir", required=True, help="folder of this runner alone, made when it is not there")
    return parser.parse_args()


def main() -> int:
    arguments = _arguments()
    workdir = os.path.abspath(arguments.workdir)

    def make() -> Simulator:
        simulator: Simulator = importlib.import_module(SIMULATORS[arguments.simulator]).make(workdir)
        return simulator

    code = serve(make)
    # Not sys.exit: a simulator's thread that does not stop must not hold the process.
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
