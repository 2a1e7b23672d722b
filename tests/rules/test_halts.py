"""A halt's scope: whom it reaches, that what is not known is reached, and that both engines say so."""

from __future__ import annotations

import shutil
import tomllib
from datetime import date

import pytest

from privity.errors import LawError
from privity.rules import twice
from privity.rules.book import in_force, open_book
from privity.rules.facts import SHIPPED, facts_schema
from privity.rules.frame import decide
from privity.rules.halts import closed, read_halt
from privity.rules.lawfile import LawFile
from privity.terms import Source, Stage
from rules.near import PRINCIPALS, near

BEGINS, ENDS = date(2025, 11, 20), date(2025, 11, 22)
HALT = """id = "x"
kind = "injunction"
court = "a court"
case = "a case"
docket = "No. 1"
cite = "a case, No. 1"
effect = "disclosure"
parties = ["the custodian", "its department"]
courts = ["every court of the district"]
from = 2025-11-20
to = 2025-11-22
status = "in force"
appeal = "pending"

[scope]
regime = "us/26-usc-6103"
bases = ["i-2"]
class = "persons whose address the custodian holds"
"""
SCOPES = {
    "nothing narrows it": "",
    "agencies": 'agencies = ["us-dhs-ice"]',
    "states": 'states = ["AA", "TX"]',
    "agencies and states": 'agencies = ["us-dhs-ice", "us-doj"]\nstates = ["AA"]',
    "received": "received_from = 2025-11-20\nreceived_to = 2025-11-21",
    "all": 'agencies = ["us-dhs-ice"]\nstates = ["AA"]\nreceived_from = 2025-11-20',
}


def book_with(place, scope):
    law = shutil.copytree(SHIPPED, place / "law", ignore=shutil.ignore_patterns("halts"))
    (law / "halts").mkdir()
    (law / "halts" / "x.toml").write_text(HALT + scope + "\n")
    return open_book(law)


def reached(scope, row):
    """The same, written from the meaning: withheld unless something that is known says that the halt does not reach the row."""
    said = tomllib.loads(scope)
    never = date(9999, 1, 1)
    tests = [
        ("decision_day", True, lambda day: BEGINS <= day < ENDS),
        ("received_day", "received" in scope, lambda day: said.get("received_from", never) <= day < said.get("received_to", never)),
        ("agency", "agencies" in said, lambda word: word in said["agencies"]),
        ("address_state", "states" in said, lambda word: word in said["states"]),
    ]
    for name, asked, inside in tests:
        if asked and row[name] is None:
            return True  # what comes after is not asked: the rule has erred, and an error withholds
        if asked and not inside(row[name]):
            return False
    return True


@pytest.mark.invariant
@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_a_halt_withholds_all_that_its_scope_reaches_and_what_cannot_be_told(tmp_path, scope):
    book = book_with(tmp_path, scope)
    rulebook = in_force(book, BEGINS)
    rows = near(book.vocabulary, 1500, 5, changes=(0, 1, 3, 12, 25))
    facts = rows.select(*facts_schema(book.vocabulary, Stage.REQUEST), "principal", "action")
    masks = decide(rulebook, facts, Stage.REQUEST, PRINCIPALS)
    withheld = ((masks[f"{Source.HALT}.forbids"] | masks[f"{Source.HALT}.errors"]) != 0).to_list()
    wanted = [row["action"] == "i-2" and reached(scope, row) for row in rows.iter_rows(named=True)]
    assert withheld == wanted
    assert 20 < sum(wanted) < len(wanted) - 20
    some = facts.head(300)
    assert twice.differences(rulebook, some, Stage.REQUEST, PRINCIPALS, decide(rulebook, some, Stage.REQUEST, PRINCIPALS)) == []


def test_what_a_halt_says_for_people_is_kept_and_no_rule_reads_it(tmp_path):
    book = book_with(tmp_path, 'agencies = ["us-dhs"]')
    (halt,) = book.halts
    assert halt.said["class"] == "persons whose address the custodian holds"
    assert (halt.said["parties"], halt.said["courts"], halt.said["appeal"]) == (
        "the custodian; its department", "every court of the district", "pending",
    )  # fmt: skip
    assert book.orders[0].requirement.reads == {"decision_day", "agency"}


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        ("states = []", "an empty list"),
        ('states = ["Texas"]', "`states` names `Texas`"),
        ('districts = ["N.D. Cal."]', "unknown key `districts`"),
        ("received_from = 2025-11-21\nreceived_to = 2025-11-21", "not after"),
        ('state = ["TX"]', "unknown key `state`"),
        ("received_from = 1", "`received_from` is not a date"),
    ],
)
def test_a_scope_that_is_not_well_formed_is_an_error(tmp_path, scope, says):
    with pytest.raises(LawError, match=r"halts/x.toml: ") as told:
        book_with(tmp_path, scope)
    assert says in str(told.value)


