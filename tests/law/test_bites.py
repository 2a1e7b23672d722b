"""Does each requirement bite: is there a row that meets everything else and fails exactly it?

A good row is taken, and one fact of it (or two) is changed to every other value, and to nothing, until exactly one requirement is
unmet. A requirement that no such row reaches is either implied by others, or dead.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

import polars as pl
import pytest

from privity.rules.book import in_force, open_book
from privity.rules.facts import SHIPPED, facts_schema
from privity.rules.frame import decide, reasons
from privity.terms import FactType, Source, Stage
from rules.near import GOOD, MOU, PRINCIPALS

DAY = date(2025, 11, 20)
HALT = "ctr-v-irs-ddc-2025-11-21"
# An authority that cannot be read is no criminal statute either: whoever fails the first fails the second, and is told both.
IMPLIED = {"i-2.B.iii.authority": {"i-1.A.i.criminal-statute"}}
BOOK = open_book(SHIPPED)
RULEBOOK = in_force(BOOK, DAY, agreement=MOU)
FORBIDS = [rule.requirement for rules in RULEBOOK.rules.values() for rule in rules if rule.requirement.effect == "forbid"]


def good_row():
    facts = BOOK.vocabulary.facts
    good = {name: GOOD.get(name, True if fact.type is FactType.BOOL else (fact.values or [1])[0]) for name, fact in facts.items()}
    return {**good, "principal": "head", "action": "i-2"}


def others(name):
    """Every value that a fact can have besides the good row's, near its limits where it has limits."""
    if name == "principal":
        return ["component", "clerk", None]
    fact, good = BOOK.vocabulary.facts[name], good_row()[name]
    match fact.type:
        case FactType.BOOL:
            values = [not good]
        case FactType.ENUM:
            values = [*fact.values]
        case FactType.DAY:
            values = [good + timedelta(days=n) for n in (-1, 1, 2)]
        case FactType.WHOLE:
            values = [89, 90, 91, 250, 251]
    return [value for value in (*values, None) if value != good]


@pytest.fixture(scope="module")
def rows():
    """Every change of one fact, and of two that are read by one requirement; under the predicate and under none."""
    good = good_row()
    changes = [{name: value} for name in (*BOOK.vocabulary.facts, "principal") for value in others(name)]
    pairs = {pair for one in FORBIDS for pair in combinations(sorted(one.reads & good.keys()), 2)}
    changes += [{a: x, b: y} for a, b in sorted(pairs) for x in others(a) for y in others(b)]
    changes = [{}, *changes, *({"predicate": "other", **change} for change in changes)]
    schema = {**facts_schema(BOOK.vocabulary, Stage.RELEASE), "principal": pl.String(), "action": pl.String()}
    return pl.DataFrame([{"ordinal": i, **good, **change} for i, change in enumerate(changes)], schema=schema, orient="row")


def found(rulebook, rows):
    """The distinct sets of findings: (requirements that refuse, questions), each a set of ids; and the first row's."""
    verdicts, spelled = reasons(rulebook, decide(rulebook, rows, Stage.RELEASE, PRINCIPALS), Stage.RELEASE)
    assert verdicts.row(0, named=True)["reasons_id"] == 0, "the good row meets everything"
    sets = spelled.frame.partition_by("reasons_id")
    return {tuple(frozenset(one.filter((pl.col("kind") == "refer") == asks)["requirement"]) for asks in (False, True)) for one in sets}


@pytest.fixture(scope="module")
def sets(rows):
    """Under the agreement, and under none: an agreement repeats some of what the statute says."""
    return found(RULEBOOK, rows) | found(in_force(BOOK, DAY), rows)


@pytest.mark.parametrize("requirement", FORBIDS, ids=[one.id for one in FORBIDS])
def test_some_row_fails_on_exactly_this(requirement, sets):
    alone = frozenset({requirement.id, *IMPLIED.get(requirement.id, ())})
    if requirement.on_fail == "refer":
        assert (frozenset(), alone) in sets
    else:
        assert any(refusing == alone for refusing, _ in sets)


def test_all_rules_of_the_shipped_law_are_in_force_for_this():
    on_file = {rule.requirement.id for rule in (*BOOK.statute, *BOOK.orders, *BOOK.policy, *BOOK.agreements[MOU].rules)}
    assert {rule.requirement.id for rules in RULEBOOK.rules.values() for rule in rules} - on_file == {"halt.open", "policy.open"}
    assert on_file >= {one.id for one in FORBIDS} > {HALT}
    assert {one.source for one in FORBIDS} == set(Source)
