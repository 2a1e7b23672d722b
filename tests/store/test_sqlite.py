"""Does the store keep all of a transaction or none of it, and never change what it kept?"""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import BigInteger, Date, Float, Integer, LargeBinary, Text, event
from sqlalchemy.exc import CompileError, IntegrityError, OperationalError

from privity.errors import InputError, RefusedError, TamperError
from privity.ledger import Kind, Signer, append, encode, log, verify
from privity.store import Store, schema

if TYPE_CHECKING:
    from pathlib import Path

SIGNER = Signer("privity.example/ledger", bytes(range(32)))
DAY = date(2026, 11, 23)
ENTRY = encode(Kind.LOOK, "a" * 32, DAY, bytes(32))
WORDS = {("act", "kind"): "approve", ("custody", "state"): "intent", ("contest", "state"): "open", ("map_place", "list"): "shown"}
KINDS = {Text: "a", Integer: 1, BigInteger: 1, Float: 0.5, Date: DAY, LargeBinary: b"a"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "office.db")


def example(table: str) -> dict[str, object]:
    """A row that the table takes, made from its own definition."""
    kept = [column for column in schema.metadata.tables[table].c if column.name != "seq"]
    return {c.name: WORDS.get((table, c.name), next(value for kind, value in KINDS.items() if isinstance(c.type, kind))) for c in kept}


def fill(store: Store) -> None:
    """At least one row in every table."""
    with store.write() as tx:
        append(tx, SIGNER, SIGNER.name, [ENTRY] * 300)
        for table in schema.metadata.sorted_tables:
            if table.name not in ("segment", "node"):
                tx.add(table.name, [example(table.name)])


def test_a_shard_cannot_be_replaced_under_another_number(store: Store, tmp_path: Path) -> None:
    fill(store)
    raw = sqlite3.connect(tmp_path / "office.db")
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute("INSERT OR REPLACE INTO shard SELECT 99, batch, stage, shard, 0, 'other', 0, 0 FROM shard")


@pytest.mark.invariant
@pytest.mark.parametrize("table", sorted(schema.metadata.tables))
def test_no_table_can_be_changed_or_emptied(store: Store, table: str, tmp_path: Path) -> None:
    fill(store)
    raw = sqlite3.connect(tmp_path / "office.db")
    column = next(iter(schema.metadata.tables[table].c)).name
    for statement in (f'UPDATE "{table}" SET "{column}" = "{column}"', f'DELETE FROM "{table}"'):
        with pytest.raises(sqlite3.IntegrityError, match="only grows"):
            raw.execute(statement)
    first = raw.execute(f'SELECT * FROM "{table}"').fetchone()
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(f'INSERT OR REPLACE INTO "{table}" VALUES ({",".join("?" * len(first))})', first)


def test_what_holds_now_is_the_last_row_of_each_subject(store: Store, tmp_path: Path) -> None:
    fill(store)
    with store.write() as tx:
        tx.add("custody", [example("custody") | {"state": state} for state in ("sent", "acknowledged")])
        tx.add_one("in_force", kind="a", id="a", digest="e", since=DAY, until=date(2027, 1, 1), entry=7)
        tx.add_one("in_force", kind="halt", id="other", digest="f", since=DAY, until=None, entry=None)
        assert tx.add_one("agency", agency="a", name="2", kind="federal") == 2
    with store.read() as tx:
        assert [row["state"] for row in tx.now("custody", package="a")] == ["acknowledged"]
        assert [row["digest"] for row in tx.now("in_force")] == ["e", "f"]
        assert len(tx.rows("custody", package="a")) == 3
        assert [row["name"] for row in (*tx.now("agency", agency="a"), *tx.now("agency", agency="none"))] == ["2"]
        assert tx.now("in_force", id="a")[0]["until"] == date(2027, 1, 1)
    views = sqlite3.connect(tmp_path / "office.db").execute("SELECT digest FROM in_force_now ORDER BY seq").fetchall()
    assert views == [("e",), ("f",)]


def test_an_exception_keeps_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as tx:  # noqa: PT012
        append(tx, SIGNER, SIGNER.name, [ENTRY])
        tx.add_one("agency", agency="a", name="b", kind="federal")
        _ = 1 / 0
    with store.read() as tx:
        assert (tx.head().size, tx.now("agency", agency="a")) == (0, [])


def test_a_reader_sees_one_snapshot_and_cannot_write(store: Store) -> None:
    fill(store)
    with store.read() as tx:
        before = tx.head()
        with store.write() as other:
            append(other, SIGNER, SIGNER.name, [ENTRY])
        assert tx.head() == before
        with pytest.raises(OperationalError):
            tx.add_one("agency", agency="a", name="b", kind="federal")
    with store.read() as tx:
        assert tx.head().size == before.size + 1


def test_a_shard_is_recorded_once(store: Store) -> None:
    fill(store)
    with pytest.raises(IntegrityError) as caught, store.write() as tx:
        tx.add("shard", [example("shard") | {"digest": "canary"}])
    assert "canary" not in str(caught.value)


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


def test_a_writer_that_waited_too_long_is_told(store: Store, tmp_path: Path) -> None:
    impatient = Store.open(tmp_path / "office.db", wait=0.05)
    with store.write(), pytest.raises(RefusedError, match="another program"), impatient.write():
        pass
    with impatient.write() as tx:
        append(tx, SIGNER, SIGNER.name, [ENTRY])


def test_a_full_disk_keeps_nothing_and_the_next_append_goes_on(store: Store) -> None:
    fill(store)
    with pytest.raises(RefusedError, match="disk is full"), store.write() as tx:  # noqa: PT012
        tx._connection.exec_driver_sql("PRAGMA max_page_count=1")
        append(tx, SIGNER, SIGNER.name, [ENTRY] * 5000)
    with store.write() as tx:
        tx._connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        assert append(tx, SIGNER, SIGNER.name, [ENTRY]).first == 300


def test_append_refuses_a_ledger_that_does_not_end_in_its_checkpoint(store: Store, tmp_path: Path) -> None:
    fill(store)
    raw = sqlite3.connect(tmp_path / "office.db")
    raw.executescript("DROP TRIGGER segment_no_update; UPDATE segment SET peaks = zeroblob(length(peaks)) WHERE note IS NOT NULL")
    with pytest.raises(TamperError), store.write() as tx:
        append(tx, SIGNER, SIGNER.name, [ENTRY])


def test_used_is_one_more_than_the_highest_entry_that_a_table_names(store: Store) -> None:
    with store.read() as tx:
        assert tx.used() == 0
    fill(store)
    with store.write() as tx:
        tx.add("custody", [example("custody") | {"entry": 5}])
    with store.read() as tx:
        assert tx.used() == 6


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
        assert dict(log.export(a)) == dict(log.export(b))
        assert log.read_entries(b, 249, 12) == entries[249:261]
        assert log.read_entries(b, 690, 99) == entries[690:]
        assert len(a.rows("segment")) == 3


def test_an_unknown_column_is_our_bug(store: Store) -> None:
    with pytest.raises(CompileError), store.write() as tx:
        tx.add_one("agency", agency="a", name="b", kind="federal", more="c")
    with store.read() as tx:
        assert not tx.now("agency", agency="a")
