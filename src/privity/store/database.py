"""An office's state and ledger in one SQLite file: everything that belongs together is committed together, and durably.

Implements `ledger.log.Segments`, so entries, their checkpoint and the state rows that rest on them share one transaction. The rules:

- a writer takes the lock first (BEGIN IMMEDIATE), then reads, then writes: there is one sequencer, also among processes;
- WAL with synchronous=FULL: when COMMIT has returned, the rows are on the disk (NORMAL would lose the last ones with the power);
- a reader sees one snapshot from its first query to its last, and cannot write;
- if COMMIT itself fails, nobody knows what happened: the end of the ledger is read again and decides.

`kill -9` at any instant is tested (``tests/store/test_killed.py``); loss of power is not. Sealed files are `archive`.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Select, Table, create_engine, event, func, insert, select
from sqlalchemy.exc import DatabaseError, OperationalError

from privity.errors import InputError, RefusedError
from privity.ledger.log import Head, Segment
from privity.ledger.tlog import HASH, Node
from privity.store import archive, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy.engine.interfaces import DBAPIConnection

_PRAGMAS = ("synchronous=FULL", "fullfsync=ON", "foreign_keys=ON", "trusted_schema=OFF", "cell_size_check=ON")
_WAIT = 30.0  # seconds that a writer waits for another
_CHUNK = 64  # segments in memory while reading: about 4 MB
_FURTHEST = 1 << 62


class Tx:
    """One transaction: the tables and the ledger as they are at its beginning, and what is added.

    Implements `ledger.log.Segments`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._note: str | None = None  # the last checkpoint added here

    # ------------------------------------------------------------ tables

    def add(self, table: str, rows: Iterable[Mapping[str, object]]) -> int:
        """Insert rows, each with the same keys. Returns how many. An unknown column is an error."""
        many = [dict(row) for row in rows]
        if many:
            self._connection.execute(insert(_table(table)), many)
        return len(many)

    def add_one(self, table: str, **row: object) -> int:
        """Insert one row; returns its ``seq``, or 0 if the table counts none."""
        done = self._connection.execute(insert(_table(table)).values(**row))
        return int((done.inserted_primary_key or [0])[0]) if "seq" in _table(table).c else 0

    def rows(self, query: str | Select[Any], **where: object) -> list[dict[str, Any]]:
        """The rows of a table, in the order of its key, whose columns equal these values; or of any SELECT."""
        found = select(_table(query)).order_by(*_table(query).primary_key).filter_by(**where) if isinstance(query, str) else query
        return [dict(row) for row in self._connection.execute(found).mappings()]

    def now(self, table: str, **where: object) -> list[dict[str, Any]]:
        """The rows that hold now: of each subject the last (`schema.LATEST`)."""
        found = schema.now(table)
        columns = _table(table).c
        return self.rows(found.where(*(columns[name] == value for name, value in where.items())))

    def used(self) -> int:
        """How many ledger entries the tables rest on: one more than the highest index that they name (for `log.verify`)."""
        named = [column for table in schema.metadata.tables.values() for column in table.c if column.name in ("entry", "first_entry")]
        highest = [self._connection.execute(select(func.max(column))).scalar() for column in named]
        return max((index + 1 for index in highest if index is not None), default=0)

    # ------------------------------------------------------------ ledger

    def head(self) -> Head:
        """Where the ledger ends."""
        c = schema.segment.c
        last = self._connection.execute(select(c.first, c.count, c.note, c.peaks).order_by(c.first.desc()).limit(1)).first()
        return Head(last[0] + last[1], last[2], last[3] or b"") if last else Head()

    def append(self, segments: Sequence[Segment], nodes: Sequence[Node]) -> None:
        """Insert segments and nodes; call `ledger.append`, which makes them."""
        rows = [{name: getattr(each, name) for name in schema.segment.c.keys()} for each in segments]  # noqa: SIM118
        self.add("segment", rows)
        self.add("node", ({"level": each.level, "index": each.index, "hash": each.hash} for each in nodes))
        self._note = segments[-1].note

    def read(self, first: int, count: int) -> Iterator[Segment]:
        """The segments with an entry of ``[first, first + count)``, by index, a few megabytes in memory."""
        c, end = schema.segment.c, min(first + count, _FURTHEST)
        begin = self._connection.execute(select(func.max(c.first)).where(c.first <= first)).scalar()
        query = select(schema.segment).where(c.first >= (first if begin is None else begin), c.first < end).order_by(c.first)
        for row in self._connection.execute(query, execution_options={"yield_per": _CHUNK}):
            if row[0] + row[1] > first:
                yield Segment(*row)

    def leaves(self, first: int, count: int) -> bytes:
        """The leaf hashes kept for ``[first, first + count)``, joined; ``first`` is a multiple of 256, where a segment begins."""
        c = schema.segment.c
        query = select(c.leaves).where(c.first >= first, c.first < first + count).order_by(c.first)
        return b"".join(self._connection.execute(query).scalars())[: count * HASH]

    def nodes(self, level: int, first: int, count: int) -> list[Node]:
        """The nodes of a level in ``[first, first + count)``, by index."""
        c = schema.node.c
        query = select(c.level, c.index, c.hash).where(c.level == level, c.index >= first, c.index < first + count).order_by(c.index)
        return [Node(row[0], row[1], row[2]) for row in self._connection.execute(query)]


