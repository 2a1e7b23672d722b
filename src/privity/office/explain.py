"""``privity explain``: one row, requirement by requirement: met or not, whose, by which provision, on which fact.

Reads what was determined, from the ledger's openings and the sealed facts; computes nothing anew but the reading aloud. For the office's
own eyes: what is said of the record stage never goes to a requester. Whoever is shown a row is named, holds an office here, says why,
and the look is entered before anything is shown (``shown``). A row is found by the requester's own id or its place in the file, never by
a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from privity.errors import InputError
from privity.office import basis, determinations, dispose
from privity.office import batch as batches
from privity.terms import FactType, Stage

if TYPE_CHECKING:
    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.rules.book import Rulebook
    from privity.terms import Requirement

MET, NOT_MET, MISSING, QUESTION, NOT_ASKED = "met", "not met", "fact missing", "question", "not asked"


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement of one row. ``facts``: what it rests on, as ``name = value`` (codes only)."""

    source: str
    cite: str
    requirement: str
    standing: str
    fails: str
    supply: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One row: what was determined, on what basis, and every requirement in turn."""

    batch: str
    row: int
    entry: int
    outcome: str
    stage: str
    duty: str
    due: str
    identification: str
    rulebook: str
    day: str
    lines: tuple[Line, ...]


def find_row(office: Office, request_id: str) -> tuple[str, int]:
    """The batch and ordinal of a request id; the newest batch that has it.

    Raises:
        InputError: no row has it, or several rows of that batch do.
    """
    with office.store.read() as tx:
        known = [row["batch"] for row in sorted(tx.rows("batch"), key=lambda row: row["entry"], reverse=True)]
        found = {name: batches.named(tx, name) for name in known}
    for name in known:
        words = dispose.request_words(office, found[name])
        hits = words.filter(pl.col("request_id") == request_id)["ordinal"].to_list() if words.height else []
        if len(hits) > 1:
            raise InputError("several rows have this request id", remedy="name the row with BATCH:ROW, as the file numbers it")
        if hits:
            return name, hits[0]
    raise InputError("no row has this request id", remedy="`privity determinations OFFICE BATCH` lists the rows")


def may_look(office: Office, person: str, ground: str) -> None:
    """Ask before a row is even searched for, so that nobody learns without an entry whether an id was received.

    Raises:
        InputError: nobody is named, or no ground.
        RefusedError: the person holds no office here today.
    """
    if not person.strip() or not ground.strip():
        raise InputError("who looks, and why?", remedy="say with --as and --ground; a look is an entry in the ledger")
    with office.store.read() as tx:
        dispose.holds_an_office(office, tx, person)


def shown(office: Office, batch: Batch, ordinal: int, person: str, ground: str) -> Explanation:
    """Explain one row to a named person of this office; the look is an entry, committed first.

    Raises:
        InputError: nobody is named, or no ground.
        RefusedError: the person holds no office here today.
    """
    may_look(office, person, ground)
    dispose.look(office, batch, person, [ordinal], ground)
    return explain(office, batch, ordinal)


def explain(office: Office, batch: Batch, ordinal: int) -> Explanation:
    """Explain one row of a batch. For ``shown``, and for a demonstration on made-up people: it enters no look."""
    on = basis.basis_of(office, batch)
    whole = determinations.load(office, batch).filter(pl.col("ordinal") == ordinal)
    if whole.is_empty():
        raise InputError("the row is not determined", remedy="run `privity submit` again with the same files")
    row = whole.row(0, named=True)
    facts = _facts(office, batch, ordinal)
    stage = Stage(row["stage"])
    found = {(said.split(" ")[1]): said.split(" ")[2] for said in row["reasons"]}
    lines = [
        _line(on.rulebook, one, stage, found, facts)
        for rules in on.rulebook.requirements.values()
        for one in rules
        if _shown(one, on.asked.action)
    ]
    general = [_line(on.rulebook, one, stage, found, facts) for one in on.rulebook.general.values() if one.id in found]
    words = dispose.request_words(office, batch).filter(pl.col("ordinal") == ordinal)
    return Explanation(
        batch.id,
        words["row"].item(),
        row["entry"],
        row["outcome"],
        row["stage"],
        row["duty"],
        row["due"] or "",
        _identification(row),
        on.rulebook.digest,
        on.rulebook.day.isoformat(),
        (*general, *lines),
    )


def _facts(office: Office, batch: Batch, ordinal: int) -> dict[str, object]:
    for shard in batches.read_all(office, batch.id, "facts"):
        hit = shard.filter(pl.col("ordinal") == ordinal)
        if hit.height:
            return hit.row(0, named=True)
    return {}


def _shown(requirement: Requirement, action: str | None) -> bool:
    """Requirements of the basis that was invoked; the permits are not requirements."""
    return requirement.effect == "forbid" and (action in requirement.bases or action is None) and requirement.stage is not Stage.RELEASE


def _line(rulebook: Rulebook, requirement: Requirement, stage: Stage, found: dict[str, str], facts: dict[str, object]) -> Line:
    if requirement.stage not in stage.upto:
        standing = NOT_ASKED
    else:
        words = {"failed": NOT_MET, "error": MISSING, "refer": QUESTION}
        standing = words[found[requirement.id]] if requirement.id in found else MET
    rests = tuple(_fact(rulebook, name, facts) for name in sorted(requirement.reads))
    return Line(requirement.source.value, requirement.cite, requirement.id, standing, requirement.fails, requirement.supply, rests)


def _fact(rulebook: Rulebook, name: str, facts: dict[str, object]) -> str:
    if name == "principal":
        return "the signing official"
    value = facts.get(name)
    if value is None:
        return f"{name} = (missing)"
    said = str(value).lower() if rulebook.vocabulary.facts[name].type is FactType.BOOL else str(value)
    return f"{name} = {said}"


def _identification(row: dict[str, object]) -> str:
    """How the person was singled out, without a value."""
    if not row["identity"]:
        return "the register was not asked"
    agreed = row["agreed"] if isinstance(row["agreed"], list) else []
    rule = f"rule {row['rule']}; agreed: {', '.join(agreed)}; no rival" if row["rule"] else "nobody is singled out"
    return f"{row['identity']} ({rule})"
