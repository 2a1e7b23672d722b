"""Do all facts of the request stage come out, in the vocabulary's types, the same however the batch is cut, and without a word of a person?"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import polars as pl
import pytest

from privity.elements import REGISTRY, cell, examine, merge_all, settle_all, tally_all
from privity.errors import LawError
from privity.terms import Defects, Fact, FactType, Requests, Stage

OFFICE = {"day": date(2026, 11, 23), "agency": "us-dhs", "signatory_of_agency": True}
ENVELOPE = {"dated": date(2026, 11, 1), "in_writing": True}
COMPLETE = {
    "first_name": "Maria", "last_name": "Garcia", "address_line1": "12 Elm Street", "city": "Miami", "state": "FL", "zip": "33101", "case_id": "C-1",
    "case_opened": "2026-01-02", "engaged_person": "Ana Ruiz", "engaged_kind": "Special Agent", "authority": "8 USC 1326(a)", "tax_periods": "2021",
    "purpose": "Criminal Investigation", "reason": "Wage statements would show presence in Miami after removal in 2019, an element of illegal reentry",
    "items": "wages reported by employer", "tin": "123-45-6788",
}  # fmt: skip


def facts(requests, law, given_, tallies=None, *, defects=None, office=OFFICE, envelope=ENVELOPE):
    return examine(
        requests, law, given_, tallies, envelope=envelope, office=office, switches={"tin_may_cure_address": False}, defects=defects
    ).frame


def test_a_complete_row(rows, law, given_):
    row = facts(rows(**{name: [value] for name, value in COMPLETE.items()}), law, given_).row(0, named=True)
    expected = {
        "decision_day": date(2026, 11, 23), "request_day": date(2026, 11, 1), "in_writing": True, "agency": "us-dhs", "signatory_of_agency": True,
        "name_standing": "person", "address_standing": "complete", "tin_given": True, "period_standing": "stated", "authority_standing": "criminal",
        "predicate": "other", "purpose": "criminal-investigation", "reason_standing": "specific", "case_stated": True, "case_opened": date(2026, 1, 2),
        "engaged_named": "person", "engaged_kind": "officer-or-employee", "engaged_signed": True, "officer_cases": 1,
        "items_standing": "other-return-information", "final_order_dated": False, "tin_may_cure_address": False,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_every_fact_of_the_request_stage_has_its_column_and_type(rows, law, given_):
    frame = facts(rows(first_name=[None, None]), law, given_)
    expected = {fact.name: fact.dtype for fact in law.facts.values() if fact.stage is Stage.REQUEST}
    assert dict(frame.schema) == {"ordinal": pl.UInt32(), **expected}


@pytest.mark.invariant
def test_an_empty_row_says_nothing(rows, law, given_):
    row = facts(rows(first_name=[None]), law, given_, office={}, envelope={}).drop("ordinal", "tin_may_cure_address").row(0, named=True)
    assert {name for name, value in row.items() if value is not None} == {"tin_given", "case_stated", "final_order_dated"}
    assert not any(value for value in row.values())


def test_an_empty_batch_is_judged(rows, law, given_):
    requests = Requests(rows(first_name=["x"]).frame.clear())
    assert facts(requests, law, given_).height == 0
    assert facts(requests, law, given_, settle_all(merge_all([tally_all(requests, law)]), given_)).height == 0


@pytest.mark.invariant
def test_however_a_batch_is_cut_the_facts_are_the_same(rows, law, given_):
    dice = random.Random(3)
    words = ["wire", "payroll", "miami", "grand", "jury", "statement", "employer", "ledger", "boat", "forged", "passport", "witness"]
    texts = [
        " ".join(["fraud", *(f"{word}{dice.choice(words)}" for word in dice.sample(words, 8))])
        if n % 3
        else "the same payroll statement will prove wire fraud by the employer"
        for n in range(240)
    ]
    batch = rows(
        reason=texts, case_id=[f"C-{n // 2}" for n in range(240)], engaged_person=[dice.choice(["Ana Ruiz", "Bo Li"]) for _ in texts]
    )
    whole = facts(batch, law, given_)
    shards = [Requests(batch.frame.filter(pl.col("ordinal").hash() % 3 == part)) for part in range(3)]
    settled = settle_all(merge_all([tally_all(one, law) for one in reversed(shards)]), given_)
    again = pl.concat([facts(one, law, given_, settled) for one in shards]).sort("ordinal")
    assert again.equals(whole)
    assert whole["reason_standing"].n_unique() > 1


@pytest.mark.invariant
def test_no_canary_escapes(rows, law, given_):
    names = [column.name for column in law.columns]
    batch = rows(**{name: [f"Canary{n} {name.title()} Zebra", f"CANARY{n}"] for n, name in enumerate(names)})
    tallies = merge_all([tally_all(batch, law)])
    out = "".join(str(frame.to_dicts()) for frame in (*tallies.values(), facts(batch, law, given_, settle_all(tallies, given_)))).lower()
    assert "canary" not in out
    assert "zebra" not in out


def test_a_defective_cell_makes_its_element_silent(rows, law, given_):
    batch = rows(predicate_date=["2026-01-01"] * 2, reason=["Payroll statements prove the wire fraud"] * 2)
    bad = Defects(pl.DataFrame({"ordinal": [1, 1], "row": [3, 3], "field": ["predicate_court_date", "city"], "kind": ["not a date", "too long"]},
                               schema=dict(Defects.SCHEMA)))  # fmt: skip
    frame = facts(batch, law, given_, defects=bad)
    assert frame["days_since_final_order"].to_list() == [304, None]
    assert frame["reason_standing"].to_list() == ["specific", "specific"]  # masks a city, and does not rest on it


def test_a_value_of_the_wrong_type_is_a_bug_and_an_unknown_word_is_missing(rows, law, given_):
    batch = rows(first_name=["Maria"])
    assert facts(batch, law, given_, office={"agency": "mars"})["agency"].item() is None
    for office in ({"day": "2026-01-01"}, {"day": datetime(2026, 1, 1, tzinfo=UTC)}, {"signatory_of_agency": 1}):
        with pytest.raises(TypeError):
            facts(batch, law, given_, office=office)


def fact(kind: FactType, values: tuple[str, ...] = (), **aliases: str) -> Fact:
    return Fact(
        "f",
        kind,
        Stage.REQUEST,
        "a fact",
        ("column", "c"),
        values,
        aliases={one.replace("_", " "): meant for one, meant in aliases.items()},
    )


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FactType.BOOL, " YES ", True), (FactType.BOOL, "n", False), (FactType.BOOL, "1", True), (FactType.BOOL, "maybe", None), (FactType.BOOL, "", None),
        (FactType.WHOLE, "-12", -12), (FactType.WHOLE, "1.0", None), (FactType.WHOLE, "1,000", None), (FactType.WHOLE, "9" * 19, None),
        (FactType.DAY, "2026-01-02", date(2026, 1, 2)), (FactType.DAY, "1/2/2026", None),
    ],
)  # fmt: skip
def test_a_cell_is_read_strictly(kind, text, value):
    assert pl.DataFrame({"c": [text]}).select(cell.value(fact(kind), pl.col("c"))).item() == value


@pytest.mark.parametrize("text", ["grand-jury", "Grand Jury", " GRAND  JURY. ", "grand_jury", "the jury"])
def test_an_enum_word_is_read_whatever_its_case_and_punctuation(text):
    assert (
        pl.DataFrame({"c": [text]}).select(cell.value(fact(FactType.ENUM, ("grand-jury", "x"), the_jury="grand-jury"), pl.col("c"))).item()
        == "grand-jury"
    )


def test_an_alias_with_two_meanings_is_an_error_of_the_law_files():
    with pytest.raises(LawError):
        cell.spellings(fact(FactType.ENUM, ("a", "b"), A="b"))


@pytest.mark.parametrize(
    ("text", "says"), [("C-1", True), ("N/A", False), ("none", False), ("--", False), ("000", False), ("", False), (None, False)]
)
def test_a_cell_that_stands_for_nothing_is_not_present(text, says):
    assert pl.DataFrame({"c": [text]}, schema={"c": pl.String}).select(cell.present(pl.col("c"))).item() is says


def test_the_registry_serves_every_element_that_the_law_names(law):
    named = {one.origin[1] for one in law.facts.values() if one.origin[0] == "element"}
    assert named <= {f"{element.name}.{output}" for element in REGISTRY.values() for output in element.gives}
