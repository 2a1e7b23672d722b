"""Do SQLite and PostgreSQL keep the same rows, show the same views, and refuse the same?"""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from privity.errors import InputError, RefusedError, TamperError
from privity.ledger import append, verify
from privity.store import Store, schema
from store.rows import DAY, ENTRY, SIGNER, allowed, fill
from store.servers import KINDS, Place, made, place, server, untied


@pytest.fixture(params=KINDS)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return made(request.param, tmp_path)


@pytest.fixture
def store(where: Place) -> Store:
    return where.open()


# ---------------------------------------------------------------- the same


@pytest.mark.invariant
def test_both_hold_the_same_rows_in_the_same_order_and_the_same_ledger(tmp_path: Path) -> None:
    found = []
    for kind in KINDS:
        store = made(kind, tmp_path).open()
        fill(store)
        with store.write() as tx:
            names = ("b", "B", "A", "é", "Z", "_", "10", "9")  # no server's locale decides what comes first
            tx.add("batch", [allowed("batch") | {"batch": name} for name in names])
            tx.add("agency", [{"agency": f"a{n}", "name": "x", "kind": "federal", "entry": n % 9 or None} for n in range(100)])  # bulk
            tx.add("custody", [allowed("custody") | {"state": state} for state in ("sent", "acknowledged")])
            seq = tx.add_one("in_force", kind="a", id="a", digest="e", since=DAY, until=date(2027, 1, 1), entry=7)
        with store.read() as tx:
            rows = {name: tx.rows(name) for name in schema.metadata.tables}
            now = {name: tx.now(name) for name in schema.LATEST}
            found.append((rows, now, seq, tx.used(), tx.head(), list(tx.read(299, 2000)), tx.nodes(1, 0, 256)))
            assert list(verify(tx, [SIGNER.verifier], SIGNER.name)) == []
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", KINDS)
def test_the_views_show_what_holds_now(kind: str, tmp_path: Path) -> None:
    where = made(kind, tmp_path)
    fill(where.open())
    with where.open().write() as tx:
        tx.add("custody", [allowed("custody") | {"state": state} for state in ("sent", "acknowledged")])
    assert where.sql("SELECT state FROM custody_now") == [("acknowledged",)]
    views = "SELECT name FROM sqlite_master WHERE type = 'view'"
    if kind == "postgres":
        views = "SELECT viewname FROM pg_views WHERE schemaname = 'privity'"
    assert {name for (name,) in where.sql(views)} == {f"{table}_now" for table in schema.LATEST}


# ---------------------------------------------------------------- nothing changes


@pytest.mark.invariant
def test_no_table_can_be_changed_or_emptied_even_by_its_owner(where: Place, store: Store) -> None:
    fill(store)
    verbs = ['UPDATE "{0}" SET "{1}" = "{1}"', 'DELETE FROM "{0}"', 'TRUNCATE "{0}" CASCADE'][: 2 if where.kind == "sqlite" else 3]
    for name, table in schema.metadata.tables.items():
        for verb in verbs:
            with pytest.raises(Exception, match="only grows"):
                where.sql(verb.format(name, next(iter(table.c)).name), "owner")
    with store.read() as tx:
        assert all(tx.rows(name) for name in schema.metadata.tables)


