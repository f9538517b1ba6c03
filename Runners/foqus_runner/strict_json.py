"""Strict JSON: no bare NaN or Infinity, which most parsers refuse.

Non-finite numbers leave as the strings "NaN", "Infinity" and "-Infinity".
FOQUS reads those back as numbers, because it converts values with float().
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn


def encode(value: Any) -> str:
    """One line of strict JSON."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_plain)
    except (ValueError, TypeError):
        # Rare, so the walk over the whole value is only paid for here.
        return json.dumps(_clean(value), separators=(",", ":"), allow_nan=False)


def decode(text: str | bytes) -> Any:
    """Parses JSON; raises ValueError for bare NaN and Infinity too."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"bare {name} is not JSON; write it as a string")


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return _clean(value.tolist())
    return str(value)


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return float(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return _plain(value)
