"""A table in PostgreSQL → files of a register: one statement, so one snapshot of the table, in files that stay the same where it did.

The table is read with COPY, in Arrow batches (ADBC), ordered by a hash of ``record_id`` and then by every column, and cut into
``BUCKETS`` files by that hash; a bucket of more than ``MOST`` rows into several. So equal rows give equal files, wherever they lie in the
table; memory holds one file's rows; and a change of one person changes the file of their bucket. The server sorts: give it the room.

Only columns of the register are read, by the names that the catalogue gives, quoted. Days are written out here, so that no setting of
server or login can turn one (02/01/1980); a kind of column that has no one spelling is refused. The connection is read-only.
What the driver says when something fails is not passed on: it may hold the password, or a row.

Cannot know: whether the table is complete, or what a view behind it leaves out.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from privity.errors import InputError
from privity.match.prepare import NEEDED, REGISTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import ModuleType

    from adbc_driver_manager.dbapi import Connection

BUCKETS = 64
MOST = 1_000_000  # rows of one file, and so of what is in memory: about 300 MB

_KIND = """
SELECT a.attname::text, CASE WHEN t.typtype = 'e' THEN 'enum' ELSE format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL) END,
  greatest(c.reltuples, 0)::bigint
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_NAME = re.compile(r'("(?:[^"]|"")+"|[^".]+)\.("(?:[^"]|"")+"|[^".]+)')
_WORDS = ("text", "character varying", "character", "bpchar", "citext", "uuid", "enum")
_NUMBERS = ("smallint", "integer", "bigint")
_DAYS = ("date", "timestamp without time zone")
_LISTS = ("text[]", "character varying[]")
_ZEROS = {"tin": 9, "zip": 5}  # what a column of numbers loses in front


def spool(uri: str, table: str, target: Path, progress: Callable[[int, int], None]) -> list[Path]:
    """Write the rows of a table (``schema.name``) as Parquet files into the new folder ``target``.

    ``progress``: rows read, and how many the server thinks there are. The files hold what the table holds: the caller removes them.

    Raises:
        InputError: the driver is not installed, the database or the table cannot be read, or the table does not hold a register.
    """
    schema, name = _names(table)
    target.mkdir(parents=True)
    done = 0
    files: list[Path] = []
    with _connect(uri) as connection:
        kinds, guess = _columns(connection, table, schema, name)
        for rows in _cut(_batches(connection, table, _select(kinds, schema, name))):
            _check_ids(table, rows)
            files.append(target / f"{len(files):05d}.parquet")
            rows.drop("bucket").rechunk().write_parquet(files[-1], compression="lz4")
            done += rows.height
            progress(done, max(done, guess))
    if not files:
        raise InputError(f"table {table} holds no rows", remedy="name the table that holds the register")
    return files


# ---------------------------------------------------------------- what to ask


def _names(table: str) -> tuple[str, str]:
    found = _NAME.fullmatch(table)
    if not found:
        raise InputError(
            "the table is not named as schema.name", remedy='for example --table public.register, or --table "public"."Register"'
        )
    schema, name = (part[1:-1].replace('""', '"') if part.startswith('"') else part for part in found.groups())
    return schema, name


def _columns(connection: Connection, table: str, schema: str, name: str) -> tuple[dict[str, str], int]:
    """Column → kind, of those that a register has; and how many rows the server thinks there are."""
    found = _asked(connection, table, _KIND, (schema, name))
    kinds = {str(column): str(kind) for column, kind, _ in found if column in REGISTER}
    if not found:
        raise InputError(f"there is no table {table}, or this login may not see it", remedy="name it as schema.name, letter by letter")
    missing = [column for column in NEEDED if column not in kinds]
    if missing:
        raise InputError(
            f"table {table} has no column {', '.join(missing)}", remedy="make a view with the names of docs/formats/register.md"
        )
    return kinds, int(str(found[0][2]))


