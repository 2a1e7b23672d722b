"""What is SQLite's own: does the file keep all of a transaction or none of it, and never change what it kept? (Both: ``contracts/``.)"""

from __future__ import annotations

import sqlite3
import subprocess
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.exc import CompileError, OperationalError

from privity.errors import InputError, RefusedError
from privity.ledger import Kind, append, encode, log, verify
from privity.ledger.static import export
from privity.store import Store, schema
from store.rows import DAY, ENTRY, SIGNER, fill

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "office.db")


def test_a_shard_cannot_be_replaced_under_another_number(store: Store, tmp_path: Path) -> None:
    fill(store)
    raw = sqlite3.connect(tmp_path / "office.db")
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute("INSERT OR REPLACE INTO shard SELECT 99, batch, stage, shard, 0, 'other', 0, 0 FROM shard")


@pytest.mark.invariant
def test_no_row_can_be_replaced_by_inserting_it_again(store: Store, tmp_path: Path) -> None:
    fill(store)
    raw = sqlite3.connect(tmp_path / "office.db")
    for table in schema.metadata.tables:
        first = raw.execute(f'SELECT * FROM "{table}"').fetchone()
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(f'INSERT OR REPLACE INTO "{table}" VALUES ({",".join("?" * len(first))})', first)


def lose_the_answer(store: Store, *, commits: bool) -> None:
    """The next commit of a writer happens or not, and then reports that the disk failed."""

    @event.listens_for(store._engine, "commit")
    def fail(connection: object) -> None:
        if not connection.get_execution_options().get("write"):
            return
        event.remove(store._engine, "commit", fail)
        raw = connection.connection.driver_connection
        raw.execute("COMMIT" if commits else "ROLLBACK")
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        raise OperationalError("COMMIT", {}, error)


@pytest.mark.invariant
def test_a_commit_of_unknown_outcome_is_decided_by_the_end_of_the_ledger(store: Store) -> None:
    fill(store)
    lose_the_answer(store, commits=True)
    with store.write() as tx:
        done = append(tx, SIGNER, SIGNER.name, [ENTRY])
    with store.read() as tx:
        assert tx.head().note == done.checkpoint
    lose_the_answer(store, commits=False)
    with pytest.raises(RefusedError, match="nothing was kept"), store.write() as tx:
        append(tx, SIGNER, SIGNER.name, [ENTRY])
    with store.write() as tx:
        assert tx.head().note == done.checkpoint
        append(tx, SIGNER, SIGNER.name, [ENTRY])
    with store.read() as tx:
        assert list(verify(tx, [SIGNER.verifier], SIGNER.name, used=tx.used())) == []


def test_a_full_disk_keeps_nothing_and_the_next_append_goes_on(store: Store) -> None:
    fill(store)
    with pytest.raises(RefusedError, match="disk is full"), store.write() as tx:  # noqa: PT012
        tx._connection.exec_driver_sql("PRAGMA max_page_count=1")
        append(tx, SIGNER, SIGNER.name, [ENTRY] * 5000)
    with store.write() as tx:
        tx._connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        assert append(tx, SIGNER, SIGNER.name, [ENTRY]).first == 9300


def test_a_place_that_is_taken_absent_or_no_office_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        Store.open(tmp_path / "none.db")
    (tmp_path / "text").write_text("not a database " * 100)
    with pytest.raises(InputError):
        Store.open(tmp_path / "text")
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE t (a)")
    with pytest.raises(InputError):
        Store.open(tmp_path / "other.db")
    Store.create(tmp_path / "office.db").close()
    with pytest.raises(InputError):
        Store.create(tmp_path / "office.db")
    assert (tmp_path / "office.db").stat().st_mode & 0o077 == 0
    Store.open(tmp_path / "office.db").close()


def test_bulk_and_single_appends_give_the_same_tree(tmp_path: Path) -> None:
    entries = [encode(Kind.DETERMINATION, "a" * 32, DAY, i.to_bytes(32, "big")) for i in range(700)]
    one, many = Store.create(tmp_path / "one.db"), Store.create(tmp_path / "many.db")
    with one.write() as tx:
        bulk = append(tx, SIGNER, SIGNER.name, entries)
    with many.write() as tx:
        for start in (0, 1, 2, 250, 260):
            last = append(tx, SIGNER, SIGNER.name, entries[start : {0: 1, 1: 2, 2: 250, 250: 260, 260: 700}[start]])
    assert (bulk.first, bulk.end, bulk.checkpoint) == (0, 700, last.checkpoint)
    with one.read() as a, many.read() as b:
        assert dict(export(a)) == dict(export(b))
        assert log.read_entries(b, 249, 12) == entries[249:261]
        assert log.read_entries(b, 690, 99) == entries[690:]
        assert len(a.rows("segment")) == 3


def test_an_unknown_column_is_our_bug(store: Store) -> None:
    with pytest.raises(CompileError), store.write() as tx:
        tx.add_one("agency", agency="a", name="b", kind="federal", more="c")
    with store.read() as tx:
        assert not tx.now("agency", agency="a")


def test_a_folder_that_may_only_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    """A mount, because a mode stops no root."""
    folder = tmp_path / "office"
    folder.mkdir()
    store = Store.create(folder / "office.db")
    fill(store)
    store.close()
    if subprocess.run(["mount", "--bind", str(folder), str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("a folder that even its owner cannot write takes root")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        with pytest.raises((RefusedError, InputError)) as caught:  # noqa: PT012
            store = Store.open(folder / "office.db")
            with store.write() as tx:
                append(tx, SIGNER, SIGNER.name, [ENTRY])
        store.close()
        assert caught.value.remedy
    finally:
        subprocess.run(["umount", str(folder)], check=True)
    with Store.open(folder / "office.db").write() as tx:
        assert append(tx, SIGNER, SIGNER.name, [ENTRY]).first == 9300
