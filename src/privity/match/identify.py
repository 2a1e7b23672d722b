"""Eligible requests and the prepared register → whom each request means, what is held of them, and how wrong that may be.

Whether somebody is meant is for match.sql and ``rules`` to say, in one way for requests and for decoys; the rules and their error rates
are told in docs/matching.md. Only `Eligible` reaches the register, and of it only rows that a rule could accept; ``read`` says
which.

That somebody is identified satisfies nothing: whether the address supplied is theirs is a fact of its own.
Not known here: people who are not in the register. A namesake with the same birth date who never filed is no rival; that is why a
name alone identifies only where namesakes are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from privity.fields import address
from privity.match.alike import alike
from privity.match.bound import bounds
from privity.match.queries import HELD, JUDGED
from privity.match.retrieve import SLICE, retrieve
from privity.match.rules import ADDRESS, ANCHOR, NUMBER, meant
from privity.terms import ORDINAL, Bounds, Identifications, Identity

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from privity.match.engine import Engine, Progress, Tables
    from privity.match.register import PreparedRegister
    from privity.match.retrieve import Retrieved
    from privity.terms import Eligible

AT_ONCE = 2  # shards of probes that are compared with their candidates at once: more take more memory
RETRIEVAL = 0.7  # about this share of the work is done when candidates are found
BUILDING = "R4"  # rests on the building, not on the whole address
UNKNOWN = 99  # ranks above every class
AS_OF = "address_as_of"
AGREEMENTS = ("same", "cannot-tell", "different")
CLASSES = ("taxpayer-identity", "other-return-information", "taxpayer-return-information", "return")  # least protected first
# What the query counts for each identifier: what it is called, and the count at which it agrees without a slip.
AGREED = {
    "tin": ("tin", 1),
    "first_name": ("first_name", 3),
    "last_name": ("last_name", 3),
    "birth": ("date_of_birth", 3),
    "middle": ("middle_name", 1),
    "suffix": ("name_suffix", 1),
    "address": ("address", 1),
}


@dataclass(frozen=True, slots=True)
class Identified:
    """What matching found for a batch.

    ``record_facts``: a row for each eligible request; identity (String), address_agreement, period_held, data_class, address_as_of (the
    latest day of the address that is the one supplied, ISO form), and a Boolean for each bar asked about; all but identity null unless
    one person is meant. ``read``: the ordinals put to the register.
    """

    identifications: Identifications
    record_facts: pl.DataFrame
    bounds: Bounds
    read: pl.Series


def identify(
    eligible: Eligible,
    register: PreparedRegister,
    engine: Engine,
    work: Path,
    *,
    asked_bars: Collection[str],
    seed: int,
    namesake_limit: float = 0.0,
    progress: Progress = lambda _share: None,
) -> Identified:
    """Look the eligible requests up in the register. ``asked_bars``: ids such as ``i-6-informant`` that a fact of the record reads.

    ``work`` is a folder for this batch, register and seed alone: what a killed call left there is gone on with. ``seed`` draws the decoys
    and changes nothing else. ``namesake_limit``: up to how many expected namesakes with the same birth date a name alone identifies; 0, the
    strict operating point: never. ``progress`` hears the share done.
    """
    near = retrieve(eligible.frame, register, engine, work, seed=seed, told=lambda share: progress(RETRIEVAL * share))
    bars, parts = sorted(asked_bars), list[tuple[pl.DataFrame, pl.DataFrame]]()
    groups = [near.asks[at : at + AT_ONCE] for at in range(0, len(near.asks), AT_ONCE)]
    for number, shards in enumerate(groups, start=1):
        parts.append(_of_shards(shards, near, engine, bars, namesake_limit))
        progress(RETRIEVAL + (1 - RETRIEVAL) * number / (len(groups) + 1))
    fooled = _judged([near.decoys], near, engine, namesake_limit).filter("meant")
    people, facts = _for_all(eligible.frame, parts, bars)
    progress(1.0)
    return Identified(
        identifications=Identifications(people),
        record_facts=facts,
        bounds=_bounds(near.probes, people, fooled),
        read=near.probes.filter(~pl.col("decoy"))["probe"].alias("ordinal"),
    )


def _of_shards(shards: Sequence[Path], near: Retrieved, engine: Engine, bars: list[str], limit: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Identifications of the probes that may mean somebody, and the facts of the record of those who are meant."""
    found = _identified(_judged(shards, near, engine, limit))
    held = _held(found, shards, near, engine)
    return _standing(found, _about(_compared(held, shards), bars))


