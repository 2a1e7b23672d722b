"""Are an office's tables what `schema` says, however they came to be; and is one of another version refused, or carried forward whole?"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect

from privity.cli import app
from privity.errors import InputError
from privity.ledger import append, verify
from privity.office.init import init
from privity.rules.facts import SHIPPED
from privity.store import Store, migrations, schema
from privity.store.migrations import draft
from store.rows import ENTRY, SIGNER, fill
from store.servers import KINDS, Place, made, place

SECOND = """
import sqlalchemy as sa
from alembic import op
from privity.store.migrations import guards

revision, down_revision = "0002", "0001"

def upgrade():
    op.create_table("further", sa.Column("seq", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("seq"))
    guards.only_grows("further", ("seq",))
    {more}
"""


@pytest.fixture(params=KINDS)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return made(request.param, tmp_path)


@pytest.mark.invariant
def test_the_tables_that_migrations_make_are_those_of_the_schema(where: Place) -> None:
    with where.open().read() as tx:
        context = MigrationContext.configure(tx._connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []
        assert draft.tables(tx._connection) == (["pass"], [])
        assert list(draft.guarded(tx._connection, [])) == []
        found = inspect(tx._connection)
        for name, table in schema.metadata.tables.items():
            checks = sum(isinstance(each, CheckConstraint) for each in table.constraints)
            assert len(found.get_check_constraints(name)) == checks, name
            kept = {column["name"]: column["nullable"] for column in found.get_columns(name)}
            assert kept == {column.name: column.nullable for column in table.c}


@pytest.mark.invariant
def test_every_table_has_its_triggers(where: Place) -> None:
    if where.kind == "sqlite":
        found = [tuple(row) for row in where.sql("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")]
        expected = {(table, f"{table}_no_{verb}") for table in schema.metadata.tables for verb in ("update", "delete", "insert")}
    else:
        asked = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A' AND tgtype & 62 = 58"
        found = where.sql(asked)  # before, each statement, UPDATE and DELETE and TRUNCATE; always
        expected = {(table, f"{table}_only_grows") for table in schema.metadata.tables}
    assert set(found) == expected


def test_the_head_is_the_last_revision() -> None:
    assert ScriptDirectory(str(migrations.HERE)).get_current_head() == migrations.HEAD


def test_the_baseline_is_what_draft_writes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Until an office rests on it; then this test goes, and the file stays as it is."""
    if migrations.HEAD != "0001":
        pytest.skip("there is a later revision")
    (tmp_path / "versions").mkdir()
    monkeypatch.setattr(migrations, "HERE", tmp_path)
    written = Path(draft.write(["--baseline"])).read_text()
    monkeypatch.undo()
    assert written == (migrations.HERE / "versions" / "baseline.py").read_text(), (
        "run `python -m privity.store.migrations.draft --baseline`"
    )


# ---------------------------------------------------------------- from one version to the next


def next_version(monkeypatch: pytest.MonkeyPatch, folder: Path, more: str = "") -> None:
    """A Privity with one more revision."""
    shutil.copytree(Path(migrations.__file__).parent / "versions", folder / "later" / "versions", dirs_exist_ok=True)
    (folder / "later" / "versions" / "second.py").write_text(SECOND.format(more=more))
    monkeypatch.setattr(migrations, "HERE", folder / "later")
    monkeypatch.setattr(migrations, "HEAD", "0002")


def test_an_office_of_an_older_version_is_refused_until_it_is_upgraded(
    where: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = where.open()
    fill(store)
    store.close()
    next_version(monkeypatch, tmp_path)
    with pytest.raises(InputError, match="revision 0001") as caught:
        where.open()
    assert "privity upgrade" in caught.value.remedy
    assert Store.upgrade(where.where, owner=where.owner) == ("0001", "0002")
    with where.open().write() as tx:
        assert append(tx, SIGNER, SIGNER.name, [ENTRY]).first == 9300
        assert list(verify(tx, [SIGNER.verifier], SIGNER.name)) == []
    where.sql("INSERT INTO further VALUES (1)", "owner")
    with pytest.raises(Exception, match="only grows"):
        where.sql("DELETE FROM further", "owner")
    if where.kind == "postgres":
        assert where.sql("SELECT count(*) FROM further", "app") == [(1,)], "the application reads what is new"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            where.sql("DELETE FROM further", "app")


def test_an_upgrade_that_fails_leaves_the_office_as_it_was(where: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    next_version(monkeypatch, tmp_path, 'op.execute("SELECT * FROM nowhere")')
    with pytest.raises(Exception, match=r"SQLSTATE|nowhere"):
        Store.upgrade(where.where, owner=where.owner)
    monkeypatch.undo()
    where.open().close()
    assert Store.upgrade(where.where, owner=where.owner) == ("0001", "0001")


def test_the_application_may_not_upgrade(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    where = made("postgres", tmp_path)
    next_version(monkeypatch, tmp_path)
    with pytest.raises(Exception, match="does not let this login"):
        Store.upgrade(where.where)


def test_an_office_of_a_later_version_is_refused(where: Place) -> None:
    where.sql("UPDATE alembic_version SET version_num = '0009'", "owner")
    with pytest.raises(InputError, match="revision 0009") as caught:
        where.open()
    assert "newer" in caught.value.remedy
    with pytest.raises(InputError, match="revision 0009"):
        Store.upgrade(where.where, owner=where.owner)


def test_an_office_from_before_there_were_migrations_is_refused(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "office.db")
    raw.executescript(
        f"PRAGMA application_id={schema.APPLICATION}; PRAGMA user_version=1; CREATE TABLE segment (first INTEGER PRIMARY KEY)"
    )
    raw.close()
    for attempt in (Store.open, Store.upgrade):
        with pytest.raises(InputError, match="development version"):
            attempt(tmp_path / "office.db")


def test_the_command_upgrades(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind in KINDS:
        root, found = tmp_path / kind, place(kind, tmp_path)
        on = {"store": found.where, "store_owner": found.owner} if kind == "postgres" else {}
        asked = {"custodian": "D", "origin": "d.example/ledger", "law_root": SHIPPED, "regime": "us/26-usc-6103"}
        init(root, **asked, **on).store.close()
        with monkeypatch.context() as later:
            next_version(later, tmp_path)
            assert app.run(["verify", str(root)]) == 2
            assert "privity upgrade" in capsys.readouterr().err
            assert app.run(["upgrade", str(root), *(["--store-owner", str(found.owner)] if found.owner else [])]) == 0
            assert "0002" in capsys.readouterr().out
            assert app.run(["verify", str(root)]) == 0
