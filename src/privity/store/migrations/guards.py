"""A table that was made → a table that only grows, and a view of what holds now: for each database in its own words.

SQLite has triggers for each row, and one more on INSERT, because INSERT OR REPLACE deletes a row without asking the trigger on DELETE.
PostgreSQL has one for each statement, TRUNCATE included, which fires ALWAYS: a session that plays a replica does not get round it.
Grants are `store.postgres`: they belong to a role, and a revision knows none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def only_grows(table: str, *keys: Sequence[str]) -> None:
    """Refuse UPDATE, DELETE, TRUNCATE and the replacing of a row. ``keys``: the columns of each key that is unique."""
    statements = _sqlite(table, keys) if _dialect() == "sqlite" else _postgres(table)
    for statement in statements:
        op.execute(statement)


def latest(table: str, *columns: str) -> None:
    """The view ``TABLE_now``: of each subject the last row. ``columns``: what the subject is."""
    subject = ", ".join(f'"{column}"' for column in columns)
    last = f'SELECT max(seq) FROM "{table}" GROUP BY {subject}'  # noqa: S608 - names of ours
    op.execute(f'CREATE VIEW {table}_now AS SELECT * FROM "{table}" WHERE seq IN ({last}) ORDER BY seq')  # noqa: S608


def refusal() -> None:
    """What the triggers of PostgreSQL call; the first thing that a baseline makes."""
    if _dialect() == "postgresql":
        op.execute(
            "CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS "
            "$$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
        )


def uncompressed(table: str, *columns: str) -> None:
    """Columns of hashes, which no compression makes smaller and which PostgreSQL would try to compress all the same."""
    if _dialect() == "postgresql":
        for column in columns:
            op.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET STORAGE EXTERNAL')


def _dialect() -> str:
    return op.get_bind().dialect.name


def _sqlite(table: str, keys: Sequence[Sequence[str]]) -> Iterator[str]:
    body = f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
    for verb in ("UPDATE", "DELETE"):
        yield f'CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON "{table}" {body}'
    same = (" AND ".join(f'"{column}" = NEW."{column}"' for column in key) for key in keys)
    taken = " OR ".join(f'EXISTS (SELECT 1 FROM "{table}" WHERE {each})' for each in same)  # noqa: S608
    yield f'CREATE TRIGGER {table}_no_insert BEFORE INSERT ON "{table}" WHEN {taken} {body}'


def _postgres(table: str) -> Iterator[str]:
    when = f'BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}"'
    yield f"CREATE TRIGGER {table}_only_grows {when} FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
    yield f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {table}_only_grows'
