"""Who holds what, since when, under which authority; states that only move forward; what is still awaited."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from office.small import ANSWERED, Small, tamper
from office.test_release import entered, law_with
from privity.errors import RefusedError
from privity.ledger.entry import Kind
from privity.office import acknowledgement, custody, enrol, law, record
from privity.office.custody import Said
from privity.office.custody_map import UNKNOWN, holders
from privity.office.place import Office, open_office
from privity.office.verify import verify
from privity.sample import world

STATES = ("intent", "sent", "withheld", "acknowledged", "kept", "recalled", "destroyed")


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Office:
    return made.office("released", tmp_path, ANSWERED)


def packages(office: Office) -> list[dict[str, object]]:
    with office.store.read() as tx:
        return tx.rows("package")


def statement(made: Small, office: Office, number: int = 0, *, day: date = ANSWERED, **said: str) -> str:
    """A package's own officer says something of it."""
    row = packages(office)[number]
    file = made.root / "outbox" / f"{row['package']}.age"
    officer = str(row["officer"])
    return acknowledgement.as_toml(acknowledgement.make(file, officer, day, made.agency.officers[officer], **said))


def state(office: Office, number: int = 0) -> str:
    with office.store.read() as tx:
        return custody.state_of(tx, str(packages(office)[number]["package"]))


@pytest.mark.invariant
@pytest.mark.parametrize(("now", "then"), list(product(STATES, STATES)))
def test_a_state_never_goes_back(now: str, then: str) -> None:
    order = {"intent": 0, "withheld": 1, "sent": 1, "acknowledged": 2, "kept": 3, "recalled": 4, "destroyed": 5}
    manner = "safeguarded" if then == "kept" else ""
    try:
        custody.forward(now, then, manner)
    except RefusedError:
        return
    assert order[now] < order[then], "forward only"


def test_the_officers_own_word_closes_what_is_open(made: Small, office: Office) -> None:
    acknowledgement.enter(office, statement(made, office))
    assert state(office) == "acknowledged"
    acknowledgement.enter(office, statement(made, office, says="used", manner="an interview", case="STP25-1"))
    acknowledgement.enter(office, statement(made, office, says="kept", manner="in the safe of room 2"))
    assert state(office) == "kept"
    acknowledgement.enter(office, statement(made, office, says="undisclosable", manner="overwritten, and the disk shredded"))
    assert state(office) == "destroyed"
    with office.store.read() as tx:
        rows = tx.rows("custody", package=packages(office)[0]["package"])
    assert [row["form"] for row in rows[2:]] == ["signed"] * 3
    assert [row["manner"] for row in rows[2:]] == ["", "safeguarded", "undisclosable"]
    assert entered(office, Kind.USE)[0][1]["what for"] == "an interview"
    assert verify(office).problems == ()


def test_the_case_and_the_purpose_of_a_use_are_in_no_table(made: Small, office: Office) -> None:
    acknowledgement.enter(office, statement(made, office, says="not-used", manner="the lead was closed", case="STP25-77781"))
    with office.store.read() as tx:
        (row,) = tx.rows("used")
    assert "STP25" not in str(row)
    assert row["used"] == 0


def test_a_recall_answered_that_it_is_kept_stays_a_recall(made: Small, office: Office) -> None:
    custody.recall(office, str(packages(office)[0]["package"]), "not confirmed")
    acknowledgement.enter(office, statement(made, office, says="kept", manner="a court holds it"))
    assert state(office) == "recalled"
    (line,) = [line for line in holders(office) if line["state"] == "recalled"]
    assert line["outstanding"] == ["recalled 0 days ago, and not destroyed or returned (answered: kept)"]
    acknowledgement.enter(office, statement(made, office, says="returned", manner="by courier"))
    assert holders(office)[0]["outstanding"] == []


def test_a_letter_is_attested_by_the_intake_officer_and_marked_so(office: Office) -> None:
    first, second, third = (str(row["package"]) for row in packages(office))
    custody.attest(office, first, "acknowledged", Said("letter of 2025-08-14", form="attested", person=world.INTAKE, letter="ab" * 32))
    for who in (world.REVIEWER, "somebody"):
        with pytest.raises(RefusedError, match="not intake officer"):
            custody.attest(office, second, "acknowledged", Said("a letter", form="attested", person=who))
    assert [(line["state"], line["word"]) for line in holders(office)] == [("acknowledged", "attested"), ("sent", ""), ("sent", "")]
    with pytest.raises(RefusedError, match="not a manner"):
        custody.attest(office, third, "destroyed", Said("a letter", manner="lost", form="attested"))


