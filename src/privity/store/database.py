"""An office's state and ledger in one database: everything that belongs together is committed together, and durably.

Implements `ledger.log.Segments`, so entries, their checkpoint and the state rows that rest on them share one transaction. The same for a
SQLite file and for a schema of PostgreSQL; what differs is `sqlite` and `postgres`. The rules:

- a writer takes the lock first, then reads, then writes: there is one sequencer, also among processes;
- when COMMIT has returned, the rows are on the disk;
- a reader sees one snapshot from its first query to its last, and cannot write;
- if COMMIT itself fails, nobody knows what happened: the end of the ledger is read again, under the lock, and decides.

`kill -9` at any instant is tested (``evaluation/kills.py``); loss of power is not. Sealed files are `archive`.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Select, Table, bindparam, func, insert, select
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError

from privity.errors import InputError, PrivityError, RefusedError
from privity.ledger.log import Head, Segment
from privity.ledger.tlog import HASH, Node
from privity.store import migrations, schema
from privity.store.postgres import SCHEME, Schema, schema_of
from privity.store.sqlite import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_WAIT = 30.0  # seconds that a writer waits for another
_CHUNK = 64  # segments in memory while reading: about 4 MB
_FURTHEST = 1 << 62
_MANY = 32  # rows from which on they are inserted in bulk

# Asked in every append, so they are made once.
_c = schema.segment.c
_LAST = select(_c.first, _c.count, _c.note, _c.peaks).order_by(_c.first.desc()).limit(1)
_BEGIN = select(func.max(_c.first)).where(_c.first <= bindparam("first"))
_SPAN = select(schema.segment).where(_c.first >= bindparam("begin"), _c.first < bindparam("end")).order_by(_c.first)


class Tx:
    """One transaction: the tables and the ledger as they are at its beginning, and what is added.

    Implements `ledger.log.Segments`.
    """

    def __init__(self, connection: Connection, place: File | Schema) -> None:
        self._open = connection
        self._place = place
        self._note: str | None = None  # the last checkpoint added here

    @property
    def _connection(self) -> Connection:
        return self._open

    # ------------------------------------------------------------ tables

    def add(self, table: str, rows: Iterable[Mapping[str, object]]) -> int:
        """Insert rows, each with the same keys. Returns how many. An unknown column is an error."""
        many = [dict(row) for row in rows]
        if len(many) >= _MANY:
            self._place.bulk(self._connection, _table(table), many)
        elif many:
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
        last = self._connection.execute(_LAST).first()
        return Head(last[0] + last[1], last[2], last[3] or b"") if last else Head()

    def append(self, segments: Sequence[Segment], nodes: Sequence[Node]) -> None:
        """Insert segments and nodes; call `ledger.append`, which makes them."""
        rows = [{name: getattr(each, name) for name in schema.segment.c.keys()} for each in segments]  # noqa: SIM118
        self.add("segment", rows)
        self.add("node", ({"level": each.level, "index": each.index, "hash": each.hash} for each in nodes))
        self._note = segments[-1].note

    def read(self, first: int, count: int) -> Iterator[Segment]:
        """The segments with an entry of ``[first, first + count)``, by index, a few megabytes in memory."""
        begin = self._connection.execute(_BEGIN, {"first": first}).scalar()
        span = {"begin": first if begin is None else begin, "end": min(first + count, _FURTHEST)}
        for row in self._connection.execute(_SPAN, span, execution_options={"yield_per": _CHUNK}):
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
    """An office's database. Safe to use from several threads and processes."""

    def __init__(self, place: File | Schema, engine: Engine) -> None:
        self._place = place
        self._engine = engine

    @classmethod
    def create(cls, where: Path | str, *, origin: str = "", owner: str | None = None) -> Store:
        """Make an empty store.

        Args:
            where: a file that does not exist, or ``postgresql://role@host/database?schema=NAME`` with a schema that does not exist.
            origin: the ledger's name: a database serves one office.
            owner: PostgreSQL: the address of the role that is to own the tables; the role of ``where`` may then only read and insert.

        Raises:
            InputError: it is there already, cannot be reached, or the address cannot be used.
        """
        place = place_of(where, owner)
        place.make()
        with _making(place) as connection:
            if isinstance(place, Schema):
                place.begin_making(connection)
            migrations.upgrade(connection)
            if origin:
                connection.execute(insert(schema.office).values(single=1, origin=origin))
            _finish(place, connection)
        return cls.open(where)

    @classmethod
    def open(cls, where: Path | str, *, wait: float = _WAIT) -> Store:
        """Open a store that `create` made, or raise InputError. ``wait``: seconds that a writer waits for another."""
        place = place_of(where)
        place.exists()
        store = cls(place, place.engine(wait))
        try:
            with store.read() as tx:
                place.check(tx._connection)  # noqa: SLF001
                _check_revision(place, migrations.revision(tx._connection))  # noqa: SLF001
        except (DatabaseError, InterfaceError, RefusedError):
            store.close()
            raise place.unreadable() from None
        except InputError:
            store.close()
            raise
        return store

    @classmethod
    def upgrade(cls, where: Path | str, *, owner: str | None = None) -> tuple[str, str]:
        """Carry the tables to this version of Privity, in one transaction; returns the revisions before and after.

        Raises:
            InputError: there is no office, or its tables cannot be carried forward.
        """
        place = place_of(where, owner)
        place.exists()
        with _making(place) as connection:
            place.check(connection)
            before = migrations.revision(connection)
            _check_known(place, before)
            migrations.upgrade(connection)
            _finish(place, connection)
        return str(before), migrations.HEAD

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @property
    def guarded(self) -> bool:
        """Whether the login that works may neither change rows nor drop the triggers: on PostgreSQL, under a role of its own."""
        if isinstance(self._place, File):
            return False
        with self.read() as tx:
            return not self._place.may_change(tx._connection)  # noqa: SLF001

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One snapshot; writing in it is an error.

        Raises:
            RefusedError: the connection was lost, or the disk refused.
        """
        with self._connected(write=False) as connection:
            try:
                with connection.begin():
                    yield Tx(connection, self._place)
            except DBAPIError as error:
                raise self._failed(error) from None

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction, alone. Leaving the block commits it durably; an exception undoes all of it.

        Raises:
            RefusedError: another writer held the store all the while, the disk refused or the connection was lost. Nothing was
                kept, or, if the message says so, whether it was kept is not known.
        """
        with self._connected(write=True) as connection:
            try:
                transaction = connection.begin()
            except DBAPIError as error:
                raise self._failed(error) from None
            tx = Tx(connection, self._place)
            try:
                yield tx
            except DBAPIError as error:
                transaction.rollback()
                raise self._failed(error) from None
            except BaseException:
                transaction.rollback()
                raise
            self._commit(connection, tx)

    @contextmanager
    def _connected(self, *, write: bool) -> Iterator[Connection]:
        try:
            connection = self._engine.connect().execution_options(**self._place.options(write=write))
        except DBAPIError as error:
            raise self._failed(error) from None
        with connection:
            yield connection

    def _commit(self, connection: Connection, tx: Tx) -> None:
        try:
            connection.commit()
        except DBAPIError as error:
            connection.invalidate()  # what that connection believes is worth nothing now
            if not self._kept(tx, error):
                raise self._failed(error) from None

    def _kept(self, tx: Tx, error: DBAPIError) -> bool:
        """Whether a commit of unknown outcome happened: its checkpoint is in the ledger, or is not.

        Asked under the lock, on another connection: a server that lost its client may still be committing, and holds the lock until it has.
        """
        if tx._note is None:  # noqa: SLF001
            raise _unknown() from None
        found = select(schema.segment.c.first).where(schema.segment.c.note == tx._note)  # noqa: SLF001
        try:
            with self._connected(write=True) as fresh, fresh.begin():
                return bool(Tx(fresh, self._place).rows(found))
        except (DBAPIError, PrivityError):
            raise _unknown() from error

    def _failed(self, error: DBAPIError) -> Exception:
        """What to tell the operator; anything that is not theirs to mend stays what it is."""
        said = self._place.refusal(error)
        return RefusedError(f"{said}; nothing was kept", remedy="mend that, then run the step again") if said else error


