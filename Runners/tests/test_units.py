"""Parts that need no engine."""

from __future__ import annotations

import json
import os
import tempfile
import unittest
from pathlib import Path
from typing import Any

import support  # noqa: F401  (puts the package on the path)

from foqus_runner import job_log, messages, protocol, strict_json


class StrictJSONTests(unittest.TestCase):
    def test_not_finite_numbers(self) -> None:
        value: dict[Any, Any] = {"a": [float("nan"), 1.5], 2: (float("inf"), -float("inf"))}
        self.assertEqual(strict_json.encode(value), '{"a":["NaN",1.5],"2":["Infinity","-Infinity"]}')

    def test_numpy(self) -> None:
        import numpy

        value = {"i": numpy.int64(3), "f": numpy.float64(0.5), "a": numpy.array([1.0, float("nan")])}
        self.assertEqual(strict_json.encode(value), '{"i":3,"f":0.5,"a":[1.0,"NaN"]}')

    def test_other_objects_become_text(self) -> None:
        self.assertEqual(strict_json.encode([Path("a")]), '["a"]')


class MessageTests(unittest.TestCase):
    def test_paths_are_shortened(self) -> None:
        for text, expected in (
            ("in '/home/u/model/data.csv'", "in 'data.csv'"),
            ("see /usr/lib/x.so: bad", "see x.so: bad"),
            ("10 kg/s and m3/h", "10 kg/s and m3/h"),
            ("at http://host/a/b", "at http://host/a/b"),
            ("1 / 2 / 3", "1 / 2 / 3"),
        ):
            self.assertEqual(messages.without_paths(text), expected)

    def test_long_text_is_cut(self) -> None:
        self.assertEqual(len(messages.shorten("x" * 10_000)), messages.MAX_MESSAGE)


class LineReaderTests(unittest.TestCase):
    def setUp(self) -> None:
        read_end, self.write_end = os.pipe()
        self.addCleanup(os.close, read_end)
        self.reader = protocol.LineReader(read_end)

    def feed(self, data: bytes) -> list[Any]:
        os.write(self.write_end, data)
        return list(self.reader.read())

    def test_lines_in_pieces(self) -> None:
        self.assertEqual(self.feed(b"on"), [])
        self.assertEqual(self.feed(b"e\ntwo\nth"), [b"one", b"two"])
        self.assertEqual(self.feed(b"ree\n"), [b"three"])
        os.close(self.write_end)
        self.assertEqual((list(self.reader.read()), self.reader.at_end), ([], True))

    def test_line_over_the_limit_is_skipped(self) -> None:
        self.addCleanup(os.close, self.write_end)
        self.addCleanup(setattr, protocol, "MAX_LINE", protocol.MAX_LINE)
        protocol.MAX_LINE = 10
        self.assertEqual(self.feed(b"x" * 11), [])
        self.assertEqual(self.feed(b"xx"), [])
        self.assertEqual(self.feed(b"x\nnext\n"), [None, b"next"])


class JobLogTests(unittest.TestCase):
    def test_limit(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            log = job_log.JobLog(os.path.join(folder, "log"), limit=10)
            os.write(log.write_end, b"0123456")
            self.assertTrue(log.relay())
            os.write(log.write_end, b"789abc")
            log.close()
            text = Path(folder, "log").read_text()
        self.assertEqual(text, "0123456789\n[log cut here: 3 more bytes were not kept]\n")

    def test_silence_leaves_no_file(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            job_log.JobLog(os.path.join(folder, "log")).close()
            self.assertEqual(os.listdir(folder), [])


class EventTests(unittest.TestCase):
    def test_one_line_each(self) -> None:
        read_end, write_end = os.pipe()
        self.addCleanup(os.close, read_end)
        protocol.EventWriter(write_end).send("result", message="a\nb", value=float("nan"))
        os.close(write_end)
        line = os.read(read_end, 1000)
        self.assertEqual(line.count(b"\n"), 1)
        self.assertEqual(json.loads(line), {"event": "result", "message": "a\nb", "value": "NaN"})
