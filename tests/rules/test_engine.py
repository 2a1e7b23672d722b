"""Cedar itself: its verdicts keep errors apart, and equal rows are decided once."""

from __future__ import annotations

from datetime import date

import pytest

from privity.rules.book import in_force, open_book
from privity.rules.engine import CedarEngine
from privity.terms import Source, Stage
from rules import toy

GOOD = {"card_given": True, "due": date(2026, 1, 1), "books": 2, "late": 0, "shelf": "open", "wanted": None, "found": True}


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    return in_force(open_book(toy.write(tmp_path_factory.mktemp("law") / "toy")), date(2026, 1, 1))


def verdict(rulebook, **changed):
    engine = CedarEngine(rulebook, {"ann": frozenset({"librarian"})})
    return engine.decide([{**GOOD, "principal": "ann", "action": "lend", **changed}], Stage.RECORD)[0][Source.STATUTE]


def test_a_row_that_meets_everything_is_allowed(little):
    found = verdict(little)
    assert found.allowed
    assert found.passes
    assert found.permits == {"lend"}


@pytest.mark.invariant
def test_silence_refuses_a_rule_that_errs_is_skipped_by_cedar_and_not_by_us(little):
    found = verdict(little, books=None, found=None)
    assert found.errored == {"few", "there"}
    assert not found.allowed
    assert not found.passes


def test_an_unmet_requirement_does_not_hide_the_permit(little):
    found = verdict(little, books=9)
    assert (found.failed, found.permits, found.allowed) == ({"few"}, {"lend"}, False)


def test_a_signatory_not_supplied_errs_and_an_unknown_one_fails(little):
    assert verdict(little, principal=None).errored == {"librarian"}
    assert verdict(little, principal="ghost").failed == {"librarian"}


def test_no_basis_permits_nothing(little):
    assert verdict(little, action=None).permits == frozenset()
    assert not verdict(little, action=None).passes


def test_equal_rows_are_decided_once(little):
    engine = CedarEngine(little, {})
    row = {**GOOD, "principal": "ann", "action": "lend"}
    engine.decide([row], Stage.RECORD)
    asked = sum(map(len, engine._known.values()))
    many = engine.decide([{**row, "card_given": bool(place % 2)} for place in range(1000)], Stage.RECORD)
    assert sum(map(len, engine._known.values())) == asked, "no rule reads whether a card is given"
    assert all(one == many[0] for one in many)
