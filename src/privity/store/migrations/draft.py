"""The tables as `schema` has them, and as the revisions make them → a draft of the revision that is missing.

    python -m privity.store.migrations.draft NUMBER NAME    versions/NAME.py, revision NUMBER, after HEAD
    python -m privity.store.migrations.draft --baseline     versions/baseline.py anew: only while no office rests on it

A draft is read and finished by a person: Alembic sees tables, columns and keys; for each new table this adds its triggers, for each
new line of ``LATEST`` its view. Then set `HEAD`, and run ``tests/contracts/test_migrations.py``.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations.ops import CreateTableOp
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, PrimaryKeyConstraint, UniqueConstraint, create_engine, inspect

from privity.store import migrations, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEAD = '''"""{about}

Drafted by `draft` from `store.schema`; what an office once rested on is not changed any more.
"""

import sqlalchemy as sa
from alembic import op

from privity.store.migrations import guards

revision = "{number}"
down_revision = {after}

TEXT = {text}
INDEX = {index}


def upgrade() -> None:
    """Make what is new, each table with its triggers."""
    _tables()
    _guards()
'''


_TYPES = {
    "sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')": "TEXT",
    "sa.BigInteger().with_variant(sa.Integer(), 'sqlite')": "INDEX",
}


def tables(connection: Connection) -> tuple[list[str], list[str]]:
    """The statements that make what a connection's tables lack of `schema`, and the names of the tables that are new."""
    context = MigrationContext.configure(connection, opts={"version_table": migrations.VERSION_TABLE})
    found = produce_migrations(context, schema.metadata).upgrade_ops
    if found is None:
        raise AssertionError("Alembic compared nothing")
    _check_checks()
    made = [one.table_name for one in found.ops if isinstance(one, CreateTableOp)]
    return list(_statements(render_python_code(found, migration_context=context))), made


def guarded(connection: Connection, made: Sequence[str]) -> Iterator[str]:
    """The statements for triggers of new tables, and for views that are not there."""
    yield from (f"guards.only_grows({', '.join(map(repr, (name, *_keys(name))))})" for name in made)
    views = set(inspect(connection).get_view_names())
    yield from (f"guards.latest({', '.join(map(repr, (name, *key)))})" for name, key in schema.LATEST.items() if f"{name}_now" not in views)


def _statements(rendered: str) -> Iterator[str]:
    """What Alembic wrote, without its comments, and with the two types that stand everywhere by their short names."""
    for long, short in _TYPES.items():
        rendered = rendered.replace(long, short)
    yield from (line.removeprefix("    ") for line in rendered.splitlines() if not line.strip().startswith("#"))


def _function(name: str, lines: Sequence[str]) -> str:
    return f"\n\ndef {name}() -> None:\n" + "\n".join(f"    {line}" if line.strip() else "" for line in lines or ["pass"]) + "\n"


def _check_checks() -> None:
    """Alembic writes out the checks of a table and forgets those of a column."""
    checks = [each for table in schema.metadata.tables.values() for each in table.constraints if isinstance(each, CheckConstraint)]
    if any(each._column_flag for each in checks):  # noqa: SLF001
        raise AssertionError("a CHECK stands on a column: write it beside the columns")


def _keys(table: str) -> list[tuple[str, ...]]:
    """The columns of each unique key, in order."""
    constraints = schema.metadata.tables[table].constraints
    return sorted(tuple(each.columns.keys()) for each in constraints if isinstance(each, PrimaryKeyConstraint | UniqueConstraint))


def write(arguments: Sequence[str]) -> str:
    """Write the draft; returns where."""
    baseline = list(arguments) == ["--baseline"]
    number, name = ("0001", "baseline") if baseline else arguments
    with create_engine("sqlite://").begin() as connection:
        if not baseline:
            migrations.upgrade(connection)
        made, new = tables(connection)
        guards = list(guarded(connection, new))
    if baseline:
        guards = ["guards.refusal()", *guards, "guards.uncompressed('segment', 'body', 'leaves')"]
    text, index = _TYPES
    about, after = ("The tables of an office.", None) if baseline else (f"{name}.", repr(migrations.HEAD))
    head = _HEAD.format(about=about, number=number, after=after, text=text, index=index)
    path = migrations.HERE / "versions" / f"{name}.py"
    path.write_text(head + _function("_tables", made) + _function("_guards", guards))
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)], check=True)  # noqa: S603 - a developer's own
    return str(path)


if __name__ == "__main__":
    sys.stdout.write(write(sys.argv[1:]) + "\n")