def _judged(shards: Sequence[Path], near: Retrieved, engine: Engine, limit: float) -> pl.DataFrame:
    """A row for each probe that may mean somebody.

    How many people are possible, how many accepted, the accepted one, and whether they are ``meant``.
    """
    tables: Tables = {"asks": shards, "asked": _asked(shards), "alike": alike(), "known": near.known}
    found = engine.query(JUDGED, {**tables, "candidates": near.candidates, "register": [near.near]})
    counted = near.probes.select("probe", "namesakes")
    return found.join(counted, on="probe", how="left", validate="1:1").with_columns(meant(limit).alias("meant")).sort("probe")


def _asked(shards: Sequence[Path]) -> pl.DataFrame:
    """The periods that each probe asks about, a row a period."""
    asks = pl.scan_parquet(list(shards)).select("probe", pl.col("periods").alias("tax_period"))
    return asks.explode("tax_period", empty_as_null=False, keep_nulls=False).collect()


def _identified(judged: pl.DataFrame) -> pl.DataFrame:
    """``Identifications`` of judged probes."""
    several = pl.col("accepted") + pl.col("others") > 1
    one = pl.col("meant")
    identity = pl.when(one).then(pl.lit(str(Identity.UNIQUE))).when(several).then(pl.lit(str(Identity.SEVERAL)))
    return _agreed(judged).select(
        pl.col("probe").cast(ORDINAL).alias("ordinal"),
        identity.otherwise(pl.lit(str(Identity.ABSENT))).alias("identity"),
        *(pl.when(one).then(name).alias(name) for name in ("record_id", "rule", "agreed")),
        one.alias("rival_excluded"),
    )


def _agreed(found: pl.DataFrame) -> pl.DataFrame:
    """Adds the identifiers that agree without a slip; the patterns are few, so each list is made once."""
    words = [pl.when(pl.col(name) == full).then(pl.lit(word)) for name, (word, full) in AGREED.items()]
    patterns = found.select(*AGREED).unique().with_columns(pl.concat_list(words).list.drop_nulls().alias("agreed"))
    return found.join(patterns, on=list(AGREED), how="left", nulls_equal=True, maintain_order="left")


