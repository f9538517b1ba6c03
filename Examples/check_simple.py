#!/usr/bin/env python3
"""Checks results of the flowsheet "simple" against its formula.

RESULTS.json holds a list of results (or lists of them, or one): records of a
result page, whose member "Output" is a job's output, or the outputs themselves
as the worker writes them to output.json. Exit status 1 when one does not match.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import Any, Iterator

TOLERANCE = 1e-9


def expected(given: dict[str, float]) -> dict[str, float]:
    """The formula of the flowsheet: mass and heat balance of a mixer."""
    flow = given["hot_flow"] + given["cold_flow"]
    heat = given["hot_flow"] * given["hot_T"] + given["cold_flow"] * given["cold_T"]
    return {"flow_out": flow, "T_out": heat / flow}


def records(content: Any) -> Iterator[Any]:
    if isinstance(content, list):
        for item in content:
            yield from records(item)
    else:
        yield content


def problem(record: Any) -> str | None:
    """What is wrong with one result; None when nothing is."""
    if not isinstance(record, dict):
        return "is not an object"
    if record.get("State", "success") != "success":
        return f"state {record['State']}: {record.get('Message', 'no message')}"
    output = record.get("Output", record)
    try:
        code = output["graphError"]
        given, values = output["input"]["mixer"], output["output"]["mixer"]
        wanted = expected(given)
        wrong = [
            f"{name} is {values[name]}, not {value}"
            for name, value in wanted.items()
            if not math.isclose(float(values[name]), value, rel_tol=TOLERANCE)
        ]
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        return f"is no output of the flowsheet simple ({type(error).__name__}: {error})"
    if code != 0:
        return f"graphError {code}"
    return ", ".join(wrong) or None


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks results of the flowsheet 'simple' against its formula.")
    parser.add_argument("results", metavar="RESULTS.json", help="'-' for stdin")
    parser.add_argument("--count", type=int, metavar="N", help="also require N different results")
    arguments = parser.parse_args()
    try:
        with sys.stdin if arguments.results == "-" else open(arguments.results, encoding="utf-8") as file:
            found = list(records(json.load(file)))
    except (OSError, ValueError) as error:
        print(f"{arguments.results}: {error}", file=sys.stderr)
        return 1
    problems = 0
    for number, record in enumerate(found, start=1):
        if text := problem(record):
            problems += 1
            name = record.get("Id", number) if isinstance(record, dict) else number
            print(f"result {name}: {text}")
    different = len({json.dumps(r.get("Output", r).get("input"), sort_keys=True) for r in found if not problem(r)})
    print(f"{len(found)} results, {len(found) - problems} right, {problems} wrong, {different} different inputs")
    if not found:
        print("there is no result to check")
    if arguments.count is not None and (len(found), different) != (arguments.count, arguments.count):
        print(f"expected {arguments.count} different results")
        return 1
    return 1 if problems or not found else 0


if __name__ == "__main__":
    sys.exit(main())
