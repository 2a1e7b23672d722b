"""Can a lawyer add a regime with two files and no Python? A county library's records of loans: a court's order, or the reader's consent.

The law here is made up. The same passage judges a file under it, names its paragraphs, and says of a lawyer's slip in which file and rule it is.
"""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from privity.cli.app import run
from privity.errors import LawError
from privity.office.examine import ADDED, COMPLETE, examine
from privity.rules.book import open_book

FACTS = """
[regime]
id = "library-records"
title = "Library records: 99 CFR 12"
custodian = "the county library"
default_basis = "order"
general_rule = { id = "closed", cite = "99 CFR 12.1", fails = "neither an order nor consent is invoked", supply = "a court's order or the reader's consent" }

[[basis]]
id = "order"
cite = "99 CFR 12.3(a)"
duty = "shall"
plain = "loans of one reader, for a court"
answers = ["same"]

[[basis]]
id = "consent"
cite = "99 CFR 12.3(b)"
duty = "may"
plain = "loans of one reader who consents"
answers = ["same"]

[[column]]
name = "court_order"
kind = "text"
plain = "number of the court's order"
aliases = ["order number"]

[[column]]
name = "consented"
kind = "day"
plain = "day of the reader's consent"

[[column]]
name = "kind_of_court"
kind = "code"
plain = "which court"

[[fact]]
name = "today"
type = "date"
from = "office day"
plain = "the day of the decision"

[[fact]]
name = "reader"
type = "enum"
enum = "Reader"
values = ["person", "class", "placeholder", "incomplete"]
from = "element name.standing"
plain = "whether one reader is named"

[[fact]]
name = "order_given"
type = "boolean"
from = "present court_order"
plain = "an order is named"

[[fact]]
name = "court"
type = "enum"
enum = "Court"
values = ["superior", "traffic"]
from = "column kind_of_court"
plain = "which court ordered"
aliases = { "superior court" = "superior" }

[[fact]]
name = "consent_day"
type = "date"
from = "column consented"
plain = "when the reader consented"

[[fact]]
name = "loan_held"
type = "boolean"
stage = "record"
from = "register loan_held"
plain = "a loan is on record"
"""

RULES = """
@id("either") @cite("99 CFR 12.3") @stage("request")
permit (principal, action in [Action::"order", Action::"consent"], resource);

@id("one-reader") @cite("99 CFR 12.2") @stage("request")
@fails("no one reader is named") @supply("first and last name")
forbid (principal, action in [Action::"order", Action::"consent"], resource)
unless { context.reader == Reader::"person" };

@id("order.number") @cite("99 CFR 12.3(a)") @stage("request")
@fails("no order is named") @supply("the number of the order")
forbid (principal, action == Action::"order", resource)
unless { context.order_given };

@id("order.court") @cite("99 CFR 12.3(a)(1)") @stage("request")
@fails("the court is not a superior court") @supply("an order of the superior court")
forbid (principal, action == Action::"order", resource)
unless { context.court == Court::"superior" };

@id("consent.given") @cite("99 CFR 12.3(b)") @stage("request")
@fails("the reader has not consented by today") @supply("the day of the consent")
forbid (principal, action == Action::"consent", resource)
unless { context.consent_day <= context.today };

@id("held") @cite("99 CFR 12.4") @stage("record") @fails("no loan is on record")
forbid (principal, action in [Action::"order", Action::"consent"], resource)
unless { context.loan_held };
"""

HEAD = ["id", "first name", "last name", "order number", "kind of court", "consented"]
ROWS = [
    ["1", "Ada", "Quill", "SC-77", "Superior Court", ""],
    ["2", "Ada", "Quill", "", "superior", "2025-05-01"],
    ["3", "All", "members", "SC-78", "traffic", "2025-09-01"],
    ["4", "Bo", "Vance", "SC-79", "", ""],
]
DAY = date(2025, 8, 7)
# Under an order; under consent.
COURT = ["", "STATUTE 99 CFR 12.3(a)", "STATUTE 99 CFR 12.2; STATUTE 99 CFR 12.3(a)(1)", "STATUTE 99 CFR 12.3(a)(1)"]
CONSENT = ["STATUTE 99 CFR 12.3(b)", "", "STATUTE 99 CFR 12.2; STATUTE 99 CFR 12.3(b)", "STATUTE 99 CFR 12.3(b)"]


@pytest.fixture
def law(tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "facts.toml").write_text(FACTS)
    (folder / "loans.cedar").write_text(RULES)
    return folder


@pytest.fixture
def asked(tmp_path):
    with (tmp_path / "asked.csv").open("w", newline="") as file:
        csv.writer(file).writerows([HEAD, *ROWS])
    return tmp_path / "asked.csv"


@pytest.mark.invariant
@pytest.mark.parametrize(("basis", "citations"), [("", COURT), ("order", COURT), ("consent", CONSENT)])
def test_a_regime_of_two_files_is_examined_and_names_its_own_paragraphs(law, asked, basis, citations):
    found = examine(asked, open_book(law), DAY, basis=basis)
    outcome, _, cited, *_ = ADDED
    assert found.rows[cited].to_list() == citations
    assert found.rows[outcome].to_list() == ["refused" if cite else COMPLETE for cite in citations]


