"""``submit`` after the receipt: examine, enter what is eligible, identify, determine, enter a determination for every row.

Each step leaves its mark in the ``shard`` table, so that a killed submit goes on where it stopped and adds nothing twice:

    examined     one entry: how many rows are eligible and the root over them, BEFORE the register is opened
    attempts     keyed digests of who was asked about
    determined   one entry a row, a shard of rows in one transaction

What a step computes follows from the receipt and from the basis named in the ``examined`` entry, so doing it again gives the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from privity import determine as decision
from privity.elements import examine, merge_all, settle_all, tally_all
from privity.ledger import entry as entries
from privity.ledger.entry import Kind
from privity.match.identify import AS_OF, Identified, identify
from privity.match.prepare import ASKS
from privity.match.rules import ANCHORS
from privity.office import attempts, basis, bounds, record, register
from privity.office import batch as batches
from privity.office.persons import contests
from privity.terms import Defects, Duty, Eligible, Facts, Outcome, Reasons, Requests, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from privity.match.engine import Engine
    from privity.office.basis import Basis
    from privity.office.batch import Batch
    from privity.office.place import Office

    Progress = Callable[[str, int, int], None]  # step, rows done, rows in all

DETERMINED = "determined"
FACTS = "facts"
ASKED = (*ASKS, "case_id")  # of a request: what matching and the links between batches read
ENDS = 500  # values at either end of a number or date that are decided twice


@dataclass(frozen=True, slots=True)
class Examined:
    """A batch after the request stage. ``asks``: the eligible rows, with the columns that matching reads, and their commitments."""

    facts: Facts
    outcomes: pl.DataFrame
    reasons: Reasons
    asks: pl.DataFrame
    commitments: pl.Series  # of every row, as received


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch after the record stage: one row a row, and every fact up to the record stage (null where the register was not asked)."""

    rows: pl.DataFrame  # with ``request``, the commitment to the row as received
    facts: pl.DataFrame


def decide(office: Office, batch: Batch, progress: Progress, engine: str = register.EMBEDDED) -> None:
    """Carry a received batch to a determination for every row. Does nothing to a batch that has them.

    Raises:
        AssertionError: the two engines differ on a row: a bug, and nothing is determined.
    """
    with office.store.read() as tx:
        done = sum(int(str(shard["rows"])) for shard in batches.shards(tx, batch.id, DETERMINED))
    if done == batch.rows:
        register.clear_workplace(office, batch.id)  # killed between the last entry and this
        return
    on = basis.basis_of(office, batch)
    examined = _examine(office, batch, on, progress)
    _enter_examined(office, batch, on, examined.asks)
    judged = _judge(office, batch, on, examined, register.engine(office, engine), progress)
    _enter_determinations(office, batch, on, judged, progress)
    register.clear_workplace(office, batch.id)


# ---------------------------------------------------------------- examine


def _examine(office: Office, batch: Batch, on: Basis, progress: Progress) -> Examined:
    """The request stage, shard by shard, with tallies over the whole batch."""
    vocabulary, given = on.rulebook.vocabulary, basis.given(office, batch, on.rulebook)
    tallies = merge_all([tally_all(Requests(shard), vocabulary) for shard in batches.read_all(office, batch.id, "requests")])
    settled = settle_all(tallies, given)
    del tallies
    (unread,) = batches.read_all(office, batch.id, "defects")
    envelope, parts = basis.envelope_facts(batch), list[Examined]()
    for shard in batches.read_all(office, batch.id, "requests"):
        requests = Requests(shard)
        facts = examine(
            requests,
            vocabulary,
            given,
            settled,
            envelope=envelope,
            office=on.office,
            switches=on.rulebook.switches,
            defects=Defects(unread),
        )
        made = decision.determine(on.rulebook, facts, Stage.REQUEST, on.asked)
        asks = decision.eligible(requests, made.outcomes).frame
        asks = asks.select("ordinal", "row", "commitment", *(name for name in ASKED if name in asks.columns))
        parts.append(Examined(facts, made.outcomes.frame, made.reasons, asks, shard["commitment"]))
        progress("examine", sum(part.outcomes.height for part in parts), batch.rows)
    examined = _together(parts)
    _decide_twice(on, examined.facts, examined.outcomes, Stage.REQUEST)
    return examined


