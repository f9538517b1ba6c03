"""User plugins: brought into the engine's search folder and imported anew."""

from __future__ import annotations

import importlib
import logging
import os
import shutil
import sys
from typing import Any, Iterable

from .messages import describe_exception

MARK = r"#\s?FOQUS_PYMODEL_PLUGIN"
FOLDER = "user_plugins"
DESCRIPTION = "foqus-user-plugin.json"  # every plugin has one, and the engine does not read it


class PluginError(Exception):
    """A folder of plugins that cannot be used."""


def install(folders: Iterable[str], destination: str) -> None:
    """Makes destination hold copies of the folders' files and nothing else.

    Copies, so that a run does not see a file change. Removing the old ones also
    removes compiled files, which Python takes for current when an edit keeps
    the size and the second.
    """
    shutil.rmtree(destination, ignore_errors=True)
    os.makedirs(destination)
    owners: dict[str, str] = {}
    for folder in folders:
        if not os.path.isdir(folder):
            raise PluginError(f"plugin folder {os.path.basename(folder)} does not exist")
        for name in sorted(os.listdir(folder)):
            if name == DESCRIPTION or name == "__pycache__":
                continue
            if name in owners:
                raise PluginError(f"plugins {owners[name]} and {os.path.basename(folder)} both have a file {name}")
            owners[name] = os.path.basename(folder)
            source, copy = os.path.join(folder, name), os.path.join(destination, name)
            if os.path.isdir(source):
                shutil.copytree(source, copy)
            else:
                shutil.copyfile(source, copy)
    open(os.path.join(destination, "__init__.py"), "a").close()


def forget_modules(folder: str) -> None:
    """Drops imported modules of the folder, so that the next scan runs their new code."""
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(folder + os.sep):
            del sys.modules[name]
    importlib.invalidate_caches()


class ScanErrors(logging.Handler):
    """Collects why plugins were left out: the engine's scan only logs it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            name = os.path.basename(record.getMessage())
            self.texts.append(f"{name}: {describe_exception(record.exc_info[1])}")


def scan(folder: str) -> tuple[Any, list[str]]:
    """The engine's plugin list, with the user's plugins, and what could not be imported."""
    from foqus_lib.framework.plugins import pluginSearch
    from foqus_lib.framework.pymodel import pymodel

    forget_modules(folder)
    errors = ScanErrors()
    logger = logging.getLogger("foqus")
    logger.addHandler(errors)
    try:
        before = list(sys.path)
        found = pluginSearch.plugins(idString=MARK, pathList=[folder, os.path.dirname(pymodel.__file__)])
        # Each scan appends both folders; once is enough.
        sys.path[:] = before + [path for path in dict.fromkeys(sys.path[len(before) :]) if path not in before]
    finally:
        logger.removeHandler(errors)
    return found, errors.texts
