"""The frame decides as Cedar does: the shipped law, rule sets drawn at random, and careless ones that no validator saw.

Compared for each source: the rules that permit, that forbid and that err, exactly. Cedar is asked through ``engine``, row by row.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import cedarpy
import polars as pl
import pytest
from cedarpy import pst

from privity.rules import fold, frame
from privity.rules.book import in_force, open_book
from privity.rules.engine import CedarEngine
from privity.rules.facts import SHIPPED
from privity.rules.frame import FrameAlgebra, decide, mask_column, reasons
from privity.rules.rule import Rule
from privity.terms import FactType, OnFail, Requirement, Source, Stage
from rules import toy

MOU = "treasury-dhs-2025-04-07"
PRINCIPALS = {"head": frozenset({"i-2-requester", "librarian"}), "component": frozenset({"component-head"}), "clerk": frozenset()}


def by_the_frame(rulebook, facts, stage):
    """For each row and source: ids that permit, that forbid, that err."""
    found = decide(rulebook, facts, stage, PRINCIPALS)
    out = [{} for _ in range(facts.height)]
    for source, rules in rulebook.rules.items():
        for place, row in enumerate(out):
            row[source] = [named(found, source, kind, rules, place) for kind in frame.KINDS]
    return out


def named(found, source, kind, rules, place):
    total = sum(found[mask_column(source, kind, chunk)][place] << 63 * chunk for chunk in range(1 + (len(rules) - 1) // 63))
    return {rule.requirement.id for bit, rule in enumerate(rules) if total >> bit & 1}


def differences(rulebook, facts, stage):
    verdicts = CedarEngine(rulebook, PRINCIPALS).decide(facts.rows(named=True), stage)
    wanted = [{source: [one.permits, one.failed, one.errored] for source, one in row.items()} for row in verdicts]
    rows, _ = reasons(rulebook, decide(rulebook, facts, stage, PRINCIPALS), stage)
    passing = [{f"{s.lower()}_ok": s not in row or row[s].passes for s in Source} for row in verdicts]
    same = rows.select(f"{s.lower()}_ok" for s in Source).rows(named=True) == passing
    return sum(a != b for a, b in zip(wanted, by_the_frame(rulebook, facts, stage), strict=True)) + (not same)


# ---------------------------------------------------------------- the shipped law


@pytest.mark.parametrize(
    ("stage", "agreement", "height"), [(Stage.REQUEST, None, 4000), (Stage.RECORD, MOU, 4000), (Stage.RELEASE, "unknown", 3000)]
)
def test_the_shipped_law_is_decided_as_cedar_decides_it(stage, agreement, height):
    book = open_book(SHIPPED)
    facts = toy.rows(book.vocabulary, stage, height, seed=len(stage), null=0.04)
    assert differences(in_force(book, date(2025, 11, 21), agreement=agreement), facts, stage) == 0


def test_a_signatory_that_was_not_supplied_errs_as_a_missing_fact_does(tmp_path):
    rulebook = in_force(open_book(toy.write(tmp_path / "toy")), date(2026, 1, 1))
    facts = toy.rows(rulebook.vocabulary, Stage.RECORD, 300, 5).with_columns(principal=pl.lit(None, pl.String))
    assert differences(rulebook, facts, Stage.RECORD) == 0
    assert decide(rulebook, facts, Stage.RECORD, PRINCIPALS).filter(pl.col("STATUTE.errors") & 2 != 0).height > 50


# ---------------------------------------------------------------- rules drawn at random


def drawn(vocabulary, draw, depth):
    """A condition of Cedar's, as text: well typed, and careless about facts that may be missing."""
    if depth == 0 or draw.random() < 0.15:
        return atom(vocabulary, draw)
    a, b = drawn(vocabulary, draw, depth - 1), drawn(vocabulary, draw, depth - 1)
    return draw.choice(
        [f"({a} && {b})", f"({a} || {b})", f"!({a})", f"(if {atom(vocabulary, draw)} then {a} else {b})", f"(({a}) == ({b}))"]
    )


