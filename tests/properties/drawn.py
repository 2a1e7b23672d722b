"""Rows and rules that Hypothesis draws: rows near ones that the shipped law allows, rules over its vocabulary.

A row is the good row with a few facts changed, each to the n-th other value that it can have, so that a failing row shrinks to one change.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import polars as pl
from hypothesis import strategies as st

from privity.determine import Asked, determine
from privity.errors import LawError
from privity.rules.book import in_force, open_book
from privity.rules.facts import SHIPPED, facts_schema
from privity.rules.lawfile import LawFile
from privity.rules.rule import read_rules
from privity.terms import Facts, FactType, Outcome, Stage
from rules.near import GOOD

BOOK = open_book(SHIPPED)
VOCABULARY = BOOK.vocabulary
MOU = "treasury-dhs-2025-04-07"
DAY = date(2025, 11, 20)
HEAD = Asked("head", "i-2", {"head": frozenset({"i-2-requester"})})
SCHEMA = facts_schema(VOCABULARY, Stage.RELEASE)
DAYS = [date(2025, 3, 1), date(2025, 8, 7), DAY, date(2025, 11, 21), date(2026, 3, 1)]
stages = st.sampled_from(list(Stage))


@cache
def standing(day=DAY, agreement=None):
    return in_force(BOOK, day, agreement=agreement)


@cache
def good():
    facts = VOCABULARY.facts
    return {name: GOOD.get(name, True if fact.type is FactType.BOOL else (fact.values or [1])[0]) for name, fact in facts.items()}


@cache
def values(name):
    """What a fact can be, nothing included; numbers and days at and beside those that rules compare with."""
    fact = VOCABULARY.facts[name]
    match fact.type:
        case FactType.BOOL:
            return (True, False, None)
        case FactType.WHOLE:
            return (0, 1, 89, 90, 91, 249, 250, 251, None)
        case FactType.DAY:
            return (*(day + timedelta(days=n) for day in DAYS for n in (-1, 0, 1)), None)
        case FactType.ENUM:
            return (*fact.values, None)


changes = st.dictionaries(st.sampled_from([*VOCABULARY.facts]), st.integers(0, 20), max_size=4)
batches = st.lists(changes, min_size=10, max_size=30)


def facts(drawn):
    """A table of facts up to the release stage, a row for each set of changes."""
    rows = [
        {"ordinal": i, **good(), **{name: values(name)[n % len(values(name))] for name, n in one.items()}} for i, one in enumerate(drawn)
    ]
    return Facts(pl.DataFrame(rows, schema=SCHEMA, orient="row"))


def passing(rulebook, table, stage, asked=HEAD):
    """The ordinals that a stage lets pass."""
    frame = determine(rulebook, table, stage, asked).outcomes.frame
    return set(frame.filter(pl.col("outcome") != Outcome.REFUSED)["ordinal"])


# ---------------------------------------------------------------- rules


def atom(name, n):
    """A test of one fact; an optional one is asked for first."""
    fact = VOCABULARY.facts[name]
    known = [value for value in values(name) if value is not None]
    value = known[n % len(known)]
    match fact.type:
        case FactType.BOOL:
            text = f"context.{name}"
        case FactType.WHOLE:
            text = f"context.{name} {('<', '<=', '>', '>=', '==')[n % 5]} {value}"
        case FactType.DAY:
            text = f'context.{name} {("<", "<=", ">", ">=")[n % 4]} datetime("{value}")'
        case FactType.ENUM:
            text = f'context.{name} {("==", "!=")[n % 2]} {fact.enum}::"{value}"'
    return f"(context has {name} && {text})" if fact.optional else f"({text})"


atoms = st.builds(atom, st.sampled_from([*VOCABULARY.facts]), st.integers(0, 30))
conditions = st.recursive(
    atoms,
    lambda part: st.one_of(
        st.builds("({} && {})".format, part, part), st.builds("({} || {})".format, part, part), st.builds("!({})".format, part)
    ),
    max_leaves=5,
)


def forbid(condition, source, stage, words="unless"):
    """One more requirement of a source; None if the condition is not lawful at the stage."""
    text = f'@id("drawn") @cite("26 USC 6103(i)(2)") @stage("{stage}") @fails("drawn")\nforbid (principal, action == Action::"i-2", resource)\n{words} {{ {condition} }};\n'
    try:
        (rule,) = read_rules(LawFile("drawn.cedar", text), source, VOCABULARY)
    except LawError:
        return None
    return rule
