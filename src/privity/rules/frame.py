# ruff: noqa: D102 - the methods of an algebra are documented at fold.Algebra
"""A table of facts into what each rule says of each row, and that into reasons: the bulk form of Cedar, exact.

Null is ERROR. ``a && b`` is "if a then b else a", which reproduces Cedar's short circuit; plain three-valued logic would not
(evidence: 403 of 2,000 rows differ on rules that strict validation did not see). For each source three masks come out: rules that permit,
that forbid, that erred; bit *i* is the *i*-th requirement of the source. The engine decides samples of the same rows again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TYPE_CHECKING

import polars as pl

from privity.rules import fold
from privity.rules.facts import facts_schema
from privity.terms import OnFail, Reasons, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from privity.rules.book import Rulebook
    from privity.rules.facts import Vocabulary
    from privity.rules.rule import Rule
    from privity.terms import Requirement, Stage

WIDTH = 63  # rules in one mask
KINDS = ("permits", "forbids", "errors")
FALSE = pl.lit(False)


@dataclass(frozen=True, slots=True)
class FrameAlgebra:
    """Expressions over a table of facts. Offices are Boolean columns that ``decide`` adds, named by ``office_column``."""

    vocabulary: Vocabulary

    def boolean(self, value: bool) -> pl.Expr:
        return pl.lit(value)

    def whole(self, value: int) -> pl.Expr:
        return pl.lit(value, pl.Int64)

    def day(self, value: date) -> pl.Expr:
        return pl.lit(value, pl.Date)

    def member(self, enum: str, value: str) -> pl.Expr:
        return pl.lit(value, pl.Enum(self.vocabulary.enums[enum]))

    def fact(self, name: str) -> pl.Expr:
        return pl.col(name)

    def has(self, name: str) -> pl.Expr:
        return pl.col(name).is_not_null()

    def principal_in(self, office: str) -> pl.Expr:
        return pl.col(office_column(office))

    def action_is(self, basis: str) -> pl.Expr:
        return pl.col("action").eq_missing(pl.lit(basis))  # no basis invoked is none of them, not an error

    def not_(self, a: pl.Expr) -> pl.Expr:
        return ~a

    def and_(self, a: pl.Expr, b: pl.Expr) -> pl.Expr:
        return pl.when(a).then(b).otherwise(a)

    def or_(self, a: pl.Expr, b: pl.Expr) -> pl.Expr:
        return pl.when(~a).then(b).otherwise(a)

    def if_(self, test: pl.Expr, then: pl.Expr, other: pl.Expr) -> pl.Expr:
        return pl.when(test).then(then).when(~test).then(other)

    def same(self, a: pl.Expr, b: pl.Expr) -> pl.Expr:
        return a == b

    def compare(self, op: str, a: pl.Expr, b: pl.Expr) -> pl.Expr:
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


def office_column(office: str) -> str:
    """The column that says whether the principal holds an office; no fact can have such a name."""
    return f"office:{office}"


# ---------------------------------------------------------------- masks


def decide(rulebook: Rulebook, facts: pl.DataFrame, stage: Stage, principals: Mapping[str, frozenset[str]]) -> pl.DataFrame:
    """What every rule up to ``stage`` says of every row.

    Args:
        rulebook: what is in force.
        facts: ``ordinal``, the facts up to the stage, ``principal`` (the signing official's id; null errs) and ``action`` (the basis;
            null is none).
        stage: how much is known.
        principals: the offices that each official holds; an official who is not here holds none.

    Returns:
        ``ordinal`` and, for each source of the rulebook, ``SOURCE.permits``, ``.forbids`` and ``.errors`` (UInt64 each; more of
        them, numbered ``.1`` and on, beyond 63 rules).

    Raises:
        TypeError: a column is missing or of another type.
    """
    _shaped(rulebook.vocabulary, facts, stage)
    offices = [_holds(office, principals).alias(office_column(office)) for office in rulebook.vocabulary.offices]
    return facts.lazy().with_columns(offices).select("ordinal", *masks(rulebook, stage)).collect()


def _shaped(vocabulary: Vocabulary, facts: pl.DataFrame, stage: Stage) -> None:
    wanted = {**facts_schema(vocabulary, stage), "principal": pl.String(), "action": pl.String()}
    given = facts.schema
    wrong = [name for name, kind in wanted.items() if given.get(name) != kind]
    if wrong:
        raise TypeError(f"facts at {stage}: columns missing or of another type: {', '.join(wrong)}")


def _holds(office: str, principals: Mapping[str, frozenset[str]]) -> pl.Expr:
    holders = sorted(person for person, offices in principals.items() if office in offices)
    held = pl.lit(pl.Series([holders], dtype=pl.List(pl.String)))
    return pl.when(pl.col("principal").is_not_null()).then(pl.col("principal").is_in(held))  # nobody supplied: null, which errs


@lru_cache(maxsize=16)
def masks(rulebook: Rulebook, stage: Stage) -> tuple[pl.Expr, ...]:
    """The expressions of all masks at a stage; made once for a rulebook."""
    return tuple(expr for source, rules in rulebook.rules.items() for expr in _source_masks(rulebook, source, rules, stage))


def _source_masks(rulebook: Rulebook, source: Source, rules: tuple[Rule, ...], stage: Stage) -> list[pl.Expr]:
    algebra = FrameAlgebra(rulebook.vocabulary)
    found = {
        place: fold.fold(fold.condition(rule.tree), algebra) for place, rule in enumerate(rules) if rule.requirement.stage in stage.upto
    }
    by_effect = {
        "permits": {place: expr for place, expr in found.items() if rules[place].requirement.effect == "permit"},
        "forbids": {place: expr for place, expr in found.items() if rules[place].requirement.effect == "forbid"},
        "errors": {place: expr.is_null() for place, expr in found.items()},
    }
    chunks = range(1 + max(0, len(rules) - 1) // WIDTH)
    return [_mask(exprs, chunk).alias(mask_column(source, kind, chunk)) for kind, exprs in by_effect.items() for chunk in chunks]


def mask_column(source: Source, kind: str, chunk: int) -> str:
    """The name of one mask."""
    return f"{source}.{kind}" + (f".{chunk}" if chunk else "")


def _mask(exprs: Mapping[int, pl.Expr], chunk: int) -> pl.Expr:
    bits = [_bit(expr, place % WIDTH) for place, expr in exprs.items() if place // WIDTH == chunk]
    return reduce(lambda a, b: a | b, bits) if bits else pl.lit(0, pl.UInt64)


def _bit(expr: pl.Expr, place: int) -> pl.Expr:
    return pl.when(expr).then(pl.lit(1 << place, pl.UInt64)).otherwise(pl.lit(0, pl.UInt64))


# ---------------------------------------------------------------- reasons


def reasons(rulebook: Rulebook, found: pl.DataFrame, stage: Stage) -> tuple[pl.DataFrame, Reasons]:
    """What the masks of ``decide`` mean: a verdict of each source for each row, and the distinct sets of findings.

    A source passes if a rule of it permits and no requirement of it that refuses is unmet or errs. A requirement that only refers
    never stops a row, whether it is unmet or errs. Where no rule of the statute (or of the agreement named) permits, its general
    rule is the finding.

    Returns:
        Rows (``ordinal``, ``reasons_id``, ``statute_ok``, ``halt_ok``, ``agreement_ok``, ``policy_ok``, ``referred``; a source that
        is not in the rulebook passes) and the ``Reasons`` that ``reasons_id`` points into, in the order of the rulebook; 0 is none.
    """
    listed = _findings(rulebook, stage)
    verdicts = _verdicts(rulebook)
    marked = found.with_columns(reduce(lambda a, b: a ^ b, map(_weighed, listed), pl.lit(0, pl.UInt64)).alias("reasons_id"))
    distinct = marked.unique("reasons_id", keep="any")
    rows = marked.select("ordinal", "reasons_id", *verdicts, _refers(rulebook).alias("referred"))
    return rows, Reasons(_spelled(distinct, listed))


def passing(rulebook: Rulebook, found: pl.DataFrame) -> list[int]:
    """The ordinals of the rows that every source passes, without their reasons."""
    return found.filter(pl.all_horizontal(_verdicts(rulebook)))["ordinal"].to_list()


@lru_cache(maxsize=16)
def _verdicts(rulebook: Rulebook) -> tuple[pl.Expr, ...]:
    return tuple(_passes(rulebook, source).alias(f"{source.lower()}_ok") for source in Source)


def _passes(rulebook: Rulebook, source: Source) -> pl.Expr:
    if source not in rulebook.rules:
        return pl.lit(True)
    rules = rulebook.rules[source]
    refusing = [place for place, rule in enumerate(rules) if rule.requirement.on_fail is OnFail.REFUSE]
    stopped = _any(source, "forbids", refusing) | _any(source, "errors", refusing)
    return _any(source, "permits", range(len(rules))) & ~stopped


def _refers(rulebook: Rulebook) -> pl.Expr:
    asked = {s: [i for i, rule in enumerate(rules) if rule.requirement.on_fail is OnFail.REFER] for s, rules in rulebook.rules.items()}
    return reduce(lambda a, b: a | b, [_any(s, kind, places) for s, places in asked.items() for kind in ("forbids", "errors")], FALSE)


def _any(source: Source, kind: str, places: Iterable[int]) -> pl.Expr:
    wanted: dict[int, int] = {}
    for place in places:
        wanted[place // WIDTH] = wanted.get(place // WIDTH, 0) | 1 << place % WIDTH
    hits = [pl.col(mask_column(source, kind, chunk)) & pl.lit(bits, pl.UInt64) != 0 for chunk, bits in wanted.items()]
    return reduce(lambda a, b: a | b, hits, FALSE)


@dataclass(frozen=True, slots=True)
class _Finding:
    """One thing that can be found of a row, and the rows of which the masks say so."""

    requirement: Requirement
    kind: str
    hit: pl.Expr

    @property
    def weight(self) -> int:
        """Sixty-four bits of the digest of its name. A set's id is the exclusive or of its findings' weights, on every machine."""
        name = f"{self.requirement.source.value}\0{self.requirement.id}\0{self.kind}"
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


@lru_cache(maxsize=16)
def _findings(rulebook: Rulebook, stage: Stage) -> tuple[_Finding, ...]:
    found = []
    for source, rules in rulebook.rules.items():
        if source in rulebook.general:
            found.append(_Finding(rulebook.general[source], "failed", ~_any(source, "permits", range(len(rules)))))
        for place, rule in enumerate(rules):
            if rule.requirement.stage in stage.upto:
                found += _of_one(source, place, rule.requirement)
    return tuple(found)


def _of_one(source: Source, place: int, requirement: Requirement) -> list[_Finding]:
    unmet, erred = _any(source, "forbids", [place]), _any(source, "errors", [place])
    if requirement.on_fail is OnFail.REFER:
        return [_Finding(requirement, "refer", unmet | erred)]
    return [_Finding(requirement, "failed", unmet), _Finding(requirement, "error", erred)]


def _weighed(finding: _Finding) -> pl.Expr:
    return pl.when(finding.hit).then(pl.lit(finding.weight, pl.UInt64)).otherwise(pl.lit(0, pl.UInt64))


def _spelled(distinct: pl.DataFrame, listed: tuple[_Finding, ...]) -> pl.DataFrame:
    """The findings of each distinct set, in the order of the rulebook."""
    hits = distinct.select("reasons_id", *(one.hit.alias(str(place)) for place, one in enumerate(listed)))
    long = (
        hits.unpivot(index="reasons_id", variable_name="place", value_name="hit")
        .filter("hit")
        .with_columns(pl.col("place").cast(pl.UInt32))
    )
    words = pl.DataFrame(
        [(place, one.requirement.source.value, one.requirement.id, one.kind) for place, one in enumerate(listed)],
        schema={"place": pl.UInt32, "source": pl.String, "requirement": pl.String, "kind": pl.String},
        orient="row",
    )
    return long.join(words, on="place").sort("reasons_id", "place").select(*Reasons.SCHEMA)


# ---------------------------------------------------------------- what is missing


def missing(rulebook: Rulebook, requirement: Requirement, facts: pl.DataFrame) -> pl.Series:
    """For each row, the facts that a requirement reads and that are null there (``List(String)``), ``principal`` among them.

    A fact that may be absent is not counted: a rule asks for it before it reads it.
    """
    names = _needed(rulebook, requirement)
    if not names:
        return pl.Series("missing", [[]] * facts.height, dtype=pl.List(pl.String))
    named = [pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in names]
    return facts.select(pl.concat_list(named).list.drop_nulls().alias("missing")).to_series()


def not_of_the_file(rulebook: Rulebook, requirement: Requirement, facts: pl.DataFrame, *, also: frozenset[str] = frozenset()) -> pl.Series:
    """For each row, whether all that a requirement misses there comes with the envelope or from the office, not from the row.

    False where nothing is missing. ``also`` names facts of an element that cannot be known without an envelope.
    """
    known = rulebook.vocabulary.facts
    names = _needed(rulebook, requirement)
    outside = [name for name in names if name == "principal" or name in also or known[name].origin[0] in ("envelope", "office")]
    null = {name: pl.col(name).is_null() for name in names}
    some = pl.any_horizontal([FALSE, *(null[name] for name in outside)])
    inside = pl.any_horizontal([FALSE, *(null[name] for name in names if name not in outside)])
    return facts.select((some & ~inside).alias("not_of_the_file")).to_series()


def origin_of(requirement: Requirement, vocabulary: Vocabulary) -> frozenset[str]:
    """Where the facts of a requirement come from: column, present, element, envelope, office, reading, register (principal: envelope)."""
    return frozenset("envelope" if name == "principal" else vocabulary.facts[name].origin[0] for name in requirement.reads)


def _needed(rulebook: Rulebook, requirement: Requirement) -> list[str]:
    known = rulebook.vocabulary.facts
    return sorted(name for name in requirement.reads if name == "principal" or not known[name].optional)
