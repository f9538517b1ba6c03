"""Macros in a real LibreOffice: what they return, what goes wrong in them, and the files that they make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sinter_support import SinterTestCase, make_workbooks, variable

X = variable("x", "input", "double", "S$A$1", default=1)
Y = variable("y", "output", "double", "S$C$1")
_MODULES = {
    "Main": """
Public counted

Public Sub Double_()
    Sheets("S").Range("C1").Value = Sheets("S").Range("B1").Value
End Sub
Private Sub Hidden_()
    Sheets("S").Range("C1").Value = 77
End Sub
Function Half() As Double
    Sheets("S").Range("C1").Value = Sheets("S").Range("A1").Value / 2
    Half = 1
End Function
Sub StepByStep()
    Sheets("S").Range("A1").Value = 10
    Sheets("S").Range("C1").Value = Sheets("S").Range("B1").Value
End Sub
Sub Count()
    counted = counted + 1
    Sheets("S").Range("C1").Value = counted
End Sub
Sub Same()
    Sheets("S").Range("C1").Value = 1
End Sub
Sub Rows_()
    Sheets("S").Rows(1).Insert
    Sheets("S").Range("C1").Value = 5
End Sub
""",
    "Faults": """
Sub Divide()
    Dim nothing_
    nothing_ = 0
    nothing_ = 1 / nothing_
End Sub
Sub Raise_()
    Err.Raise 1001, "Raise_", "the column did not converge"
End Sub
Sub Unknown()
    ThereIsNoSuchThing 3
End Sub
Sub NoObject()
    Nobody.Says "hello"
End Sub
Sub Windows_()
    Dim files
    Set files = CreateObject("Scripting.FileSystemObject")
End Sub
Sub NeedsArgument(x)
    Sheets("S").Range("C1").Value = x
End Sub
Sub Ends()
    End
End Sub
Sub Asks()
    MsgBox "Go on?"
    Dim answer
    answer = InputBox("How much?")
    Sheets("S").Range("C1").Value = 3
End Sub
Sub Closes()
    ThisWorkbook.Close False
End Sub
Sub ClosesBesideAnother()
    Workbooks.Add
    ThisWorkbook.Close False
End Sub
Sub Same()
    Sheets("S").Range("C1").Value = 2
End Sub
""",
    "Files": """
Sub Writes()
    Dim number
    number = FreeFile
    Open ThisWorkbook.Path & "/report.txt" For Output As #number
    Print #number, "x is " & Sheets("S").Range("A1").Value
    Close #number
    MkDir ThisWorkbook.Path & "/plots"
    number = FreeFile
    Open ThisWorkbook.Path & "/plots/plot.txt" For Output As #number
    Print #number, "plot"
    Close #number
    Sheets("S").Range("C1").Value = 4
End Sub
Sub Changes()
    Dim number
    number = FreeFile
    Open ThisWorkbook.Path & "/data.txt" For Output As #number
    Print #number, "changed"
    Close #number
    Kill ThisWorkbook.Path & "/other.txt"
    ThisWorkbook.Save
End Sub
Sub FailsAfterFile()
    Writes
    Err.Raise 1001, "", "too late"
End Sub
""",
}
_BROKEN = {
    "Fine": 'Sub Fine_()\n    Sheets("S").Range("C1").Value = 1\nEnd Sub\n',
    "Broken": "Sub First()\nEnd Sub\nSub Second()\n    If Then Else\nEnd Sub\n",
}
_BASIC = {"Module1": """
Sub Main
    Dim sheet
    sheet = ThisComponent.Sheets.getByName("S")
    sheet.getCellRangeByName("C1").setValue(sheet.getCellRangeByName("B1").getValue() + 1)
End Sub
Sub Fails
    Error 11
End Sub
Sub StepByStep
    Dim sheet
    sheet = ThisComponent.Sheets.getByName("S")
    sheet.getCellRangeByName("A1").setValue(10)
    sheet.getCellRangeByName("C1").setValue(sheet.getCellRangeByName("B1").getValue())
