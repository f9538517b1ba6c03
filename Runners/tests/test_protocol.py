"""Lines in, lines out: what is refused, and what a load tells."""

from __future__ import annotations

import json

from support import EXAMPLES, RunnerTestCase, script_session

SIMPLE = EXAMPLES / "simple" / "session.foqus"


class CommandTests(RunnerTestCase):
    session = SIMPLE

    def test_ready_says_who_is_there(self) -> None:
        ready = self.runner.ready
        self.assertEqual((ready["pid"], ready["engine"]), (self.runner.process.pid, "ccsi-foqus 3.27.0"))

    def test_bad_lines_are_rejected(self) -> None:
        for line, text in (
            (b"{", "not JSON"),
            (b"\xff\xfe", "not JSON"),
            (b"[]", "a command is a JSON object"),
            (b"{}", "unknown op None"),
            (b'{"op":"bogus"}', "unknown op 'bogus'"),
            (b'{"op":"load"}', '"session" is a text'),
            (b'{"op":"load","session":"s","plugins":"p"}', '"plugins" is a list'),
            (b'{"op":"terminate"}', '"id" is a text'),
            (b'{"op":"run","id":"a","jobdir":"d","input":{"n":{"v":NaN}}}', "bare NaN is not JSON"),
            (b"[" * 100_000, "not JSON"),
        ):
            with self.subTest(line=line[:60]):
                self.runner.send_line(line)
                self.assertIn(text, self.runner.event("rejected")["message"])

    def test_refused_run_carries_its_id(self) -> None:
        for fields, text in (
            ({}, '"jobdir" is a text'),
            ({"jobdir": "x", "timeout": 0}, '"timeout" is a number of seconds over 0'),
            ({"jobdir": "x", "timeout": True}, '"timeout"'),
            ({"jobdir": "x", "saveSession": 1}, '"saveSession" is true or false'),
        ):
            self.runner.send("run", id="j", **fields)
            rejected = self.runner.event("rejected")
            self.assertEqual(rejected["id"], "j")
            self.assertIn(text, rejected["message"])

    def test_empty_lines_are_nothing(self) -> None:
        self.runner.send_line(b"\n  \r")
        self.runner.send("ping")
        self.runner.event("pong")

    def test_long_line(self) -> None:
        job = self.runner.run({"mixer": {"x" * 300_000: 1}})
        self.assertEqual(job.status, "invalid")
        self.assertLess(len(job.message), 1000)

    def test_describe(self) -> None:
        self.runner.send("describe")
        described = self.runner.event("described")
        hot = described["input"]["mixer"]["hot_T"]
        self.assertEqual((hot["type"], hot["value"], hot["unit"]), ("float", 360.0, "K"))
        self.assertEqual(described["nodes"], {"mixer": {"modelType": 0, "modelName": "", "turbApp": None}})
        self.assertIn("T_out", described["output"]["mixer"])

    def test_job_folder_that_cannot_be_made(self) -> None:
        (self.folder / "file").write_text("")
        self.runner.send("run", id="j", jobdir=str(self.folder / "file" / "job"))
        result = self.runner.event("result")
        self.assertEqual((result["status"], result["reason"]), ("error", "files"))
        self.assertNotIn(str(self.folder), result["message"])


class LoadTests(RunnerTestCase):
    def load_text(self, text: str) -> str:
        path = self.folder / "bad.foqus"
        path.write_text(text)
        event = self.runner.load(path)
        self.assertEqual(event["event"], "load-failed")
        self.assertNotIn(str(self.folder), event["message"])
        return str(event["message"])

    def test_failures_say_why(self) -> None:
        nodeless = '{"flowsheet": {"input": {"graph": {}}, "output": {"graph": {}}}}'
        self.assertIn("bad.foqus is not JSON: ", self.load_text("{"))
        self.assertIn("it has no flowsheet", self.load_text("[]"))
        self.assertIn("it has no flowsheet", self.load_text('{"Type": "FOQUS_Session"}'))
        self.assertIn("no session that FOQUS can load: KeyError: 'nodes'", self.load_text(nodeless))
        missing = self.runner.load(self.folder / "missing.foqus")
        self.assertEqual(missing["message"], "missing.foqus: No such file or directory")

    def test_failed_load_leaves_nothing_loaded(self) -> None:
        self.assertEqual(self.runner.load(SIMPLE)["nodes"], ["mixer"])
        self.load_text("{")
        self.runner.send("run", id="j", jobdir=str(self.folder / "j"))
        rejected = self.runner.event("rejected")
        self.assertEqual((rejected["id"], rejected["message"]), ("j", "run: no session is loaded"))
        self.runner.send("describe")
        self.assertIn("no session", self.runner.event("rejected")["message"])
        self.assertEqual(self.runner.load(SIMPLE)["event"], "loaded")
        self.assertEqual(self.runner.run().status, "success")

    def test_printing_never_reaches_the_protocol(self) -> None:
        code = 'import os\nprint("{")\nos.write(1, b"}\\n")\nos.system("echo ]")\nf["y"] = 1'
        self.runner.load(script_session(self.folder, code, a=1.0))
        job = self.runner.run()
        self.assertEqual((job.status, job.log), ("success", "{\n}\n]\n"))

    def test_messages_hold_no_paths(self) -> None:
        self.runner.load(script_session(self.folder, 'open("/etc/no/such/file.dat")', a=1.0))
        job = self.runner.run()
        self.assertIn("FileNotFoundError: [Errno 2] No such file or directory: 'file.dat'", job.message)

    def test_outputs_saved_in_the_session_are_not_passed_off(self) -> None:
        self.runner.load(script_session(self.folder, "1/0", a=1.0))
        job = self.runner.run()
        self.assertEqual(job.output["output"]["node"], {"y": "NaN"})
        saved = json.loads((job.folder / "results_session.foqus").read_text())
        self.assertEqual(saved["flowsheet"]["output"]["node"]["y"]["value"], "NaN")