def _select(kinds: dict[str, str], schema: str, name: str) -> str:
    """Every column as text, each row with its bucket, in one order."""
    spelled = ", ".join(f"{_spelling(column, kind)} AS {_quoted(column)}" for column, kind in kinds.items())
    bucket = f"get_byte(sha256(convert_to({_quoted('record_id')}, 'UTF8')), 0) % {BUCKETS}"
    order = ", ".join(f'{_quoted(column)} COLLATE "C"' for column in kinds)
    return (
        f"SELECT {bucket} AS bucket, * FROM (SELECT {spelled} FROM {_quoted(schema)}.{_quoted(name)}) AS said "  # noqa: S608 - quoted names of the catalogue
        f"ORDER BY bucket, {order}"
    )


def _spelling(column: str, kind: str) -> str:
    """The column as text, in the one spelling of its kind.

    Raises:
        InputError: the kind has none.
    """
    cell = _quoted(column)
    if kind in _WORDS:
        return f"{cell}::text"
    if kind in _NUMBERS and column in _ZEROS:
        width = _ZEROS[column]
        return f"CASE WHEN {cell} BETWEEN 0 AND {10**width - 1} THEN lpad({cell}::text, {width}, '0') ELSE {cell}::text END"
    if kind in _NUMBERS:
        return f"{cell}::text"
    if kind in _DAYS:
        return f"CASE WHEN isfinite({cell}) AND {cell} >= DATE '0001-01-01' THEN to_char({cell}, 'YYYY-MM-DD') END"
    if kind in _LISTS and column == "bars":
        return f"array_to_string({cell}, ';')"
    raise InputError(f"column {column} is of kind {kind}", remedy="make a view that casts it to text, a whole number or a date")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# ---------------------------------------------------------------- what comes


def _cut(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows, one frame a bucket, or several of ``MOST`` rows: however the driver cut them."""
    held = pl.DataFrame()
    for batch in batches:
        for piece in batch.partition_by("bucket", maintain_order=True):
            if held.height and not held["bucket"].head(1).equals(piece["bucket"].head(1), null_equal=True):
                yield held
                held = piece
            else:
                held = pl.concat([held, piece]) if held.height else piece
            while held.height >= MOST:
                yield held.head(MOST)
                held = held.slice(MOST)
    if held.height:
        yield held


def _check_ids(table: str, rows: pl.DataFrame) -> None:
    blank = (rows["record_id"].str.strip_chars().fill_null("") == "").sum()
    if blank:
        raise InputError(f"table {table}: at least {blank:,} rows have no record_id", remedy="give every row the id of its person")


def _connect(uri: str) -> Connection:
    """A session that reads only, and speaks UTF-8."""
    driver = _driver()
    try:
        connection: Connection = driver.connect(uri, autocommit=True)
        with connection.cursor() as cursor:
            for setting in ("client_encoding TO 'UTF8'", "default_transaction_read_only TO on"):
                cursor.execute(f"SET {setting}")
    except driver.Error:
        raise InputError(
            "the database cannot be reached, or does not let this login in",
            remedy="try the same address with psql; the password may stand in PGPASSWORD or in ~/.pgpass",
        ) from None
    return connection


def _driver() -> ModuleType:
    try:
        return import_module("adbc_driver_postgresql.dbapi")
    except ImportError:  # an extra
        raise InputError("reading a table needs the PostgreSQL driver", remedy='install it: pip install "privity[postgres]"') from None


def _asked(connection: Connection, table: str, query: str, given: Sequence[str]) -> list[tuple[object, ...]]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, given)
            return list(cursor.fetchall())
    except (_driver().Error, pa.ArrowException, OSError) as error:
        raise _unread(table, error) from None


def _batches(connection: Connection, table: str, query: str) -> Iterator[pl.DataFrame]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            for batch in cursor.fetch_record_batch():
                batch.validate(full=True)  # a database in SQL_ASCII holds bytes of any kind
                yield pl.DataFrame(batch)
    except pa.ArrowInvalid:
        raise InputError(f"table {table} holds text that is not UTF-8", remedy="mend the rows, or their database's encoding") from None
    except (_driver().Error, pa.ArrowException, OSError) as error:
        raise _unread(table, error) from None


def _unread(table: str, error: Exception) -> InputError:
    """Of what the driver says, the five characters that name the kind of failure."""
    code = getattr(error, "sqlstate", None)
    where = f" (SQLSTATE {code})" if code else ""
    return InputError(f"the database does not give table {table}{where}", remedy="try to read it with psql, with the same login")
