"""Texts for the person who sent the job: what failed, where and why."""

from __future__ import annotations

import os
import re
import signal
import sys
import traceback
from types import TracebackType
from typing import Optional

MAX_MESSAGE = 2000
# Two or more components, so that units such as kg/s and 1/K are left alone.
_PATH = re.compile(r"(?<![\w:/.])(?:/[^\s/'\"<>|:;,()\[\]]+)+/([^\s/'\"<>|:;,()\[\]]+)/?")


def without_paths(text: str) -> str:
    """Shortens absolute paths to their last component: they say nothing to a user elsewhere."""
    return _PATH.sub(r"\1", text)


def shorten(text: str) -> str:
    text = without_paths(text)
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"


def describe_exception(error: BaseException, trace: Optional[TracebackType] = None) -> str:
    """Type and text of an exception and, for code of a model, its line: ``line 4: ValueError: …``."""
    # FOQUS's own exceptions add their traceback to the text.
    text = " ".join(str(error).split("\nline: ", 1)[0].split())
    described = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, SyntaxError):  # its text names the line already
        return described
    place = _place(trace if trace is not None else error.__traceback__)
    return f"{place}: {described}" if place else described


def _place(trace: Optional[TracebackType]) -> str:
    """The innermost frame that is the user's: a node script, or a plugin's file."""
    for frame in reversed(traceback.extract_tb(trace)):
        if frame.filename == "<string>":
            return f"line {frame.lineno}"
        if f"{os.sep}user_plugins{os.sep}" in frame.filename:
            return f"{os.path.basename(frame.filename)} line {frame.lineno}"
    return ""


def describe_exit(status: int) -> str:
    """What a wait status says: ``SIGSEGV``, ``exit status 3``."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = f"signal {number}"
        return f"{name} (killed from outside, or out of memory)" if number == signal.SIGKILL else name
    return f"exit status {os.waitstatus_to_exitcode(status)}"


def print_exception() -> None:
    """The traceback of the exception at hand, for the log."""
    traceback.print_exc(file=sys.stderr)
