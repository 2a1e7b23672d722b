"""Rows that meet the shipped law, and rows that nearly do."""

from __future__ import annotations

import random
from datetime import date

import polars as pl

from privity.rules.facts import facts_schema
from privity.terms import FactType, Stage
from rules import toy

MOU = "treasury-dhs-2025-04-07"
PRINCIPALS = {"head": frozenset({"i-2-requester"}), "component": frozenset({"component-head"}), "clerk": frozenset()}
GOOD = {
    "agency": "us-dhs-ice",
    "officer_cases": 1,
    "days_since_final_order": 200,
    "days_in_removal_period": 200,
    "request_day": date(2025, 11, 19),
    "decision_day": date(2025, 11, 20),
    "received_day": date(2025, 11, 20),
    "case_opened": date(2025, 11, 18),
    "data_class": "taxpayer-identity",
    "informant_bar": False,
    "impairment_bar": False,
    "contest_known": False,
    "contested": False,
    "agreement_state": "in-force",
    "purpose": "criminal-investigation",
}


def near(vocabulary, height, seed, changes=(0, 1, 1, 1, 2, 3)):
    """Rows that meet nearly everything: a few facts of each, as many as ``changes`` says, are changed or missing."""
    draw = random.Random(seed)
    schema = facts_schema(vocabulary, Stage.RELEASE)
    good = {
        name: GOOD.get(name, True if fact.type is FactType.BOOL else (fact.values or [1])[0]) for name, fact in vocabulary.facts.items()
    }
    found = []
    for ordinal in range(height):
        row = {"ordinal": ordinal, **good, "principal": "head", "action": "i-2"}
        for name in draw.sample([*vocabulary.facts, "principal", "action", "agency", "decision_day"], draw.choice(changes)):
            row[name] = other(vocabulary, name, draw)
        found.append(row)
    return pl.DataFrame(found, schema={**schema, "principal": pl.String(), "action": pl.String()}, orient="row", strict=False)


def other(vocabulary, name, draw):
    if draw.random() < 0.2:
        return None
    if name == "principal":
        return draw.choice(["component", "clerk", "ghost"])
    return None if name == "action" else not_first(vocabulary.facts[name], draw)


def not_first(fact, draw):
    if fact.type is FactType.BOOL:
        return not GOOD.get(fact.name, True)
    return draw.choice(fact.values) if fact.values else toy.value(fact, draw)
