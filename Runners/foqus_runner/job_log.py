"""The job's log file: what the model prints, up to a limit."""

from __future__ import annotations

import os
from typing import BinaryIO, Optional

LIMIT = 16 << 20
CHUNK = 1 << 16


class JobLog:
    """A pipe whose read end is copied to a file.

    Past the limit the pipe is still emptied, so that the model does not block.
    The file is made with the first byte: a silent model leaves none.
    """

    def __init__(self, path: str, limit: int = LIMIT) -> None:
        self.path = path
        self.limit = limit
        self.written = 0
        self.dropped = 0
        self._file: Optional[BinaryIO] = None
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)

    def relay(self) -> bool:
        """Copies one chunk; False when there is none now."""
        try:
            data = os.read(self.read_end, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            return False
        kept = data[: self.limit - self.written]
        if kept:
            try:
                if self._file is None:
                    self._file = open(self.path, "wb")
                self._file.write(kept)
                self._file.flush()
                self.written += len(kept)
            except OSError:  # a full disk is no reason to end the model
                kept = b""
        self.dropped += len(data) - len(kept)
        return True

    def close_write_end(self) -> None:
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1

    def close(self) -> None:
        """Copies the rest. To be called when nothing writes any more."""
        self.close_write_end()
        while self.relay():
            pass
        os.close(self.read_end)
        if self._file is not None:
            if self.dropped:
                self._file.write(f"\n[log cut here: {self.dropped} more bytes were not kept]\n".encode())
            self._file.close()
