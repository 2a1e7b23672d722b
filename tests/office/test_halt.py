"""Halts by command: in force on one signature, ended by two, carried through every change of law, and what was released before them."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from office.small import ANSWERED, RECEIVED, Small, tamper
from office.test_release import STAY
from privity.errors import InputError, LawError, RefusedError, TamperError
from privity.ledger.entry import Kind
from privity.office import enrol, halt, keys, law, record, signing
from privity.office.dispose import Official
from privity.office.keys import ends
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.verify import verify
from privity.rules.facts import SHIPPED
from privity.rules.halts import weakened
from privity.sample import world
from privity.seal.age import AgeSealer
from privity.terms import Appointment

CTR = "ctr-v-irs-ddc-2025-11-21"
ACT = "D.D.C.; No. 1:25-cv-00457; 2025-08-13; the stay is dissolved"
COLUMNS = "halt, act, content, ground, person, office, day, key, signature"
STATE = 'agencies = ["us-dhs"]'


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Office:
    return made.office("approved", tmp_path, ANSWERED)


@pytest.fixture
def stay(tmp_path: Path) -> Path:
    return written(tmp_path)


def written(place: Path, old: str = "\x00", new: str = "", day: date = ANSWERED) -> Path:
    """A halt file, with one thing in it changed."""
    text = STAY.format(day=day)
    assert old == "\x00" or old in text
    path = place / "stay.toml"
    path.write_text(text.replace(old, new))
    return path


def by(office: Office, person: str) -> Official:
    return world.official(office, person)


def same(made: Small, office: Office, place: Path) -> int:
    """How many rows a release discloses."""
    return release(office, made.of(office), place / "out", AgeSealer()).get("same", 0)


def listed(office: Office, name: str = "a-stay") -> halt.Listed:
    (one,) = [each for each in halt.listing(office) if each.halt.id == name]
    return one


# ---------------------------------------------------------------- entered


@pytest.mark.invariant
def test_a_halt_withholds_from_its_first_signature_on(made: Small, office: Office, stay: Path, tmp_path: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    one = listed(office)
    assert (one.in_force, one.awaiting_days, one.released) == (True, 0, ())
    assert same(made, office, tmp_path) == 0
    assert verify(office).problems == ()


def test_a_halt_is_in_force_in_one_transaction_with_its_entries(office: Office, stay: Path) -> None:
    with office.store.read() as tx:
        before = tx.head().size
    halt.add(office, stay, by(office, world.COUNSEL))
    with office.store.read() as tx:
        kinds = [row["kind"] for row in sorted(tx.rows("opening_file"), key=lambda row: row["first"]) if row["first"] >= before]
        digest = law.in_force(office, tx)[0]
    assert kinds == [str(Kind.IN_FORCE), str(Kind.HALT)]
    assert (office.root / "law" / digest / "halts" / "a-stay.toml").read_text() == stay.read_text()
    assert (office.root / "law" / digest / "halts" / f"{CTR}.toml").is_file()


def test_an_unconfirmed_halt_goes_on_withholding_and_shows_its_age(made: Small, office: Office, stay: Path, tmp_path: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    later = open_office(office.root, ANSWERED + timedelta(days=40))
    assert listed(later).awaiting_days == 40
    assert same(made, later, tmp_path) == 0


def test_a_second_person_confirms_and_the_first_cannot(office: Office, stay: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    with pytest.raises(RefusedError, match="another person"):
        halt.confirm(office, "a-stay", by(office, world.COUNSEL))
    halt.confirm(office, "a-stay", by(office, world.INTAKE))
    assert listed(office).awaiting_days is None
    with pytest.raises(RefusedError, match="awaits no second"):
        halt.confirm(office, "a-stay", by(office, world.REVIEWER))


@pytest.mark.invariant
def test_one_key_under_two_names_is_one_person(office: Office, stay: Path) -> None:
    tamper(
        office.root,
        f"INSERT INTO person (person, agency, public_key) SELECT 'c.shadow', agency, public_key FROM person WHERE person = '{world.COUNSEL}'",
        "INSERT INTO appointment (person, office, agency, since, kind, instrument) "
        "VALUES ('c.shadow', 'counsel', 'custodian', '2025-01-20', 'appointed', '')",
    )
    halt.add(office, stay, by(office, world.COUNSEL))
    with pytest.raises(RefusedError, match="another key"):
        halt.confirm(office, "a-stay", Official("c.shadow", "counsel", by(office, world.COUNSEL).key))
    assert listed(office).awaiting_days == 0


@pytest.mark.parametrize(
    ("person", "held", "word"),
    [
        (world.COUNSEL, "approver", "does not hold"),
        (world.COUNSEL, "i-2-requester", "cannot do this"),
        ("nobody", "counsel", "does not hold"),
    ],
)
def test_who_holds_no_office_here_enters_nothing(office: Office, stay: Path, person: str, held: str, word: str) -> None:
    with pytest.raises(RefusedError, match=word):
        halt.add(office, stay, Official(person, held, by(office, world.COUNSEL).key))
    assert [one.halt.id for one in halt.listing(office) if one.halt.id == "a-stay"] == []


def test_another_key_than_the_enrolled_one_enters_nothing(office: Office, stay: Path) -> None:
    with pytest.raises(RefusedError, match="not the key enrolled"):
        halt.add(office, stay, Official(world.COUNSEL, "counsel", Ed25519PrivateKey.generate()))


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ('"us-dhs"', '"us-dsh"', LawError),
        ('effect = "disclosure"', 'efect = "disclosure"', LawError),
        ('regime = "us/26-usc-6103"', 'regime = "us/45-cfr-164"', InputError),
        ("last_checked", f"to = {ANSWERED}\nlifted = 'x'\nlast_checked", InputError),
        ('id = "a-stay"', f'id = "{CTR}"', RefusedError),
        (STATE, 'states = ["Texas"]', LawError),
        (STATE, 'districts = ["N.D. Cal."]', LawError),
        (STATE, "states = []", LawError),
    ],
)
def test_a_halt_that_cannot_hold_changes_nothing(office: Office, tmp_path: Path, old: str, new: str, kind: type[Exception]) -> None:
    with office.store.read() as tx:
        before = law.in_force(office, tx)[0]
    with pytest.raises(kind):
        halt.add(office, written(tmp_path, old, new), by(office, world.COUNSEL))
    with office.store.read() as tx:
        assert law.in_force(office, tx)[0] == before
        assert tx.rows("halt") == []
    assert {path.name for path in (office.root / "law").iterdir()} == {before}, "no version that cannot be read is kept"


# ---------------------------------------------------------------- ended


def test_a_halt_ends_when_a_second_person_signs_the_docketed_act(made: Small, office: Office, stay: Path, tmp_path: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    halt.propose_lift(office, "a-stay", ACT, by(office, world.COUNSEL))
    assert listed(office).in_force, "a proposal ends nothing"
    assert halt.lift(office, "a-stay", by(office, world.APPROVER)) == ANSWERED
    one = listed(office)
    assert (one.in_force, one.halt.until, one.halt.lifted) == (False, ANSWERED, ACT)
    assert same(made, office, tmp_path) == 24
    assert verify(office).problems == ()


@pytest.mark.invariant
def test_nobody_lifts_a_halt_alone_or_without_a_proposal_or_from_a_lesser_office(office: Office, stay: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    with pytest.raises(RefusedError, match="no end of halt"):
        halt.lift(office, "a-stay", by(office, world.APPROVER))
    halt.propose_lift(office, "a-stay", ACT, by(office, world.COUNSEL))
    for person in (world.COUNSEL, world.REVIEWER, world.INTAKE):
        with pytest.raises(RefusedError):
            halt.lift(office, "a-stay", by(office, person))
    assert listed(office).in_force


@pytest.mark.parametrize(
    "act",
    [
        "",
        "the judge said so",
        "D.D.C.; No. 1; yesterday; dissolved",
        "D.D.C.; No. 1; 2025-02-30; x",
        "a; b; 2099-01-01; c",
        "entered in error: ",
    ],
)
def test_an_act_that_is_not_docketed_ends_nothing(office: Office, stay: Path, act: str) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    with pytest.raises(InputError, match="not named in full"):
        halt.propose_lift(office, "a-stay", act, by(office, world.COUNSEL))


def test_what_was_entered_in_error_takes_counsel(office: Office, stay: Path) -> None:
    enrol.enrol_people(office, enrol.CUSTODIAN, [enrol.Person("i.spector", keys.new_key(office.root / "i.pem", "x"))])
    enrol.appoint(office, Appointment("i.spector", "inspector", world.SINCE), enrol.CUSTODIAN)
    inspector = Official("i.spector", "inspector", keys.open_key(office.root / "i.pem", "x"))
    halt.add(office, stay, by(office, world.COUNSEL))
    halt.propose_lift(office, "a-stay", "entered in error: another docket", inspector)
    with pytest.raises(RefusedError, match="counsel is one of the two"):
        halt.lift(office, "a-stay", by(office, world.APPROVER))
    halt.lift(office, "a-stay", by(office, world.COUNSEL))
    assert not listed(office).in_force


@pytest.mark.invariant
def test_a_proposal_whose_key_was_revoked_since_lifts_nothing(office: Office, stay: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    halt.propose_lift(office, "a-stay", ACT, by(office, world.COUNSEL))
    ends.end(office, enrol.CUSTODIAN, world.COUNSEL, ANSWERED, "stolen")
    with pytest.raises(RefusedError, match="counts no more"):
        halt.lift(office, "a-stay", by(office, world.APPROVER))
    assert listed(office).in_force


@pytest.mark.invariant
def test_a_proposal_that_was_only_written_into_the_table_lifts_nothing(office: Office, stay: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    with office.store.write() as tx:  # by somebody who can insert rows: counsel's own words, with the act of another
        (row,) = tx.rows("halt")
        tx.add_one("halt", **{name: row[name] for name in row if name != "seq"} | {"act": "lift-proposed", "ground": ACT})
    with pytest.raises(TamperError, match="not on its entry"):
        halt.lift(office, "a-stay", by(office, world.APPROVER))
    assert listed(office).in_force


@pytest.mark.invariant
def test_an_act_of_one_ledger_is_none_of_another(office: Office, stay: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    with office.store.read() as tx:
        said = json.loads(record.opened(office, tx, tx.rows("halt")[0]["entry"], 1)[0])
    assert signing.holds(said, office.origin)
    assert not signing.holds(said, "another.example/ledger")


def test_a_halt_entered_in_error_before_its_first_day_never_begins(office: Office, tmp_path: Path) -> None:
    begins = ANSWERED + timedelta(days=30)
    halt.add(office, written(tmp_path, day=begins), by(office, world.COUNSEL))
    halt.propose_lift(office, "a-stay", "entered in error: the order is a draft", by(office, world.COUNSEL))
    assert halt.lift(office, "a-stay", by(office, world.APPROVER)) == begins
    assert not listed(open_office(office.root, begins)).in_force


def test_a_halt_lifted_from_a_later_day_withholds_until_then(made: Small, office: Office, stay: Path, tmp_path: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    halt.propose_lift(office, "a-stay", ACT, by(office, world.COUNSEL), ANSWERED + timedelta(days=10))
    halt.lift(office, "a-stay", by(office, world.APPROVER))
    assert listed(office).in_force
    assert not listed(open_office(office.root, ANSWERED + timedelta(days=10))).in_force
    assert same(made, office, tmp_path) == 0


# ---------------------------------------------------------------- carried through a change of law


def shipped(place: Path, office: Office, change: Callable[[str], str] = str) -> Path:
    """The law in force in an office, as a folder to install, with its stay changed."""
    with office.store.read() as tx:
        digest = law.in_force(office, tx)[0]
    folder = Path(shutil.copytree(office.root / "law" / digest, place / "newlaw"))
    path = folder / "halts" / "a-stay.toml"
    path.write_text(change(path.read_text()))
    return folder


@pytest.mark.invariant
def test_a_halt_takes_no_other_halts_place_on_file(made: Small, office: Office, stay: Path, tmp_path: Path) -> None:
    """A file is not always named as its halt is: one signature under the file's name would end what stands in it."""
    halt.add(office, stay, by(office, world.COUNSEL))
    folder = shipped(tmp_path, office)
    (folder / "halts" / "a-stay.toml").rename(folder / "halts" / "the-first.toml")
    law.install(office, folder, "the same under another file name")
    with pytest.raises(RefusedError, match="is of another halt"):
        halt.add(office, written(tmp_path, 'id = "a-stay"', 'id = "the-first"'), by(office, world.COUNSEL))
    assert listed(office).in_force


