"""Who is personally and directly engaged, did they sign for this case, and for how many cases of this batch? 26 USC 6103(i)(2)(A).

``named``: ``person`` if one officer or employee is named (two words or more once titles are off, or exactly as on the envelope's
roster), ``class`` for a team, an office or a list, ``placeholder`` for a title, a number or a word that names nobody. ``signed``: the
pair (person, case) is on a list that the person signed; null with no envelope. ``cases``: how many distinct cases of the batch name
that person, whatever the order of the names, the case of the letters, the punctuation or the title.

Signing compares letters as they stand (case and runs of space aside), so that nobody signs for a namesake; counting compares
loosely, so that a spelling does not split a load. Cannot know: whether the person truly works on the case. Only they can say so.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from privity.elements.element import Element, Given, once
from privity.elements.name import CLASS_WORDS, is_class, is_stand_in
from privity.fields.name import fold, words

if TYPE_CHECKING:
    from collections.abc import Sequence

TITLES = (
    r"\b(?:SPECIAL AGENT|SUPERVISORY|SENIOR|DEPORTATION OFFICER|DETENTION OFFICER|CRIMINAL INVESTIGATOR|INVESTIGATOR|"
    r"OFFICER|AGENT|INSPECTOR|DETECTIVE|"
    r"ATTORNEY|ASSISTANT|ANALYST|SPECIALIST|DIRECTOR|DEPUTY|ACTING|CHIEF|IRS-CI|MRS|MR|MS|DR|ESQ|IN CHARGE)\b\.?"
)
SHORT_TITLES = r"^(?:ASAC|SAC|SSA|SA|AUSA|SDDO|DO|TFO)\b\.? (\S+ \S)"  # Do and Sa are names too: titles only before two words more
SIDES = r"^\S+ [^,]*\S ?, ?\S+ \S"  # two words and two words: two people, or a double surname that the roster has to confirm
BODIES = (
    r"\b(?:TEAMS?|UNITS?|SQUADS?|GROUPS?|OFFICES?|DIVISIONS?|SECTIONS?|BRANCH|BUREAU|DEPARTMENT|DEPT|AGENCY|TASK ?FORCE|"
    r"STAFF|PERSONNEL|OFFICERS|AGENTS|"
    r"INVESTIGATORS|EMPLOYEES|DUTY|HEADQUARTERS|HQ|ERO|HSI|ICE|DHS|DOJ|FBI|CBP|USCIS|FIELD|CENTER|MAILBOX|ALL|ANY|OPERATIONS|ENFORCEMENT)\b"
)
READS = ("engaged_person", "case_id")


def person_key(cells: pl.Expr) -> pl.Expr:
    """The person as counted: words without titles, in the order of the alphabet."""
    return pl.coalesce(_untitled(fold(cells)), words(cells)).str.split(" ").list.sort().list.join(" ")


def _untitled(cell: pl.Expr) -> pl.Expr:
    return words(cell.str.replace_all(TITLES, " ").str.strip_chars().str.replace(SHORT_TITLES, "$1"))


def tally(requests: pl.DataFrame, /) -> pl.DataFrame:
    """The distinct (person, case) pairs of a shard, as digests. A row without a case counts as a case of its own."""
    keyed = requests.select(*READS, "ordinal").join(_keys(requests), on="engaged_person", how="left", nulls_equal=True)
    case = pl.when(_case().is_null()).then(pl.col("ordinal").hash(1)).otherwise(_case().hash(2))
    return keyed.filter(pl.col("key").is_not_null()).select(pl.col("key").hash().alias("person"), case.alias("case")).unique()


def merge(tallies: Sequence[pl.DataFrame], /) -> pl.DataFrame:
    """The distinct pairs of all shards."""
    return pl.concat(tallies).unique()


def settle(pairs: pl.DataFrame, _given: Given, /) -> pl.DataFrame:
    """``person`` (digest), ``cases``: how many each person is named in."""
    return pairs.group_by("person").agg(pl.len().cast(pl.Int64).alias("cases"))


def judge(requests: pl.DataFrame, settled: pl.DataFrame | None, given: Given, /) -> pl.DataFrame:
    """``ordinal``, ``named``, ``signed``, ``cases``."""
    load = settle(tally(requests), given) if settled is None else settled
    people = _keys(requests).with_columns(pl.col("key").hash().alias("person")).join(load, on="person", how="left")
    cases = requests.select("ordinal", "engaged_person").join(
        people.select("engaged_person", pl.when(pl.col("key").is_not_null()).then("cases").alias("cases")),
        on="engaged_person",
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    named = once(requests, ("engaged_person",), lambda cells: _named(cells, given))
    return named.with_columns(_signed(requests, given), cases["cases"])


def _named(cells: pl.DataFrame, given: Given) -> pl.DataFrame:
    roster = sorted({" ".join(person.upper().split()) for person in given.engaged or ()})
    cell = fold(pl.col("engaged_person"))
    bare = words(cell)
    untitled = _untitled(cell)
    initials = untitled.str.replace_all(r"\b\p{L}\b", "")  # one full word at least besides initials
    full = untitled.str.contains(r"\p{L}+ (?:.* )?\p{L}+") & initials.str.contains(r"\p{L}{2}") & ~untitled.str.contains(r"[0-9]")
    standing = (
        pl.when(bare.is_null() & cell.is_null())
        .then(pl.lit(None, dtype=pl.String))
        .when(is_stand_in(cell, bare) & ~bare.str.contains(CLASS_WORDS).fill_null(value=False))
        .then(pl.lit("placeholder"))
        .when(
            bare.str.contains(BODIES)
            | is_class(cell, bare)
            | (cell.str.count_matches(",") > 1)
            | (cell.str.contains(SIDES) & ~cell.is_in(roster))
        )
        .then(pl.lit("class"))
        .when(full | cell.is_in(roster))
        .then(pl.lit("person"))
        .otherwise(pl.lit("placeholder"))
    )
    return cells.select(standing.alias("named"))


def _signed(requests: pl.DataFrame, given: Given) -> pl.Series:
    if given.engaged is None:
        return pl.Series("signed", [None] * 0, dtype=pl.Boolean).extend_constant(None, requests.height)
    asked = requests.select(_same(pl.col("engaged_person")).alias("person"), _same(pl.col("case_id")).alias("case"))
    joined = asked.join(_listed(given), on=["person", "case"], how="left", maintain_order="left")
    known = pl.col("person").is_not_null() & pl.col("case").is_not_null()
    return joined.select(pl.when(known).then(pl.col("signed").fill_null(value=False)).alias("signed")).to_series()


@lru_cache(maxsize=1)
def _listed(given: Given) -> pl.DataFrame:
    """``person``, ``case``, ``signed`` (true): what was signed for, spelled as rows are; made once for all shards of a batch."""
    engaged = given.engaged or {}
    pairs = pl.DataFrame(
        {"person": list(engaged), "case": [sorted(cases) for cases in engaged.values()]},
        schema={"person": pl.String, "case": pl.List(pl.String)},
    ).explode("case", empty_as_null=True)
    listed = pairs.select(_same(pl.col("person")).alias("person"), _same(pl.col("case")).alias("case"), pl.lit(value=True).alias("signed"))
    return listed.drop_nulls().unique()


def _keys(requests: pl.DataFrame) -> pl.DataFrame:
    return requests.select("engaged_person").unique().with_columns(person_key(pl.col("engaged_person")).alias("key"))


def _case() -> pl.Expr:
    return _same(pl.col("case_id"))


def _same(cells: pl.Expr) -> pl.Expr:
    """Capitals and single spaces; an empty cell is null."""
    return cells.map_batches(_single_spaced, return_dtype=pl.String, is_elementwise=True).str.to_uppercase().replace("", None)


def _single_spaced(cells: pl.Series) -> pl.Series:
    trimmed = cells.str.strip_chars()
    return trimmed.str.replace_all(r"\s+", " ") if trimmed.str.contains(r"\s\s|[^\S ]").any() else trimmed


ELEMENT = Element(
    name="engaged",
    reads=READS,
    gives={"named": pl.String(), "signed": pl.Boolean(), "cases": pl.Int64()},
    judge=judge,
    tally=tally,
    merge=merge,
    settle=settle,
)
