"""What is PostgreSQL's own: addresses, roles, durability, and a connection that breaks."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from privity.cli import app
from privity.errors import InputError, RefusedError
from privity.ledger import append, verify
from privity.office.init import init
from privity.office.place import open_office
from privity.office.verify import verify as verify_office
from privity.rules.facts import SHIPPED
from privity.store import Store
from store.dropped import POINTS, Between
from store.rows import ENTRY, SIGNER, allowed, fill
from store.servers import Place, made, place, server, small_disk

SECRET = "S3cretWord"
ASKED = {"custodian": "D", "origin": "d.example/ledger", "law_root": SHIPPED, "regime": "us/26-usc-6103"}


@pytest.fixture
def where(tmp_path: Path) -> Place:
    return made("postgres", tmp_path)


def ends(store: Store) -> int:
    with store.read() as tx:
        assert list(verify(tx, [SIGNER.verifier], SIGNER.name)) == []
        return tx.head().size


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://app:{SECRET}@localhost/d",
        f"postgresql://app@localhost/d?password={SECRET}",
        f"postgresql://app@localhost/d?sslpassword={SECRET}",
        f"postgresql://app@localhost/d?options={SECRET}",
        f"postgresql://app@localhost/d?schema={SECRET}",
        "postgresql://app@localhost/d?schema=pg_catalog",
        f"postgresql://app@localhost:{SECRET}/d",
        f"postgresql+psycopg2://{SECRET}@localhost/d",
        f"postgresql:{SECRET}",
        "postgresql://app@localhost",
    ],
)
@pytest.mark.invariant
def test_an_address_that_cannot_be_used_is_refused_and_nothing_of_it_repeated(address: str, tmp_path: Path) -> None:
    for attempt in (lambda: Store.open(address), lambda: init(tmp_path / "office", store=address, **ASKED)):
        with pytest.raises(InputError) as caught:
            attempt()
        assert SECRET not in str(caught.value) + caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_does_not_answer_is_said_without_its_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGPASSWORD", SECRET)
    for address in (f"postgresql://{SECRET}@localhost:1/d", f"postgresql://{SECRET}@/postgres?host={server().folder}"):
        with pytest.raises(InputError, match="cannot be reached") as caught:
            Store.open(address)
        assert SECRET not in str(caught.value) + caught.value.remedy
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__


def test_without_the_driver_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError) as caught:
        Store.open("postgresql://app@localhost/d")
    assert "privity[postgres]" in caught.value.remedy


def test_to_another_machine_only_under_a_checked_certificate() -> None:
    from privity.store.postgres import schema_of

    assert schema_of("postgresql://app@db.example/d").login.query["sslmode"] == "verify-full"
    assert schema_of("postgresql://app@db.example/d?sslmode=require").login.query["sslmode"] == "require"
    assert "sslmode" not in schema_of("postgresql://app@/d?host=/run/postgresql").login.query


# ---------------------------------------------------------------- an office


def asked(found: Place) -> dict[str, object]:
    return {**ASKED, "store": found.where, "store_owner": found.owner}


def test_an_office_keeps_the_address_and_neither_the_owner_nor_a_password(tmp_path: Path) -> None:
    found = place("postgres", tmp_path)
    office = init(tmp_path / "office", **asked(found))
    said = (tmp_path / "office" / "office.toml").read_text()
    assert "owner" not in said
    assert not (tmp_path / "office" / "office.db").exists()
    again = open_office(tmp_path / "office")
    assert verify_office(again).problems == ()
    with again.store.read() as tx:
        assert tx.head().size == 1
    assert office.store.guarded


def test_a_database_of_another_office_is_not_opened(tmp_path: Path) -> None:
    one, other = (place("postgres", tmp_path) for _ in range(2))
    init(tmp_path / "one", **asked(one))
    init(tmp_path / "other", **asked(other) | {"origin": "other.example/ledger"})
    config = tmp_path / "one" / "office.toml"
    config.write_text(config.read_text().replace(one.database, other.database))
    with pytest.raises(RefusedError, match="another office"):
        open_office(tmp_path / "one")


def test_two_offices_in_two_schemas_of_a_database_know_nothing_of_each_other(tmp_path: Path) -> None:
    found = place("postgres", tmp_path)
    first = init(tmp_path / "one", **asked(found))
    second = init(tmp_path / "two", **asked(found) | {"store": f"{found.where}&schema=second", "origin": "two.example/ledger"})
    with second.store.write() as tx:
        with first.store.write():
            pass  # each has a lock of its own
        tx.add_one("agency", agency="only-second", name="x", kind="federal", entry=None)
    with first.store.read() as tx:
        assert tx.rows("agency") == []
    with pytest.raises(InputError, match="already"):
        init(tmp_path / "three", **asked(found))
    assert not (tmp_path / "three").exists()


def test_the_command_says_that_the_role_owns_the_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = (place("postgres", tmp_path) for _ in range(2))
    server().sql(f"GRANT CREATE ON DATABASE {one.database} TO app")
    words = ["--custodian", "D", "--origin", "d.example/ledger", "--trial"]
    assert app.run(["init", str(tmp_path / "one"), *words, "--store", str(one.where)]) == 0
    assert "owns its tables" in capsys.readouterr().out
    assert app.run(["init", str(tmp_path / "two"), *words, "--store", str(two.where), "--store-owner", str(two.owner)]) == 0
    assert "owns its tables" not in capsys.readouterr().out
    assert app.run(["upgrade", str(tmp_path / "two"), "--store-owner", str(two.owner)]) == 0
    assert "already" in capsys.readouterr().out
    assert app.run(["verify", str(tmp_path / "two")]) == 0


# ---------------------------------------------------------------- what is durable


def test_a_login_whose_commits_do_not_wait_is_made_to_wait(where: Place) -> None:
    server().sql(f"ALTER ROLE app IN DATABASE {where.database} SET synchronous_commit TO off")
    with where.open().write() as tx:
        assert tx._connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


@pytest.mark.invariant
def test_a_server_that_does_not_wait_for_the_disk_gets_nothing(where: Place) -> None:
    store = where.open()
    for setting in ("fsync", "full_page_writes"):
        try:
            _set(setting, "off")
            with pytest.raises(RefusedError, match="does not wait for the disk"), store.write() as tx:
                append(tx, SIGNER, SIGNER.name, [ENTRY])
        finally:
            _set(setting, "on")
    with store.write() as tx:
        assert append(tx, SIGNER, SIGNER.name, [ENTRY]).first == 0


def _set(setting: str, value: str) -> None:
    server().sql(f"ALTER SYSTEM SET {setting} TO {value}")
    server().sql("SELECT pg_reload_conf()")
    for _ in range(100):
        time.sleep(0.05)
        if server().sql(f"SHOW {setting}") == [(value,)]:
            return


def test_a_table_of_the_sessions_own_stands_before_none_of_ours(where: Place) -> None:
    with where.open().write() as tx:
        tx._connection.exec_driver_sql("CREATE TEMPORARY TABLE segment (first int)")
        append(tx, SIGNER, SIGNER.name, [ENTRY])
    assert where.sql("SELECT count(*) FROM privity.segment") == [(1,)]


# ---------------------------------------------------------------- a connection that breaks


@pytest.fixture
def between() -> Iterator[tuple[Between, Path]]:
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        found = Between(Path(folder), server().folder)
        yield found, Path(folder)
        found.close()


@pytest.mark.invariant
@pytest.mark.parametrize("point", POINTS)
def test_a_connection_dropped_in_a_commit_is_decided_by_the_end_of_the_ledger(
    where: Place, between: tuple[Between, Path], point: str
) -> None:
    wire, folder = between
    store = Store.open(str(where.where).replace(str(server().folder), str(folder)))
    with store.write() as tx:
        append(tx, SIGNER, SIGNER.name, [ENTRY])
    wire.break_at = point
    if point == POINTS[0]:
        with pytest.raises(RefusedError, match="nothing was kept"), store.write() as tx:
            append(tx, SIGNER, SIGNER.name, [ENTRY])
    else:
        with store.write() as tx:
            append(tx, SIGNER, SIGNER.name, [ENTRY])
    assert wire.break_at is None, "the commit went another way"
    assert ends(store) == (1 if point == POINTS[0] else 2)
    with store.write() as tx:
        append(tx, SIGNER, SIGNER.name, [ENTRY])


def test_a_commit_that_is_still_being_made_is_waited_for(where: Place, between: tuple[Between, Path]) -> None:
    wire, folder = between
    store = Store.open(str(where.where).replace(str(server().folder), str(folder)))
    where.sql("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NULL; END $$", "owner")
    late = "AFTER INSERT ON segment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()"
    where.sql(f"CREATE CONSTRAINT TRIGGER slow {late}", "owner")
    wire.break_at = POINTS[1]
    began = time.monotonic()
    with store.write() as tx:
        append(tx, SIGNER, SIGNER.name, [ENTRY])
    assert time.monotonic() - began >= 1.0
    assert ends(store) == 1


def test_a_commit_without_an_entry_whose_answer_is_lost_is_said_to_be_unknown(where: Place, between: tuple[Between, Path]) -> None:
    wire, folder = between
    store = Store.open(str(where.where).replace(str(server().folder), str(folder)))
    wire.break_at = POINTS[1]
    with pytest.raises(RefusedError, match="not known"), store.write() as tx:
        tx.add_one("agency", agency="a", name="b", kind="federal", entry=None)


def test_a_connection_that_is_ended_by_the_server_is_told_and_the_next_step_goes_on(where: Place) -> None:
    store = where.open()
    fill(store)
    with pytest.raises(RefusedError, match="nothing was kept"), store.write() as tx:  # noqa: PT012
        mine = tx._connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        server().sql("SELECT pg_terminate_backend(%s)", mine)
        append(tx, SIGNER, SIGNER.name, [ENTRY])
    assert ends(store) == 9300
    server().sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", where.database)
    assert ends(store) == 9300, "what lay in the pool is not taken for a connection"
    with pytest.raises(RefusedError, match="connection"), store.read() as tx:  # noqa: PT012
        mine = tx._connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        server().sql("SELECT pg_terminate_backend(%s)", mine)
        tx.head()


@pytest.mark.invariant
def test_an_error_of_the_server_says_nothing_of_a_row(where: Place) -> None:
    store = where.open()
    for many, kind in ((1, "canary"), (40, "canary"), (1, "canary\x00")):
        with pytest.raises(DBAPIError) as caught, store.write() as tx:  # noqa: PT012
            tx.add("batch", [allowed("batch")])
            tx.add("act", [allowed("act") | {"kind": kind, "ground": "canary"}] * many)
        shown = [*traceback.format_exception(caught.value)]
        assert "canary" not in re.sub(r"^ +.*$", "", "".join(shown), flags=re.MULTILINE), "beside lines of code"


# ---------------------------------------------------------------- a full disk


@pytest.mark.invariant
def test_a_full_disk_keeps_nothing_and_says_so_and_with_room_it_goes_on() -> None:
    try:
        whole = small_disk(24)
        name = whole.__enter__()
    except PermissionError:
        pytest.skip("a disk that is soon full takes root")
    try:
        address = server().address("app", name)
        store = Store.create(address, owner=server().address("owner", name))
        done = 0
        with pytest.raises(RefusedError, match="disk is full"):  # noqa: PT012
            while done < 200_000:
                with store.write() as tx:
                    done = append(tx, SIGNER, SIGNER.name, [ENTRY] * 10_000).end
        assert 0 < done < 200_000
        assert ends(store) == done
        with pytest.raises(RefusedError, match="disk is full"), store.write() as tx:
            append(tx, SIGNER, SIGNER.name, [ENTRY] * 100_000)
        assert ends(store) == done
        subprocess.run(["mount", "-o", "remount,size=200m", _mounted(name)], check=True)
        with store.write() as tx:
            assert append(tx, SIGNER, SIGNER.name, [ENTRY] * 10_000).first == done
        store.close()
    finally:
        whole.__exit__(None, None, None)


def _mounted(database: str) -> str:
    where = server().sql("SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = %s", database)
    return str(Path(where[0][0]).parent)