class Store:
    """An office's database file. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def create(cls, path: Path) -> Store:
        """Make an empty store; the file must not exist. It is readable by its owner only."""
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            raise InputError(f"{path} exists already", remedy="name another place, or open the office that is there") from None
        engine = _engine(path)
        with engine.execution_options(write=True).begin() as connection:
            schema.metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA application_id={schema.APPLICATION}")
            connection.exec_driver_sql(f"PRAGMA user_version={schema.VERSION}")
        archive.sync_directory(path.parent)
        return cls(engine)

    @classmethod
    def open(cls, path: Path, *, wait: float = _WAIT) -> Store:
        """Open a store that `create` made, or raise InputError. ``wait``: seconds that a writer waits for another."""
        if not path.is_file():
            raise InputError(f"there is no office at {path}", remedy="make one with `privity init`")
        engine = _engine(path, wait)
        try:
            with engine.connect() as connection:
                made = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("application_id", "user_version")]
        except DatabaseError:
            raise InputError(f"{path} is not a database", remedy="name the office's own file") from None
        if made != [schema.APPLICATION, schema.VERSION]:
            raise InputError(f"{path} was not made by this version of Privity", remedy=f"expected an office of schema {schema.VERSION}")
        return cls(engine)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One snapshot; writing in it is an error."""
        with self._engine.connect() as connection, connection.begin():
            yield Tx(connection)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction, alone. Leaving the block commits it durably; an exception undoes all of it.

        Raises:
            RefusedError: another writer held the store all the while, or the disk refused. Nothing was kept.
        """
        with self._engine.connect().execution_options(write=True) as connection:
            try:
                transaction = connection.begin()
            except OperationalError as error:
                raise _failed(error) from None
            tx = Tx(connection)
            try:
                yield tx
            except OperationalError as error:
                transaction.rollback()
                raise _failed(error) from None
            except BaseException:
                transaction.rollback()
                raise
            self._commit(connection, tx)

    def _commit(self, connection: Connection, tx: Tx) -> None:
        try:
            connection.commit()
        except DatabaseError as error:
            connection.invalidate()  # what that connection believes is worth nothing now
            if not self._kept(tx):
                raise _failed(error) from None

    def _kept(self, tx: Tx) -> bool:
        """Whether a commit of unknown outcome happened: its checkpoint is in the ledger, or is not."""
        if tx._note is None:  # noqa: SLF001
            return False
        with self.read() as after:
            found = after.rows(select(schema.segment.c.first).where(schema.segment.c.note == tx._note))  # noqa: SLF001
        return bool(found)


def _table(name: str) -> Table:
    return schema.metadata.tables[name]


_REFUSALS = {
    sqlite3.SQLITE_BUSY: "another program is writing to the office",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk refused",
    sqlite3.SQLITE_READONLY: "the office may only be read here",
}


def _failed(error: DatabaseError) -> Exception:
    """What to tell the operator; anything that is not theirs to mend stays what it is."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the higher bits only say more of the same
    if code not in _REFUSALS:
        return error
    return RefusedError(f"{_REFUSALS[code]}; nothing was kept", remedy="mend that, then run the step again")


def _engine(path: Path, wait: float = _WAIT) -> Engine:
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True, connect_args={"timeout": wait, "check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


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


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
