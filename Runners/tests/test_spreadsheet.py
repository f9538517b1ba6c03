"""Workbooks in a real LibreOffice: values, and what is wrong with a workbook or an input."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from sinter_support import (
    PYTHON,
    SINTER_EXAMPLES,
    SinterTestCase,
    make_workbooks,
    shared_sinter_fixtures,
    variable,
    variables,
)
from support import RUNNERS

X = variable("x", "input", "double", "S$A$1", default=1)
Y = variable("y", "output", "double", "S$B$1")
FORMULAS = {"A1": "1", "B1": "=A1*2"}


class ExampleTests(SinterTestCase):
    """The values are worked out by hand in Examples/README.md."""

    def test_tank(self) -> None:
        loaded = self.runner.load_configuration(SINTER_EXAMPLES / "tank" / "tank.json")
        self.assertEqual(loaded["event"], "loaded")
        self.assertEqual(
            self.output({"split": [0.5, 0.25, 0.25]}),
            {"level": 3.0, "volume": 6.0, "flows": [1.5, 0.75, 0.75], "over": 0, "says": "tank north is fine"},
        )
        self.assertEqual(
            self.output({"feed.flow": 4.5, "hours": 3, "split": [1, 0, 2], "name": "süd"}),
            {"level": 6.75, "volume": 13.5, "flows": [4.5, 0.0, 9.0], "over": 1, "says": "tank süd runs over"},
        )

    def test_flash_with_a_macro(self) -> None:
        loaded = self.runner.load_configuration(SINTER_EXAMPLES / "flash_macro" / "flash.json")
        self.assertEqual(loaded["event"], "loaded")
        output = self.output()
        for name, value in (("vapor", 0.75), ("x", 0.2), ("y", 0.6)):
            self.assertAlmostEqual(output[name], value, delta=1e-12)
        self.assertEqual(
            self.failure({"K1": 0.9}),
            "macro Flash.Solve: the feed does not split into liquid and vapor (error 1)",
        )
        self.assertEqual(self.output(), output)


@unittest.skipUnless(shared_sinter_fixtures(), "published configurations are not part of the repository")
class PublishedTests(SinterTestCase):
    """Workbooks of SimSinter and FOQUS, whose results Excel gave."""

    def setUp(self) -> None:
        folder = shared_sinter_fixtures()
        assert folder is not None
        self.published = folder

    def test_exceltest_is_equal_to_the_last_bit(self) -> None:
        configuration = json.loads((self.published / "exceltest.json").read_text())
        for section, name, sheet in (
            ("inputs", "height.vector", "height"),
            ("inputs", "weight.vector", "weight"),
            ("outputs", "BMI.vector", "BMI"),
        ):
            configuration[section][name] = {"type": "double[3]", "path": [f"{sheet}$A$6"]}
        self.load(self.published, "exceltest.xlsm", *variables(configuration))
        given = json.loads((self.published / "exceltest-inputs.json").read_text())
        canonical = json.loads((self.published / "outputs-canonical.json").read_text())["outputs"]
        expected = {name: entry["value"] for name, entry in canonical.items() if name != "status"}
        for reset in (False, False, True):
            self.assertEqual(self.output(given, reset=reset), expected)

    def test_flash_sizing(self) -> None:
        configuration = json.loads((self.published / "FlashSizing.json").read_text())
        self.load(self.published, "FlashSizing.xlsx", *variables(configuration))
        first, second = configuration["inputs"]
        (result,) = configuration["outputs"]
        for given, expected in (
            ((0.15, 5), 0.025),
            ((0.0593136646, 5), 0.009885610766666667),
            ((0.118627329, 5), 0.0197712215),
        ):
            self.assertEqual(self.output({first: given[0], second: given[1]}), {result: expected})


class ValueTests(SinterTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cells = {
            **FORMULAS,
            "A2": "2",
            "C1": "=1/(A1-5)",
            "C2": "=NA()",
            "C3": "=C4+A1",
            "C4": "=C3+1",
            "C6": "text",
            "C7": "=nothing_of_this_name+1",
            "D1": "=A2*1.5",
            "D2": "=A1",
            "D3": '=A1&""',
            "E1": "1",
            "F1": "=1/(A1-5)",
            "G1": "3",
        }
        sheets = {"S": cells, "My Sheet": {"B2": "=$S.A1+1"}, "Locked": {"A1": "1"}}
        common = {"sheets": sheets, "names": {"twice": "$S.$B$1", "several": "$S.$A$1:$B$1"}, "protected": ["Locked"]}
        make_workbooks(
            *({**common, "path": str(cls.files / f"values{kind}")} for kind in (".xlsx", ".xlsm", ".xls", ".ods"))
        )

    def test_all_kinds_of_files(self) -> None:
        for kind in (".xlsx", ".xlsm", ".xls", ".ods"):
            self.load(self.files, f"values{kind}", X, Y)
            self.assertEqual(self.output({"x": 4.25}), {"y": 8.5})

    def test_paths(self) -> None:
        self.load(
            self.files,
            "values.xlsx",
            variable("x", "input", "double", "S$A$1", "S$A$2", default=1),
            variable("a", "output", "double", "S$B1"),
            variable("b", "output", "double", "S$$B$1"),
            variable("c", "output", "double", "S$twice", "S$A$1"),
            variable("d", "output", "double", "My Sheet$B$2"),
            variable("e", "output", "double", "S$D$1"),
        )
        self.assertEqual(self.output({"x": 6}), {"a": 12.0, "b": 12.0, "c": 12.0, "d": 7.0, "e": 9.0})

    def test_types(self) -> None:
        kinds: dict[str, tuple[str, Any]] = {
            "double": ("A$20", 1.5),
            "int": ("A$21", -7),
            "string": ("A$22", "=1+1"),
            "double[2]": ("A$23", [1.5, -2.0]),
            "int[2]": ("A$24", [3, 4]),
            "string[2]": ("A$25", ["a", ""]),
            "double[1]": ("A$26", [5.0]),
            "int[1]": ("A$27", [6]),
            "string[1]": ("A$28", ["b"]),
        }
        inputs = [variable(f"in {kind}", "input", kind, f"S${place}") for kind, (place, _) in kinds.items()]
        outputs = [variable(f"out {kind}", "output", kind, f"S${place}") for kind, (place, _) in kinds.items()]
        self.load(self.files, "values.xlsx", *inputs, *outputs)
        output = self.output({f"in {kind}": value for kind, (_, value) in kinds.items()})
        self.assertEqual(output, {f"out {kind}": value for kind, (_, value) in kinds.items()})
        self.assertEqual(
            [type(output[f"out {kind}"]) for kind in ("double", "int", "string")],
            [float, int, str],
        )

    def test_numbers_read_as_texts_and_the_other_way_round(self) -> None:
        number = variable("number", "output", "string", "S$B$1")
        self.load(self.files, "values.xlsx", X, number, variable("text", "output", "string", "S$C$6"))
        self.assertEqual(self.output({"x": 2.5}), {"number": "5", "text": "text"})
        self.assertEqual(self.output({"x": 0.125}), {"number": "0.25", "text": "text"})
        self.load(self.files, "values.xlsx", X, variable("text", "output", "double", "S$C$6"))
        self.assertEqual(self.failure(), "text (S!C6): the cell holds the text 'text', not a number")
        self.load(self.files, "values.xlsx", X, variable("empty", "output", "double", "S$Z$9"))
        self.assertEqual(self.failure(), "empty (S!Z9): the cell holds nothing, not a number")
        self.load(self.files, "values.xlsx", X, variable("whole", "output", "int", "S$D$2"))
        self.assertEqual(self.failure({"x": 1.5}), "whole (S!D2): 1.5 is not a whole number")
        self.assertEqual(self.output({"x": 3.0}), {"whole": 3})

    def test_errors_of_formulas(self) -> None:
        for place, message in (
            ("C$1", "#DIV/0! division by zero"),
            ("C$2", "#N/A no value available"),
            ("C$3", "circular reference"),
            ("C$7", "#NAME? an unknown name or function"),
        ):
            for kind in ("double", "string"):
                self.load(self.files, "values.xlsx", X, variable("y", "output", kind, f"S${place}"))
                self.assertEqual(self.failure({"x": 5}), f"y (S!{place.replace('$', '')}): {message}")
        self.load(self.files, "values.xlsx", X, variable("v", "output", "double[3]", "S$E$1"), Y)
        self.assertEqual(self.failure({"x": 5}), "v (S!E1): element 2: #DIV/0! division by zero")
        self.assertEqual(self.output({"x": 6}), {"v": [1.0, 1.0, 3.0], "y": 12.0})

    def test_several_errors_are_all_told(self) -> None:
        self.load(self.files, "values.xlsx", X, *(variable(f"y{n}", "output", "double", "S$C$1") for n in range(7)))
        message = self.failure({"x": 5})
        self.assertIn("y4 (S!C1)", message)
        self.assertTrue(message.endswith("; and 2 more"), message)

    def test_numbers_that_no_cell_holds(self) -> None:
        self.load(self.files, "values.xlsx", X, Y)
        for value in ("NaN", "Infinity"):
            self.assertIn("x: a cell cannot hold", self.failure({"x": value}, status="invalid", reason="input"))

    def test_reset_brings_the_file_back(self) -> None:
        self.load(
            self.files,
            "values.xlsx",
            variable("f", "input", "double", "S$B$1", default=7),
            variable("g", "output", "double", "S$A$1"),
        )
        self.assertEqual(self.output(), {"g": 1.0})
        self.load(self.files, "values.xlsx", X, Y)  # the formula that was overwritten is there again
        self.assertEqual(self.output({"x": 2}), {"y": 4.0})
        self.assertEqual(self.output({"x": 3}, reset=True), {"y": 6.0})

    def test_paths_that_lead_nowhere(self) -> None:
        for path, message in (
            ("T$A$1", "the workbook has no sheet 'T'; it has: S, My Sheet, Locked"),
            ("S", "an address is Sheet$Column$Row, like Sheet1$C$2"),
            ("S$unknown", "'unknown' is neither a cell like C$2 nor a name defined for one"),
            ("S$ZZZ$1", "a sheet has no such cell"),
            ("S$several", "'several' is a range of cells, not one cell"),
        ):
            wrong = variable("y", "output", "double", path)
            self.assertEqual(self.load_failure(self.files, "values.xlsx", X, wrong), f"y ({path}): {message}")
        message = self.load_failure(self.files, "values.xlsx", variable("v", "input", "double[3]", "S$XFC$1"))
        self.assertEqual(message, "v (S$XFC$1): a sheet has no 3 cells to the right of it")
        message = self.load_failure(self.files, "values.xlsx", variable("x", "input", "double", "Locked$A$1"))
        self.assertIn("locked in a protected sheet", message)
        self.load(self.files, "values.xlsx", variable("x", "output", "double", "Locked$A$1"))
        self.assertEqual(self.output(), {"x": 1.0})

    def test_variables_that_a_workbook_cannot_have(self) -> None:
        message = self.load_failure(
            self.files,
            "values.xlsx",
            variable("TimeSeries", "setting", "double[1]", default=[0]),
            variable("d", "dynamic-input", "double", "S$A$1"),
        )
        self.assertIn("TimeSeries: a workbook has no setting of this name", message)
        self.assertIn("d: a workbook has no dynamic variables", message)

    def test_nothing_is_written_in_the_simulation(self) -> None:
        before = {entry.name: entry.stat().st_mtime_ns for entry in os.scandir(self.files)}
        self.load(self.files, "values.xlsx", X, Y)
        self.output({"x": 2})
        after = {entry.name: entry.stat().st_mtime_ns for entry in os.scandir(self.files)}
        self.assertEqual(before, after)


class BadFileTests(SinterTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        sheets = {"S": FORMULAS}
        descriptions: list[dict[str, Any]] = [
            {"path": str(cls.files / f"{prefix}{kind}"), "sheets": sheets, **more}
            for kind in (".xlsx", ".xls", ".ods")
            for prefix, more in (("good", {}), ("secret", {"password": "secret"}))
        ]
        make_workbooks(*descriptions)

    def test_password(self) -> None:
        for kind in (".xlsx", ".xls", ".ods"):
            message = self.load_failure(self.files, f"secret{kind}", X, Y)
            self.assertEqual(message, f"secret{kind} is protected by a password: save it without one")

    def test_half_a_file(self) -> None:
        for kind in (".xlsx", ".xls", ".ods"):
            content = (self.files / f"good{kind}").read_bytes()
            (self.files / f"half{kind}").write_bytes(content[: len(content) // 2])
            self.assertIn(f"half{kind}", self.load_failure(self.files, f"half{kind}", X, Y))

    def test_one_byte_that_changed(self) -> None:
        content = bytearray((self.files / "good.xlsx").read_bytes())
        content[len(content) // 2] ^= 0xFF
        (self.files / "changed.xlsx").write_bytes(content)
        self.assertIn("changed.xlsx is damaged", self.load_failure(self.files, "changed.xlsx", X, Y))

    def test_no_workbook(self) -> None:
        (self.files / "empty.xlsx").touch()
        self.assertEqual(self.load_failure(self.files, "empty.xlsx", X, Y), "empty.xlsx is empty")
        for kind in (".xlsx", ".xls", ".ods"):
            (self.files / f"text{kind}").write_text("hello;1\n")
            self.assertIn(f"text{kind}", self.load_failure(self.files, f"text{kind}", X, Y))
        self.assertIn("is no workbook", self.load_failure(self.files, "text.txt", X, Y))
        self.assertIn("missing.xlsx", self.load_failure(self.files, "missing.xlsx", X, Y))
        shutil.copy(self.files / "good.xlsx", self.folder / "outside.xlsx")
        self.assertIn("not in the simulation", self.load_failure(self.files, "../outside.xlsx", X, Y))

    def test_the_runner_goes_on(self) -> None:
        self.load_failure(self.files, "secret.xlsx", X, Y)
        self.load(self.files, "good.xlsx", X, Y)
        self.assertEqual(self.output({"x": 21}), {"y": 42.0})

    def test_model_in_a_folder_of_the_simulation(self) -> None:
        folder = self.folder / "deep"
        (folder / "models").mkdir(parents=True)
        shutil.copy(self.files / "good.ods", folder / "models")
        (folder / "dangling").symlink_to("nothing")
        (folder / "models" / "good.ods").chmod(0o444)
        self.load(folder, "models/good.ods", X, variable("v", "output", "double[2]", "S$A$1"))
        self.assertEqual(self.output({"x": 3}), {"v": [3.0, 6.0]})


class FailedStartTests(unittest.TestCase):
    """A runner that cannot start says why, and ends."""

    def started(self, workdir: str, path: str) -> dict[str, Any]:
        with subprocess.Popen(
            [PYTHON, "-m", "sinter_runner", "spreadsheet", "--workdir", workdir],
            env={"PYTHONPATH": str(RUNNERS), "PATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as runner:
            assert runner.stdout is not None
            event: dict[str, Any] = json.loads(runner.stdout.read())
        self.assertEqual(runner.returncode, 69)
        self.assertEqual(event["event"], "failed")
        return event

    def test_without_an_office(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(
                self.started(folder, path=folder)["message"],
                "LibreOffice is not installed: apt-get install libreoffice-calc-nogui python3-uno",
            )

    def test_office_that_ends(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            office = Path(folder, "soffice")
            office.write_text("#!/bin/sh\nexit 3\n")
            office.chmod(0o755)
            message = self.started(folder, path=f"{folder}:/bin")["message"]
            self.assertEqual(message, "LibreOffice did not start: exit status 3")

    def test_work_folder_that_cannot_be_made(self) -> None:
        self.assertIn("work folder", self.started("/proc/none", path="/usr/bin")["message"])