def test_what_is_missing_and_what_to_supply_are_the_laws_own_words(law, asked):
    rows = examine(asked, open_book(law), DAY).rows
    assert rows[ADDED[1]].to_list()[1:] == [
        "no order is named",
        "no one reader is named; the court is not a superior court",
        "not given or not readable: kind of court",
    ]
    assert rows[ADDED[3]].to_list()[1] == "the number of the order"


def test_a_basis_that_the_regime_does_not_have_is_refused_by_its_general_rule(law, asked):
    rows = examine(asked, open_book(law), DAY, basis="i-2").rows
    assert set(rows[ADDED[2]].to_list()) == {"STATUTE 99 CFR 12.1"}


def test_the_command_line_examines_under_a_folder_of_law(law, asked, capsys):
    code = run(["examine", str(asked), "--law", str(law), "--as-of", "2025-08-07", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert code == 0
    assert said["outcomes"] == {COMPLETE: 1, "refused": 3}
    assert {(one["cite"], one["rows"]) for one in said["by_citation"]} == {
        ("99 CFR 12.3(a)", 1),
        ("99 CFR 12.2", 1),
        ("99 CFR 12.3(a)(1)", 2),
    }
    with Path(said["written"][0]).open(newline="") as file:
        back = list(csv.DictReader(file))
    assert [row["id"] for row in back] == ["1", "2", "3", "4"], "the same rows, in the same order"
    assert [row[ADDED[2]] for row in back] == COURT


def test_a_change_of_the_law_changes_no_python(law, asked):
    """One line of Cedar and one word of the vocabulary, and other rows are complete."""
    (law / "loans.cedar").write_text(RULES.replace('context.court == Court::"superior"', 'context.court != Court::"appeal"'))
    (law / "facts.toml").write_text(FACTS.replace('["superior", "traffic"]', '["superior", "traffic", "appeal"]'))
    rows = examine(asked, open_book(law), DAY).rows
    assert rows[ADDED[2]].to_list() == ["", "STATUTE 99 CFR 12.3(a)", "STATUTE 99 CFR 12.2", "STATUTE 99 CFR 12.3(a)(1)"]


SLIPS = {
    "a fact that there is not": ("context.order_given", "context.order_signed", "order_signed"),
    "a fact of a later stage": ("context.order_given", "context.loan_held", "known only at the stage `record`"),
    "arithmetic": ("context.consent_day <= context.today", "1 + 1 == 2", ""),
    "a text": ('context.court == Court::"superior"', 'context.court == "superior"', ""),
    "a court that there is not": ('Court::"superior"', 'Court::"supreme"', "supreme"),
    "no citation": ('@cite("99 CFR 12.3(a)(1)")', "", "`@cite` is missing"),
    "a citation of no code": ("99 CFR 12.3(a)(1)", "chapter 12", "not a citation"),
    "a rule for every basis": ('action == Action::"order"', "action", "names no basis"),
    "a basis that there is not": ('action == Action::"consent"', 'action == Action::"subpoena"', "subpoena"),
    "an annotation mistyped": ('@supply("an order of the superior court")', '@suply("x")', "unknown annotation `@suply`"),
}


@pytest.mark.parametrize(("old", "new", "says"), SLIPS.values(), ids=SLIPS.keys())
def test_a_lawyers_slip_is_named_with_its_file_and_rule(law, old, new, says):
    assert old in RULES
    (law / "loans.cedar").write_text(RULES.replace(old, new))
    with pytest.raises(LawError) as caught:
        open_book(law)
    message = str(caught.value)
    assert "loans.cedar" in message
    assert any(name in message for name in ("`order.number`", "`order.court`", "`consent.given`")), message
    assert says in message


@pytest.mark.parametrize(
    ("old", "new", "entry"),
    [
        ('from = "present court_order"', 'from = "present docket"', "`order_given`"),
        ('type = "date"\nfrom = "column consented"', 'type = "text"\nfrom = "column consented"', "`consent_day`"),
        ('duty = "shall"', 'duty = "must"', "`order`"),
        ('aliases = { "superior court" = "superior" }', 'alias = { "superior court" = "superior" }', "alias"),
    ],
)
def test_a_slip_in_the_vocabulary_is_named_with_its_entry(law, old, new, entry):
    assert old in FACTS
    (law / "facts.toml").write_text(FACTS.replace(old, new))
    with pytest.raises(LawError) as caught:
        open_book(law)
    assert "facts.toml" in str(caught.value)
    assert entry in str(caught.value)


def test_the_command_line_says_a_slip_in_one_line_and_ends_with_2(law, asked, capsys):
    (law / "loans.cedar").write_text(RULES.replace("context.order_given", "context.order_signed"))
    assert run(["examine", str(asked), "--law", str(law)]) == 2
    said = capsys.readouterr()
    assert "loans.cedar" in said.err
    assert "order.number" in said.err
    assert "Traceback" not in said.err
    assert not list(asked.parent.glob("*.examined*")), "nothing half-written"