def _together(parts: list[Examined]) -> Examined:
    reasons = pl.concat([part.reasons.frame for part in parts]).unique(maintain_order=True)
    return Examined(
        Facts(pl.concat([part.facts.frame for part in parts])),
        pl.concat([part.outcomes for part in parts]),
        Reasons(reasons),
        pl.concat([part.asks for part in parts]),
        pl.concat([part.commitments for part in parts]),
    )


def _enter_examined(office: Office, batch: Batch, on: Basis, asks: pl.DataFrame) -> None:
    """Say how many rows will be looked up, and commit to which, before the register is opened."""
    commitments = asks["commitment"].to_list()
    row: dict[str, entries.Json] = {
        "batch": batch.id,
        "eligible": asks.height,
        "root": entries.row_root(commitments).hex() if commitments else None,
        "basis": dict(on.row),
    }
    with office.store.write() as tx:
        if batches.shards(tx, batch.id, basis.EXAMINED):
            return
        index = record.enter(office, tx, Kind.EXAMINED, row, batch.id)
        shard = {"batch": batch.id, "stage": basis.EXAMINED, "shard": 0, "rows": asks.height, "digest": on.digest}
        tx.add_one("shard", **shard, first_entry=index, count=1)


# ---------------------------------------------------------------- identify and judge


def _judge(office: Office, batch: Batch, on: Basis, examined: Examined, engine: Engine, progress: Progress) -> Judged:
    """The record stage for the eligible rows; the rest keep what the request stage said."""
    asked, work = examined.asks.height, register.workplace(office, batch.id, on.digest)
    found = identify(
        Eligible(examined.asks),
        register.of(office, on.register),
        engine,
        work,
        asked_bars=_bars(on),
        seed=int(batch.id[:8], 16),
        namesake_limit=float(on.rulebook.numbers.get("match_namesake_limit", 0)),  # none set: the strict operating point
        progress=lambda share: progress("identify", int(share * asked), asked),
    )
    facts = _record_facts(office, batch, on, examined, found)
    made = decision.determine(on.rulebook, Facts(facts), Stage.RECORD, on.asked)
    _decide_twice(on, Facts(facts), made.outcomes.frame, Stage.RECORD)
    reasons = pl.concat([examined.reasons.frame, made.reasons.frame]).unique(maintain_order=True)
    dated = facts.join(found.record_facts.select("ordinal", AS_OF), on="ordinal", how="left", maintain_order="left", validate="1:1")
    return Judged(_rows(examined, made.outcomes.frame, found, reasons), _all_facts(examined.facts.frame, dated))


def _bars(on: Basis) -> list[str]:
    """The bars that the vocabulary asks the register for."""
    asked = [fact.origin[1] for fact in on.rulebook.vocabulary.facts.values() if fact.origin[0] == "register"]
    return [name.removeprefix("bar:") for name in asked if name.startswith("bar:")]


def _record_facts(office: Office, batch: Batch, on: Basis, examined: Examined, found: Identified) -> pl.DataFrame:
    """Request facts of the eligible rows, and beside them what the record and the office's own history say."""
    bounds.keep(office, batch.id, found.bounds)
    keys = attempts.keys(office, examined.asks, found.identifications.frame, on.asked.action or "")
    with office.store.read() as tx:
        history = attempts.earlier(office, tx, batch.id, keys)
        about = found.identifications.frame.select("ordinal", "record_id")
        contested = about.select("ordinal", contests.contested(office, tx, about["record_id"]).alias("contest_known"))
    _keep_attempts(office, batch, keys)
    known = found.record_facts.join(history, on="ordinal", how="left", validate="1:1").join(contested, on="ordinal", how="left")
    known = known.with_columns(pl.lit(_within_limit(on, found)).alias("bound_within_limit"), pl.col("contest_known").fill_null(False))
    columns = [
        known[fact.origin[1]].cast(fact.dtype, strict=False).alias(fact.name)
        for fact in on.rulebook.vocabulary.facts.values()
        if fact.stage is Stage.RECORD
    ]
    beside = pl.DataFrame([known["ordinal"], *columns])
    return examined.facts.frame.join(beside, on="ordinal", how="inner", validate="1:1", maintain_order="left")


