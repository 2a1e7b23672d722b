"""Eligible requests and the prepared register → whom each request means, what is held of them, and how wrong that may be.

Whether somebody is meant is for match.sql and ``rules`` to say, in one way for requests and for decoys; the rules and their error rates
are told in docs/matching.md. Only `Eligible` reaches the register, and of it only rows that a rule could accept; ``read`` says
which (invariant 5).

That somebody is identified satisfies nothing: whether the address supplied is theirs is a fact of its own (invariant 10).
Not known here: people who are not in the register. A namesake with the same birth date who never filed is no rival; that is why a
name alone identifies only where namesakes are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from privity.fields import address
from privity.match.alike import alike
from privity.match.bound import bounds, decoys, group
from privity.match.prepare import PERSON, prepare_requests
from privity.match.queries import HELD, JUDGED, KNOWN, NAMESAKES, PEOPLE
from privity.match.rules import ADDRESS, ANCHOR, meant
from privity.terms import Bounds, Identifications, Identity

if TYPE_CHECKING:
    from collections.abc import Collection

    from privity.match.engine import Engine, Tables
    from privity.match.prepare import PreparedRegister
    from privity.terms import Eligible

SLICE = 262_144  # rows whose address parts are side by side at once
ENOUGH_PEOPLE = 1_000_000  # held before a first name that fewer than one in so many bear is taken for a slip of the pen
BUILDING = "R4"  # rests on the building, not on the whole address
UNKNOWN = 99  # ranks above every class
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

    ``record_facts``: a row for each eligible request; identity (String), address_agreement, period_held, data_class, and a Boolean for
    each bar asked about; all but identity null unless one person is meant. ``read``: the ordinals put to the register.
    """

    identifications: Identifications
    record_facts: pl.DataFrame
    bounds: Bounds
    read: pl.Series


def identify(
    eligible: Eligible, register: PreparedRegister, engine: Engine, *, asked_bars: Collection[str], seed: int, namesake_limit: float = 0.0
) -> Identified:
    """Look the eligible requests up in the register. ``asked_bars``: ids such as ``i-6-informant`` that a fact of the record reads.

    ``seed`` draws the decoys and changes nothing else. ``namesake_limit``: up to how many expected namesakes with the same birth date a
    name alone identifies; 0, the strict operating point: never.
    """
    prepared = prepare_requests(eligible.frame)
    requests, places = prepared.drop("place"), prepared.select("ordinal", "place")
    asks = requests.filter(_answerable())
    tried = decoys(asks, seed)
    probes = _counted(pl.concat([asks, tried]), register, engine)
    judged = _judged(probes, register, engine, namesake_limit)
    found = _identified(requests, judged)
    held = _held(found, requests, register, engine)
    people, facts = _standing(found, _about(_compared(held, places), sorted(asked_bars)))
    return Identified(
        identifications=Identifications(people.select(*Identifications.SCHEMA)),
        record_facts=facts,
        bounds=_bounds(probes, tried["ordinal"], people, judged),
        read=asks["ordinal"],
    )


def _answerable() -> pl.Expr:
    """A rule could accept it. Nothing else is looked up: a look-up is an inspection."""
    person = pl.all_horizontal(pl.col("fn", "ln", "dob").is_not_null()) & (pl.col("periods").list.len() > 0)
    return person & (pl.col("tin").is_not_null() | ((pl.col("tin_given") == 0) & pl.col("key").is_not_null()))


def _counted(asks: pl.DataFrame, register: PreparedRegister, engine: Engine) -> pl.DataFrame:
    """Adds what the register's own frequencies say of each probe.

    ``namesakes``: how many people of the name would have the birth date if names and birth dates were independent; ``group`` of the
    surname; ``known``: 1 if people bear the first name as it is written.
    """
    tables = {"names": [register.names], "births": [register.births]}
    dated = float(engine.query(PEOPLE, {"births": [register.births]})["people"].item())
    counts = engine.query(NAMESAKES, {"answered": asks.select("ordinal", "fn", "ln", "dob"), **tables})
    counted = asks.join(counts, on="ordinal", how="left", maintain_order="left")
    share = pl.col("of_birth").fill_null(1) / max(1.0, dated)
    return counted.with_columns(
        (pl.col("of_name").fill_null(1) * share).alias("namesakes"),
        group(pl.col("of_surname").fill_null(1) / max(1.0, dated)).alias("group"),
        _known(asks, register, engine, dated),
    ).drop("of_name", "of_birth", "of_surname")


def _known(asks: pl.DataFrame, register: PreparedRegister, engine: Engine, people: float) -> pl.Series:
    """1 where the first name as written is somebody's own. A small register cannot tell a name from a slip: there, all are names."""
    if people < ENOUGH_PEOPLE:
        return pl.Series("known", [1], dtype=pl.Int32).new_from_index(0, asks.height)
    tables: Tables = {
        "names": [register.names],
        "written": asks.select("fn").unique(),
        "limits": pl.DataFrame({"few": [people / ENOUGH_PEOPLE]}),
    }
    names = engine.query(KNOWN, tables)["fn"]
    return asks.select(pl.col("fn").is_in(names.implode()).fill_null(True).cast(pl.Int32).alias("known")).to_series()


