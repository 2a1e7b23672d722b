"""An office's database file → a copy of one instant, while others read and write. SQLite only: PostgreSQL has pg_dump."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from privity.errors import InputError, RefusedError
from privity.store.archive import sync_directory

if TYPE_CHECKING:
    from pathlib import Path


def copy_database(source: Path, target: Path) -> None:
    """Copy by SQLite's online backup, in one step and so of one instant; the copy is on disk and needs no other file when this returns.

    Raises:
        InputError: there is no such database, or the target exists.
        RefusedError: the database cannot be read, or the disk refuses.
    """
    if not source.is_file():
        raise InputError(f"there is no database at {source}", remedy="an office on PostgreSQL is backed up with pg_dump: docs/witnesses.md")
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise InputError(f"{target} exists already", remedy="name another place") from None
    try:
        with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target)) as to:
            from_.backup(to)
            to.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    except sqlite3.Error:
        raise RefusedError("the database could not be copied", remedy="see whether the disk is full, and run `privity verify`") from None
    with target.open("rb") as file:
        os.fsync(file.fileno())
    sync_directory(target.parent)
