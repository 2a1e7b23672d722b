"""What is true when a package is entered, and again when it leaves: each precondition changed between approval and release, and between intent and sending."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from office import interlocked
from office.interlocked import CHANGES, TOMORROW, approved_under_agreement, install, new_recipient, nothing, waiting
from office.small import ANSWERED, Small
from office.test_release import STAY, entered
from privity import release as answers
from privity import sample
from privity.errors import RefusedError
from privity.ledger.entry import Kind
from privity.ledger.note import open_checkpoint
from privity.office import custody, enrol, interlock, record, witness_roster
from privity.office.batch import Batch, named
from privity.office.keys import ends
from privity.office.place import Office, open_office
from privity.office.release import recall, release
from privity.office.verify import verify
from privity.sample import world
from privity.seal import KeyedSealer, age
from privity.terms import Disposition, Receipt
from verifier.outside import Witness
from verifier.test_export import cosign

pytestmark = pytest.mark.invariant


@pytest.fixture(scope="module")
def kept(made: Small, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str, str]:
    """An office with a batch approved under an agreement; the same with its first package entered and waiting; batch, package."""
    place = tmp_path_factory.mktemp("kept")
    office, batch = approved_under_agreement(made, place)
    ready = Path(shutil.copytree(office.root, place / "ready"))
    package = waiting(office, batch, place, place / "out")
    return ready, office.root, batch.id, package


def opened(folder: Path, place: Path, batch: str) -> tuple[Office, Batch]:
    office = open_office(Path(shutil.copytree(folder, place / "office")), ANSWERED)
    with office.store.read() as tx:
        return office, named(tx, batch)


def disclosed(office: Office) -> int:
    return sum(len(row["disclosed"]) for _, row in entered(office, Kind.INTENT))


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_what_changed_between_approval_and_release_withholds_every_row(kept, tmp_path: Path, change) -> None:
    office, batch = opened(kept[0], tmp_path, kept[2])
    change(office, batch, tmp_path)
    if change is interlocked.approvers_key:  # then nobody approved, and the batch awaits review
        with pytest.raises(RefusedError, match="await review"):
            release(office, batch, tmp_path / "out", KeyedSealer())
    else:
        assert set(release(office, batch, tmp_path / "out", KeyedSealer())) == {"no disclosure"}
    assert disclosed(office) == 0


@pytest.mark.parametrize("change", [nothing, *CHANGES], ids=lambda one: one.__name__)
def test_what_changed_between_intent_and_sending_keeps_the_package_here(kept, tmp_path: Path, change) -> None:
    office, batch = opened(kept[1], tmp_path, kept[2])
    out, package = tmp_path / "out", kept[3]
    assert disclosed(office) > 0, "a package that discloses nothing shows nothing"
    change(office, batch, tmp_path)
    if change is interlocked.approvers_key:  # the batch awaits review again, so it is refused as a whole
        with pytest.raises(RefusedError, match="await review"):
            release(office, batch, out, KeyedSealer())
        assert not out.exists()
        return
    said = release(office, batch, out, KeyedSealer())
    with office.store.read() as tx:
        state, rows = custody.state_of(tx, package), len(tx.rows("package_row", package=package))
    assert (out / f"{package}.age").exists() == (change is nothing)
    assert state == ("sent" if change is nothing else "withheld")
    assert said.get("withheld", 0) == (0 if change is nothing else rows)
    assert verify(office).problems == (), "that it is withheld is an entry like any other"


def test_a_halt_that_begins_at_midnight_keeps_a_package_here_although_nothing_was_entered_since(kept, tmp_path: Path) -> None:
    office, batch = opened(kept[0], tmp_path, kept[2])
    signs = Witness()
    witness_roster.add(office, signs.key.name, signs.vkey, "http://127.0.0.1:9")
    install(office, tmp_path, files={"halts/a-stay.toml": STAY.format(day=TOMORROW)}, numbers={"witness_quorum": 1})
    with pytest.raises(RefusedError, match="witness"):
        release(office, batch, tmp_path / "out", KeyedSealer())
    cosign(office, signs)  # in the evening: a line of a table, no entry
    with office.store.read() as tx:
        (row,) = tx.rows("package")
        size = tx.head().size
    later = open_office(office.root, TOMORROW)
    with later.store.read() as tx:
        assert tx.head().size == size
    with pytest.raises(RefusedError, match="witness"):  # the packages after it wait for their own
        release(later, batch, tmp_path / "out", KeyedSealer())
    assert not (tmp_path / "out" / f"{row['package']}.age").exists()
    with later.store.read() as tx:
        assert custody.state_of(tx, row["package"]) == "withheld"


def test_a_recipients_key_that_was_replaced_before_the_release_is_the_one_that_opens(made: Small, kept, tmp_path: Path) -> None:
    office, batch = opened(kept[0], tmp_path, kept[2])
    with open_office(kept[1], ANSWERED).store.read() as tx:
        officer = tx.rows("package", package=kept[3])[0]["officer"]
    secret = new_recipient(office, officer)
    release(office, batch, tmp_path / "out", KeyedSealer())
    with office.store.read() as tx:
        mine = [row for row in tx.rows("package") if row["officer"] == officer]
    assert mine
    for row in mine:
        sealed = (tmp_path / "out" / f"{row['package']}.age").read_bytes()
        assert json.loads(age.open_sealed(sealed, secret))["engaged_person"] == officer
        (said,) = (one for _, one in entered(office, Kind.INTENT) if one["package"] == row["package"])
        assert said["recipient"] == row["recipient_key"]
        assert said["fingerprint"] == sha256(row["recipient_key"].encode()).hexdigest()


def test_a_recipients_key_that_was_replaced_after_the_intent_keeps_the_package_here(kept, tmp_path: Path) -> None:
    office, batch = opened(kept[1], tmp_path, kept[2])
    with office.store.read() as tx:
        (row,) = tx.rows("package")
    new_recipient(office, row["officer"])
    assert release(office, batch, tmp_path / "out", KeyedSealer())["withheld"] == row["rows"]
    assert not (tmp_path / "out" / f"{row['package']}.age").exists()


def test_a_package_that_was_recalled_while_it_waited_does_not_leave(kept, tmp_path: Path) -> None:
    office, batch = opened(kept[1], tmp_path, kept[2])
    with office.store.read() as tx:
        (row,) = tx.rows("package")
    recall(office, row["package"], "called back before it left")
    release(office, batch, tmp_path / "out", KeyedSealer())
    assert not (tmp_path / "out" / f"{row['package']}.age").exists()


def test_the_intent_names_payload_ciphertext_key_and_the_checkpoint_it_was_decided_on(made: Small) -> None:
    office = open_office(made.folder("released"), ANSWERED)
    with office.store.read() as tx:
        packages = tx.rows("package")
        for row in packages:
            said = json.loads(record.opened(office, tx, row["entry"], 1)[0])
            sealed = (made.root / "outbox" / f"{row['package']}.age").read_bytes()
            payload = age.open_sealed(sealed, made.agency.identities[row["officer"]])
            assert said["digest"] == sha256(sealed).hexdigest()
            assert said["payload"] == sha256(payload).hexdigest()
            assert said["fingerprint"] == sha256(row["recipient_key"].encode()).hexdigest()
            assert open_checkpoint(said["checkpoint"], [office.verifier], office.origin).size == row["entry"]


def test_the_package_says_for_what_until_when_and_how_to_answer(made: Small) -> None:
    office = open_office(made.folder("released"), ANSWERED)
    with office.store.read() as tx:
        row = tx.rows("package")[0]
    said = json.loads(
        age.open_sealed((made.root / "outbox" / f"{row['package']}.age").read_bytes(), made.agency.identities[row["officer"]])
    )
    assert said["package"] == row["package"]
    assert set(said["terms"]) >= {"sole use", "further disclosure", "after use", "acknowledge", "meaning"}
    assert "6103(p)(4)(F)(ii)" in said["terms"]["after use"]
    periods = dict(made.truth.select("request_id", "tax_periods").iter_rows())
    for answer, record_says in zip(said["rows"], said["on record"], strict=True):
        assert record_says["periods"] == periods[answer["request_id"]]
        assert bool(record_says["address_as_of"]) == (answer["answer"] == "same"), "a negative answer has no date"


def test_the_date_of_each_address_is_the_registers(made: Small) -> None:
    office = open_office(made.folder("released"), ANSWERED)
    held = sample.register().filter(pl.col("address_as_of").is_not_null()).group_by("record_id").agg("address_as_of")
    days = {record_id: {day.isoformat() for day in those} for record_id, those in held.iter_rows()}
    person = dict(made.truth.select("request_id", "record_id").iter_rows())
    told = []
    with office.store.read() as tx:
        packages = tx.rows("package")
    for row in packages:
        sealed = (made.root / "outbox" / f"{row['package']}.age").read_bytes()
        said = json.loads(age.open_sealed(sealed, made.agency.identities[row["officer"]]))
        told += [(one["request_id"], when["address_as_of"]) for one, when in zip(said["rows"], said["on record"], strict=True)]
    dated = [(request, when) for request, when in told if when]
    assert len(dated) == 24
    assert all(when in days[person[request]] for request, when in dated)


@pytest.mark.parametrize("since", [None, "2024-04-15"])
def test_a_date_makes_no_payload_longer_or_shorter(since: str | None) -> None:
    """However many rows there are: at every edge of a block, too."""
    terms = answers.Terms("c", "a", "i-2", "26 USC 6103(i)(2)", ANSWERED, "0" * 32, "o")
    for rows in (1, 200, 219, 220, 221, 256):
        frame = pl.DataFrame(
            {"ordinal": range(rows), "request_id": ["R"] * rows, "case_id": ["C"] * rows, "address_as_of": [since] * rows, "tax_periods": ["2023"] * rows},
            schema_overrides={"ordinal": pl.UInt32, "address_as_of": pl.String},
        )  # fmt: skip
        everyone = Disposition(
            frame.select(
                "ordinal", disposition=pl.lit("approved"), two_persons=pl.lit(True), approvers_in_office=pl.lit(True), evidence_unchanged=pl.lit(True)
            )
        )  # fmt: skip
        made = [
            answers.disclose(everyone, Receipt("b" * 32, 7, "proof"), answers.Packet("M Hale", frame), told, terms)
            for told in ({}, dict.fromkeys(range(rows), "same"))
        ]
        assert len(made[0]) == len(made[1])
        dates = {one["address_as_of"] for one in json.loads(made[1])["on record"]}
        assert dates == {since or "not on record"}


def test_a_recipients_key_that_was_revoked_after_the_intent_keeps_the_package_here(kept, tmp_path: Path) -> None:
    office, batch = opened(kept[1], tmp_path, kept[2])
    with office.store.read() as tx:
        (row,) = tx.rows("package")
    ends.end(office, world.AGENCY, row["officer"], ANSWERED, "a laptop was stolen")
    with office.store.read() as tx:
        (enrolled,) = [one for one in tx.rows("person", person=row["officer"], agency=world.AGENCY) if one["public_key"]][:1]
    _, public = age.generate()
    enrol.enrol_people(office, world.AGENCY, [enrol.Person(row["officer"], bytes(range(32)), public)])
    assert enrolled["recipient"] != public
    assert release(office, batch, tmp_path / "out", KeyedSealer())["withheld"] == row["rows"]
    assert not (tmp_path / "out" / f"{row['package']}.age").exists()


def test_a_quorum_that_was_raised_while_the_witnesses_were_asked_holds_the_package_back(kept, tmp_path: Path, monkeypatch) -> None:
    office, batch = opened(kept[1], tmp_path, kept[2])
    asked = interlock.witness.require

    def meanwhile(office: Office, entry: int) -> None:
        asked(office, entry)
        install(office, tmp_path, numbers={"witness_quorum": 1})

    monkeypatch.setattr(interlock.witness, "require", meanwhile)
    with pytest.raises(RefusedError, match="too few witnesses"):
        release(office, batch, tmp_path / "out", KeyedSealer())
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("waits", [0, 1], ids=["to enter", "to send"])
def test_a_release_in_service_stops_at_midnight(kept, tmp_path: Path, monkeypatch, waits: int) -> None:
    office, batch = opened(kept[waits], tmp_path, kept[2])
    install(office, tmp_path, numbers={"sample_rows": 0, "allow_age": 1})
    days = iter([ANSWERED])
    monkeypatch.setattr(interlock.clock, "today", lambda: next(days, TOMORROW))
    monkeypatch.setattr(interlock.substantiate, "require", lambda *_: None)
    with pytest.raises(RefusedError, match="the day has changed"):
        release(replace(office, trial=False), batch, tmp_path / "out", KeyedSealer())
    assert not list((tmp_path / "out").iterdir())


def test_no_entry_that_could_withhold_a_row_is_taken_for_harmless() -> None:
    could = {
        Kind.HALT,
        Kind.CONTEST,
        Kind.KEY,
        Kind.IN_FORCE,
        Kind.DISPOSITION,
        Kind.OBJECTION,
        Kind.SUBSTANTIATION,
        Kind.RECALL,
        Kind.HOLD,
        Kind.CLOSED,
    }
    assert not could & interlock.HARMLESS
