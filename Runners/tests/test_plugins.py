"""User plugins: found, replaced by a load, and named when they cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

from support import EXAMPLES, RunnerTestCase

SESSION = EXAMPLES / "plugin" / "session.foqus"
PUMP = (EXAMPLES / "plugin" / "pump" / "pump.py").read_text()


class PluginTests(RunnerTestCase):
    def plugin(self, folder: str, text: str, name: str = "pump.py") -> Path:
        path = self.folder / folder
        path.mkdir(exist_ok=True)
        (path / "foqus-user-plugin.json").write_text("{}")
        (path / name).write_text(text)
        os.utime(path / name, (1, 1))  # an edit may keep the time; compiled files trust it
        return path

    def power(self) -> float:
        return float(self.runner.run().output["output"]["pump"]["power"])

    def test_edited_plugin_is_used_after_a_load(self) -> None:
        folder = self.plugin("edited", PUMP)
        self.assertEqual(self.runner.load(SESSION, folder)["event"], "loaded")
        self.assertAlmostEqual(self.power(), 12.2583125)
        self.plugin("edited", PUMP.replace("/ 1000", "/ 2000"))
        self.assertAlmostEqual(self.power(), 12.2583125)  # not before
        self.assertEqual(self.runner.load(SESSION, folder)["event"], "loaded")
        self.assertAlmostEqual(self.power(), 12.2583125 / 2)

    def test_helper_module_is_replaced_too(self) -> None:
        text = PUMP.replace("GRAVITY = 9.80665", "from pump_constants import GRAVITY")
        folder = self.plugin("helped", text)
        for gravity in ("1.0", "2.0"):
            self.plugin("helped", f"GRAVITY = {gravity}\n", "pump_constants.py")
            self.assertEqual(self.runner.load(SESSION, folder)["event"], "loaded")
            self.assertAlmostEqual(self.power(), float(gravity) * 1.25)

    def test_module_state_does_not_leak(self) -> None:
        text = PUMP.replace("GRAVITY = 9.80665", "RUNS = []")
        text = text.replace("* GRAVITY *", "* (RUNS.append(1) or len(RUNS)) *")
        loaded = self.runner.load(SESSION, self.plugin("state", text))
        self.assertEqual(loaded["event"], "loaded")
        self.assertEqual([self.power(), self.power()], [1.25, 1.25])

    def test_file_opened_at_load_is_open_in_each_job(self) -> None:
        text = PUMP.replace("GRAVITY = 9.80665", "import os\nGRAVITY = 2.0\nDATA = open(os.__file__)")
        text = text.replace("* GRAVITY *", "* GRAVITY * bool(DATA.readline()) *")
        self.assertEqual(self.runner.load(SESSION, self.plugin("data", text))["event"], "loaded")
        self.assertAlmostEqual(self.power(), 2.5)

    def test_missing_plugin(self) -> None:
        self.runner.load(SESSION, self.plugin("kept", PUMP))
        failed = self.runner.load(SESSION)  # a plugin of an earlier load is not there any more
        self.assertEqual(failed["message"], "node pump needs plugin pump, which was not found")

    def test_broken_plugin(self) -> None:
        failed = self.runner.load(SESSION, self.plugin("broken", PUMP + "\nimport no_such_module\n"))
        self.assertIn("node pump needs plugin pump", failed["message"])
        self.assertRegex(failed["message"], r"pump\.py: pump\.py line \d+: ModuleNotFoundError: .*no_such_module")

    def test_folders_in_conflict(self) -> None:
        failed = self.runner.load(SESSION, self.plugin("one", PUMP), self.plugin("two", PUMP))
        self.assertEqual(failed["message"], "plugins one and two both have a file pump.py")
        failed = self.runner.load(SESSION, self.folder / "nowhere")
        self.assertEqual(failed["message"], "plugin folder nowhere does not exist")
