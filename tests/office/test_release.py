"""What leaves: nothing too early, nothing unreviewed, nothing that law, roster or agreement no longer allow; the rest once, sealed, with proof."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from office.small import ANSWERED, DATED, RECEIVED, REVIEWED, Small, approve, cases_of, copied, tamper
from privity.errors import PrivityError, RefusedError, TamperError
from privity.ledger import check_proof
from privity.ledger import entry as entries
from privity.ledger.entry import Kind
from privity.ledger.note import Verifier
from privity.office import determinations, dispose, enrol, law, record
from privity.office.batch import Batch
from privity.office.place import Office, open_office
from privity.office.release import acknowledge, destroyed, recall, release
from privity.office.submit import submit
from privity.office.verify import verify
from privity.rules.facts import SHIPPED
from privity.sample import world
from privity.seal import age
from privity.terms import ActKind, Appointment, Duty

MOU = "treasury-dhs-2025-04-07"
STAY = """id = "a-stay"
kind = "stay"
court = "a court"
case = "a case"
docket = "No. 1"
decided = {day}
cite = "a case, No. 1 ({day})"
effect = "disclosure"
binds = "the custodian"
from = {day}
status = "in force"
source = "a test"
last_checked = {day}
exceptions = ""
unsure = ""

[scope]
regime = "us/26-usc-6103"
bases = ["i-2"]
agencies = ["us-dhs"]
"""


def law_with(place: Path, name: str, text: str) -> Path:
    """The shipped law with one file more, or another."""
    folder = Path(shutil.copytree(SHIPPED, place / "law"))
    (folder / name).write_text(text)
    return folder


def few_rows(place: Path, rows: int) -> Path:
    """The shipped law with packages of so many rows."""
    policy = (SHIPPED / "policy" / "policy.toml").read_text()
    return law_with(place, "policy/policy.toml", policy.replace("package_rows = 256", f"package_rows = {rows}"))


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Office:
    return made.office("approved", tmp_path, ANSWERED)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def answers_in(made: Small, office: Office, out: Path) -> dict[str, str]:
    """Request id → answer, as the officers read them; each request once."""
    with office.store.read() as tx:
        officers = {row["package"]: row["officer"] for row in tx.rows("package")}
    said = [
        json.loads(age.open_sealed(path.read_bytes(), made.agency.identities[officers[path.stem]])) for path in sorted(out.glob("*.age"))
    ]
    found = [(row["request_id"], row["answer"]) for one in said for row in one["rows"]]
    assert len(dict(found)) == len(found), "a request is answered twice"
    return dict(found)


def entered(office: Office, kind: Kind) -> list[tuple[int, dict[str, object]]]:
    """The entries of a kind: (index, opening)."""
    with office.store.read() as tx:
        files = [row for row in tx.rows("opening_file") if row["kind"] == str(kind)]
        return [
            (row["first"], json.loads(record.opened(office, tx, row["first"], 1)[0])) for row in sorted(files, key=lambda one: one["first"])
        ]


# ---------------------------------------------------------------- refused before anything is done


def refuses(office: Office, batch: Batch, out: Path, word: str) -> None:
    with pytest.raises(RefusedError) as told:
        release(office, batch, out, age.AgeSealer())
    assert word in str(told.value)
    assert not out.exists() or not list(out.iterdir())
    with office.store.read() as tx:
        assert tx.rows("package") == []


@pytest.mark.invariant
def test_nothing_is_answered_before_the_answer_day(made: Small, office: Office, out: Path) -> None:
    refuses(open_office(office.root, ANSWERED - timedelta(days=1)), made.of(office), out, ANSWERED.isoformat())


@pytest.mark.invariant
def test_nothing_is_answered_while_a_row_awaits_review_however_late_it_is(made: Small, tmp_path: Path, out: Path) -> None:
    office = made.office("submitted", tmp_path, REVIEWED)
    batch = made.of(office)
    approve(office, batch, dispose.referred(office, batch)["ordinal"].to_list()[1:])
    refuses(open_office(office.root, date(2026, 8, 14)), batch, out, "1 referred rows await review")


def test_nothing_is_answered_while_an_engaged_person_has_no_key(made: Small, office: Office, out: Path) -> None:
    with office.store.read() as tx:
        kept = tx.now("person", person="Fern Larkin")[0]["public_key"]
    enrol.enrol_people(office, world.AGENCY, [enrol.Person("Fern Larkin", kept)])
    refuses(office, made.of(office), out, "1 engaged officers")


def test_a_batch_that_is_not_determined_to_its_last_row_is_not_answered(made: Small, office: Office, out: Path) -> None:
    tamper(office.root, "DELETE FROM shard WHERE stage IN ('determined', 'facts')")
    refuses(office, made.of(office), out, "not determined")


# ---------------------------------------------------------------- withheld although approved


def all_withheld(made: Small, office: Office, out: Path) -> None:
    said = release(office, made.of(office), out, age.AgeSealer())
    rows = determinations.load(office, made.of(office)).filter(stage="record").height
    assert dict(said) == {"no disclosure": rows}
    assert Counter(answers_in(made, office, out).values()) == {"no disclosure": rows}
    assert [one for _, row in entered(office, Kind.INTENT) for one in row["disclosed"]] == []


@pytest.mark.invariant
def test_a_halt_entered_after_the_approval_withholds_every_row(made: Small, office: Office, out: Path, tmp_path: Path) -> None:
    law.install(office, law_with(tmp_path, "halts/a-stay.toml", STAY.format(day=ANSWERED)), "a stay")
    all_withheld(made, office, out)


def test_a_halt_that_begins_tomorrow_withholds_nothing_today(made: Small, office: Office, out: Path, tmp_path: Path) -> None:
    law.install(office, law_with(tmp_path, "halts/a-stay.toml", STAY.format(day=ANSWERED + timedelta(days=1))), "a stay")
    assert release(office, made.of(office), out, age.AgeSealer())["same"] == 24


@pytest.mark.parametrize("state", ["lapsed", "never-determined"])
def test_safeguards_that_lapsed_after_the_approval_withhold_every_row(made: Small, office: Office, out: Path, state: str) -> None:
    enrol.determine_safeguards(office, world.AGENCY, state, "a finding of August")
    all_withheld(made, office, out)


@pytest.mark.invariant
@pytest.mark.parametrize("who", [world.APPROVER, world.REVIEWER])
def test_an_appointment_that_ended_after_the_approval_withholds_every_row(made: Small, office: Office, out: Path, who: str) -> None:
    enrol.appoint(office, Appointment(who, world.STAFF[who], world.SINCE, ANSWERED), enrol.CUSTODIAN)
    all_withheld(made, office, out)


def under_agreement(made: Small, place: Path) -> tuple[Office, Batch]:
    office = made.office("staffed", place, RECEIVED)
    letter = place / "under.toml"
    letter.write_text(world.envelope(made.agency, made.file, cases_of(made.truth), agreement=MOU, dated=DATED))
    batch = submit(office, made.file, letter, intake_officer=world.INTAKE)
    approve(open_office(office.root, REVIEWED), batch)
    return open_office(office.root, ANSWERED), batch


def test_an_agreement_that_ended_after_the_approval_withholds_every_row(made: Small, tmp_path: Path, out: Path) -> None:
    office, batch = under_agreement(made, tmp_path)
    whole = copied(office.root, tmp_path / "stays")
    assert release(open_office(whole, ANSWERED), batch, tmp_path / "stays-out", age.AgeSealer())["same"] > 0
    name = f"agreements/{MOU}/agreement.toml"
    ended = '[[life]]\nfrom = 2025-08-13\nstate = "ended"\nsource = "a notice of August"\n\n[[term]]'
    text = (SHIPPED / name).read_text().replace("[[term]]", ended, 1)
    law.install(office, law_with(tmp_path, name, text), "the agreement ended")
    said = release(office, batch, out, age.AgeSealer())
    assert set(said) == {"no disclosure"}


def test_an_altered_determination_is_not_released(made: Small, office: Office, out: Path) -> None:
    first = determinations.load(office, made.of(office)).filter(outcome="referred")["entry"].item(0)
    tamper(office.root, f"UPDATE segment SET body = zeroblob(length(body)) WHERE {first} BETWEEN first AND first + count - 1")
    with pytest.raises((TamperError, PrivityError)):
        release(office, made.of(office), out, age.AgeSealer())
    assert not out.exists() or not list(out.iterdir())


def test_an_approval_stretched_to_other_rows_approves_nothing(made: Small, tmp_path: Path, out: Path) -> None:
    """The act's rows are in a table; the signature is over the evidence of the rows that the official saw."""
    office = made.office("submitted", tmp_path, REVIEWED)
    batch = made.of(office)
    first, *others = dispose.referred(office, batch)["ordinal"].to_list()
    approve(office, batch, [first])
    approve(office, batch, others[1:])
    tamper(office.root, f"UPDATE act_row SET ordinal = {others[0]} WHERE ordinal = {first}")
    later = open_office(office.root, ANSWERED)
    try:
        said = release(later, batch, out, age.AgeSealer())
    except PrivityError:
        assert not out.exists() or not list(out.iterdir())
    else:
        assert said["same"] == len(others) - 1


