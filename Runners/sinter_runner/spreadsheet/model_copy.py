"""The runner's own copy of a simulation's folder, and the files that a macro leaves in it."""

from __future__ import annotations

import os
import shutil
import stat
from typing import Iterator

from ..simulator import FilesError, LoadError

_Stamp = tuple[int, int, int]


class ModelCopy:
    """A folder that stays where it is: an office has it as its current folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._source = ""
        self._origins: dict[str, str] = {}  # of copies that have another name
        self._stamps: dict[str, _Stamp] = {}
        self._folders: set[str] = set()

    def take(self, directory: str, model: str, called: str = "") -> str:
        """Copies a simulation in place of the one before and returns the path of its model; raises LoadError.

        The copy of the model is ``called`` so where that is another path below the folder.
        """
        below = os.path.relpath(model, directory)
        if below.startswith(os.pardir):
            raise LoadError(f"{os.path.basename(model)} is not in the simulation's folder")
        if not os.path.isfile(model):
            raise LoadError(f"the simulation has no file {below}, which its configuration names as the model")
        if os.path.commonpath([os.path.realpath(directory), os.path.realpath(self.folder)]) == os.path.realpath(
            directory
        ):
            raise LoadError("the runner's work folder is in the simulation's folder, which would be copied into itself")
        self._source = directory
        try:
            self._empty()
            shutil.copytree(
                directory, self.folder, copy_function=_copy, dirs_exist_ok=True, ignore_dangling_symlinks=True
            )
            self._origins = {}
            if called and called != below:
                os.makedirs(os.path.dirname(os.path.join(self.folder, called)), exist_ok=True)
                os.rename(os.path.join(self.folder, below), os.path.join(self.folder, called))
                self._origins[called] = below
        except (shutil.Error, OSError) as error:
            raise LoadError(f"the simulation's files cannot be copied: {_reason(error)}") from None
        self._note()
        return os.path.join(self.folder, called or below)

    def collect(self, jobdir: str) -> None:
        """Moves what is new or changed to a job's folder and makes the copy what it was; raises FilesError."""
        try:
            changed = missing = False
            there = set()
            for path, status in _files(self.folder):
                there.add(path)
                if self._stamps.get(path) != _stamp(status):
                    changed = True
                    self._move(path, status, jobdir)
            missing = any(path not in there for path in self._stamps)
            if changed or missing:
                self._restore()
        except OSError as error:
            raise FilesError(f"files that the model made cannot be kept: {error.strerror}") from None

    def _move(self, path: str, status: os.stat_result, jobdir: str) -> None:
        full = os.path.join(self.folder, path)
        if not stat.S_ISREG(status.st_mode) or os.path.basename(path).startswith(".~lock."):
            os.unlink(full)
            return
        target = os.path.join(jobdir, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.move(full, target)

    def _restore(self) -> None:
        for folder, _, _ in os.walk(self.folder, topdown=False):
            if os.path.relpath(folder, self.folder) not in self._folders:
                os.rmdir(folder)
        for path in self._stamps:
            full = os.path.join(self.folder, path)
            if not os.path.exists(full):
                os.makedirs(os.path.dirname(full), exist_ok=True)
                _copy(os.path.join(self._source, self._origins.get(path, path)), full)
        self._note()

    def _note(self) -> None:
        self._stamps = {path: _stamp(status) for path, status in _files(self.folder)}
        self._folders = {os.path.relpath(folder, self.folder) for folder, _, _ in os.walk(self.folder)}

    def _empty(self) -> None:
        os.makedirs(self.folder, exist_ok=True)
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.unlink(entry.path)


def _files(folder: str, below: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """All that is no folder, with its path below ``folder``."""
    with os.scandir(os.path.join(folder, below)) as entries:
        for entry in entries:
            path = f"{below}/{entry.name}" if below else entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from _files(folder, path)
            else:
                yield path, entry.stat(follow_symlinks=False)


def _stamp(status: os.stat_result) -> _Stamp:
    return status.st_mtime_ns, status.st_size, status.st_ino


def _copy(source: str, target: str) -> str:
    """Content and permission to execute; a copy can always be written, else an office opens it for reading only."""
    shutil.copyfile(source, target)
    os.chmod(target, 0o644 | (os.stat(source).st_mode & 0o111))
    return target


def _reason(error: OSError) -> str:
    """copytree collects what went wrong."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list) and error.args[0]:
        source, _, why = error.args[0][0]
        return f"{os.path.basename(str(source))}: {why}"
    return error.strerror or str(error)