def _judged(asks: pl.DataFrame, register: PreparedRegister, engine: Engine, limit: float) -> pl.DataFrame:
    """A row for each probe that may mean somebody.

    How many people are possible, how many accepted, the accepted one, and whether they are ``meant``.
    """
    probes = asks.select(pl.col("ordinal").alias("probe"), "tin_given", "known", *PERSON, "key", "building")
    found = engine.query(JUDGED, {"asks": probes, "asked": _asked(asks), "alike": alike(), "register": register.rows})
    counted = asks.select(pl.col("ordinal").alias("probe"), "namesakes")
    return found.join(counted, on="probe", how="left", validate="1:1").with_columns(meant(limit).alias("meant"))


def _asked(asks: pl.DataFrame) -> pl.DataFrame:
    return asks.select(pl.col("ordinal").alias("probe"), pl.col("periods").alias("tax_period")).explode("tax_period").drop_nulls()


def _identified(requests: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """``Identifications`` for every request, in order."""
    found = _agreed(requests.select("ordinal").join(judged, left_on="ordinal", right_on="probe", how="left", maintain_order="left"))
    several = pl.col("possible") > 1
    one = pl.col("meant").fill_null(False)
    identity = pl.when(one).then(pl.lit(str(Identity.UNIQUE))).when(several).then(pl.lit(str(Identity.SEVERAL)))
    return found.select(
        "ordinal",
        identity.otherwise(pl.lit(str(Identity.ABSENT))).alias("identity"),
        *(pl.when(one).then(name).alias(name) for name in ("record_id", "rule", "agreed")),
        one.alias("rival_excluded"),
    )


def _agreed(found: pl.DataFrame) -> pl.DataFrame:
    """Adds the identifiers that agree without a slip; the patterns are few, so each list is made once."""
    words = [pl.when(pl.col(name) == full).then(pl.lit(word)) for name, (word, full) in AGREED.items()]
    patterns = found.select(*AGREED).unique().with_columns(pl.concat_list(words).list.drop_nulls().alias("agreed"))
    return found.join(patterns, on=list(AGREED), how="left", nulls_equal=True, maintain_order="left")


def _bounds(probes: pl.DataFrame, decoy: pl.Series, people: pl.DataFrame, judged: pl.DataFrame) -> Bounds:
    """What was asked, tried, answered and fooled, by anchor and by group of surnames."""
    about = probes.select("ordinal", "tin_given", "namesakes", "group").with_columns(
        pl.col("ordinal").is_in(decoy.implode()).alias("decoy")
    )
    fooled = judged.filter("meant").select(pl.col("probe").alias("ordinal"), "rule")
    named = people.filter(pl.col("identity") == Identity.UNIQUE).select("ordinal", "rule")
    anchor = pl.col("rule").replace_strict(ANCHOR, return_dtype=pl.String).alias("anchor")
    return bounds(
        about.filter(~pl.col("decoy")),
        about.filter("decoy"),
        named.join(about, on="ordinal").with_columns(anchor),
        fooled.join(about.filter("decoy"), on="ordinal").with_columns(anchor),
    )


def _held(people: pl.DataFrame, requests: pl.DataFrame, register: PreparedRegister, engine: Engine) -> pl.DataFrame:
    """What is held of each person identified: a row for each period, with bars, class and place."""
    one = people.filter(pl.col("record_id").is_not_null()).select("ordinal", "record_id")
    asked = _asked(requests.join(one, on="ordinal", how="semi"))
    return engine.query(HELD, {"identified": one, "asked": asked, "register": register.rows})


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


def _compared(held: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Adds ``agreement`` of the address supplied with the address of each row held; a slice at a time, for the parts are many."""
    supplied = places.select("ordinal", pl.col("place").name.prefix_fields("asked_").alias("supplied"))
    slices = (rows.join(supplied, on="ordinal", how="left", maintain_order="left") for rows in held.iter_slices(SLICE))
    agreed = [
        rows.select("place", "supplied").unnest("place", "supplied").select(address.agreement("asked_", "").alias("agreement"))
        for rows in slices
    ]
    return held.drop("place").with_columns(pl.concat(agreed) if agreed else pl.Series("agreement", [], pl.String))


def _about(held: pl.DataFrame, bars: list[str]) -> pl.DataFrame:
    """One row for each person: every period for bars, the periods asked for all else."""
    asked = pl.col("asked") == 1
    classes = {name: rank for rank, name in enumerate(CLASSES)}
    rows = held.select(
        "ordinal",
        asked.alias("period_held"),
        *((asked & (pl.col("agreement") == word)).alias(word) for word in AGREEMENTS),
        (asked & pl.col("key").is_not_null()).alias("answers"),
        pl.col("data_class").replace_strict(classes, default=UNKNOWN, return_dtype=pl.Int32).alias("rank"),
        *(pl.col("bars").list.contains(bar).fill_null(False).alias(f"bar:{bar}") for bar in bars),
        _strange(bars).alias("strange"),
    )
    people = rows.group_by("ordinal", maintain_order=True).agg(
        pl.col("period_held", "strange", *AGREEMENTS, *(f"bar:{bar}" for bar in bars)).any(),
        *(pl.col("rank").filter(pl.col(of)).max().alias(f"rank {of}") for of in ("same", "answers")),
    )
    known = [pl.when(~pl.col("strange")).then(f"bar:{bar}").alias(f"bar:{bar}") for bar in bars]
    return people.select("ordinal", _agreement(), "period_held", _class(), *known)


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
