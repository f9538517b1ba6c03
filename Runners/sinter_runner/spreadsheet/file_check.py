"""Looks at a workbook's file before an office does, which says no more than that it cannot open it."""

from __future__ import annotations

import os
import zipfile

from ..simulator import LoadError

EXTENSIONS = (".xlsx", ".xlsm", ".xls", ".ods")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls, and of what Excel has encrypted
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_XLS_START = b"\x09\x08\x10\x00\x00\x06\x05\x00"  # the first record of the stream Workbook
_XLS_PASSWORD = b"\x2f\x00"  # the record after it, 20 bytes on
_SECTOR = 512


def check(path: str, called: str = "") -> None:
    """Raises LoadError. ``called`` is the file's name to its users, where that is another."""
    name = os.path.basename(called or path)
    extension = os.path.splitext(name)[1].lower()
    if extension not in EXTENSIONS:
        raise LoadError(f"{name} is no workbook: the file of one ends in {', '.join(EXTENSIONS)}")
    try:
        if os.path.getsize(path) == 0:
            raise LoadError(f"{name} is empty")
        with open(path, "rb") as file:
            is_compound = file.read(len(_COMPOUND)) == _COMPOUND
        if is_compound:
            _check_compound(path, name)
        elif extension != ".xls":
            _check_zip(path, name)
    except OSError as error:
        raise LoadError(f"{name} cannot be read: {error.strerror}") from None


def _check_compound(path: str, name: str) -> None:
    with open(path, "rb") as file:
        content = file.read()
    if _ENCRYPTED_PACKAGE in content:
        raise _protected(name)
    for start in range(0, len(content), _SECTOR):
        if content.startswith(_XLS_START, start) and content.startswith(_XLS_PASSWORD, start + 20):
            raise _protected(name)


def _check_zip(path: str, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive.namelist() else b""
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _damaged(name, str(error)) from None
    if broken is not None:
        raise _damaged(name, f"{broken} in it")
    if b"encryption-data" in manifest:
        raise _protected(name)


def _protected(name: str) -> LoadError:
    return LoadError(f"{name} is protected by a password: save it without one")


def _damaged(name: str, reason: str) -> LoadError:
    return LoadError(f"{name} is damaged ({reason}): upload it again")