@pytest.mark.invariant
def test_law_that_lacks_a_halt_of_this_office_is_refused(made: Small, office: Office, stay: Path, tmp_path: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    with pytest.raises(LawError, match="`a-stay`: it is not in the folder") as told:
        law.install(office, SHIPPED, "a new version of the program")
    with office.store.read() as tx:
        assert f"law/{law.in_force(office, tx)[0]}/halts" in str(told.value.remedy)
    assert same(made, office, tmp_path) == 0


NARROWER = {
    "shorter": ("last_checked", f"to = {ANSWERED + timedelta(days=1)}\nlast_checked"),
    "later": (f"from = {ANSWERED}", f"from = {ANSWERED + timedelta(days=1)}"),
    "use only": ('effect = "disclosure"', 'effect = "use"'),
    "another agency": ('agencies = ["us-dhs"]', 'agencies = ["us-doj"]'),
    "one state": ('agencies = ["us-dhs"]', 'agencies = ["us-dhs"]\nstates = ["TX"]'),
    "later requests": ('agencies = ["us-dhs"]', f'agencies = ["us-dhs"]\nreceived_from = {ANSWERED}'),
    "a class": ('agencies = ["us-dhs"]', 'agencies = ["us-dhs"]\nclass = "members only"'),
    "another name": ('id = "a-stay"', 'id = "b-stay"'),
    "another regime": ('regime = "us/26-usc-6103"', 'regime = "us/45-cfr-164"'),
    "said to be lifted": ("last_checked", f"to = {ANSWERED + timedelta(days=1)}\nlifted = 'x'\nlast_checked"),
}  # fmt: skip


@pytest.mark.invariant
@pytest.mark.parametrize("how", NARROWER)
def test_law_that_alters_a_halt_of_this_office_is_refused(office: Office, stay: Path, tmp_path: Path, how: str) -> None:
    old, new = NARROWER[how]
    assert old in stay.read_text()
    halt.add(office, stay, by(office, world.COUNSEL))
    with pytest.raises(LawError, match="a-stay"):
        law.install(office, shipped(tmp_path, office, lambda text: text.replace(old, new)), "a correction")
    assert listed(office).in_force


def test_commentary_on_a_halt_may_be_brought_up_to_date(office: Office, stay: Path, tmp_path: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    folder = shipped(tmp_path, office, lambda text: text.replace('status = "in force"', 'status = "affirmed"\nappeal = "decided"'))
    law.install(office, folder, "the appeal was decided")
    assert (listed(office).halt.said["status"], listed(office).in_force) == ("affirmed", True)


def test_a_halt_that_came_with_the_law_is_kept_too_and_lifted_by_two(office: Office, tmp_path: Path) -> None:
    without = Path(shutil.copytree(SHIPPED, tmp_path / "law", ignore=shutil.ignore_patterns("ctr-v-irs-*")))
    with pytest.raises(LawError, match=CTR):
        law.install(office, without, "as if no stay had been ordered")
    halt.propose_lift(office, CTR, ACT, by(office, world.COUNSEL))
    halt.lift(office, CTR, by(office, world.APPROVER))
    law.install(office, without, "the stay has ended")
    assert CTR not in [one.halt.id for one in halt.listing(office)]


@pytest.mark.invariant
@pytest.mark.parametrize("fact", ["decision_day", "agency"])
def test_law_that_takes_what_a_halt_reads_from_elsewhere_is_refused(office: Office, stay: Path, tmp_path: Path, fact: str) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    folder = shipped(tmp_path, office)
    path = folder / "us" / "26-usc-6103" / "facts.toml"
    old = {"decision_day": 'from = "office day"', "agency": 'from = "office agency"'}[fact]
    new = {"decision_day": 'from = "envelope dated"', "agency": 'from = "column purpose"'}[fact]
    assert path.read_text().count(old) == 1
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(LawError, match=f"elsewhere: .*{fact}"):
        law.install(office, folder, "a correction")


@pytest.mark.invariant
def test_law_that_lets_a_halt_narrow_by_another_fact_is_refused(office: Office, tmp_path: Path) -> None:
    halt.add(office, written(tmp_path, STATE, f"received_from = {RECEIVED}"), by(office, world.COUNSEL))
    folder = shipped(tmp_path, office)
    path = folder / "us" / "26-usc-6103" / "facts.toml"
    path.write_text(
        path.read_text().replace('scope = "received"\n', "").replace('name = "request_day"\n', 'name = "request_day"\nscope = "received"\n')
    )
    with pytest.raises(LawError, match="elsewhere: received_day, request_day"):
        law.install(office, folder, "a correction")


@pytest.mark.invariant
def test_no_court_interpretation_loosens_a_halt(made: Small, office: Office, stay: Path, tmp_path: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    folder = shipped(tmp_path, office)
    loose = (SHIPPED / "readings" / "historical-practice.toml").read_text()
    with office.store.read() as tx:
        switches = [fact.origin[1] for fact in law.in_force(office, tx)[1].vocabulary.facts.values() if fact.origin[0] == "reading"]
    assert len(switches) == 4
    for value in ("true", "false"):
        said = "".join(f"{name} = {value}\n" for name in switches)
        text = loose.split("[switches]")[0].replace("historical-practice", f"all-{value}") + f"[switches]\n{said}"
        (folder / "readings" / f"all-{value}.toml").write_text(text.replace("2025-04-07", str(RECEIVED)))
    law.install(office, folder, "two interpretations")
    assert listed(office).in_force
    assert same(made, office, tmp_path) == 0


# ---------------------------------------------------------------- already released


@pytest.fixture
def released(made: Small, tmp_path: Path) -> Office:
    return made.office("released", tmp_path, ANSWERED + timedelta(days=3))


def test_what_was_released_within_the_scope_is_listed_for_recall(released: Office, stay: Path, tmp_path: Path) -> None:
    halt.add(released, stay, by(released, world.COUNSEL))
    one = listed(released)
    with released.store.read() as tx:
        disclosed = [row["package"] for row in tx.rows("package_row", disclosed=1)]
    assert sum(each.rows for each in one.released) == len(disclosed) == 24
    assert {each.package for each in one.released} == set(disclosed)
    assert {each.state for each in one.released} == {"sent"}
    from privity.office.reached import write_recall_list

    assert write_recall_list({one.halt.id: one.released}, tmp_path / "recall.csv") == len(one.released)
    with (tmp_path / "recall.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert sum(int(line["rows"]) for line in lines) == 24
    assert {line["halt"] for line in lines} == {"a-stay"}


@pytest.mark.parametrize(
    ("old", "new", "rows"),
    [
        (STATE, 'agencies = ["us-doj"]', 0),
        (STATE, f"received_from = {RECEIVED}", 24),
        (STATE, f"received_from = {RECEIVED + timedelta(days=1)}", 0),
        (STATE, f"received_to = {RECEIVED}", 0),
        ('effect = "disclosure"', 'effect = "use"', 24),
    ],
)
def test_only_what_the_scope_reaches_is_listed(released: Office, tmp_path: Path, old: str, new: str, rows: int) -> None:
    halt.add(released, written(tmp_path, old, new), by(released, world.COUNSEL))
    assert sum(each.rows for each in listed(released).released) == rows


def test_a_region_reaches_the_rows_of_its_states_and_those_of_which_the_state_is_not_known(
    made: Small, released: Office, tmp_path: Path
) -> None:
    with released.store.read() as tx:
        disclosed = {row["ordinal"] for row in tx.rows("package_row", disclosed=1)}
    states = made.truth.with_row_index("at")
    counted = states.filter(states["at"].is_in(list(disclosed)))["state"].value_counts(sort=True)
    first = str(counted["state"][0])
    halt.add(released, written(tmp_path, STATE, f'states = ["{first}"]'), by(released, world.COUNSEL))
    reached = sum(each.rows for each in listed(released).released)
    assert 0 < reached == counted["count"][0] < 24


# ---------------------------------------------------------------- altered


@pytest.mark.invariant
@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE halt SET person = 'r.okafor' WHERE act = 'confirmed'", "says otherwise"),
        ("DELETE FROM halt WHERE act = 'confirmed'", "is gone"),
        (f"INSERT INTO halt ({COLUMNS}) SELECT {COLUMNS} FROM halt LIMIT 1", "rests on no entry"),
    ],
)
def test_verify_names_a_signature_that_was_altered_deleted_or_added(office: Office, stay: Path, statement: str, word: str) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    halt.confirm(office, "a-stay", by(office, world.APPROVER))
    assert verify(office).problems == ()
    tamper(office.root, statement)
    assert any("`halt`" in one and word in one for one in verify(office).problems)


@pytest.mark.invariant
def test_verify_names_law_that_ended_a_halt_without_two_persons(office: Office, stay: Path) -> None:
    with office.store.read() as tx:
        before = law.in_force(office, tx)[0]
    halt.add(office, stay, by(office, world.COUNSEL))
    with office.store.write() as tx:  # by a program that does not ask
        law.put_in_force(office, tx, before, "as it was")
        entry = tx.now("in_force", kind="law")[0]["entry"]
    assert f"entry {entry}: this law ends or alters halt `a-stay`, and no two persons signed that" in verify(office).problems


def test_verify_names_a_signature_by_a_key_that_was_not_the_persons(office: Office, stay: Path) -> None:
    halt.add(office, stay, by(office, world.COUNSEL))
    row = {
        "halt": "a-stay",
        "act": "lifted",
        "content": "0",
        "ground": "none",
        "until": None,
        "person": world.APPROVER,
        "office": "approver",
    }
    forged = Ed25519PrivateKey.generate()
    row |= {"day": office.day.isoformat(), "key": keys.public(forged).hex()}
    from privity.ledger import entry as entries

    row["signature"] = forged.sign(entries.canonical(row)).hex()
    with office.store.write() as tx:
        index = record.enter(office, tx, Kind.HALT, row)
        tx.add_one("halt", **(row | {"day": office.day}), entry=index)
    assert f"entry {index}: the act is not signed by its person's key" in verify(office).problems


def test_a_halt_that_has_ended_may_be_left_out() -> None:
    from privity.rules.book import open_book

    book = open_book(SHIPPED)
    (ctr,) = [one for one in book.halts if one.id == CTR]
    assert weakened((ctr,), (), date(2026, 1, 1)) == {CTR: "it is not in the folder"}
    from dataclasses import replace

    assert weakened((replace(ctr, until=date(2026, 1, 1)),), (), date(2026, 1, 1)) == {}


# ---------------------------------------------------------------- batches under way


def test_a_batch_determined_before_the_vocabulary_grew_is_answered_and_what_it_lacks_is_missing(
    made: Small, office: Office, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "newlaw"))
    facts = folder / "us" / "26-usc-6103" / "facts.toml"
    new = '[[fact]]\nname = "held_elsewhere"\ntype = "boolean"\nfrom = "present tin"\nplain = "another fact"\n'
    grown = (
        facts.read_text()
        .replace('"us-other-federal", ', '"us-other-federal", "us-new-agency", ')
        .replace("[[fact]]\n", new + "\n[[fact]]\n", 1)
    )
    facts.write_text(grown)
    law.install(office, folder, "a fact and an agency more")
    (tmp_path / "other").mkdir()
    other = made.copy("approved", tmp_path / "other")
    assert same(made, office, tmp_path) == 24
    rules = folder / "us" / "26-usc-6103" / "p-4.cedar"
    rule = '@id("new") @cite("26 USC 6103(p)(4)") @stage("release") @fails("x")\nforbid (principal, action == Action::"i-2", resource) unless { context.held_elsewhere };\n'
    rules.write_text(rules.read_text() + rule)
    again = open_office(other, ANSWERED)
    law.install(again, folder, "and a rule that reads it")
    (tmp_path / "again").mkdir()
    assert same(made, again, tmp_path / "again") == 0
