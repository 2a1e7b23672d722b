"""The whole decision, on one screen: facts and a rulebook in, an outcome with all its reasons out.

A row passes only if each source (statute, halts, the agreement invoked, policy) permits it without error; a fact that is missing errs, and
so refuses. Passing the request stage makes a row eligible, passing the record stage refers it to
people; nothing here releases. Where statute and halts permit, the basis says whether disclosing is a duty,
and withholding on an agreement or on policy alone is a duty held, which goes to counsel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from privity.rules import frame, twice
from privity.terms import Duty, Eligible, Facts, Outcome, Outcomes, Reasons, Requests, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.rules.book import Rulebook

PASSED = {Stage.REQUEST: Outcome.ELIGIBLE, Stage.RECORD: Outcome.REFERRED, Stage.RELEASE: Outcome.REFERRED}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who signs, and under which basis: the same for every row of a batch. None = the envelope did not say, or there is none."""

    principal: str | None
    action: str | None
    offices: Mapping[str, frozenset[str]]

    def put_to(self, facts: Facts) -> pl.DataFrame:
        """The facts with the two columns that rules also read."""
        return facts.frame.with_columns(
            pl.lit(self.principal, pl.String).alias("principal"), pl.lit(self.action, pl.String).alias("action")
        )


@dataclass(frozen=True, slots=True)
class Determined:
    """Outcomes of one stage and the reasons they point to. ``referred``: rows with a question for the reviewers."""

    outcomes: Outcomes
    reasons: Reasons


def determine(rulebook: Rulebook, facts: Facts, stage: Stage, asked: Asked) -> Determined:
    """Decide every row at a stage.

    Args:
        rulebook: what is in force on the day.
        facts: one column for each fact up to the stage; null is missing.
        stage: how much is known.
        asked: the signing official, the basis, and the offices that officials hold.
    """
    return _determined(rulebook, frame.decide(rulebook, asked.put_to(facts), stage, asked.offices), stage, asked)


def determine_twice(rulebook: Rulebook, facts: Facts, stage: Stage, asked: Asked) -> Determined:
    """The same, with every row also decided by Cedar's own engine.

    Raises:
        AssertionError: the two differ on a row, in the decision or in its reasons: a bug, and the batch stops.
    """
    return _determined(rulebook, _masks_twice(rulebook, facts, stage, asked), stage, asked)


def passing_twice(rulebook: Rulebook, facts: Facts, stage: Stage, asked: Asked) -> list[int]:
    """Only which rows pass, decided by both engines: what a release asks of every package.

    Raises:
        AssertionError: as ``determine_twice``.
    """
    return frame.passing(rulebook, _masks_twice(rulebook, facts, stage, asked))


def _masks_twice(rulebook: Rulebook, facts: Facts, stage: Stage, asked: Asked) -> pl.DataFrame:
    table = asked.put_to(facts)
    masks = frame.decide(rulebook, table, stage, asked.offices)
    differ = twice.differences(rulebook, table, stage, asked.offices, masks)
    if differ:
        count, first = len(differ), differ[0]
        raise AssertionError(f"the two engines differ on {count} rows at the {stage} stage, first row {first}; nothing is determined")
    return masks


def _determined(rulebook: Rulebook, masks: pl.DataFrame, stage: Stage, asked: Asked) -> Determined:
    rows, reasons = frame.reasons(rulebook, masks, stage)
    passed = pl.all_horizontal("statute_ok", "halt_ok", "agreement_ok", "policy_ok")
    outcomes = rows.select(
        "ordinal",
        pl.when(passed).then(pl.lit(PASSED[stage].value)).otherwise(pl.lit(Outcome.REFUSED.value)).alias("outcome"),
        _duty(rulebook, asked.action, passed).alias("duty"),
        "reasons_id",
    )
    return Determined(Outcomes(outcomes), reasons)


def _duty(rulebook: Rulebook, action: str | None, passed: pl.Expr) -> pl.Expr:
    """The law's own verb, where the law stands in nobody's way."""
    basis = rulebook.vocabulary.bases.get(action or "")
    owed = basis.duty if basis else Duty.NONE
    held = Duty.HELD if owed is Duty.SHALL else Duty.NONE
    lawful = pl.col("statute_ok") & pl.col("halt_ok")
    return pl.when(passed).then(pl.lit(owed.value)).when(lawful).then(pl.lit(held.value)).otherwise(pl.lit(Duty.NONE.value))


def eligible(requests: Requests, outcomes: Outcomes) -> Eligible:
    """The rows that may reach the register, and the only way to make them."""
    passed = outcomes.frame.filter(pl.col("outcome") == Outcome.ELIGIBLE).select("ordinal")
    return Eligible(requests.frame.join(passed, on="ordinal", how="semi"))


# ---------------------------------------------------------------- the face of a file without its envelope


def on_its_face(rulebook: Rulebook, facts: Facts, determined: Determined, asked: Asked, unknown: frozenset[str]) -> pl.DataFrame:
    """Which reasons are the file's own, where no envelope came with it.

    Args:
        rulebook: what is in force on the day.
        facts: of the request stage.
        determined: of the request stage, from the same facts.
        asked: with no principal.
        unknown: facts of elements that nobody can know without an envelope.

    Returns:
        ``ordinal``, ``requirement``, ``source``, ``kind`` (failed, error, refer, or not-supplied: what is missing is not of the file),
        ``missing`` (names of the file's own facts that are missing): one row a finding.
    """
    table = asked.put_to(facts)
    findings = determined.outcomes.frame.select("ordinal", "reasons_id").join(determined.reasons.frame, on="reasons_id")
    by_name = {str(name): rows for (name,), rows in findings.group_by("requirement", maintain_order=True)}
    parts = [_of_one(rulebook, table, name, by_name[name], unknown) for name in _in_order(rulebook) if name in by_name]
    empty = findings.select("ordinal", "source", "requirement", "kind", pl.lit([], pl.List(pl.String)).alias("missing")).clear()
    return pl.concat([empty, *parts]).sort("ordinal", maintain_order=True) if parts else empty


def _in_order(rulebook: Rulebook) -> list[str]:
    """Ids as the law has them, so that a row is told the same in the same order whatever the other rows are."""
    general = [one.id for one in rulebook.general.values()]
    written = [one.id for those in rulebook.requirements.values() for one in those]
    return list(dict.fromkeys((*general, *written)))


def _of_one(rulebook: Rulebook, table: pl.DataFrame, name: str, rows: pl.DataFrame, unknown: frozenset[str]) -> pl.DataFrame:
    """The findings on one requirement, each with what its row lacks."""
    requirement = rulebook.requirement(name)
    about = rows.join(table, on="ordinal", how="left", maintain_order="left")
    outside = frame.not_of_the_file(rulebook, requirement, about, also=unknown)
    kind = pl.when(pl.col("kind").is_in(["error", "refer"]) & outside).then(pl.lit("not-supplied")).otherwise("kind")
    lacking = frame.missing(rulebook, requirement, about).list.eval(pl.element().filter(~pl.element().is_in(_outside(rulebook, unknown))))
    return rows.select("ordinal", "source", "requirement", kind.alias("kind"), lacking.alias("missing"))


def _outside(rulebook: Rulebook, unknown: frozenset[str]) -> list[str]:
    """Names that a file cannot supply."""
    names = [fact.name for fact in rulebook.vocabulary.facts.values() if fact.origin[0] in ("envelope", "office")]
    return ["principal", *names, *sorted(unknown)]