@pytest.mark.invariant
def test_the_login_that_an_office_works_with_may_read_and_insert_and_nothing_else(tmp_path: Path) -> None:
    where = made("postgres", tmp_path)
    fill(where.open())
    assert where.open().guarded
    untied([], where)  # without a trigger, the grant is left
    for name, table in schema.metadata.tables.items():
        column = next(iter(table.c)).name
        for statement in (
            f'UPDATE "{name}" SET "{column}" = "{column}"',
            f'DELETE FROM "{name}"',
            f'TRUNCATE "{name}"',
            f'DROP TABLE "{name}"',
            f'ALTER TABLE "{name}" ADD more text',
            f'CREATE TRIGGER t BEFORE INSERT ON "{name}" FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
            f'INSERT INTO "{name}" SELECT * FROM "{name}" ON CONFLICT DO NOTHING; DELETE FROM "{name}"',
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                where.sql(statement, "app")
    for statement in (
        "CREATE TABLE privity.more (a text)",
        "DROP SCHEMA privity CASCADE",
        "UPDATE alembic_version SET version_num = 'x'",
        "SELECT setval('custody_seq_seq', 1)",
        "UPDATE custody_now SET state = 'sent'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            where.sql(statement, "app")


def test_a_role_that_owns_the_tables_is_told_apart(tmp_path: Path) -> None:
    where = place("postgres", tmp_path)
    server().sql(f"GRANT CREATE ON DATABASE {where.database} TO app")
    assert not Store.create(where.where).guarded


def test_a_trigger_fires_for_a_session_that_plays_a_replica(tmp_path: Path) -> None:
    where = made("postgres", tmp_path)
    with pytest.raises(psycopg.errors.RaiseException, match="only grows"):
        where.sql("SET session_replication_role TO replica; DELETE FROM segment")


# ---------------------------------------------------------------- transactions


def test_an_exception_keeps_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as tx:  # noqa: PT012
        append(tx, SIGNER, SIGNER.name, [ENTRY])
        tx.add_one("agency", agency="a", name="b", kind="federal")
        _ = 1 / 0
    with store.read() as tx:
        assert (tx.head().size, tx.now("agency", agency="a")) == (0, [])


@pytest.mark.invariant
def test_a_reader_sees_one_snapshot_and_cannot_write(store: Store) -> None:
    fill(store)
    with store.read() as tx:
        before = tx.head()
        with store.write() as other:
            append(other, SIGNER, SIGNER.name, [ENTRY])
        assert tx.head() == before
        with pytest.raises(DBAPIError):
            tx.add_one("agency", agency="a", name="b", kind="federal")
    with store.read() as tx:
        assert tx.head().size == before.size + 1


@pytest.mark.parametrize("many", [1, 40])
def test_what_is_there_already_is_refused_without_a_word_of_the_row(store: Store, many: int) -> None:
    fill(store)
    with pytest.raises(IntegrityError) as caught, store.write() as tx:
        tx.add("batch", [allowed("batch") | {"batch": f"canary{number}"} for number in (*range(many), 0)])
    assert "canary" not in str(caught.value)
    with pytest.raises(IntegrityError) as caught, store.write() as tx:
        tx.add("custody", [allowed("custody") | {"note": "canary", "state": "canary"}] * many)
    assert "canary" not in str(caught.value)
    with store.read() as tx:
        assert len(tx.rows("batch")) == 1


def test_a_writer_that_waited_too_long_is_told(where: Place, store: Store) -> None:
    impatient = where.open(wait=0.05)
    with store.write(), pytest.raises(RefusedError, match="another program"), impatient.write():
        pass
    with impatient.write() as tx:
        append(tx, SIGNER, SIGNER.name, [ENTRY])


@pytest.mark.invariant
def test_a_writer_reads_what_the_writer_before_it_wrote(where: Place, store: Store) -> None:
    """The lock first, then the snapshot: a writer that waited goes on from the end that it waited for."""
    ends: list[int] = []

    def late() -> None:
        with where.open().write() as tx:
            ends.append(append(tx, SIGNER, SIGNER.name, [ENTRY]).first)

    with store.write() as tx:
        waiting = threading.Thread(target=late)
        waiting.start()
        waiting.join(0.3)
        append(tx, SIGNER, SIGNER.name, [ENTRY] * 5)
        assert ends == []
    waiting.join()
    assert ends == [5]


def test_used_is_one_more_than_the_highest_entry_that_a_table_names(store: Store) -> None:
    with store.read() as tx:
        assert tx.used() == 0
    fill(store)
    with store.write() as tx:
        tx.add("custody", [allowed("custody") | {"entry": 5}])
    with store.read() as tx:
        assert tx.used() == 6


def test_append_refuses_a_ledger_that_does_not_end_in_its_checkpoint(where: Place, store: Store) -> None:
    fill(store)
    untied(["UPDATE segment SET peaks = zeroblob(32) WHERE note IS NOT NULL"], where)
    with pytest.raises(TamperError), store.write() as tx:
        append(tx, SIGNER, SIGNER.name, [ENTRY])


WRITER = """
import sys
from datetime import date
from privity.ledger import Kind, Signer, append, encode
from privity.store import Store
store, signer = Store.open(sys.argv[1]), Signer("privity.example/ledger", bytes(range(32)))
for turn in range(25):
    with store.write() as tx:
        done = append(tx, signer, signer.name, [encode(Kind.LOOK, "a" * 32, date(2026, 11, 23), bytes(32))] * (1 + turn % 3 * 130))
    print(done.first, done.end, flush=True)
"""


def test_two_programs_at_once_lose_nothing(where: Place, store: Store) -> None:
    command = [sys.executable, "-c", WRITER, str(where.where)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    spans = sorted(tuple(map(int, line.split())) for child in children for line in child.communicate()[0].splitlines())
    assert len(spans) == 50
    assert [first for first, _ in spans] == [0, *(end for _, end in spans[:-1])]
    with store.read() as tx:
        assert list(verify(tx, [SIGNER.verifier], SIGNER.name)) == []


# ---------------------------------------------------------------- places


def test_a_place_that_is_taken_or_empty_is_refused(where: Place, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="already"):
        Store.create(where.where, owner=where.owner)
    (tmp_path / "more").mkdir()
    with pytest.raises(InputError, match="no office"):
        Store.open(place(where.kind, tmp_path / "more").where)
    where.open().close()
