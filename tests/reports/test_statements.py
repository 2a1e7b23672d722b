"""What the office signs: is it true of the ledger, refused when it is not, checkable by a stranger, and on the ledger itself?"""

from __future__ import annotations

import base64
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from office.small import ANSWERED, REVIEWED, Small, tamper
from privity.account import texts
from privity.errors import InputError, RefusedError, TamperError
from privity.ledger import note
from privity.office import enrol
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.reports import forms, statements
from privity.office.verify import verify
from privity.seal.age import AgeSealer
from reports import reference, told


@pytest.fixture
def before(made: Small, tmp_path: Path) -> Office:
    return made.office("approved", tmp_path, REVIEWED)


@pytest.fixture
def after(made: Small, tmp_path: Path) -> Office:
    return made.office("released", tmp_path, ANSWERED)


# ---------------------------------------------------------------- nothing shared


def test_a_stranger_with_the_verifier_key_reads_what_was_signed_about_which_ledger(before: Office) -> None:
    with before.store.read() as tx:
        head = note.open_checkpoint(tx.head().note or "", [before.verifier], before.origin)
    issued = statements.nothing_shared(before, "us-dhs")
    found = statements.check(issued.text, before.verifier.vkey)
    assert found.kind == "nothing-shared"
    assert (found.words["size"], found.words["root"]) == (str(head.size), base64.b64encode(head.root).decode())
    assert (found.words["agency"], found.words["through"], found.words["kinds"]) == ("us-dhs", "2025-08-11", "intent recorded")
    assert any("does not say" in one for one in found.sentences)


def test_a_statement_is_an_entry_with_its_text_and_is_verified(before: Office) -> None:
    issued = statements.nothing_shared(before)
    index, kind, _, said = reference.rows(before)[-1]
    assert (index, kind, said["text"]) == (issued.entry, "statement", issued.text)
    assert verify(before).problems == ()


@pytest.mark.invariant
def test_nothing_shared_is_refused_once_an_intent_was_entered_whatever_it_said(after: Office) -> None:
    before = len(reference.rows(after))
    for agency in ("us-dhs", texts.ANY):
        with pytest.raises(RefusedError, match="intent or a recorded disclosure"):
            statements.nothing_shared(after, agency)
    assert len(reference.rows(after)) == before, "nothing was entered"


def test_packages_that_disclosed_nothing_stand_in_the_way_too(made: Small, tmp_path: Path) -> None:
    """Under a court's stay every row is answered `no disclosure`; that an answer left is enough."""
    office = made.office("approved", tmp_path, date(2025, 12, 1))
    answers = release(office, made.of(office), tmp_path / "out", AgeSealer())
    assert set(answers) == {"no disclosure"}
    with pytest.raises(RefusedError):
        statements.nothing_shared(office, "us-dhs")


def test_deleting_the_rows_of_a_table_does_not_make_it_true(after: Office) -> None:
    tamper(
        after.root,
        "PRAGMA foreign_keys=OFF",
        *(f"DELETE FROM {table}" for table in ("package_row", "custody", "package", "act_row", "batch")),
    )
    with pytest.raises(RefusedError):
        statements.nothing_shared(open_office(after.root, ANSWERED))


def test_an_intent_whose_opening_is_gone_stops_the_statement(after: Office) -> None:
    with after.store.read() as tx:
        one = tx.rows("opening_file", kind="intent")[0]
    (after.root / "openings" / one["name"]).unlink()
    with pytest.raises(TamperError):
        statements.nothing_shared(after, texts.ANY)


def test_it_can_be_said_of_a_day_before_the_first_intent_and_of_another_agency(after: Office) -> None:
    assert statements.nothing_shared(after, "us-dhs", date(2025, 8, 13)).entry
    enrol.enrol_agency(after, "us-usps-oig", "Postal Service", "federal")
    assert statements.nothing_shared(after, "us-usps-oig").entry


def test_a_disclosure_recorded_afterwards_stands_in_the_way_by_the_day_on_which_it_was_made(before: Office, tmp_path: Path) -> None:
    told.recorded(before, tmp_path)
    with pytest.raises(RefusedError):
        statements.nothing_shared(before, "us-dhs", date(2025, 3, 2))
    assert statements.nothing_shared(before, "us-dhs", date(2025, 3, 1)).entry


def test_an_agency_that_nobody_enrolled_or_a_day_to_come_is_no_scope(before: Office) -> None:
    for agency in ("us-dsh", "", "custodian"):
        with pytest.raises(InputError, match="not enrolled"):
            statements.nothing_shared(before, agency)
    with pytest.raises(InputError, match="to come"):
        statements.nothing_shared(before, "us-dhs", date(2025, 8, 12))


@pytest.mark.invariant
def test_a_text_that_was_changed_or_signed_by_another_is_not_accepted(before: Office) -> None:
    signed = statements.nothing_shared(before, "us-dhs").text
    other = note.Signer(before.origin, bytes(32))
    for bad in (
        signed.replace("through 2025-08-11", "through 2025-12-11"),
        signed.replace("us-dhs", "us-doj"),
        note.sign(note.Note.parse(signed).text, other),
    ):
        with pytest.raises(TamperError):
            statements.check(bad, before.verifier.vkey)


def test_a_checkpoint_is_no_statement_and_a_statement_no_checkpoint(before: Office) -> None:
    with before.store.read() as tx:
        checkpoint = tx.head().note or ""
    with pytest.raises(TamperError):
        statements.check(checkpoint, before.verifier.vkey)
    with pytest.raises(TamperError):
        note.open_checkpoint(statements.nothing_shared(before).text, [before.verifier], before.origin)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM statement", "its row of `statement` is gone"),
        ("UPDATE statement SET scope = 'year 2024'", "its row of `statement` says otherwise"),
        (
            "INSERT INTO statement (statement, scope, digest, day) VALUES ('annual-report', 'year 2024', '', '2025-08-14')",
            "rests on no entry",
        ),
    ],
)
def test_a_row_about_a_statement_that_was_altered_added_or_deleted_is_named(
    before: Office, tmp_path: Path, statement: str, says: str
) -> None:
    statements.nothing_shared(before)
    root = Path(shutil.copytree(before.root, tmp_path / "copy"))
    tamper(root, statement)
    assert says in "\n".join(verify(open_office(root, REVIEWED)).problems)


# ---------------------------------------------------------------- the yearly report


def test_a_years_report_is_signed_with_the_public_figures_and_then_stands_as_furnished(after: Office) -> None:
    later = open_office(after.root, date(2026, 4, 2))
    _, table = forms.annual_page(later, 2025, public=True, trace=False)
    issued = statements.annual_report(later, 2025)
    said = statements.check(issued.text, later.verifier.vkey)
    (row,) = table.rows
    figures = json.loads(said.words["figures"])["us-dhs"]
    assert (figures["requests"], figures["instances of disclosure"], figures["taxpayers"]) == (row.requests, row.instances, row.people)
    assert (said.words["year"], said.words["due"]) == ("2025", "2026-03-31")
    assert dict(forms.annual_page(later, 2025, public=False, trace=False)[0].facts)["status"] == "a signed report was entered"


def test_a_year_that_has_not_closed_has_no_signed_report(after: Office) -> None:
    with pytest.raises(RefusedError, match="not closed"):
        statements.annual_report(after, 2025)
