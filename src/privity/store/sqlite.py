"""What is SQLite's own: one file, how it is opened, how a writer and a reader begin, and what its refusals mean.

WAL with synchronous=FULL: when COMMIT has returned, the rows are on the disk (NORMAL would lose the last ones with the power).
A writer begins with BEGIN IMMEDIATE: it has the lock before it reads. A reader cannot write (query_only). Transactions are `database`.

SQLite gives its lock to whoever asks at the right moment, so a release that writes again and again could keep a halt waiting to its end.
Writers therefore take turns at a lock file beside the database: who waits is next. PostgreSQL's advisory lock has a queue of its own.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert

from privity.errors import InputError
from privity.store import archive, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.exc import DBAPIError

_PRAGMAS = ("synchronous=FULL", "fullfsync=ON", "foreign_keys=ON", "trusted_schema=OFF", "cell_size_check=ON")
_PATIENCE = 0.001  # seconds between two looks whether it is our turn
_REFUSALS = {
    sqlite3.SQLITE_BUSY: "another program is writing to the office",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk refused",
    sqlite3.SQLITE_READONLY: "the office may only be read here",
    sqlite3.SQLITE_CANTOPEN: "the office's folder cannot be written",
}


@dataclass(frozen=True, slots=True)
class File:
    """One SQLite file: one office."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def engine(self, wait: float) -> Engine:
        """Connections to the file. ``wait``: seconds that a writer waits for another."""
        settings = {"timeout": wait, "check_same_thread": False}
        engine = create_engine(f"sqlite:///{self.path}", hide_parameters=True, connect_args=settings)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begins(self.path, wait))
        return engine

    def options(self, *, write: bool) -> dict[str, Any]:
        """What a connection is told before a transaction begins."""
        return {"write": write}

    def check(self, connection: Connection) -> None:
        """Raise InputError unless the file is an office's."""
        if connection.exec_driver_sql("PRAGMA application_id").scalar() != schema.APPLICATION:
            raise InputError(f"{self.path} is not an office's database", remedy="name the office's own file")

    def exists(self) -> None:
        """Raise InputError unless there is a file."""
        if not self.path.is_file():
            raise InputError(f"there is no office at {self.path}", remedy="make one with `privity init`")

    def unreadable(self) -> InputError:
        """What to say when the file cannot be opened."""
        return InputError(f"{self.path} is not a database, or may not be read", remedy="name the office's own file, and look at its mode")

    def make(self) -> None:
        """Make the empty file, readable by its owner only. Raises InputError if there is one."""
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            raise InputError(f"{self.path} exists already", remedy="name another place, or open the office that is there") from None

    def mark(self, connection: Connection) -> None:
        """Say in the file whose it is."""
        connection.exec_driver_sql(f"PRAGMA application_id={schema.APPLICATION}")

    def made(self) -> None:
        """Make the new file's name durable."""
        archive.sync_directory(self.path.parent)

    def bulk(self, connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert many rows."""
        connection.execute(insert(table), list(rows))

    def refusal(self, error: DBAPIError) -> str | None:
        """What an error means to the operator; None: it is not theirs to mend."""
        return _REFUSALS.get(_code(error))

    def answered(self, error: DBAPIError) -> bool:
        """Whether a COMMIT that failed so surely kept nothing; what the disk refused may be there."""
        return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CONSTRAINT)


def _code(error: DBAPIError) -> int:
    return int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF  # the higher bits only say more of the same


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # this module says when a transaction begins, not the driver
    # A text that somebody altered need not be UTF-8 any more; it is read, so that `verify` can name it, and equals nothing ever written.
    connection.text_factory = lambda raw: raw.decode(errors="surrogateescape")
    cursor = connection.cursor()
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        cursor.execute("PRAGMA journal_mode=WAL")
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begins(path: Path, wait: float) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("write", False):
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.exec_driver_sql("BEGIN")
            return
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        with _turn(path.with_name(f".{path.name}.turn"), wait):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return begin


@contextmanager
def _turn(path: Path, wait: float) -> Iterator[None]:
    """Be the next to write. It makes waiting fair and nothing sound: where it cannot be had, the database's own lock is all there is."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:  # a folder that may only be read: BEGIN IMMEDIATE says so
        yield
        return
    try:
        end = time.monotonic() + wait
        while not _taken(handle) and time.monotonic() < end:
            time.sleep(_PATIENCE)
        yield
    finally:
        os.close(handle)  # and with it the lock, as the end of the process would


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
