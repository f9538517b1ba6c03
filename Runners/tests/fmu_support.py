"""Runners of FMI units for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fmu_units
from sinter_support import SinterRunner, SinterTestCase, variable

U = variable("u", "input", "double", "u", default=0)
K = variable("k", "input", "double", "k", default=1)
X = variable("x", "output", "double", "x")
MODE = variable("mode", "input", "int", "mode", default=0)
STEPS = variable("steps", "output", "int", "steps")
TIMES = variable("TimeSeries", "setting", "double[2]", default=[1, 2])


class FMUTestCase(SinterTestCase):
    @classmethod
    def make_runner(cls, folder: Path) -> SinterRunner:
        return SinterRunner(folder, fmu_units.PYTHON, "-m", "sinter_runner", "fmu")

    def load_plant(self, *variables: dict[str, Any], **fields: Any) -> None:
        fmu_units.make_plant(self.files / "plant.fmu", **fields)
        self.load(self.files, "plant.fmu", *variables)

    def refusal(self, *variables: dict[str, Any], **fields: Any) -> str:
        """Why the plant cannot be loaded."""
        fmu_units.make_plant(self.files / "plant.fmu", **fields)
        return self.load_failure(self.files, "plant.fmu", *variables)

    def near(self, value: float, expected: float, relative: float = 1e-9) -> None:
        self.assertAlmostEqual(value, expected, delta=relative * max(abs(expected), 1e-3))