def test_a_halt_that_ends_where_it_begins_is_a_slip_unless_it_was_lifted():
    vocabulary = open_book(SHIPPED).vocabulary
    empty = HALT.replace("to = 2025-11-22", "to = 2025-11-20")
    with pytest.raises(LawError, match="`to` is not after `from`"):
        read_halt(LawFile("x.toml", empty), vocabulary)
    lifted = read_halt(LawFile("x.toml", empty.replace("status", 'lifted = "an act"\nstatus')), vocabulary)
    assert not any(lifted.applies_on(date(2025, 11, day)) for day in (19, 20, 21))
    assert lifted.ended_on(date(2025, 1, 1))


@pytest.mark.invariant
def test_the_end_of_a_halt_changes_its_end_and_nothing_else():
    vocabulary = open_book(SHIPPED).vocabulary
    for path in sorted((SHIPPED / "halts").glob("*.toml")):
        halt = read_halt(LawFile(path.name, path.read_text()), vocabulary)
        text = closed(halt, date(2026, 12, 1), 'said "so", with a \\')
        again = read_halt(LawFile(path.name, text), vocabulary)
        assert (again.until, again.lifted) == (date(2026, 12, 1), 'said "so", with a \\')
        was, now = LawFile("", path.read_text()).table(), LawFile("", text).table()
        assert {name: now[name] for name in was} == was
        assert closed(again, date(2027, 1, 1), "x").count("\nto = ") == 1


@pytest.mark.parametrize(
    ("fact", "scope", "says"),
    [
        ("tin_given", "numbers", "an enum or a date"),
        ("identity", "identities", "of the stage `request` only"),
        ("purpose", "agencies", "a word of every court order"),
        ("purpose", "states", "scope `states`: given twice"),
        ("address_disclosable_under_i2", "switch", "by no court interpretation"),
    ],
)
def test_a_vocabulary_lets_orders_narrow_by_facts_of_the_request_only(tmp_path, fact, scope, says):
    law = shutil.copytree(SHIPPED, tmp_path / "law")
    facts = law / "us" / "26-usc-6103" / "facts.toml"
    facts.write_text(facts.read_text().replace(f'name = "{fact}"\n', f'name = "{fact}"\nscope = "{scope}"\n'))
    with pytest.raises(LawError) as told:
        open_book(law)
    assert says in str(told.value)


def test_a_regime_of_its_own_narrows_by_a_fact_of_its_own(tmp_path):
    """A district, say: no Python knows the word."""
    law = shutil.copytree(SHIPPED, tmp_path / "law", ignore=shutil.ignore_patterns("halts"))
    facts = law / "us" / "26-usc-6103" / "facts.toml"
    district = '[[fact]]\nname = "engaged_district"\ntype = "enum"\nenum = "District"\nvalues = ["d-mass", "n-d-cal"]\nfrom = "column purpose"\nplain = "x"\nscope = "districts"\n\n'
    facts.write_text(facts.read_text().replace("[[fact]]\n", district + "[[fact]]\n", 1))
    (law / "halts").mkdir()
    (law / "halts" / "x.toml").write_text(HALT + 'districts = ["d-mass"]\n')
    (rule,) = open_book(law).orders
    assert rule.requirement.reads == {"decision_day", "engaged_district"}


@pytest.mark.invariant
@pytest.mark.parametrize("regime", ["us/26-usc-6013", "us/26-usc-6103/", "us//26-usc-6103", "US/26-usc-6103", ".", ""])
def test_an_order_of_a_regime_that_is_not_on_file_is_no_silent_nothing(tmp_path, regime):
    law = shutil.copytree(SHIPPED, tmp_path / "law")
    (law / "halts" / "x.toml").write_text(HALT.replace('"us/26-usc-6103"', f'"{regime}"'))
    with pytest.raises(LawError, match="would withhold nothing"):
        open_book(law)


@pytest.mark.invariant
@pytest.mark.parametrize("name", ["x.TOML", "x.tml", "x", "us/x.toml"])
def test_an_order_under_a_name_that_nobody_reads_is_no_silent_nothing(tmp_path, name):
    law = shutil.copytree(SHIPPED, tmp_path / "law")
    (law / "halts" / "us").mkdir()
    (law / "halts" / name).write_text(HALT)
    with pytest.raises(LawError, match="read by nobody"):
        open_book(law)