def _within_limit(on: Basis, found: Identified) -> bool | None:
    """Whether the bound of every anchor that identified somebody is within the office's limit. No limit set: missing, which refers.

    The bounds of groups of surnames are kept and shown; they are the same errors counted another way, and no limit is set to them.
    """
    limit = on.rulebook.numbers.get("match_bound_limit")
    answered = found.bounds.frame.filter((pl.col("answered") > 0) & pl.col("stratum").is_in(ANCHORS))["limit"]
    return None if limit is None else bool((answered <= limit).all())


def _keep_attempts(office: Office, batch: Batch, keys: pl.DataFrame) -> None:
    with office.store.read() as tx:
        if batches.shards(tx, batch.id, attempts.STAGE):
            return
    digest = batches.write_shard(office, batch.id, attempts.STAGE, 0, keys)
    with office.store.write() as tx:
        shard = {"batch": batch.id, "stage": attempts.STAGE, "shard": 0, "rows": keys.height, "digest": digest}
        tx.add_one("shard", **shard, first_entry=None, count=0)


def _all_facts(request: pl.DataFrame, record_facts: pl.DataFrame) -> pl.DataFrame:
    """Facts of every row, null at the record stage where the register was not asked."""
    extra = [name for name in record_facts.columns if name not in request.columns]
    return request.join(record_facts.select("ordinal", *extra), on="ordinal", how="left", maintain_order="left", validate="1:1")


def _rows(examined: Examined, looked_up: pl.DataFrame, found: Identified, reasons: pl.DataFrame) -> pl.DataFrame:
    """One row for each row of the batch: the last stage that decided it, and what it found."""
    first = examined.outcomes.filter(pl.col("outcome") == Outcome.REFUSED).with_columns(pl.lit(Stage.REQUEST.value).alias("stage"))
    last = looked_up.with_columns(pl.lit(Stage.RECORD.value).alias("stage"))
    both = pl.concat([first, last]).sort("ordinal")
    said = reasons.group_by("reasons_id").agg(pl.concat_str("source", "requirement", "kind", separator=" ").alias("reasons"))
    people = found.identifications.frame.select("ordinal", "identity", "record_id", "rule", "agreed")
    return (
        both.join(said, on="reasons_id", how="left", maintain_order="left")
        .with_columns(pl.col("reasons").fill_null(pl.lit([], pl.List(pl.String))))
        .join(people, on="ordinal", how="left", maintain_order="left")
        .with_columns(examined.commitments.bin.encode("hex").alias("request"))
        .drop("reasons_id")
    )


# ---------------------------------------------------------------- decided twice


def _decide_twice(on: Basis, facts: Facts, outcomes: pl.DataFrame, stage: Stage) -> None:
    """Cedar decides again: a row of every distinct set of reasons, rows on a boundary, and a sample of the rest."""
    chosen = _sample(outcomes, facts, int(on.rulebook.numbers.get("cedar_sample", 20_000)))
    decision.determine_twice(on.rulebook, Facts(facts.frame.join(chosen, on="ordinal", how="semi")), stage, on.asked)


