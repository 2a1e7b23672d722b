"""Many at once: does each get its own entry, is each told only after the commit, and does one that fails fail alone?"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from privity.errors import InputError, RefusedError
from privity.ledger.entry import Kind
from privity.office import record
from privity.office.init import init
from privity.office.place import Office
from privity.office.sequencer import Sequencer
from privity.office.verify import verify
from privity.rules.facts import SHIPPED
from privity.store import Tx
from store.servers import KINDS, place

DAY = date(2025, 8, 7)


@pytest.fixture(params=KINDS)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    found = place(request.param, tmp_path)
    on = {"store": found.where, "store_owner": found.owner} if request.param == "postgres" else {}
    asked = {"custodian": "D", "origin": "d.example/ledger", "law_root": SHIPPED, "regime": "us/26-usc-6103"}
    return init(tmp_path / "office", **asked, trial=True, as_of=DAY, **on)


def enrols(office: Office, name: str) -> int:
    def job(tx: Tx) -> int:
        row = {"agency": name, "name": name, "kind": "federal"}
        entry = record.enter(office, tx, Kind.IN_FORCE, {"enrols": "agency", **row})
        tx.add_one("agency", **row, entry=entry)
        if name.startswith("bad"):
            raise InputError("not that one")
        return entry

    return job


def committed_at_once(sequencer: Sequencer, office: Office, jobs: list) -> list[object]:
    """Jobs that wait for one lock, so that they make up one group; what each caller was told."""
    told: list[object] = [None] * len(jobs)

    def ask(number: int) -> None:
        try:
            told[number] = sequencer.do(jobs[number])
        except (InputError, RefusedError, DBAPIError) as error:
            told[number] = error

    jobs = [*jobs, lambda _tx: None]
    told.append(None)
    *threads, first = [threading.Thread(target=ask, args=(number,)) for number in range(len(jobs))]
    with office.store.write():
        first.start()
        first.join(0.3)  # it waits for the lock, alone
        for thread in threads:
            thread.start()
        threads[-1].join(0.3)
        assert told == [None] * len(jobs), "nobody is told before the commit"
    for thread in (first, *threads):
        thread.join()
    return told[:-1]


@pytest.mark.invariant
def test_jobs_of_a_group_share_a_checkpoint_and_a_file_and_each_has_its_entry(office: Office) -> None:
    names = [f"agency-{number}" for number in range(20)]
    with Sequencer(office) as sequencer:
        told = committed_at_once(sequencer, office, [enrols(office, name) for name in names])
    assert told == list(range(1, 21))
    with office.store.read() as tx:
        assert [(row["agency"], row["entry"]) for row in tx.rows("agency")] == list(zip(names, told, strict=True))
        assert len(tx.rows("segment")) == 2
        assert len({row["name"] for row in tx.rows("opening_file")}) == 2
        assert b'"agency":"agency-7"' in record.opened(office, tx, 8, 1)[0]
    assert verify(office).problems == ()


@pytest.mark.invariant
def test_a_job_that_fails_is_undone_alone(office: Office) -> None:
    names = ["a", "bad-one", "b", "bad-two", "c"]
    with Sequencer(office) as sequencer:
        told = committed_at_once(sequencer, office, [enrols(office, name) for name in names])
    assert [type(one) for one in told] == [int, InputError, int, InputError, int]
    with office.store.read() as tx:
        assert [(row["agency"], row["entry"]) for row in tx.rows("agency")] == [("a", 1), ("b", 2), ("c", 3)]
        assert tx.head().size == 4
    assert verify(office).problems == ()


def test_a_job_that_the_database_refuses_fails_alone(office: Office) -> None:
    def repeats(tx: Tx) -> None:
        tx.add_one("office", single=1, origin="another")

    with Sequencer(office) as sequencer:
        told = committed_at_once(sequencer, office, [enrols(office, "a"), repeats, enrols(office, "b")])
    assert [type(one).__name__ for one in told] == ["int", "IntegrityError", "int"]
    assert verify(office).problems == ()


@pytest.mark.invariant
def test_a_closed_office_refuses_only_the_job_that_it_does_no_more(office: Office) -> None:
    def receipt(tx: Tx) -> int:
        return record.enter(office, tx, Kind.RECEIPT, {"a": "receipt"})

    def closing(tx: Tx) -> int:
        said = {"act": "closed", "ground": "x", "person": "x", "office": "x", "key": "", "signature": ""}
        return tx.add_one("closing", **said, day=DAY, entry=record.enter(office, tx, Kind.CLOSED, said))

    with office.store.read() as tx:
        size = tx.head().size
    with Sequencer(office) as sequencer:
        told = committed_at_once(sequencer, office, [enrols(office, "a"), receipt, closing, receipt, enrols(office, "b")])
    with office.store.read() as tx:
        kinds = [row["kind"] for row in tx.rows("opening_file") if row["first"] >= size]
    refused = [one for one in told if isinstance(one, RefusedError)]
    assert refused, "a receipt after the closing is refused"
    assert len([one for one in told if isinstance(one, int)]) == len(told) - len(refused)
    assert kinds.count(str(Kind.IN_FORCE)) == 2, "what is done in a closed office too stands"


def test_if_the_transaction_is_not_kept_each_caller_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise RefusedError("the disk is full; nothing was kept")

    with Sequencer(office) as sequencer:
        monkeypatch.setattr("privity.ledger.log.append", lost)
        told = committed_at_once(sequencer, office, [enrols(office, "a"), enrols(office, "b")])
        assert [type(one) for one in told] == [RefusedError, RefusedError]
        monkeypatch.undo()
        assert sequencer.do(enrols(office, "c")) == 1
    with office.store.read() as tx:
        assert [row["agency"] for row in tx.rows("agency")] == ["c"]


def test_a_part_does_not_append_to_the_ledger_itself(office: Office) -> None:
    with Sequencer(office) as sequencer, pytest.raises(TypeError):
        sequencer.do(lambda tx: record.enter_rows(office, tx, Kind.LOOK, [b"{}"], bytes(16), "a" * 32))


def test_sixty_four_clients_and_a_writer_beside_them_lose_nothing(office: Office) -> None:
    entries: list[int] = []
    with Sequencer(office) as sequencer:
        clients = [
            threading.Thread(target=lambda n=n: entries.extend(sequencer.do(enrols(office, f"{n}-{k}")) for k in range(5)))
            for n in range(64)
        ]
        for client in clients:
            client.start()
        for _ in range(5):
            with office.store.write() as tx:
                entries.append(enrols(office, "beside")(tx))
        for client in clients:
            client.join()
    assert sorted(entries) == list(range(1, 326))
    assert verify(office).problems == ()


def test_who_is_too_late_is_told(office: Office) -> None:
    with Sequencer(office) as sequencer:
        pass
    with pytest.raises(AssertionError):
        sequencer.do(lambda _tx: None)


# ---------------------------------------------------------------- the clock


@pytest.mark.invariant
def test_an_office_in_service_enters_nothing_on_an_earlier_day_than_its_last(office: Office) -> None:
    serving = replace(office, trial=False)
    earlier = replace(serving, day=DAY - timedelta(days=1))
    with serving.store.write() as tx:
        enrols(serving, "a")(tx)
    with pytest.raises(RefusedError, match=DAY.isoformat()), earlier.store.write() as tx:
        enrols(earlier, "b")(tx)
    with Sequencer(earlier) as sequencer, pytest.raises(RefusedError, match="clock"):
        sequencer.do(enrols(earlier, "b"))
    with serving.store.write() as tx:
        assert [row["agency"] for row in tx.rows("agency")] == ["a"]
        assert enrols(serving, "c")(tx) == 2
