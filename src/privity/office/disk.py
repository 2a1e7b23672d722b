"""Durable files: written beside, synced, renamed into place, so that a killed step leaves the old file or the new one."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from privity.store.archive import sync_directory

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_file(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or absent, and on disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_directory(path.parent)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time between here and the end, for all that name the same file. A process that is killed lets go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def place_folder(built: Path, target: Path) -> None:
    """Move a finished folder to its place; if one of that name stands there (same content digest), keep it."""
    for file in built.rglob("*"):
        if file.is_file():
            with file.open("rb") as handle:
                os.fsync(handle.fileno())
    try:
        built.rename(target)
    except OSError:
        if not target.is_dir():
            raise
        shutil.rmtree(built)
    sync_directory(target.parent)
