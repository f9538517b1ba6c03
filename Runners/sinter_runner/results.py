"""How a run's end is told."""

from __future__ import annotations

import os
from typing import Any, Optional

from foqus_runner.messages import shorten

from .simulator import Crash, FilesError, InvalidInput, ModelError, Result, Unavailable
from .worker_thread import Outcome, log_exception


def outcome_fields(outcome: Outcome, ended: Optional[str] = None, timeout: Optional[float] = None) -> dict[str, Any]:
    """The members of the result event. ``ended`` is why the run was interrupted: "timeout", "terminated" or None."""
    if ended == "timeout":
        return _fields("error", "timeout", f"ended after its timeout of {timeout:g} s")
    if ended is not None:
        return _fields("terminate", "terminated", "the run was terminated")
    if isinstance(outcome, Result):
        return {
            **_fields("success", "", ""),
            "output": outcome.output,
            "code": outcome.code,
            "messages": outcome.messages,
        }
    if isinstance(outcome, ModelError):
        return {**_fields("error", "model", str(outcome)), "code": outcome.code, "messages": outcome.messages}
    if isinstance(outcome, InvalidInput):
        return _fields("invalid", "input", str(outcome))
    if isinstance(outcome, Crash):
        return _fields("error", "crash", str(outcome))
    if isinstance(outcome, FilesError):
        return _fields("error", "files", str(outcome))
    if isinstance(outcome, Unavailable):
        return _fields("error", "unavailable", str(outcome))
    if isinstance(outcome, BaseException):
        log_exception(outcome, "a run")
    return _fields("error", "unavailable", f"the runner failed: {type(outcome).__name__}: {outcome}")


def prepare_directory(jobdir: str) -> None:
    """Makes the job's folder; raises FilesError when files cannot be made in it."""
    try:
        os.makedirs(jobdir, exist_ok=True)
        if not os.access(jobdir, os.W_OK | os.X_OK, effective_ids=True):
            raise PermissionError(None, "Permission denied")
    except OSError as error:
        raise FilesError(f"the job's folder cannot be used: {error.strerror}") from None


def _fields(status: str, reason: str, message: str) -> dict[str, Any]:
    return {"status": status, "reason": reason, "message": shorten(message)}
