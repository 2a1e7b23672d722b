"""What must hold of any request and any rule: nothing added ever loosens, nothing missing ever helps, and how a batch is laid out is nothing to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cases import golden
from privity.determine import Asked, determine
from privity.elements import Given, examine, merge_all, settle_all, tally_all
from privity.terms import Facts, Outcome, Requests, Source, Stage
from properties import drawn

pytestmark = pytest.mark.invariant
quick = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
slower = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(drawn.batches, drawn.conditions, st.sampled_from([Source.STATUTE, Source.HALT, Source.POLICY]), drawn.stages, st.booleans())
def test_one_more_requirement_never_loosens(batch, condition, source, stage, refuses):
    rule = drawn.forbid(condition, source, stage, "unless" if refuses else "when")
    assume(rule is not None)
    rulebook, facts = drawn.standing(), drawn.facts(batch)
    more = replace(rulebook, rules={**rulebook.rules, source: (*rulebook.rules[source], rule)})
    assert drawn.passing(more, facts, stage) <= drawn.passing(rulebook, facts, stage)


@quick
@given(drawn.batches, st.sampled_from(drawn.DAYS), st.sampled_from([drawn.MOU, "another-2024-01-01"]), drawn.stages)
def test_an_agreement_never_widens(batch, day, agreement, stage):
    facts = drawn.facts(batch)
    assert drawn.passing(drawn.standing(day, agreement), facts, stage) <= drawn.passing(drawn.standing(day), facts, stage)


@quick
@given(drawn.batches, st.sampled_from([name for name, fact in drawn.VOCABULARY.facts.items() if not fact.optional]), drawn.stages)
def test_silence_refuses(batch, name, stage):
    """A fact taken away never turns a refusal into a pass. Facts that the vocabulary calls optional: the next test."""
    facts = drawn.facts(batch)
    silent = Facts(facts.frame.with_columns(pl.lit(None, drawn.SCHEMA[name]).alias(name)))
    for agreement in (None, drawn.MOU):
        rulebook = drawn.standing(drawn.DAY, agreement)
        assert drawn.passing(rulebook, silent, stage) <= drawn.passing(rulebook, facts, stage)


@quick
@given(drawn.batches, st.sampled_from([name for name, fact in drawn.VOCABULARY.facts.items() if fact.optional]), drawn.stages)
def test_silence_about_what_need_not_be_said_is_at_least_a_question(batch, name, stage):
    """The only facts whose absence can let a row pass that their value would refuse: those of 8 USC 1253. Such a row is put to the reviewers."""
    facts = drawn.facts(batch)
    rulebook = drawn.standing()
    silent = Facts(facts.frame.with_columns(pl.lit(None, drawn.SCHEMA[name]).alias(name)))
    newly = drawn.passing(rulebook, silent, stage) - drawn.passing(rulebook, facts, stage)
    made = determine(rulebook, silent, stage, drawn.HEAD)
    asked = made.reasons.frame.filter((pl.col("kind") == "refer") & pl.col("requirement").str.starts_with("8-"))["reasons_id"]
    questioned = made.outcomes.frame.filter(pl.col("reasons_id").is_in(asked.implode()))["ordinal"]
    assert newly <= set(questioned)


@quick
@given(drawn.batches, drawn.stages)
def test_silence_about_who_asks_or_under_what_refuses(batch, stage):
    facts = drawn.facts(batch)
    assert drawn.passing(drawn.standing(), facts, stage, Asked(None, "i-2", {})) == set()
    assert drawn.passing(drawn.standing(), facts, stage, replace(drawn.HEAD, action=None)) == set()


@quick
@given(drawn.batches, st.sampled_from([None, drawn.MOU]))
def test_a_later_stage_never_rescues(batch, agreement):
    facts, rulebook = drawn.facts(batch), drawn.standing(drawn.DAY, agreement)
    request, record, release = (drawn.passing(rulebook, facts, stage) for stage in Stage)
    assert release <= record <= request


# ---------------------------------------------------------------- how a batch is laid out

POOL = pl.concat([golden.requests(case["row"])[0].frame for case in golden.load()[::4]])
WORDS = [
    "The notary's ledger lists deliveries of blank certificates to her lodging, which bears on intent",
    "A witness saw the second passport sold at the supplied address on the night of the arrest",
    "Wages were counted at this address under the borrowed name, as her employer testified in March",
]
picks = st.lists(st.integers(0, POOL.height - 1), min_size=6, max_size=12)


def batch_of(rows):
    """Rows of the golden cases, each with a name and a case of its own; some say the same words."""
    names = pl.Series("request_id", [f"R{i}" for i in range(len(rows))])
    own = pl.when(pl.col("case_id").is_not_null()).then(names).alias("case_id")
    said = pl.Series([WORDS[i % len(WORDS)] for i in range(len(rows))])
    reason = pl.when(pl.col("reason").is_not_null()).then(said).alias("reason")
    return POOL[rows].with_columns(names, own, reason)


def laid_out(frame):
    return Requests(frame.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("ordinal")))


def judged(requests, tallies=None):
    """Facts, outcome and reasons by request id."""
    rulebook = drawn.standing(date(2025, 8, 7))
    signed = {"Officer M Hale": frozenset(f"R{i}" for i in range(POOL.height))}
    known = Given(
        date(2025, 8, 7),
        date(2025, 6, 27),
        signed,
        rulebook.numbers,
        drawn.VOCABULARY.provisions,
        drawn.VOCABULARY.facts["predicate"].values,
    )
    envelope = {"dated": date(2025, 6, 27), "in_writing": True, "assurance": True, "form": "signed"}
    office = {"agency": "us-dhs-ice", "signatory_of_agency": True, "rows": 1, "day": date(2025, 8, 7)}
    settled = settle_all(tallies, known) if tallies else None
    facts = examine(requests, drawn.VOCABULARY, known, settled, envelope=envelope, office=office, switches=rulebook.switches)
    outcomes = determine(rulebook, facts, Stage.REQUEST, drawn.HEAD).outcomes.frame
    both = requests.frame.select("ordinal", "request_id").join(facts.frame, on="ordinal").join(outcomes, on="ordinal")
    return both.drop("ordinal").sort("request_id")


@slower
@given(st.data(), picks)
def test_order_of_requests_does_not_matter(data, rows):
    batch = batch_of(rows)
    again = batch[data.draw(st.permutations(range(batch.height)))]
    assert judged(laid_out(batch)).equals(judged(laid_out(again)))


@slower
@given(picks, st.sets(st.integers(1, 5), min_size=1, max_size=3), st.booleans())
def test_shards_do_not_matter(rows, cuts, backwards):
    whole = laid_out(batch_of(rows))
    at = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    shards = [Requests(whole.frame[a:b]) for a, b in pairwise(at)]
    tallies = [tally_all(shard, drawn.VOCABULARY) for shard in shards]
    merged = merge_all(tallies[::-1] if backwards else tallies)
    apart = pl.concat([judged(shard, merged) for shard in shards]).sort("request_id")
    assert apart.equals(judged(whole))


def test_the_rows_drawn_pass_and_fail():
    """A property over rows that all fail would say nothing."""
    few = drawn.facts([{}, {"items_standing": 3}, {"purpose": 1}, {"agency": 11}])
    assert drawn.passing(drawn.standing(), few, Stage.RELEASE) == {0, 2}
    outcomes = judged(laid_out(batch_of(list(range(10)))))["outcome"]
    assert set(outcomes) == {Outcome.REFUSED, Outcome.ELIGIBLE}