End Sub
"""}


class MacroTests(SinterTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        (cls.files / "data.txt").write_text("data\n")
        (cls.files / "other.txt").write_text("other\n")
        sheets = {"S": {"A1": "1", "B1": "=A1*2", "C1": "0"}}
        make_workbooks(
            *(
                {"path": str(cls.files / f"macros{kind}"), "sheets": sheets, "modules": _MODULES}
                for kind in (".xlsm", ".xls")
            ),
            {"path": str(cls.files / "manual.ods"), "sheets": sheets, "modules": _BASIC, "manual": True},
            {"path": str(cls.files / "broken.xlsm"), "sheets": sheets, "modules": _BROKEN},
            {"path": str(cls.files / "basic.ods"), "sheets": sheets, "modules": _BASIC},
            {"path": str(cls.files / "none.xlsx"), "sheets": sheets},
        )

    def use(self, model: str, *more: dict[str, Any]) -> None:
        self.load(self.files, model, variable("macro", "setting", "string", default=""), X, Y, *more)

    def y(self, macro: str, x: float = 1) -> Any:
        return self.output({"macro": macro, "x": x})["y"]

    def test_what_runs(self) -> None:
        for model in ("macros.xlsm", "macros.xls"):
            self.use(model)
            self.assertEqual(self.y("Double_", 3), 6.0)
            self.assertEqual(self.y("Half", 3), 1.5)
            self.assertEqual(self.y("Hidden_"), 77.0)
            self.assertEqual(self.y("", 8), 77.0)
            self.assertEqual(self.y("Double_", 4), 8.0)

    def test_basic_of_libreoffice(self) -> None:
        self.use("basic.ods")
        self.assertEqual(self.y("Main", 3), 7.0)
        self.assertEqual(self.y("Standard.Module1.Main", 4), 9.0)
        self.assertEqual(self.failure({"macro": "Fails"}), "macro Module1.Fails: Division by zero (error 11)")

    def test_names(self) -> None:
        self.use("macros.xlsm")
        for name in (
            "double_",
            "Main.Double_",
            "VBAProject.Main.Double_",
            "macros.xlsm!Double_",
            "'my book.xlsm'!Main.Double_",
        ):
            self.assertEqual(self.y(name, 3), 6.0)
        self.assertEqual((self.y("Main.Same"), self.y("Faults.Same")), (1.0, 2.0))
        self.assertEqual(
            self.failure({"macro": "Same"}), "macro 'Same' is ambiguous: write one of Faults.Same, Main.Same"
        )
        message = self.failure({"macro": "Nope"})
        self.assertTrue(message.startswith("the workbook has no macro 'Nope'; it has: "), message)
        self.assertIn("Main.Double_, Main.Hidden_, Main.Half", message)
        self.use("none.xlsx")
        self.assertEqual(self.failure({"macro": "Nope"}), "the workbook has no macro 'Nope'; it has none")

    def test_formulas_are_calculated_while_a_macro_runs(self) -> None:
        self.use("macros.xlsm")
        self.assertEqual(self.y("StepByStep", 1), 20.0)
        self.use("basic.ods")
        self.assertEqual(self.y("StepByStep", 1), 20.0)
        self.use("manual.ods")  # as in Excel, the workbook's own choice
        self.assertEqual(self.y("StepByStep", 1), 2.0)

    def test_variables_of_modules_last_until_a_reset(self) -> None:
        self.use("macros.xlsm")
        self.assertEqual([self.y("Count"), self.y("Count")], [1.0, 2.0])
        self.assertEqual(self.output({"macro": "Count"}, reset=True), {"y": 1.0})

    def test_addresses_stay_when_a_macro_moves_cells(self) -> None:
        self.use("macros.xlsm", variable("a2", "output", "double", "S$A$2"))
        self.assertEqual(self.output({"macro": "Rows_", "x": 3}), {"y": 5.0, "a2": 3.0})
        self.assertEqual(self.output({"macro": "Main.Same", "x": 4}), {"y": 1.0, "a2": 3.0})

    def test_faults_are_told(self) -> None:
        self.use("macros.xlsm")
        for macro, message in (
            ("Divide", "macro Faults.Divide: Division by zero (error 11)"),
            ("Raise_", "macro Faults.Raise_: the column did not converge (error 1001)"),
            ("NoObject", "macro Faults.NoObject: Object variable not set (error 91)"),
            ("NeedsArgument", "macro Faults.NeedsArgument: Argument is not optional (error 449)"),
        ):
            self.assertEqual(self.failure({"macro": macro}), message)
            self.assertEqual(self.y("Double_", 3), 6.0)
        self.assertIn("ThereIsNoSuchThing", self.failure({"macro": "Unknown"}))
        self.assertIn("Faults.Windows_", self.failure({"macro": "Windows_"}))
        self.assertIn("End or Stop", self.failure({"macro": "Ends"}))
        self.assertEqual(self.y("Double_", 3), 6.0)

    def test_syntax_errors_are_told(self) -> None:
        self.use("broken.xlsm")
        for macro in ("Fine_", "Second"):
            message = self.failure({"macro": macro})
            self.assertIn("did not run: LibreOffice finds a syntax error in Broken: 'Sub Second()'", message)
        self.assertEqual(self.output(), {"y": 0.0})

    def test_dialogs_do_not_block(self) -> None:
        self.use("macros.xlsm")
        self.assertEqual(self.y("Asks"), 3.0)

    def test_workbook_that_closes_itself(self) -> None:
        self.use("macros.xlsm")
        for macro in ("Closes", "ClosesBesideAnother"):
            self.runner.run({"macro": macro})
            self.assertEqual(self.y("Double_", 3), 6.0)
        self.assertEqual(len(self.runner.children()), 1)

    def test_files_become_the_job_s(self) -> None:
        self.use("macros.xlsm")
        job = self.runner.run({"macro": "Writes", "x": 9})
        self.assertEqual(job.status, "success", job.result)
        self.assertEqual((job.folder / "report.txt").read_text().split(), ["x", "is", "9"])
        self.assertEqual((job.folder / "plots" / "plot.txt").read_text().strip(), "plot")
        job = self.runner.run({"macro": "Double_"})
        self.assertEqual(job.files(), [])
        job = self.runner.run({"macro": "FailsAfterFile"})
        self.assertEqual((job.status, job.files()), ("error", ["plots", "report.txt"]))
        self.assertIn("too late", job.message)

    def test_the_simulation_s_files_are_the_same_for_each_job(self) -> None:
        self.use("macros.xlsm")
        job = self.runner.run({"macro": "Changes"})
        self.assertEqual(job.status, "success", job.result)
        self.assertIn("data.txt", job.files())
        self.assertEqual((job.folder / "data.txt").read_text().strip(), "changed")
        copy = self.folder / "work" / "model"
        self.assertEqual((copy / "data.txt").read_text(), "data\n")
        self.assertEqual((copy / "other.txt").read_text(), "other\n")
        self.assertEqual((copy / "macros.xlsm").read_bytes(), (self.files / "macros.xlsm").read_bytes())
        self.assertEqual((self.files / "data.txt").read_text(), "data\n")
        self.assertEqual(self.output({"macro": "Double_", "x": 3}, reset=True), {"y": 6.0})
