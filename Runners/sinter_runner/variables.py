"""The variables of a Sinter configuration, and the values that they take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Optional

ROLES = ("setting", "input", "dynamic-input", "output", "dynamic-output")
_TYPE = re.compile(r"\s*(int|double|string)\s*(?:\[\s*(\d+)\s*\])?\s*")
_NUMBERS = ("NaN", "Infinity", "-Infinity")  # how JSON has what is not finite


@dataclass(frozen=True)
class ValueType:
    """``int``, ``double`` or ``string``; a vector when it has a length."""

    kind: str
    length: Optional[int] = None

    @staticmethod
    def parse(text: str) -> ValueType:
        """Raises ValueError."""
        match = _TYPE.fullmatch(text)
        if match is None or match[2] == "0":
            raise ValueError(f"unknown type {text!r}; allowed are int, double and string, and vectors like double[3]")
        return ValueType(match[1], int(match[2]) if match[2] else None)

    def __str__(self) -> str:
        return self.kind if self.length is None else f"{self.kind}[{self.length}]"

    def convert(self, value: Any, any_length: bool = False) -> Any:
        """A value from JSON as int, float, str or a list of them; raises ValueError that says what is wrong."""
        if self.length is None:
            return self._convert_one(value)
        if not isinstance(value, list):
            raise ValueError(f"a list of {self.length} is needed")
        if len(value) != self.length and not any_length:
            raise ValueError(f"a list of {self.length} is needed, not of {len(value)}")
        return [self._convert_one(item) for item in value]

    def _convert_one(self, value: Any) -> Any:
        if self.kind == "string" and isinstance(value, str):
            return value
        if self.kind == "double":
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return float(value)
            if isinstance(value, str) and value in _NUMBERS:
                return float(value)
        if self.kind == "int" and isinstance(value, int) and not isinstance(value, bool):
            return value
        article = "an" if self.kind == "int" else "a"
        raise ValueError(f"{value!r} is not {article} {self.kind}")


@dataclass(frozen=True)
class Variable:
    """One variable as the configuration has it. Settings have no path."""

    name: str
    role: str  # one of ROLES
    type: ValueType
    path: tuple[str, ...] = ()
    units: str = ""
    default: Any = None

    @property
    def is_given(self) -> bool:
        """Whether a run's input has a value for it."""
        return self.role in ("setting", "input", "dynamic-input")

    @property
    def is_dynamic(self) -> bool:
        """Whether its value is a list over the times of a run."""
        return self.role in ("dynamic-input", "dynamic-output")

    @property
    def is_times(self) -> bool:
        """The setting TimeSeries is as long as a run likes."""
        return self.role == "setting" and self.name.lower() == "timeseries"

    def convert(self, value: Any, times: Optional[int]) -> Any:
        """A run's value for it, with ``times`` the number of times; raises ValueError."""
        if not self.is_dynamic or times is None:
            return self.type.convert(value, any_length=self.is_times)
        if not isinstance(value, list) or len(value) != times:
            raise ValueError(f"a list of {times} values is needed, one for each time")
        return [self.type.convert(item) for item in value]