def atom(vocabulary, draw):
    fact = draw.choice([*vocabulary.facts.values()])
    read = f"context.{fact.name}"
    if fact.optional and draw.random() < 0.4:
        return f"context has {fact.name}"
    op = draw.choice(["<", "<=", ">", ">=", "==", "!="])
    match fact.type:
        case FactType.BOOL:
            return draw.choice(
                [
                    read,
                    f'principal in Office::"{draw.choice([*vocabulary.offices])}"',
                    f'action == Action::"{draw.choice([*vocabulary.bases])}"',
                ]
            )
        case FactType.WHOLE:
            return f"{read} {op} {draw.choice([1, 3, 90, 250])}"
        case FactType.DAY:
            return f'{read} {op} datetime("{toy.value(fact, draw)}")'
        case FactType.ENUM:
            some = ", ".join(f'{fact.enum}::"{value}"' for value in draw.sample(fact.values, 2))
            return draw.choice([f"[{some}].contains({read})", f'{read} {draw.choice(["==", "!="])} {fact.enum}::"{fact.values[0]}"'])


def random_rules(vocabulary, draw, count, depth=4):
    return tuple(random_rule(vocabulary, draw, f"r{number}", depth) for number in range(count))


def random_rule(vocabulary, draw, name, depth):
    effect = draw.choice(["permit", "forbid", "forbid"])
    scope = draw.choice(["action", f'action == Action::"{draw.choice([*vocabulary.bases])}"'])
    clauses = " ".join(f"{draw.choice(['when', 'unless'])} {{ {drawn(vocabulary, draw, depth)} }}" for _ in range(draw.choice([1, 1, 2])))
    text = f"{effect} (principal, {scope}, resource) {clauses};"
    (tree,) = cedarpy.policies_to_pst(text).static_policies.values()
    reads = fold.fold(fold.condition(tree), fold.ReadsAlgebra(vocabulary.facts, vocabulary.offices)).facts
    bases = frozenset(fold.actions(tree) or vocabulary.bases)
    required = Requirement(name, Source.STATUTE, Stage.REQUEST, draw.choice([*OnFail]), effect, "", "", "", bases, reads)
    return Rule(required, replace(tree, id=name))


def with_rules(rulebook, rules):
    return replace(rulebook, rules={Source.STATUTE: rules})


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    return in_force(open_book(toy.write(tmp_path_factory.mktemp("law") / "toy")), date(2026, 1, 1))


@pytest.mark.parametrize("seed", range(10))
def test_rules_drawn_at_random_and_never_validated_are_decided_as_cedar_decides_them(little, seed):
    draw = random.Random(seed)
    rulebook = with_rules(little, random_rules(little.vocabulary, draw, draw.choice([1, 4, 8])))
    facts = toy.rows(little.vocabulary, Stage.RECORD, 1000, seed, null=0.15)
    assert differences(rulebook, facts, Stage.RECORD) == 0


def test_more_rules_than_one_mask_holds_are_decided_as_cedar_decides_them(little):
    rulebook = with_rules(little, random_rules(little.vocabulary, random.Random(99), 140, depth=2))
    facts = toy.rows(little.vocabulary, Stage.RECORD, 150, 99, null=0.15)
    assert "STATUTE.forbids.2" in decide(rulebook, facts, Stage.RECORD, PRINCIPALS).columns
    assert differences(rulebook, facts, Stage.RECORD) == 0


def test_plain_three_valued_logic_would_be_caught(little, monkeypatch):
    monkeypatch.setattr(FrameAlgebra, "and_", lambda self, a, b: a & b)
    monkeypatch.setattr(FrameAlgebra, "or_", lambda self, a, b: a | b)
    rulebook = with_rules(little, random_rules(little.vocabulary, random.Random(1), 12))
    assert differences(rulebook, toy.rows(little.vocabulary, Stage.RECORD, 500, 1, null=0.15), Stage.RECORD) > 0


def test_a_rule_that_its_own_basis_does_not_reach_stops_the_engine(little):
    rules = little.rules[Source.STATUTE]
    lost = replace(rules[1], tree=replace(rules[1].tree, action=pst.ActionEq(pst.EntityUid(pst.EntityType("Action"), "a group"))))
    with pytest.raises(AssertionError, match="canary"):
        CedarEngine(with_rules(little, (rules[0], lost)), PRINCIPALS)


def test_the_rules_text_that_is_evaluated_reads_back_as_the_same_rules():
    rulebook = in_force(open_book(SHIPPED), date(2026, 3, 1), agreement=MOU)
    for source, text in rulebook.policies.items():
        trees = cedarpy.policies_to_pst(text).static_policies
        again = [fold.condition(trees[f"policy{place}"]) for place in range(len(trees))]
        assert again == [fold.condition(rule.tree) for rule in rulebook.rules[source]]
        assert all(isinstance(tree, pst.Template) for tree in trees.values())