def test_the_map_says_who_holds_what_under_which_authority(made: Small, office: Office) -> None:
    found = holders(office)
    assert sum(int(str(line["disclosed"])) for line in found) == 24
    for line in found:
        assert line["basis"] == "26 USC 6103(i)(2)"
        assert line["agency"] == world.AGENCY
        assert line["since"] == ANSWERED
        if line["disclosed"]:
            assert len(line["dispositions"]) == 2, "one act of each of two persons"


def test_what_is_outstanding_is_said_with_its_age(made: Small, office: Office) -> None:
    first, second, _ = (str(row["package"]) for row in packages(office))
    custody.recall(office, first, "not confirmed")
    assert [line["outstanding"] for line in holders(office)] == [[], [], []]
    later = holders(open_office(office.root, ANSWERED + timedelta(days=20)))
    assert [line["outstanding"] for line in later] == [
        ["recalled 20 days ago, and not destroyed or returned"], ["no acknowledgement for 20 days"], ["no acknowledgement for 20 days"],
    ]  # fmt: skip
    custody.acknowledge(office, second, "a letter")
    used = holders(open_office(office.root, ANSWERED + timedelta(days=20)))[1]
    assert used["outstanding"] == ["nothing said of its use for 20 days"]


def test_an_intent_without_an_acknowledgement_is_reported_as_not_known_to_have_left(made: Small, office: Office) -> None:
    package = str(packages(office)[0]["package"])
    tamper(office.root, f"DELETE FROM custody WHERE state = 'sent' AND package = '{package}'")  # as a killed process leaves it
    line = holders(open_office(office.root, ANSWERED))[0]
    assert line["state"] == UNKNOWN == "intent, not known to have left"
    assert line["outstanding"] == ["not known to have left for 0 days; counts as disclosed"]


def test_court_orders_that_bind_the_use_are_in_the_map(office: Office, tmp_path: Path) -> None:
    from office.test_release import STAY

    order = STAY.format(day=ANSWERED).replace('effect = "disclosure"', 'effect = "use"')
    law.install(office, law_with(tmp_path, "halts/a-stay.toml", order), "an order")
    assert all(any("a case" in cite for cite in line["bound in use"]) for line in holders(office))


@pytest.mark.parametrize("column", ["manner = 'returned'", "form = 'attested'", "person = 'another'", "signature = 'ab'", "letter = 'ab'"])
def test_a_word_of_custody_that_was_altered_is_named(made: Small, office: Office, column: str) -> None:
    entry = acknowledgement.enter(office, statement(made, office))
    tamper(office.root, f"UPDATE custody SET {column} WHERE entry = {entry}")
    assert f"entry {entry}: its row of `custody` says otherwise" in verify(open_office(office.root, ANSWERED)).problems


def test_a_use_that_was_deleted_is_named(made: Small, office: Office) -> None:
    entry = acknowledgement.enter(office, statement(made, office, says="used", manner="an interview", case="STP25-1"))
    tamper(office.root, "DELETE FROM used")
    assert f"entry {entry}: its row of `used` is gone" in verify(open_office(office.root, ANSWERED)).problems


def test_verify_reads_the_signature_of_what_was_acknowledged_again(made: Small, office: Office) -> None:
    entry = acknowledgement.enter(office, statement(made, office))
    with office.store.write() as tx:  # what an operator of the program could enter, who holds the ledger's key and not the officer's
        second = str(tx.rows("package")[1]["package"])
        said = Said("received", form="signed", person="M Hale", signature="ab" * 64, statement="{}")
        forged = custody.enter(office, tx, second, "acknowledged", said)
    problems = verify(office).problems
    assert [one for one in problems if one.startswith(f"entry {entry}: ")] == []
    assert f"entry {forged}: the acknowledgement is not signed by the key of the package's engaged person" in problems


def test_verify_holds_what_was_signed_against_what_was_entered(made: Small, office: Office) -> None:
    acknowledgement.enter(office, statement(made, office))
    with office.store.write() as tx:
        (row,) = tx.rows("custody", form="signed")
        said = json.loads(record.opened(office, tx, row["entry"], 1)[0])
        word = Said("returned", "returned", "signed", row["person"], "", row["signature"], said["statement"])
        forged = custody.enter(office, tx, row["package"], "destroyed", word)  # its officer signed that they have it
    assert f"entry {forged}: what was signed is of another package, or says otherwise" in verify(office).problems


def test_a_new_key_of_the_officer_does_not_undo_what_the_old_one_signed(made: Small, office: Office) -> None:
    acknowledgement.enter(office, statement(made, office))
    row = packages(office)[0]
    enrol.enrol_people(office, world.AGENCY, [enrol.Person(str(row["officer"]), bytes(range(32)), str(row["recipient_key"]))])
    assert verify(office).problems == ()
