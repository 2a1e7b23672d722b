"""One golden case through the passage, with no office: a row as intake would hand it over, its envelope, the record behind it.

``decided`` gives what the case file speaks of: outcome, stage, the citations that stand in the way, the questions, the duty.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from privity import determine
from privity.elements import Given, examine
from privity.intake.cells import read_cells
from privity.intake.grid import Grid
from privity.office.basis import action_of
from privity.rules.book import in_force, open_book
from privity.rules.facts import SHIPPED
from privity.terms import Facts, FactType, Outcome, Stage

FOLDER = Path(__file__).resolve().parents[2] / "cases"
PARTS = ("row", "envelope", "office", "record")
SAYS = {"name", "day", "outcome", "stage", "because", "questions", "duty", *PARTS}
SIGNATORY = "signatory"


@dataclass(frozen=True)
class Decided:
    """What came of a case at its last stage. ``unmet``: (source, requirement id) of every finding, questions included."""

    outcome: str
    stage: str
    because: frozenset[str]
    questions: frozenset[str]
    duty: str
    unmet: frozenset[tuple[str, str]]
    facts: dict[str, object]


@cache
def book():
    return open_book(SHIPPED)


@cache
def standing(day, agreement):
    return in_force(book(), day, agreement=agreement)


def load():
    """Every case of every file, over its file's baseline, with the regime."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        raw = tomllib.loads(path.read_text())
        assert raw["regime"] == book().regime, f"{path.name}: no other regime has a runner yet"
        for case in raw["case"]:
            unknown = case.keys() - SAYS
            assert not unknown, f"{case['name']}: {unknown}"
            found.append(merged(raw["baseline"], case))
    return found


def merged(baseline, case):
    """The case with all that it does not change taken from the baseline."""
    whole = {**case, "day": case.get("day", baseline["day"])}
    for part in PARTS:
        unknown = set(case.get(part, {})) - set(baseline[part]) - {column.name for column in book().vocabulary.columns} - {"agreement"}
        assert not unknown, f"{case['name']}: {part} says {unknown}"
        whole[part] = {**baseline[part], **case.get(part, {})}
    return whole


def requests(row):
    """The one row, read as intake reads the cells of a file."""
    columns = book().vocabulary.columns
    where = {column.name: place for place, column in enumerate(columns)}
    cells = pl.DataFrame(
        {str(place): [row.get(name) or None] for name, place in where.items()}, schema={str(i): pl.String for i in where.values()}
    )
    made, defects = read_cells(Grid("csv", tuple(where), pl.Series([2], dtype=pl.UInt32), cells), where, columns)
    return made, defects


def given(case, rulebook):
    row, envelope = case["row"], case["envelope"]
    signs = envelope["signs_cases"] and row.get("engaged_person") and row.get("case_id")
    return Given(
        day=case["day"],
        request_day=envelope["dated"],
        engaged={row["engaged_person"]: frozenset({row["case_id"]})} if signs else {},
        numbers=rulebook.numbers,
        provisions=rulebook.vocabulary.provisions,
        predicates=rulebook.vocabulary.facts["predicate"].values,
    )


def request_facts(case, rulebook):
    made, defects = requests(case["row"])
    office = {name: case["office"][name] for name in ("agency", "signatory_of_agency", "rows")}
    life = {"day": case["day"], "agreement_state": rulebook.agreement_state}
    return examine(
        made,
        rulebook.vocabulary,
        given(case, rulebook),
        envelope=case["envelope"],
        office=office | life,
        switches=rulebook.switches,
        defects=defects,
    )


def record_facts(facts, case, rulebook):
    """The request's facts with those of the record beside them; ``""`` is a fact that is not known."""
    said = case["record"] | case["office"]
    beside = []
    for fact in rulebook.vocabulary.facts.values():
        if fact.stage is Stage.RECORD:
            value = said[fact.name]
            assert value == "" or fact.type is not FactType.ENUM or value in fact.values, f"{fact.name} = {value}"
            beside.append(pl.Series(fact.name, [None if value == "" else value], dtype=fact.dtype))
    return Facts(facts.frame.with_columns(beside))


def decided(case):
    """Through the request stage, and, if the row passes it, through the record stage; each decided by Cedar too."""
    agreement = case["envelope"].get("agreement") or None
    rulebook = standing(case["day"], agreement)
    action = action_of(case["envelope"]["basis"], rulebook.vocabulary)
    asked = determine.Asked(SIGNATORY, action, {SIGNATORY: frozenset(case["office"]["offices"])})
    facts, stage = request_facts(case, rulebook), Stage.REQUEST
    made = determine.determine_twice(rulebook, facts, stage, asked)
    if made.outcomes.frame["outcome"].item() == Outcome.ELIGIBLE and case.get("stage") != Stage.REQUEST:
        facts, stage = record_facts(facts, case, rulebook), Stage.RECORD
        made = determine.determine_twice(rulebook, facts, stage, asked)
    found = made.reasons.frame.rows(named=True)
    (outcome,) = made.outcomes.frame.rows(named=True)
    return Decided(
        outcome["outcome"],
        stage.value,
        frozenset(f"{one['source']} {rulebook.requirement(one['requirement']).cite}" for one in found if one["kind"] != "refer"),
        frozenset(one["requirement"] for one in found if one["kind"] == "refer"),
        outcome["duty"],
        frozenset((one["source"], one["requirement"]) for one in found),
        {**facts.frame.row(0, named=True), "action": action, "offices": frozenset(case["office"]["offices"])},
    )
