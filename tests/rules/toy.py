"""A regime that exists nowhere, small enough to read: what the rules package must do with any law, not only with the shipped one."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from privity.rules.facts import facts_schema
from privity.terms import FactType

if TYPE_CHECKING:
    from pathlib import Path

    from privity.rules.facts import Vocabulary
    from privity.terms import Fact, Stage

FACTS = """
[regime]
id = "toy"
title = "Library loans"
custodian = "the library"
default_basis = "lend"
general_rule = { id = "closed", cite = "1 USC 1", fails = "nothing opens the stacks", supply = "a loan" }

[[basis]]
id = "lend"
cite = "1 USC 2(a)"
duty = "may"
plain = "a loan"
answers = ["same"]

[[basis]]
id = "show"
cite = "1 USC 2(b)"
duty = "shall"
plain = "a look"
answers = ["same"]

[[office]]
id = "librarian"
cite = "1 USC 3"
plain = "a librarian"

[[column]]
name = "card"
kind = "text"
plain = "number of the card"

[[column]]
name = "due"
kind = "day"
plain = "when it is due"

[[fact]]
name = "card_given"
type = "boolean"
from = "present card"
plain = "a card is given"

[[fact]]
name = "due"
type = "date"
from = "column due"
plain = "when it is due"

[[fact]]
name = "books"
type = "whole number"
from = "element books.count"
plain = "how many books"

[[fact]]
name = "late"
type = "whole number"
optional = true
from = "element books.late"
plain = "how many are late"

[[fact]]
name = "shelf"
type = "enum"
enum = "Shelf"
values = ["open", "closed", "rare"]
from = "element books.shelf"
plain = "where it stands"

[[fact]]
name = "wanted"
type = "enum"
enum = "Shelf"
values = ["open", "closed", "rare"]
optional = true
from = "element books.wanted"
plain = "which shelf is asked for"

[[fact]]
name = "found"
type = "boolean"
stage = "record"
from = "register found"
plain = "it is there"
"""

RULES = """
@id("lend") @cite("1 USC 2(a)") @stage("request")
permit (principal, action in [Action::"lend", Action::"show"], resource);

@id("librarian") @cite("1 USC 3") @stage("request") @fails("no librarian asks") @supply("a librarian")
forbid (principal, action == Action::"lend", resource) unless { principal in Office::"librarian" };

@id("few") @cite("1 USC 4") @stage("request") @fails("too many")
forbid (principal, action == Action::"lend", resource) unless { context.books <= 3 && context.shelf != Shelf::"rare" };

@id("there") @cite("1 USC 5") @stage("record") @fails("not there")
forbid (principal, action in [Action::"lend", Action::"show"], resource) unless { context.found };
"""


def write(folder: Path, facts: str = FACTS, rules: str = RULES) -> Path:
    """The regime as a folder of its own."""
    folder.mkdir(exist_ok=True)
    (folder / "facts.toml").write_text(facts)
    (folder / "rules.cedar").write_text(rules)
    return folder


def rows(vocabulary: Vocabulary, stage: Stage, height: int, seed: int, null: float = 0.08) -> pl.DataFrame:
    """Rows of facts, drawn at random: known, unknown and unnamed bases and officials, missing facts, days near each other."""
    draw = random.Random(seed)
    schema = facts_schema(vocabulary, stage)
    columns: dict[str, list[object]] = {"ordinal": list(range(height))}
    for name in schema:
        if name != "ordinal":
            fact = vocabulary.facts[name]
            columns[name] = [None if draw.random() < null else value(fact, draw) for _ in range(height)]
    people = ["head", "component", "clerk", "ghost"]
    columns["principal"] = [draw.choice(people) for _ in range(height)]
    bases = [*vocabulary.bases] * 8 + [None]
    columns["action"] = [draw.choice(bases) for _ in range(height)]
    return pl.DataFrame(columns, schema={**schema, "principal": pl.String(), "action": pl.String()})


def value(fact: Fact, draw: random.Random) -> object:
    """One value of a fact; whole numbers and days fall on and beside the numbers that rules compare with."""
    match fact.type:
        case FactType.BOOL:
            return draw.random() < 0.7
        case FactType.WHOLE:
            return draw.choice([0, 1, 2, 3, 4, 89, 90, 91, 249, 250, 251])
        case FactType.DAY:
            return draw.choice([date(2025, 4, 7), date(2025, 11, 21), date(2026, 3, 1)]) + timedelta(days=draw.randint(-1, 1))
        case FactType.ENUM:
            return fact.values[0] if draw.random() < 0.5 else draw.choice(fact.values)
