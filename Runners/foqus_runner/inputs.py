"""Checks a job's input against the flowsheet before anything is changed."""

from __future__ import annotations

import difflib
import math
from typing import Any, Iterable, Mapping

from .strict_json import encode

Values = dict[str, dict[str, Any]]

MAX_PROBLEMS = 50
SHOWN_VALUE = 60


class InvalidInput(Exception):
    """Names every problem of a job's input."""

    def __init__(self, problems: list[str]) -> None:
        shown = problems[:MAX_PROBLEMS]
        if len(problems) > MAX_PROBLEMS:
            shown.append(f"and {len(problems) - MAX_PROBLEMS} more")
        super().__init__("invalid input: " + "; ".join(shown))


def check(
    given: Any,
    variables: Mapping[str, Mapping[str, Any]],
    vectors: Mapping[str, Mapping[str, Any]],
) -> Values:
    """The input with each value converted by the engine's own type of the variable.

    variables and vectors are the flowsheet's input and input_vectorlist.
    Raises InvalidInput.
    """
    if given is None or given == []:  # clients send [] for "no input"
        return {}
    if not isinstance(given, dict):
        raise InvalidInput(["the input is not an object of nodes"])
    problems: list[str] = []
    values: Values = {}
    for node, members in given.items():
        if node not in variables:
            problems.append(f"unknown node {_quote(node)}{_hint(node, variables)}")
        elif not isinstance(members, dict):
            problems.append(f"node {node}: the input is not an object of variables")
        else:
            values[node] = _check_node(node, members, variables[node], vectors.get(node, {}), problems)
    if problems:
        raise InvalidInput(problems)
    return values


def _check_node(
    node: str,
    members: dict[str, Any],
    variables: Mapping[str, Any],
    vectors: Mapping[str, Any],
    problems: list[str],
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in members.items():
        if name in variables:
            try:
                values[name] = _convert(value, variables[name].dtype)
            except ValueError as error:
                problems.append(f"{node}.{name}: {_show(value)} {error}")
        elif name in vectors:
            last = len(vectors[name].vector) - 1
            problems.append(f"{node}.{name} is a vector: give its elements {name}_0 to {name}_{last}")
        else:
            problems.append(f"unknown variable {node}.{_quote(name)}{_hint(name, variables)}")
    return values


def _convert(value: Any, dtype: type) -> Any:
    """What the engine would store. ValueError says what is wrong with the value."""
    wanted = {float: "a number", int: "a whole number", str: "a text"}.get(dtype, dtype.__name__)
    if value is None or isinstance(value, (dict, list)):
        raise ValueError(f"is not {wanted}")
    if dtype is int and isinstance(value, float) and not (math.isfinite(value) and value.is_integer()):
        raise ValueError(f"is not {wanted}")  # int() would cut the fraction off silently
    try:
        return dtype(value)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"is not {wanted}") from None


def _hint(name: str, known: Iterable[str]) -> str:
    names = [str(candidate) for candidate in known if candidate != "graph"]
    close = difflib.get_close_matches(name, names, n=1)
    if not close:
        folded = {candidate.lower(): candidate for candidate in names}
        close = [folded[name.lower()]] if name.lower() in folded else []
    if close:
        return f", did you mean {_quote(close[0])}?"
    return (
        f" (known: {', '.join(sorted(names)[:10])}{', …' if len(names) > 10 else ''})" if names else " (there are none)"
    )


def _quote(name: str) -> str:
    return f"'{name[:SHOWN_VALUE]}'"


def _show(value: Any) -> str:
    text = encode(value)
    return text if len(text) <= SHOWN_VALUE else text[: SHOWN_VALUE - 1] + "…"
