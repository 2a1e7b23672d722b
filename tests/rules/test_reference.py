"""The shipped law, through the frame, against ``reference``; and every rule, dropped or turned round, is missed by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from cedarpy import pst

import reference
from privity.rules.book import in_force, open_book
from privity.rules.facts import SHIPPED, facts_schema
from privity.rules.frame import decide, reasons
from privity.terms import Source, Stage
from rules.near import MOU, PRINCIPALS, near


@pytest.fixture(scope="module")
def book():
    return open_book(SHIPPED)


def by_the_frame(rulebook, facts, stage):
    """Unmet requirements of each row, by source: forbidden or in error, and the general rule."""
    rows, spelled = reasons(
        rulebook, decide(rulebook, facts.select(*facts_schema(rulebook.vocabulary, stage), "principal", "action"), stage, PRINCIPALS), stage
    )
    sets = {}
    for one in spelled.frame.iter_rows(named=True):
        sets.setdefault(one["reasons_id"], set()).add((one["source"], one["requirement"]))
    return [sets.get(one, set()) for one in rows["reasons_id"]]


def by_the_reference(facts, stage, agreement):
    found = []
    for row in facts.iter_rows(named=True):
        offices = None if row["principal"] is None else PRINCIPALS.get(row["principal"], frozenset())
        unmet = reference.unmet(row, offices, stage.value, agreement)
        found.append({(source, name) for source, names in unmet.items() for name in names})
    return found


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("agreement", [None, MOU])
def test_the_shipped_law_decides_as_the_statute_read_a_second_time(book, stage, agreement):
    rulebook = in_force(book, date(2026, 3, 1), agreement=agreement)
    facts = near(book.vocabulary, 2500, 7)
    wanted, got = by_the_reference(facts, stage, bool(agreement)), by_the_frame(rulebook, facts, stage)
    assert got == wanted
    assert sum(not one for one in wanted) > 50, "some rows pass"


@pytest.mark.invariant
def test_every_rule_dropped_or_turned_round_is_missed(book):
    rulebook = in_force(book, date(2026, 3, 1), agreement=MOU)
    facts = near(book.vocabulary, 1500, 11)
    wanted = by_the_reference(facts, Stage.RELEASE, agreement=True)
    mutants = [
        (source, place, turn) for source, rules in rulebook.rules.items() for place in range(len(rules)) for turn in (dropped, turned)
    ]
    survived = [
        (rulebook.rules[source][place].requirement.id, turn.__name__)
        for source, place, turn in mutants
        if by_the_frame(turn(rulebook, source, place), facts, Stage.RELEASE) == wanted
    ]
    assert not survived


def test_a_set_that_permits_nothing_passes_nothing(book):
    rulebook = in_force(book, date(2026, 3, 1))
    facts = near(book.vocabulary, 200, 3)
    for source in (Source.HALT, Source.POLICY):
        mutant = dropped(rulebook, source, 0)
        rows, _ = reasons(mutant, decide(mutant, facts, Stage.RELEASE, PRINCIPALS), Stage.RELEASE)
        assert not rows[f"{source.lower()}_ok"].any()


def dropped(rulebook, source, place):
    rules = rulebook.rules[source]
    return replace(rulebook, rules={**rulebook.rules, source: rules[:place] + rules[place + 1 :]})


def turned(rulebook, source, place):
    rules = list(rulebook.rules[source])
    tree = rules[place].tree
    clauses = tuple(pst.Unless(c.expr) if isinstance(c, pst.When) else pst.When(c.expr) for c in tree.clauses) or (
        pst.When(pst.BoolLit(False)),
    )
    rules[place] = replace(rules[place], tree=replace(tree, clauses=clauses))
    return replace(rulebook, rules={**rulebook.rules, source: tuple(rules)})