def _sample(outcomes: pl.DataFrame, facts: Facts, size: int) -> pl.DataFrame:
    """Spread over the sets of reasons as the batch is, at least one row of each; and the rows at the ends of every number and date."""
    each = max(1, -(-size // max(1, outcomes["reasons_id"].n_unique())))
    by_reason = outcomes.filter(pl.int_range(pl.len()).over("reasons_id") < each).select("ordinal")
    # Rare sets take less than their share; the rest of the sample is spread evenly over the file.
    short = max(0, size - by_reason.height)
    step = max(1, outcomes.height // max(1, short))
    spread = outcomes.gather_every(step).head(short).select("ordinal")
    return pl.concat([by_reason, spread, _boundaries(facts.frame)]).unique()


def _boundaries(facts: pl.DataFrame) -> pl.DataFrame:
    """For each whole number and date: every value's first row where there are few values, else the smallest and largest."""
    kinds = [name for name, kind in facts.schema.items() if kind in (pl.Int64, pl.Date) and name != "ordinal"]
    found = [facts.unique(name, keep="first").sort(name) for name in kinds]
    ends = [one if one.height <= 2 * ENDS else pl.concat([one.head(ENDS), one.tail(ENDS)]) for one in found]
    return pl.concat([facts.select("ordinal").clear(), *(one.select("ordinal") for one in ends)])


# ---------------------------------------------------------------- determinations


def _enter_determinations(office: Office, batch: Batch, on: Basis, judged: Judged, progress: Progress) -> None:
    """An entry for every row, a shard of rows in one transaction, starting at the first shard that is missing."""
    with office.store.read() as tx:
        begin = len(batches.shards(tx, batch.id, DETERMINED))
        shards = batches.shards(tx, batch.id, "requests")
        bound = bounds.digest(tx, batch.id)
    for shard in shards[begin:]:
        number, rows = int(str(shard["shard"])), int(str(shard["rows"]))
        first = sum(int(str(one["rows"])) for one in shards[:number])
        facts = batches.write_shard(office, batch.id, FACTS, number, judged.facts.slice(first, rows))
        _enter_shard(office, batch, on, number, _openings(batch, on, judged.rows.slice(first, rows), facts, bound), facts)
        progress("determine", first + rows, batch.rows)


def _openings(batch: Batch, on: Basis, rows: pl.DataFrame, facts: str, bound: str) -> list[bytes]:
    """The canonical rows that the entries commit to: outcome and reasons, and the digests that they rest on."""
    due = batch.day + timedelta(days=int(on.rulebook.numbers.get("shall_due_days", 30)))
    owed = pl.col("duty").is_in([Duty.SHALL.value, Duty.HELD.value])
    frame = rows.with_columns(
        batch=pl.lit(batch.id),
        due=pl.when(owed).then(pl.lit(due.isoformat())),
        answer=pl.when(pl.col("outcome") == Outcome.REFERRED).then(pl.lit(_least_answer(on), pl.String)),
        facts=pl.lit(facts),
        bound=pl.lit(bound),
        rests_on=pl.lit(on.digest),
    )
    return entries.canonical_rows(frame)


def _least_answer(on: Basis) -> str | None:
    """The least that the basis allows, narrowed by the agreement. More needs a disposition that says so."""
    invoked = on.rulebook.vocabulary.bases.get(on.asked.action or "")
    permitted = invoked.answers if invoked else ()
    allowed = on.rulebook.agreement_answers
    return next((answer for answer in permitted if allowed is None or answer in allowed), None)


def _enter_shard(office: Office, batch: Batch, on: Basis, number: int, rows: list[bytes], facts: str) -> None:
    salts = office.salts(len(rows))
    with office.store.write() as tx:
        if any(shard["shard"] == number for shard in batches.shards(tx, batch.id, DETERMINED)):
            return  # another process was first
        appended = record.enter_rows(office, tx, Kind.DETERMINATION, rows, salts, batch.id)
        for stage, digest in ((DETERMINED, on.digest), (FACTS, facts)):
            shard = {"batch": batch.id, "stage": stage, "shard": number, "rows": len(rows), "digest": digest}
            tx.add_one("shard", **shard, first_entry=appended.first if stage == DETERMINED else None, count=len(rows))
