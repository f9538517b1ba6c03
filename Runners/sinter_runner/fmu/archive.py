"""Unpacks a unit's file, which is a zip archive of others' making."""

from __future__ import annotations

import os
import shutil
import zipfile
import zlib

from ..simulator import LoadError, Unavailable

#: What a unit may take unpacked, in bytes.
MAX_SIZE = 4 << 30
#: What nobody needs for a run.
_LEFT_OUT = ("documentation/", "sources/")


def unpack(path: str, folder: str) -> None:
    """Makes the folder anew; raises LoadError, or Unavailable when it cannot be written."""
    name = os.path.basename(path)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise LoadError(f"{name}: the simulation has no such file") from None
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _damaged(name, error) from None
    with archive:
        entries = archive.infolist()
        _check_names(name, entries)
        if sum(entry.file_size for entry in entries) > MAX_SIZE:
            raise LoadError(f"{name} is larger than {MAX_SIZE >> 30} GiB when it is unpacked")
        try:
            os.makedirs(folder)
            archive.extractall(folder, [entry for entry in entries if not entry.filename.startswith(_LEFT_OUT)])
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise _damaged(name, error) from None
        except OSError as error:
            raise Unavailable(f"{name} cannot be unpacked on the worker: {error.strerror or error}") from None


def _check_names(name: str, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if "modelDescription.xml" not in names:
        raise LoadError(f"{name} is no FMI unit: it has no modelDescription.xml")
    for inner in names:
        if inner.startswith("/") or "\\" in inner or ":" in inner.split("/")[0] or ".." in inner.split("/"):
            raise LoadError(f"{name}: {inner!r} in it is a place outside of the unit; export it again")


def _damaged(name: str, error: Exception) -> LoadError:
    return LoadError(f"{name} is damaged, or no FMI unit ({error}): export it or upload it again")
