"""``privity examine``: the request stage alone, for whoever has only a file: no office, no keys, no register.

What an envelope would have told is listed as not supplied. So the best that a row can be is *complete on its face*: that is about the
file, and never says that a request is lawful. Rows keep their order and nothing is removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from privity import determine as decision
from privity.elements import Given
from privity.elements import examine as examine_rows
from privity.intake.read import read
from privity.rules.book import in_force
from privity.terms import Stage

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from privity.intake.columns import Mapping
    from privity.intake.read import Batch
    from privity.rules.book import LawBook, Rulebook
    from privity.terms import Fact

COMPLETE = "complete on its face"
INCOMPLETE = "refused"
KNOWN = (("office", "day"), ("office", "rows"))  # what the office would know, and a file tells too
ADDED = ("outcome", "what is missing or wrong", "citation", "what to supply", "questions for the reviewers", "unreadable cells")


@dataclass(frozen=True, slots=True)
class Examination:
    """What a file says by itself. ``rows``: ``ADDED`` as text, in file order. ``counts``: rows by source and citation."""

    batch: Batch
    rulebook: Rulebook
    findings: pl.DataFrame
    rows: pl.DataFrame
    counts: pl.DataFrame
    not_supplied: tuple[str, ...]


def examine(path: Path, book: LawBook, day: date, *, basis: str = "", mapping: Mapping | None = None) -> Examination:
    """Judge the rows of a request file at the request stage.

    Args:
        path: a workbook, CSV, Parquet or JSON Lines file.
        book: the law.
        day: the day on which it is judged.
        basis: the basis that the request invokes; the regime's usual one if not said.
        mapping: how its headings are read; proposed if not said.

    Raises:
        InputError: the file cannot be read.
    """
    rulebook = in_force(book, day)
    batch = read(path, book.vocabulary.columns, mapping)
    given = Given(day=day, numbers=rulebook.numbers, provisions=rulebook.vocabulary.provisions, predicates=_predicates(rulebook))
    office = {"day": day, "rows": len(batch.requests)}
    facts = examine_rows(
        batch.requests, rulebook.vocabulary, given, envelope={}, office=office, switches=rulebook.switches, defects=batch.defects
    )
    asked = decision.Asked(None, basis or rulebook.vocabulary.default_basis, {})
    made = decision.determine(rulebook, facts, Stage.REQUEST, asked)
    findings = _described(rulebook, decision.on_its_face(rulebook, facts, made, asked, _without_envelope(rulebook)))
    rows = _rows(batch, rulebook, findings)
    return Examination(batch, rulebook, findings, rows, _counts(findings), _not_supplied(rulebook, findings))


def _predicates(rulebook: Rulebook) -> tuple[str, ...]:
    predicate = rulebook.vocabulary.facts.get("predicate")
    return predicate.values if predicate else ()


def _without_envelope(rulebook: Rulebook) -> frozenset[str]:
    """Facts of elements that rest on the envelope: nobody can know them from the file."""
    return frozenset(fact.name for fact in rulebook.vocabulary.facts.values() if fact.origin == ("element", "engaged.signed"))


def _described(rulebook: Rulebook, findings: pl.DataFrame) -> pl.DataFrame:
    """Adds ``cite``, ``fails`` and ``supply`` of the requirement of each finding."""
    names = findings["requirement"].unique().to_list()
    known = [rulebook.requirement(name) for name in names]
    words = pl.DataFrame(
        {
            "requirement": names,
            "cite": [one.cite for one in known],
            "fails": [one.fails for one in known],
            "supply": [one.supply for one in known],
        },
        schema=dict.fromkeys(("requirement", "cite", "fails", "supply"), pl.String),
    )
    return findings.join(words, on="requirement", how="left", maintain_order="left")


def _rows(batch: Batch, rulebook: Rulebook, findings: pl.DataFrame) -> pl.DataFrame:
    """One row of ``ADDED`` for each row of the file."""
    standing = findings.filter(pl.col("kind").is_in(["failed", "error"]))
    asked = findings.filter(pl.col("kind") == "refer")
    said = standing.group_by("ordinal", maintain_order=True).agg(
        _joined(_what(rulebook)).alias(ADDED[1]),
        _joined(pl.concat_str("source", "cite", separator=" ")).alias(ADDED[2]),
        _joined(pl.col("supply").filter(pl.col("supply") != "")).alias(ADDED[3]),
    )
    questions = asked.group_by("ordinal", maintain_order=True).agg(
        _joined(pl.concat_str("fails", pl.lit(" ("), "cite", pl.lit(")"))).alias(ADDED[4])
    )
    unread = batch.defects.frame.filter(pl.col("ordinal").is_not_null()).with_columns(
        pl.concat_str(pl.when(pl.col("field") == "").then(pl.lit("row")).otherwise("field"), pl.lit(": "), "kind").alias("what")
    )
    cells = unread.group_by("ordinal", maintain_order=True).agg(_joined(pl.col("what")).alias(ADDED[5]))
    whole = batch.requests.frame.select("ordinal")
    for part in (said, questions, cells):
        whole = whole.join(part, on="ordinal", how="left", maintain_order="left")
    outcome = pl.when(pl.col(ADDED[1]).is_null()).then(pl.lit(COMPLETE)).otherwise(pl.lit(INCOMPLETE)).alias(ADDED[0])
    return whole.with_columns(outcome).select(pl.col(name).fill_null("") for name in ADDED)


def _what(rulebook: Rulebook) -> pl.Expr:
    """The finding in words; where what it rests on is missing, only that, for nothing is then known of the rest."""
    inputs = {fact.name: _input(fact) for fact in rulebook.vocabulary.facts.values()}
    missing = pl.col("missing").list.eval(pl.element().replace(inputs)).list.unique(maintain_order=True).list.join(", ")
    unknown = pl.concat_str(pl.lit("not given or not readable: "), missing.str.replace_all("_", " "))
    return pl.when((pl.col("kind") == "error") & (pl.col("missing").list.len() > 0)).then(unknown).otherwise("fails")


def _input(fact: Fact) -> str:
    """What of a file a fact comes from, in a word."""
    kind, where = fact.origin
    return where.split(".")[0] if kind == "element" else where


def _joined(texts: pl.Expr) -> pl.Expr:
    return texts.unique(maintain_order=True).str.join("; ")


def _counts(findings: pl.DataFrame) -> pl.DataFrame:
    """``source``, ``cite``, ``requirement``, ``fails``, ``supply``, ``rows``: what stands in the way, most rows first."""
    standing = findings.filter(pl.col("kind").is_in(["failed", "error"]))
    keys = ("source", "cite", "requirement", "fails", "supply")
    counted = standing.unique(["ordinal", "requirement"]).group_by(keys).agg(pl.len().alias("rows"))
    return counted.sort("rows", "cite", "requirement", descending=[True, False, False])


def _not_supplied(rulebook: Rulebook, findings: pl.DataFrame) -> tuple[str, ...]:
    """What an envelope would have told, in plain words with the provisions that ask for it."""
    absent = findings.filter(pl.col("kind") == "not-supplied")["requirement"].unique().to_list()
    cites: dict[str, set[str]] = {}
    for requirement in map(rulebook.requirement, absent):
        for name in requirement.reads & _told_by_envelope(rulebook):
            cites.setdefault(_plain(rulebook, name), set()).add(requirement.cite)
    return tuple(f"{plain} ({', '.join(sorted(cited))})" for plain, cited in sorted(cites.items()))


def _told_by_envelope(rulebook: Rulebook) -> frozenset[str]:
    facts = rulebook.vocabulary.facts.values()
    told = {fact.name for fact in facts if fact.origin[0] in ("envelope", "office") and fact.origin not in KNOWN}
    return frozenset(told) | _without_envelope(rulebook) | {"principal"}


def _plain(rulebook: Rulebook, name: str) -> str:
    return "who signs the request, and the office they hold" if name == "principal" else rulebook.vocabulary.facts[name].plain