# ---------------------------------------------------------------- what leaves


def test_each_row_is_answered_as_the_truth_has_it(made: Small) -> None:
    office = open_office(made.folder("released"), ANSWERED)
    said = answers_in(made, office, made.root / "outbox")
    lawful = made.truth.filter("lawful")["request_id"].to_list()
    assert {one for one, answer in said.items() if answer == "same"} == set(lawful)
    rows = determinations.load(office, made.of(office)).filter(stage="record")["ordinal"].to_list()
    assert set(said) == {made.truth["request_id"].item(one) for one in rows}, "every eligible row is answered, and no other"


def test_each_package_has_a_proof_that_needs_only_the_offices_public_key(made: Small) -> None:
    office, out = open_office(made.folder("released"), ANSWERED), made.root / "outbox"
    public = Verifier.parse(office.verifier.vkey)
    stranger = Verifier.parse(open_office(made.folder("staffed")).verifier.vkey)
    assert stranger.vkey == public.vkey
    proofs = sorted(out.glob("*.tlog-proof"))
    assert len(proofs) == len(list(out.glob("*.age"))) == 3
    for proof in proofs:
        raw = proof.with_suffix(".entry").read_bytes()
        index = check_proof(proof.read_text(), raw, [public], office.origin)
        with office.store.read() as tx:
            (row,) = tx.rows("package", package=proof.stem)
        assert index == row["entry"]
        assert entries.decode(raw).kind is Kind.INTENT
        with pytest.raises(TamperError):
            check_proof(proof.read_text(), raw[:-1] + bytes([raw[-1] ^ 1]), [public], office.origin)


