"""Masks and reasons: silence refuses, every finding names its source, and what is missing is named."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from privity.rules.book import in_force, open_book
from privity.rules.facts import SHIPPED, facts_schema
from privity.rules.frame import decide, missing, not_of_the_file, origin_of, reasons
from privity.terms import Stage
from rules import toy
from rules.near import MOU, PRINCIPALS, near

GOOD = {"card_given": True, "due": date(2026, 1, 1), "books": 2, "late": 0, "shelf": "open", "wanted": None, "found": True}


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    return in_force(open_book(toy.write(tmp_path_factory.mktemp("law") / "toy")), date(2026, 1, 1))


@pytest.fixture(scope="module")
def shipped():
    return in_force(open_book(SHIPPED), date(2026, 3, 1), agreement=MOU)


def table(rulebook, stage, *rows):
    schema = {**facts_schema(rulebook.vocabulary, stage), "principal": pl.String(), "action": pl.String()}
    full = [{"ordinal": place, **GOOD, "principal": "ann", "action": "lend", **row} for place, row in enumerate(rows)]
    return pl.DataFrame([{name: row[name] for name in schema} for row in full], schema=schema)


def findings(rulebook, facts, stage):
    rows, spelled = reasons(rulebook, decide(rulebook, facts, stage, {"ann": frozenset({"librarian"})}), stage)
    sets = [spelled.frame.filter(pl.col("reasons_id") == one).select("source", "requirement", "kind").rows() for one in rows["reasons_id"]]
    return rows, sets


def test_a_row_that_meets_everything_passes_without_a_finding(little):
    rows, sets = findings(little, table(little, Stage.RECORD, {}), Stage.RECORD)
    assert sets == [[]]
    assert rows.row(0)[1:] == (0, True, True, True, True, False)


@pytest.mark.invariant
@pytest.mark.parametrize("name", ["books", "shelf", "found"])
def test_silence_refuses_a_missing_fact_is_an_error_and_never_a_pass(little, name):
    rows, sets = findings(little, table(little, Stage.RECORD, {name: None}), Stage.RECORD)
    assert not rows["statute_ok"][0]
    assert [kind for _, _, kind in sets[0]] == ["error"]


@pytest.mark.invariant
@pytest.mark.parametrize("basis", [None, "give"])
def test_silence_refuses_without_a_basis_the_general_rule_does(little, basis):
    rows, sets = findings(little, table(little, Stage.RECORD, {"action": basis}), Stage.RECORD)
    assert not rows["statute_ok"][0]
    assert sets == [[("STATUTE", "closed", "failed")]]


def test_a_signatory_not_supplied_is_an_error_and_an_unknown_one_holds_no_office(little):
    _, sets = findings(little, table(little, Stage.REQUEST, {"principal": None}, {"principal": "ghost"}, {}), Stage.REQUEST)
    assert sets == [[("STATUTE", "librarian", "error")], [("STATUTE", "librarian", "failed")], []]


def test_all_that_failed_is_listed_not_only_the_first(little):
    _, sets = findings(little, table(little, Stage.RECORD, {"books": 9, "found": False, "principal": "ghost"}), Stage.RECORD)
    assert [name for _, name, _ in sets[0]] == ["librarian", "few", "there"]


@pytest.mark.invariant
def test_a_requirement_of_a_later_stage_is_not_asked_before(little):
    facts = table(little, Stage.REQUEST, {})
    assert "found" not in facts.columns
    assert findings(little, facts, Stage.REQUEST)[1] == [[]]


def test_the_number_of_a_set_of_reasons_is_the_same_in_every_shard(little):
    one = table(little, Stage.RECORD, {}, {"books": 9}, {"found": False}, {"books": 9, "found": False})
    alone = [findings(little, one[place : place + 1], Stage.RECORD)[0]["reasons_id"][0] for place in range(4)]
    assert findings(little, one, Stage.RECORD)[0]["reasons_id"].to_list() == alone
    assert len(set(alone)) == 4


@pytest.mark.parametrize("wrong", [pl.col("books").cast(pl.String), pl.col("shelf").cast(pl.String)])
def test_a_table_of_another_shape_is_our_bug(little, wrong):
    facts = table(little, Stage.RECORD, {})
    with pytest.raises(TypeError, match="columns missing or of another type"):
        decide(little, facts.with_columns(wrong), Stage.RECORD, {})
    with pytest.raises(TypeError, match="principal"):
        decide(little, facts.drop("principal"), Stage.RECORD, {})


# ---------------------------------------------------------------- the shipped law


def one_changed(shipped, **changed):
    facts = near(shipped.vocabulary, 1, 0, changes=(0,))
    return facts.with_columns(pl.lit(value, facts.schema[name]).alias(name) for name, value in changed.items())


def shipped_findings(shipped, facts):
    rows, spelled = reasons(shipped, decide(shipped, facts, Stage.RELEASE, PRINCIPALS), Stage.RELEASE)
    return rows.row(0, named=True), spelled.frame.select("source", "requirement", "kind").rows()


@pytest.mark.invariant
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"name_standing": "class"}, ("STATUTE", "i-2.B.i.name", "failed")),
        ({"address_agreement": "cannot-tell"}, ("STATUTE", "i-2.B.i.address-of-the-taxpayer", "failed")),
        ({"address_agreement": None}, ("STATUTE", "i-2.B.i.address-of-the-taxpayer", "error")),
        ({"decision_day": date(2025, 11, 21)}, ("HALT", "ctr-v-irs-ddc-2025-11-21", "failed")),
        ({"assurance_given": False}, ("AGREEMENT", "mou.assurance", "failed")),
        ({"agreement_state": "suspended"}, ("AGREEMENT", "mou.in-force", "failed")),
        ({"officer_cases": 251}, ("POLICY", "policy.officer-load", "failed")),
        ({"two_persons": False}, ("POLICY", "policy.two-persons", "failed")),
    ],
)
def test_every_finding_names_its_source_and_only_that_source_refuses(shipped, changed, expected):
    row, found = shipped_findings(shipped, one_changed(shipped, **changed))
    assert found == [expected]
    assert [name for name in ("statute_ok", "halt_ok", "agreement_ok", "policy_ok") if not row[name]] == [f"{expected[0].lower()}_ok"]
    assert not row["referred"]


@pytest.mark.invariant
@pytest.mark.parametrize("changed", [{"earlier_answer": "asked-before"}, {"bound_within_limit": None}, {"days_since_final_order": None}])
def test_what_only_refers_never_refuses_not_even_when_it_errs(shipped, changed):
    row, found = shipped_findings(shipped, one_changed(shipped, **changed))
    assert row["referred"]
    assert all(row[name] for name in ("statute_ok", "halt_ok", "agreement_ok", "policy_ok"))
    assert {kind for _, _, kind in found} == {"refer"}


@pytest.mark.invariant
@pytest.mark.parametrize(("day", "agency", "withheld"), [
    (date(2025, 11, 20), "us-dhs-ice", False),
    (date(2025, 11, 21), "us-dhs-ice", True),
    (date(2030, 1, 1), "us-dhs", True),
    (date(2030, 1, 1), "us-doj", False),
    (date(2030, 1, 1), None, True),
    (None, "us-dhs", True),
])  # fmt: skip
def test_a_halt_bites_by_the_day_of_the_decision_and_when_in_doubt(shipped, day, agency, withheld):
    row, _ = shipped_findings(shipped, one_changed(shipped, decision_day=day, agency=agency))
    assert row["halt_ok"] is not withheld


def test_what_is_missing_is_named_and_whether_the_file_could_have_had_it(shipped):
    opened = shipped.requirement("i-2.A.case-opened")
    facts = near(shipped.vocabulary, 1, 0, changes=(0,))[[0, 0, 0]].with_columns(
        request_day=pl.Series([None, None, facts_day()], dtype=pl.Date), case_opened=pl.Series([facts_day(), None, None], dtype=pl.Date)
    )
    assert missing(shipped, opened, facts).to_list() == [["request_day"], ["case_opened", "request_day"], ["case_opened"]]
    assert not_of_the_file(shipped, opened, facts).to_list() == [True, False, False]
    assert origin_of(opened, shipped.vocabulary) == {"column", "envelope"}


def facts_day():
    return date(2025, 11, 1)


def test_a_missing_signatory_is_not_of_the_file_and_an_element_may_be_named_so(shipped):
    facts = one_changed(shipped, principal=None, engaged_signed=None)
    assert missing(shipped, shipped.requirement("i-2.A.requester"), facts).to_list() == [["principal"]]
    assert not_of_the_file(shipped, shipped.requirement("i-2.A.requester"), facts).to_list() == [True]
    signed = shipped.requirement("i-2.A.engaged-directly")
    assert not_of_the_file(shipped, signed, facts).to_list() == [False]
    assert not_of_the_file(shipped, signed, facts, also=frozenset({"engaged_signed"})).to_list() == [True]


def test_a_fact_that_may_be_absent_is_never_what_is_missing(shipped):
    facts = one_changed(shipped, predicate_class=None)
    assert missing(shipped, shipped.requirement("8-1253.a-1.class"), facts).to_list() == [[]]