def place_of(where: Path | str, owner: str | None = None) -> File | Schema:
    """Where a store is: an address of PostgreSQL, or a file."""
    if isinstance(where, str) and (where.startswith(SCHEME) or "://" in where):
        return schema_of(where, owner)
    if owner is not None:
        raise InputError("only a store on PostgreSQL has an owner of its own", remedy="leave --store-owner out")
    return File(Path(where))


def _unknown() -> RefusedError:
    return RefusedError(
        "the database was lost while it was keeping the rows: whether they were kept is not known",
        remedy="run the step again when it answers: what was kept is not done twice",
    )


@contextmanager
def _making(place: File | Schema) -> Iterator[Connection]:
    """A writer's transaction as the owner of the tables."""
    engine = place.engine(_WAIT, owner=True) if isinstance(place, Schema) else place.engine(_WAIT)
    try:
        connection = engine.connect()
    except DBAPIError:
        raise place.unreadable() from None
    try:
        with connection.execution_options(**place.options(write=True)), connection.begin():
            yield connection
    except DBAPIError as error:
        said = place.refusal(error)
        raise (RefusedError(f"{said}; nothing was kept", remedy="mend that, then run it again") if said else error) from None
    finally:
        connection.close()
        engine.dispose()


def _finish(place: File | Schema, connection: Connection) -> None:
    if isinstance(place, Schema):
        place.grant(connection, place.login_role())
    else:
        place.mark(connection)
        place.made()


def _check_known(place: File | Schema, found: str | None) -> None:
    if found is None:
        raise InputError(f"{place} was made by a development version of Privity", remedy="it cannot be carried forward; make a new office")
    if found > migrations.HEAD:
        raise InputError(f"the tables of {place} are of revision {found}", remedy="they were made by a newer version of Privity: use that")


def _check_revision(place: File | Schema, found: str | None) -> None:
    _check_known(place, found)
    if found != migrations.HEAD:
        raise InputError(f"the tables of {place} are of revision {found}, not {migrations.HEAD}", remedy="run `privity upgrade OFFICE`")


def _table(name: str) -> Table:
    return schema.metadata.tables[name]