def test_a_package_opens_for_its_engaged_person_and_for_nobody_else(made: Small) -> None:
    office = open_office(made.folder("released"), ANSWERED)
    with office.store.read() as tx:
        packages = tx.rows("package")
    for row in packages:
        sealed = (made.root / "outbox" / f"{row['package']}.age").read_bytes()
        assert json.loads(age.open_sealed(sealed, made.agency.identities[row["officer"]]))["engaged_person"] == row["officer"]
        for officer, secret in made.agency.identities.items():
            if officer != row["officer"]:
                with pytest.raises(PrivityError):
                    age.open_sealed(sealed, secret)


def test_all_packages_of_a_batch_have_one_size_whatever_they_say(made: Small) -> None:
    office = open_office(made.folder("released"), ANSWERED)
    with office.store.read() as tx:
        packages = tx.rows("package")
    opened = [
        age.open_sealed((made.root / "outbox" / f"{row['package']}.age").read_bytes(), made.agency.identities[row["officer"]])
        for row in packages
    ]
    assert len({len(payload) for payload in opened}) == 1
    assert len({row["rows"] for row in packages}) > 1, "of packages with as many rows this would say little"


def test_a_second_release_answers_nothing_twice(made: Small, tmp_path: Path, out: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    with office.store.read() as tx:
        before = tx.head().size
    assert dict(release(office, made.of(office), out, age.AgeSealer())) == {}
    with office.store.read() as tx:
        assert tx.head().size == before
    for path in out.iterdir():
        if path.suffix != ".tlog-proof":  # a later proof leads to a later checkpoint
            assert path.read_bytes() == (made.root / "outbox" / path.name).read_bytes()


def test_packages_cut_to_another_size_after_a_stop_answer_every_row_once(made: Small, office: Office, out: Path, tmp_path: Path) -> None:
    batch = made.of(office)

    class Stops(Exception):  # noqa: N818 - it is no error
        pass

    def stop(_step: str, done: int, _total: int) -> None:
        raise Stops

    law.install(office, few_rows(tmp_path, 7), "small packages")
    with pytest.raises(Stops):
        release(office, batch, out, age.AgeSealer(), stop)
    shutil.rmtree(tmp_path / "law")
    law.install(office, few_rows(tmp_path, 3), "smaller packages")
    release(office, batch, out, age.AgeSealer())
    rows = determinations.load(office, batch).filter(stage="record").height
    assert len(answers_in(made, office, out)) == rows
    with office.store.read() as tx:
        ordinals = [row["ordinal"] for row in tx.rows("package_row")]
    assert len(ordinals) == len(set(ordinals)) == rows


# ---------------------------------------------------------------- afterwards


def test_what_became_of_a_package_is_entered_and_stays(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    with office.store.read() as tx:
        first, second, third = (row["package"] for row in tx.rows("package"))
    acknowledge(office, first, "received")
    recall(office, second, "an address was not confirmed")
    destroyed(office, second[:8], "shredded")
    with office.store.read() as tx:
        states = {name: [row["state"] for row in tx.rows("custody", package=name)] for name in (first, second, third)}
    assert states == {
        first: ["intent", "sent", "acknowledged"],
        second: ["intent", "sent", "recalled", "destroyed"],
        third: ["intent", "sent"],
    }
    for kind in (Kind.ACKNOWLEDGEMENT, Kind.RECALL, Kind.DESTROYED):
        assert len(entered(office, kind)) == 1
    for unknown in ("", "zz"):
        with pytest.raises(RefusedError):
            recall(office, unknown, "no such package")
    assert verify(office).problems == ()


def again(made: Small, office: Office, place: Path, day: date) -> pl.DataFrame:
    """The same file under another letter: the lawful rows' determinations."""
    letter = place / f"again-{day}.toml"
    letter.write_text(world.envelope(made.agency, made.file, cases_of(made.truth), dated=day))
    later = open_office(office.root, day)
    batch = submit(later, made.file, letter, intake_officer=world.INTAKE)
    lawful = made.truth.with_row_index("ordinal").filter("lawful").select("ordinal")
    return determinations.load(later, batch).join(lawful, on="ordinal", how="semi")


@pytest.mark.invariant
def test_a_live_answer_holds_a_second_request_until_it_is_recalled(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    held = again(made, office, tmp_path, date(2025, 8, 20))
    assert set(held["outcome"]) == {"refused"}
    assert {tuple(one) for one in held["reasons"]} == {("POLICY policy.one-live-answer failed", "POLICY policy.asked-before refer")}
    assert set(held["duty"]) == {Duty.HELD.value}, "a duty that policy alone withholds is a hold"
    with office.store.read() as tx:
        packages = [row["package"] for row in tx.rows("package")]
    for package in packages:
        recall(office, package, "called back")
    free = again(made, office, tmp_path, date(2025, 8, 21))
    assert set(free["outcome"]) == {"referred"}
    assert {tuple(one) for one in free["reasons"]} == {("POLICY policy.asked-before refer",)}


@pytest.mark.invariant
def test_of_two_batches_that_wait_together_only_one_answers_about_a_person(made: Small, tmp_path: Path, out: Path) -> None:
    """Both were decided before either was answered: the gate is asked again when the second is released."""
    office = made.office("approved", tmp_path, ANSWERED)
    letter = tmp_path / "second.toml"
    letter.write_text(world.envelope(made.agency, made.file, cases_of(made.truth), dated=date(2025, 6, 28)))
    second = submit(open_office(office.root, RECEIVED), made.file, letter, intake_officer=world.INTAKE)
    approve(open_office(office.root, REVIEWED), second)
    assert release(office, made.of(office), out, age.AgeSealer())["same"] == 24
    assert dict(release(office, second, tmp_path / "second", age.AgeSealer())) == {"no disclosure": len(answers_in(made, office, out))}


def test_an_objection_to_one_row_withholds_that_row_alone(made: Small, office: Office, out: Path) -> None:
    batch = made.of(office)
    one = dispose.referred(office, batch)["ordinal"].to_list()[:1]
    dispose.act(office, batch, ActKind.OBJECT, world.official(office, world.COUNSEL), one, "two people of one name")
    assert release(office, batch, out, age.AgeSealer())["same"] == 23
    assert answers_in(made, office, out)[made.truth["request_id"].item(one[0])] == "no disclosure"


def as_if_interrupted(office: Office) -> None:
    """Every package entered, and none of them copied out."""
    with office.store.write() as tx:
        for row in tx.rows("package"):
            tx.add_one("custody", package=row["package"], state="intent", day=office.day, note="age", entry=None)


def test_what_was_sent_is_not_sent_again(made: Small, tmp_path: Path) -> None:
    office = open_office(made.copy("released", tmp_path), ANSWERED)
    assert not release(office, made.of(office), tmp_path / "elsewhere", age.AgeSealer())
    assert not list((tmp_path / "elsewhere").glob("*"))


def test_a_package_that_was_interrupted_does_not_go_after_a_halt(made: Small, tmp_path: Path) -> None:
    office = open_office(made.copy("released", tmp_path), ANSWERED)
    as_if_interrupted(office)
    law.install(office, law_with(tmp_path, "halts/a-stay.toml", STAY.format(day=ANSWERED)), "a stay")
    rows = determinations.load(office, made.of(office)).filter(stage="record").height
    assert dict(release(office, made.of(office), tmp_path / "elsewhere", age.AgeSealer())) == {"withheld": rows}
    with office.store.read() as tx:
        assert {row["state"] for row in tx.now("custody")} == {"withheld"}
        assert all(row["entry"] for row in tx.now("custody")), "that it is withheld is an entry"
    assert not list((tmp_path / "elsewhere").glob("*"))


def test_an_agency_enrolled_anew_under_its_own_id_is_answered(made: Small, office: Office, out: Path) -> None:
    enrol.enrol_agency(office, world.AGENCY, "renamed", "us-other-federal")
    release(office, made.of(office), out, age.AgeSealer())  # its id is still its word: nothing changed
    assert "same" in answers_in(made, office, out).values()


def test_one_key_is_one_person(office: Office) -> None:
    with office.store.read() as tx:
        key = enrol.public_keys(tx, enrol.CUSTODIAN)[world.REVIEWER]
    with pytest.raises(PrivityError, match="under another name"):
        enrol.enrol_people(office, enrol.CUSTODIAN, [enrol.Person("somebody else", key)])
