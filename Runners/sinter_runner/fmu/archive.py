"""Unpacks a unit's file, which is a zip archive of others' making."""

from __future__ import annotations

import os
import shutil
import zipfile
import zlib
from typing import Iterator

from ..simulator import LoadError, Unavailable

#: What a unit may take unpacked, in bytes.
MAX_SIZE = 4 << 30
#: What nobody needs for a run.
_LEFT_OUT = ("documentation/", "sources/")
#: What Python makes of a unit's modules, which says nothing but what they do.
_CACHE = "__pycache__"


class Archive:
    """A unit's file, held open: what becomes of it afterwards is of no importance. Raises LoadError."""

    def __init__(self, path: str, folder: str) -> None:
        self.name = os.path.basename(path)
        self.folder = folder
        self._unpacked: dict[str, tuple[int, ...]] = {}
        try:
            self._file = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise LoadError(f"{self.name}: the simulation has no such file") from None
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise self._damaged(error) from None
        entries = self._file.infolist()
        _check_names(self.name, entries)
        if sum(entry.file_size for entry in entries) > MAX_SIZE:
            raise LoadError(f"{self.name} is larger than {MAX_SIZE >> 30} GiB when it is unpacked")

    def close(self) -> None:
        self._file.close()

    def unpack(self) -> None:
        """Makes the folder anew; raises LoadError, or Unavailable when it cannot be written."""
        shutil.rmtree(self.folder, ignore_errors=True)
        entries = [entry for entry in self._file.infolist() if not entry.filename.startswith(_LEFT_OUT)]
        try:
            os.makedirs(self.folder)
            self._file.extractall(self.folder, entries)
            self._unpacked = dict(_look(self.folder))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise self._damaged(error) from None
        except OSError as error:
            raise self._unwritable(error) from None

    def restore(self) -> None:
        """Unpacks anew when an instance has changed something: the next one shall find the unit as it came."""
        try:
            changed = dict(_look(self.folder)) != self._unpacked
        except OSError as error:
            raise self._unwritable(error) from None
        if changed:
            self.unpack()

    def _damaged(self, error: Exception) -> LoadError:
        return LoadError(f"{self.name} is damaged, or no FMI unit ({error}): export it or upload it again")

    def _unwritable(self, error: OSError) -> Unavailable:
        return Unavailable(f"{self.name} cannot be unpacked on the worker: {error.strerror or error}")


def _look(folder: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """By the paths of all entries below the folder, what differs when one has been changed or replaced."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name == _CACHE:
                continue
            status = entry.stat(follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                yield entry.path, (status.st_ino, status.st_mode)
                yield from _look(entry.path)
            else:
                yield entry.path, (status.st_ino, status.st_mode, status.st_size, status.st_ctime_ns)


def _check_names(name: str, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if "modelDescription.xml" not in names:
        raise LoadError(f"{name} is no FMI unit: it has no modelDescription.xml")
    for inner in names:
        if inner.startswith("/") or "\\" in inner or ":" in inner.split("/")[0] or ".." in inner.split("/"):
            raise LoadError(f"{name}: {inner!r} in it is a place outside of the unit; export it again")