def _for_all(eligible: pl.DataFrame, parts: list[tuple[pl.DataFrame, pl.DataFrame]], bars: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A row for every eligible request: who could not be looked up, or had no candidate, is absent."""
    every = eligible.select("ordinal")
    nobody = pl.col("identity").fill_null(str(Identity.ABSENT))
    empty = pl.DataFrame(schema=dict(Identifications.SCHEMA))
    people = every.join(pl.concat([empty, *(part[0] for part in parts)]), on="ordinal", how="left", maintain_order="left")
    people = people.with_columns(nobody, pl.col("rival_excluded").fill_null(False)).select(*Identifications.SCHEMA)
    facts = every.join(pl.concat([_no_facts(bars), *(part[1] for part in parts)]), on="ordinal", how="left", maintain_order="left")
    return people, facts.with_columns(nobody)


def _no_facts(bars: list[str]) -> pl.DataFrame:
    texts = dict.fromkeys(("identity", "address_agreement"), pl.String())
    schema = {"ordinal": ORDINAL, **texts, "period_held": pl.Boolean(), "data_class": pl.String(), AS_OF: pl.String()}
    return pl.DataFrame(schema=schema | {f"bar:{bar}": pl.Boolean() for bar in bars})


def _bounds(probes: pl.DataFrame, people: pl.DataFrame, fooled: pl.DataFrame) -> Bounds:
    """What was asked, tried, answered and fooled, by anchor and by group of surnames."""
    named = people.filter(pl.col("identity") == Identity.UNIQUE).select(pl.col("ordinal").alias("probe"), "rule")
    # Whoever gave a number is counted there, whatever else agreed: each stratum has its own share of what was asked.
    given = pl.col("tin_given") == 1
    anchor = pl.when(given).then(pl.lit(NUMBER)).otherwise(pl.col("rule").replace_strict(ANCHOR, return_dtype=pl.String)).alias("anchor")
    answered, taken = (rows.select("probe", "rule").join(probes, on="probe").with_columns(anchor) for rows in (named, fooled))
    return bounds(probes.filter(~pl.col("decoy")), probes.filter("decoy"), answered, taken)


def _held(people: pl.DataFrame, shards: Sequence[Path], near: Retrieved, engine: Engine) -> pl.DataFrame:
    """What is held of each person identified: a row for each period, with bars, class and address."""
    one = people.filter(pl.col("record_id").is_not_null()).select("ordinal", "record_id")
    asked = _asked(shards).join(one, left_on="probe", right_on="ordinal", how="semi")
    return engine.query(HELD, {"identified": one, "asked": asked, "register": [near.near]})


def _standing(people: pl.DataFrame, facts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The identifications that stand, and the facts of the record for every request.

    Equal keys are the query's test of an address; whether that is the same place is for ``fields.address`` to say, and without it the
    rules that rest on the whole address do not hold.
    """
    with_facts = people.join(facts, on="ordinal", how="left", maintain_order="left")
    whole = pl.col("rule").is_in([one for one, anchor in ANCHOR.items() if anchor == ADDRESS and one != BUILDING])
    moot = whole.fill_null(False) & pl.col("address_agreement").ne_missing("same")
    absent = pl.when(moot).then(pl.lit(str(Identity.ABSENT))).otherwise("identity").alias("identity")
    kept = [pl.when(~moot).then(name).alias(name) for name in with_facts.columns if name not in ("ordinal", "identity", "rival_excluded")]
    standing = with_facts.select("ordinal", absent, *kept, pl.col("rival_excluded") & ~moot)
    return standing.select(people.columns), standing.select("ordinal", "identity", *facts.columns[1:])


def _compared(held: pl.DataFrame, shards: Sequence[Path]) -> pl.DataFrame:
    """Adds ``agreement`` of the address supplied with the address of each row held; a shard at a time, for the parts are many."""
    parts = [_agreement_in(held, shard) for shard in shards]
    nothing = (pl.lit(None, pl.String).alias(name) for name in (AS_OF, "agreement"))
    return pl.concat(parts) if parts else held.drop("written").with_columns(*nothing)


def _agreement_in(held: pl.DataFrame, shard: Path) -> pl.DataFrame:
    supplied = pl.scan_parquet(shard).select(pl.col("probe").alias("ordinal"), pl.col("written").alias("supplied"))
    rows = held.lazy().join(supplied, on="ordinal", how="inner", maintain_order="left").collect()
    agreed = [address.compare(_read(part["supplied"]), _read(part["written"])).alias("agreement") for part in rows.iter_slices(SLICE)]
    dated = rows.with_columns(pl.col("written").struct.field("as_of").alias(AS_OF)).drop("written", "supplied")
    return dated.with_columns(pl.concat(agreed) if agreed else pl.lit(None, pl.String).alias("agreement"))


def _read(written: pl.Series) -> pl.DataFrame:
    """All that the comparison of two addresses reads of each."""
    return address.key(written.struct.unnest()).select(address.COMPARED)


def _about(held: pl.DataFrame, bars: list[str]) -> pl.DataFrame:
    """One row for each person: every period for bars, the periods asked for all else."""
    asked = pl.col("asked") == 1
    classes = {name: rank for rank, name in enumerate(CLASSES)}
    rows = held.select(
        "ordinal",
        asked.alias("period_held"),
        *((asked & (pl.col("agreement") == word)).alias(word) for word in AGREEMENTS),
        (asked & pl.col("building").is_not_null()).alias("answers"),
        pl.col("data_class").replace_strict(classes, default=UNKNOWN, return_dtype=pl.Int32).alias("rank"),
        *(pl.col("bars").list.contains(bar).fill_null(False).alias(f"bar:{bar}") for bar in bars),
        _strange(bars).alias("strange"),
        pl.when(asked & (pl.col("agreement") == "same")).then(AS_OF).alias(AS_OF),
    )
    people = rows.group_by("ordinal", maintain_order=True).agg(
        pl.col("period_held", "strange", *AGREEMENTS, *(f"bar:{bar}" for bar in bars)).any(),
        *(pl.col("rank").filter(pl.col(of)).max().alias(f"rank {of}") for of in ("same", "answers")),
        pl.col(AS_OF).max(),
    )
    known = [pl.when(~pl.col("strange")).then(f"bar:{bar}").alias(f"bar:{bar}") for bar in bars]
    return people.select("ordinal", _agreement(), "period_held", _class(), AS_OF, *known)


def _strange(bars: list[str]) -> pl.Expr:
    """A bar that nobody asked about: it may be one of these misspelt, so none of them can be ruled out, and all are missing facts."""
    other = pl.col("bars").list.eval((pl.element() != "") & ~pl.element().is_in(bars))
    return other.list.any().fill_null(False)


def _agreement() -> pl.Expr:
    """Same if any row is; else cannot tell if any cannot be told; else different. Null if nothing is held."""
    said = [pl.when(pl.col(word)).then(pl.lit(word)) for word in AGREEMENTS]
    return pl.coalesce(said).alias("address_agreement")


def _class() -> pl.Expr:
    """The most protected class among the rows that hold the answer: those with the address supplied, or, if none has, with any.

    Null if a class among them is none that is known: a missing fact refuses.
    """
    worst = pl.coalesce("rank same", "rank answers")
    return worst.replace_strict(dict(enumerate(CLASSES)), default=None, return_dtype=pl.String).alias("data_class")
