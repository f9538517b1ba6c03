"""How a run ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TERMINATED = 20  # FOQUS: "Flowsheet thread terminated"
EXCEPTION = 19  # FOQUS: "Exception during graph execution"
NOT_RUN = -1  # FOQUS: "did not finish"


@dataclass(frozen=True)
class Outcome:
    """status: success, error, terminate or invalid.

    reason says more about a run that is no success: flowsheet (the engine
    reported it), timeout, crash (the process ended), input, terminated, files.
    """

    status: str
    graph_error: int
    message: str = ""
    reason: str = ""
    max_rss_kb: int = 0

    def fields(self) -> dict[str, Any]:
        """The members of the result event."""
        return {
            "status": self.status,
            "reason": self.reason,
            "graphError": self.graph_error,
            "message": self.message,
            "maxrssKB": self.max_rss_kb,
        }
