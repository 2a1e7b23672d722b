"""Holds, retention and the end of an office: what is kept, what is deleted after its entry, and what goes on when an office has ended."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from office.small import ANSWERED, RECEIVED, Small, register, tamper
from privity.errors import InputError, LawError, RefusedError
from privity.office import close, deletion, dispose, enrol, explain, hold, law, record, register_prune, retention
from privity.office.accounting import for_year
from privity.office.keys import ends
from privity.office.persons import contests, delays
from privity.office.place import Office, open_office
from privity.office.register import load
from privity.office.release import destroyed, release
from privity.office.submit import submit
from privity.office.verify import verify
from privity.rules.facts import SHIPPED
from privity.rules.lawfile import LawFile
from privity.rules.retention import parse_retention, read_retention
from privity.sample import world
from privity.seal.age import AgeSealer
from privity.terms import ActKind, Appointment

ACT = "D.D.C.; No. 1:25-cv-1; 2025-08-04; dismissed"
DISCOVERED = date(2024, 2, 29)


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Office:
    return made.office("staffed", tmp_path, RECEIVED)


def by(office: Office, person: str) -> dispose.Official:
    return world.official(office, person)


def place(office: Office, kind: str = "litigation", discovered: date | None = None) -> str:
    return hold.add(office, kind, "everything of 2025", "No. 1:25-cv-1", discovered, by(office, world.COUNSEL))


def end(office: Office, name: str, act: str = ACT) -> None:
    hold.propose_end(office, name, act, by(office, world.COUNSEL))
    hold.end(office, name, by(office, world.APPROVER))


def second_register(made: Small, office: Office, place: Path) -> None:
    register(made.truth).head(50).write_parquet(place / "other.parquet")
    load(office, [place / "other.parquet"])


# ---------------------------------------------------------------- holds


@pytest.mark.invariant
@pytest.mark.parametrize("kind", ["litigation", "exposure"])
def test_while_a_hold_runs_nothing_is_deleted(made: Small, office: Office, tmp_path: Path, kind: str) -> None:
    second_register(made, office, tmp_path)
    left = office.root / "scratch" / "match-0-0"
    left.mkdir(parents=True, exist_ok=True)
    before = {path for path in office.root.rglob("*") if "openings" not in path.parts}
    name = place(office, kind)
    for deletes in (register_prune.prune, retention.apply):
        with pytest.raises(RefusedError, match=name):
            deletes(office)
    assert before <= set(office.root.rglob("*"))
    assert retention.due(office).holds == (name,)
    end(office, name)
    assert register_prune.prune(office).registers == 1


def test_several_holds_run_at_once_and_the_last_to_end_counts(office: Office) -> None:
    first, second = place(office), place(office)
    assert (first, second) == ("litigation-1", "litigation-2")
    end(office, first)
    with office.store.write() as tx, pytest.raises(RefusedError, match=second):
        hold.require_none(office, tx, "no key is destroyed")
    end(office, second)
    with office.store.write() as tx:
        hold.require_none(office, tx, "no key is destroyed")


@pytest.mark.invariant
def test_nobody_ends_a_hold_alone_or_without_an_act(office: Office) -> None:
    name = place(office)
    with pytest.raises(RefusedError, match="no end of hold"):
        hold.end(office, name, by(office, world.APPROVER))
    for act in ("", "over", "expired"):
        with pytest.raises((InputError, RefusedError)):
            hold.propose_end(office, name, act, by(office, world.COUNSEL))
    hold.propose_end(office, name, ACT, by(office, world.COUNSEL))
    for person in (world.COUNSEL, world.REVIEWER):
        with pytest.raises(RefusedError):
            hold.end(office, name, by(office, person))
    with office.store.read() as tx:
        assert [one.running for one in hold.all_holds(tx)] == [True]


def test_a_hold_placed_in_error_takes_counsel_to_end(office: Office) -> None:
    name = place(office)
    enrol.appoint(office, Appointment(world.REVIEWER, "inspector", world.SINCE), enrol.CUSTODIAN)
    inspector = replace(by(office, world.REVIEWER), office="inspector")
    hold.propose_end(office, name, "entered in error: the docket is another's", inspector)
    with pytest.raises(RefusedError, match="counsel is one of the two"):
        hold.end(office, name, by(office, world.APPROVER))
    hold.end(office, name, by(office, world.COUNSEL))


@pytest.mark.invariant
def test_a_proposal_whose_key_was_revoked_since_ends_no_hold_and_closes_nothing(answered: Office) -> None:
    close.propose(answered, "the programme ended", by(answered, world.COUNSEL))
    name = place(answered)
    hold.propose_end(answered, name, ACT, by(answered, world.APPROVER))
    ends.end(answered, enrol.CUSTODIAN, world.APPROVER, ANSWERED, "stolen")
    with pytest.raises(RefusedError, match="counts no more"):
        hold.end(answered, name, by(answered, world.COUNSEL))
    with pytest.raises(RefusedError, match=name):
        close.propose(answered, "the programme ended", by(answered, world.COUNSEL))


@pytest.mark.invariant
def test_an_exposure_runs_two_years_from_its_discovery_and_does_not_end_by_itself(made: Small, tmp_path: Path) -> None:
    office = made.office("staffed", tmp_path, RECEIVED)
    name = place(office, "exposure", DISCOVERED)
    with office.store.read() as tx:
        (one,) = hold.all_holds(tx)
    assert one.until == date(2026, 3, 2), "29 February 2024 and two years: an action may be brought on 1 March 2026"
    with pytest.raises(RefusedError, match="2026-03-02"):
        hold.propose_end(open_office(office.root, date(2026, 3, 1)), name, "expired", by(office, world.COUNSEL))
    later = open_office(office.root, date(2026, 3, 2))
    with later.store.write() as tx, pytest.raises(RefusedError):
        hold.require_none(later, tx, "nothing is deleted")
    end(later, name, "expired")


def test_an_exposure_whose_discovery_is_not_known_has_no_last_day(office: Office) -> None:
    name = place(office, "exposure")
    with pytest.raises(RefusedError, match="no last day"):
        hold.propose_end(open_office(office.root, date(2099, 1, 1)), name, "expired", by(office, world.COUNSEL))


@pytest.mark.parametrize(
    ("kind", "scope", "ground", "discovered"),
    [("freeze", "a", "b", None), ("litigation", " ", "b", None), ("litigation", "a", "", None), ("litigation", "a", "b", DISCOVERED),
     ("exposure", "a", "b", RECEIVED + timedelta(days=1))],
)  # fmt: skip
def test_a_hold_that_says_too_little_is_not_placed(office: Office, kind: str, scope: str, ground: str, discovered: date | None) -> None:
    with pytest.raises(InputError):
        hold.add(office, kind, scope, ground, discovered, by(office, world.COUNSEL))
    with office.store.read() as tx:
        assert tx.rows("hold") == []


@pytest.mark.invariant
@pytest.mark.parametrize("statement", ["DELETE FROM hold", "UPDATE hold SET act = 'ended'", "UPDATE hold SET until = '2025-08-01'"])
def test_verify_names_a_hold_that_was_altered_or_deleted(office: Office, statement: str) -> None:
    place(office, "exposure", DISCOVERED)
    assert verify(office).problems == ()
    tamper(office.root, statement)
    assert any("`hold`" in one for one in verify(office).problems)


# ---------------------------------------------------------------- deleting


@pytest.mark.invariant
def test_what_goes_is_entered_before_it_goes(made: Small, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second_register(made, office, tmp_path)
    entered: list[str] = []

    def seen(path: Path) -> None:
        if path.name == "table" or path.name.startswith("."):
            return  # what a killed load left half-made
        with open_office(office.root, RECEIVED).store.read() as tx:
            entered.extend(row["what"] for row in tx.rows("deletion"))
        assert path.name in " ".join(entered), "it went before its entry was committed"

    monkeypatch.setattr(register_prune.shutil, "rmtree", lambda path, **_: seen(path))
    assert register_prune.prune(office).registers == 1
    assert entered
    with office.store.read() as tx:
        (row,) = tx.rows("deletion")
        said = json.loads(record.opened(office, tx, row["entry"], 1)[0])
    assert (said["kept"], said["what"]) == (deletion.REGISTERS, row["what"])
    monkeypatch.undo()
    assert verify(office).problems == ()
    tamper(office.root, "DELETE FROM deletion")
    assert any("`deletion` is gone" in one for one in verify(office).problems)


def schedule(office: Office, place: Path, old: str, new: str) -> None:
    folder = Path(shutil.copytree(SHIPPED, place / "law"))
    path = folder / "us" / "26-usc-6103" / "retention.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    law.install(office, folder, "another schedule")


def test_what_is_not_due_is_kept(made: Small, office: Office, tmp_path: Path) -> None:
    schedule(office, tmp_path, 'days = 0\nafter = "superseded"', 'days = 30\nafter = "superseded"')
    second_register(made, office, tmp_path)
    assert register_prune.prune(open_office(office.root, RECEIVED + timedelta(days=29))).registers == 0
    assert register_prune.prune(open_office(office.root, RECEIVED + timedelta(days=30))).registers == 1


@pytest.mark.invariant
@pytest.mark.parametrize("new", ['name = "something-else"', 'permanent = true\nname = "prepared-registers"'])
def test_what_the_schedule_does_not_name_or_makes_permanent_is_kept(made: Small, office: Office, tmp_path: Path, new: str) -> None:
    if "permanent" in new:
        schedule(office, tmp_path, 'days = 0\nafter = "superseded"', "permanent = true")
    else:
        schedule(office, tmp_path, 'name = "prepared-registers"', new)
    second_register(made, office, tmp_path)
    before = sorted(path.name for path in (office.root / "register").iterdir())
    try:
        register_prune.prune(office)
    except RefusedError as told:
        assert "so it is kept" in str(told)  # noqa: PT017 - one of two ways to keep it
    assert sorted(path.name for path in (office.root / "register").iterdir()) == before


def test_applying_deletes_what_matching_of_determined_batches_left_and_nothing_of_others(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    done, unknown = (office.root / "scratch" / f"match-{batch}-a-b" for batch in (made.batch, "0" * 32))
    for folder in (done, unknown):
        folder.mkdir(parents=True)
    before = {path.relative_to(office.root) for path in office.root.rglob("*")}
    assert {one.kept.name: one.due for one in retention.due(office).lines if one.due} == {deletion.SCRATCH: 1}
    retention.apply(office)
    gone = before - {path.relative_to(office.root) for path in office.root.rglob("*")}
    assert gone == {done.relative_to(office.root)}
    assert verify(office).problems == ()
    assert retention.apply(office).lines == retention.due(office).lines


# ---------------------------------------------------------------- the schedule


GOOD = '[[kept]]\nname = "a"\nwhat = "b"\nyears = 6\nafter = "disclosure"\nsource = "regulation"\ncite = "45 CFR 164.528"\n'


@pytest.mark.invariant
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('source = "regulation"\n', ""),
        ('cite = "45 CFR 164.528"\n', ""),
        ("45 CFR 164.528", "the regulation"),
        ('"regulation"', '"custom"'),
        ('"regulation"', '"policy"'),
        ('source = "regulation"\ncite = "45 CFR 164.528"', 'source = "policy"'),
        ("years = 6\n", ""),
        ("years = 6", "years = 6\npermanent = true"),
        ("years = 6", "years = -1"),
        ('after = "disclosure"\n', ""),
        ('"disclosure"', '"some time"'),
        ("years = 6", "permanent = true"),
        ("years", "yaers"),
    ],
)
def test_a_period_without_a_source_is_not_read(old: str, new: str) -> None:
    assert parse_retention(LawFile("retention.toml", GOOD))["a"].length == "6 years after disclosure"
    assert old in GOOD
    with pytest.raises(LawError, match=r"retention\.toml"):
        parse_retention(LawFile("retention.toml", GOOD.replace(old, new)))


def test_law_with_a_period_that_has_no_source_is_not_installed(office: Office, tmp_path: Path) -> None:
    with pytest.raises(LawError, match=r"retention\.toml: kept `packages`: policy says `why`"):
        schedule(office, tmp_path, 'why = "the only copy', 'checked = "the only copy')


@pytest.mark.invariant
def test_accounting_is_permanent_under_6103_whatever_the_day() -> None:
    kept = read_retention(SHIPPED, "us/26-usc-6103")["accounting"]
    assert (kept.permanent, kept.source, kept.cite) == (True, "statute", "26 USC 6103(p)(3)(A)")
    assert not kept.due(date(1999, 1, 1), date(2999, 1, 1))


@pytest.mark.parametrize(
    ("regime", "length", "cite"),
    [
        ("us/45-cfr-164", "6 years after disclosure", "45 CFR 164.528"),
        ("us/5-usc-552a", "5 years after disclosure, or the life of the record, whichever is longer", "5 USC 552a(c)(2)"),
    ],
)
def test_other_regimes_have_their_own_periods(regime: str, length: str, cite: str) -> None:
    kept = read_retention(SHIPPED, regime)["accounting"]
    assert (kept.length, kept.cite) == (length, cite)
    if kept.or_longer:
        assert not kept.due(date(1999, 1, 1), date(2999, 1, 1)), "no machine knows the life of a record"
    else:
        assert [kept.due(date(2020, 2, 29), day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [False, True]


# ---------------------------------------------------------------- the end of an office


@pytest.fixture
def answered(made: Small, tmp_path: Path) -> Office:
    """Released, and every package attested destroyed."""
    office = made.office("released", tmp_path, ANSWERED)
    with office.store.read() as tx:
        names = [row["package"] for row in tx.rows("package")]
    for name in names:
        destroyed(office, name, "nothing is left")
    return office


def closed(office: Office) -> Office:
    close.propose(office, "the programme ended", by(office, world.COUNSEL))
    close.close(office, by(office, world.APPROVER))
    return office


@pytest.mark.invariant
def test_a_closed_office_does_nothing_more_and_is_still_read(made: Small, answered: Office, tmp_path: Path) -> None:
    office = closed(answered)
    (tmp_path / "again.csv").write_text(made.file.read_text())
    letter = tmp_path / "again.toml"
    letter.write_text(made.envelope.read_text().replace("2025-06-27", "2025-06-28"))
    for refused in (
        lambda: submit(office, made.file, letter, intake_officer=world.INTAKE),
        lambda: law.install(office, SHIPPED, "an upgrade"),
        lambda: dispose.act(office, made.of(office), ActKind.DECLINE, by(office, world.COUNSEL), [0, 1, 2, 3, 4, 5, 6, 7], "x"),
        lambda: close.propose(office, "again", by(office, world.COUNSEL)),
    ):
        with pytest.raises(RefusedError, match="the office is closed"):
            refused()
    assert verify(office).problems == ()
    assert for_year(office, 2025).gaps == ()
    assert explain.shown(office, made.of(office), 0, world.COUNSEL, "a question of the inspector").lines


@pytest.mark.invariant
def test_a_closed_office_releases_nothing(made: Small, tmp_path: Path) -> None:
    office = made.office("approved", tmp_path, ANSWERED)
    with office.store.write() as tx:  # as if it had been closed with rows unanswered, which `close` refuses
        tx.add_one("closing", act="closed", ground="", person="", office="", day=ANSWERED, key="", signature="", entry=None)
    with pytest.raises(RefusedError, match="the office is closed"):
        release(office, made.of(office), tmp_path / "out", AgeSealer())
    assert not list((tmp_path / "out").glob("*.age"))


@pytest.mark.parametrize(("step", "word"), [("submitted", "rows without an answer"), ("released", "in open custody")])
def test_an_office_that_owes_something_is_not_closed(made: Small, tmp_path: Path, step: str, word: str) -> None:
    office = made.office(step, tmp_path, ANSWERED)
    with pytest.raises(RefusedError, match=word):
        close.propose(office, "the programme ended", by(office, world.COUNSEL))


@pytest.mark.parametrize(("owed", "word"), [("notice", "notice of 1 packages is delayed"), ("answer", "1 contests are not resolved")])
def test_an_office_that_owes_a_person_something_is_not_closed(answered: Office, owed: str, word: str) -> None:
    who = by(answered, world.COUNSEL)
    with answered.store.read() as tx:
        (package, *_) = [row["package"] for row in tx.rows("package_row", disclosed=1)]
    if owed == "notice":
        delays.delay(answered, package, "a court's order", "written", answered.day + timedelta(days=1), who.person, who.key)
    else:
        contests.contest(answered, "a record", "not my address", who.person, who.key)
    with pytest.raises(RefusedError, match=word):
        close.propose(answered, "the programme ended", who)


def test_an_office_is_closed_by_two_and_never_while_a_hold_runs(answered: Office) -> None:
    close.propose(answered, "the programme ended", by(answered, world.COUNSEL))
    with pytest.raises(RefusedError, match="another person"):
        close.close(answered, by(answered, world.COUNSEL))
    name = place(answered)
    with pytest.raises(RefusedError, match=name):
        close.close(answered, by(answered, world.APPROVER))
    end(answered, name)
    close.close(answered, by(answered, world.APPROVER))
    tamper(answered.root, "DELETE FROM closing WHERE act = 'closed'")
    assert any("`closing` is gone" in one for one in verify(answered).problems)


# ---------------------------------------------------------------- looking at a row


@pytest.mark.invariant
def test_a_row_is_shown_to_a_named_person_of_this_office_who_says_why_and_the_look_is_an_entry(made: Small, tmp_path: Path) -> None:
    office = made.office("submitted", tmp_path, RECEIVED)
    batch = made.of(office)
    refused = made.truth.with_row_index("at").filter(pl.col("kind") == "reason-missing")["at"].item(0)
    for person, ground, kind in (("", "x", InputError), (world.COUNSEL, " ", InputError), ("nobody", "x", RefusedError)):
        with pytest.raises(kind):
            explain.shown(office, batch, refused, person, ground)
        with pytest.raises(kind):
            explain.may_look(office, person, ground)
    with office.store.read() as tx:
        assert [row for row in tx.rows("opening_file") if row["kind"] == "look"] == []
    found = explain.shown(office, batch, refused, world.COUNSEL, "the agency asks why")
    assert found.outcome == "refused"
    with office.store.read() as tx:
        (row,) = [one for one in tx.rows("opening_file") if one["kind"] == "look"]
        said = json.loads(record.opened(office, tx, row["first"], 1)[0])
    assert (said["person"], said["rows"], said["ground"]) == (world.COUNSEL, [refused], "the agency asks why")
