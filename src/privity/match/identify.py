"""Eligible requests and the prepared register → whom each request means, what is held of them, and how wrong that may be.

Two rules, and in both nobody else in the register may be meant:

R1  the taxpayer number is theirs, and first name, last name and birth date agree, with one slip at most;
R2  no number is given, the whole address is one held in the periods asked, and name and birth date agree with one slip at most.

A number that is another's, a suffix of another generation, a shared surname, house or number alone: nobody is identified.
"Agree" is defined in match.sql; the error rates of the rules are in docs/performance.md. Only `Eligible` reaches the register, and of it
only rows that a rule could accept; ``read`` says which (invariant 5).

That somebody is identified satisfies nothing: whether the address supplied is theirs is a fact of its own (invariant 10).
Not known here: people who are not in the register. A namesake with the same birth date who never filed is no rival.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from privity.fields import address
from privity.match.bound import bounds, decoys
from privity.match.prepare import PERSON, prepare_requests
from privity.match.queries import HELD, JUDGED, NAMESAKES
from privity.terms import Bounds, Identifications, Identity

if TYPE_CHECKING:
    from collections.abc import Collection

    from privity.match.engine import Engine
    from privity.match.register import PreparedRegister
    from privity.terms import Eligible

SLICE = 262_144  # rows whose address parts are side by side at once
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


def identify(eligible: Eligible, register: PreparedRegister, engine: Engine, *, asked_bars: Collection[str], seed: int) -> Identified:
    """Look the eligible requests up in the register. ``asked_bars``: ids such as ``i-6-informant`` that a fact of the record reads.

    ``seed`` draws the decoys and changes nothing else.
    """
    prepared = prepare_requests(eligible.frame)
    requests, places = prepared.drop("place"), prepared.select("ordinal", "place")
    asks = requests.filter(_answerable())
    tried = decoys(asks, seed)
    judged = _judged(pl.concat([asks, tried]), register, engine)
    fooled = judged.filter(_unique()).join(tried, left_on="probe", right_on="ordinal", how="semi")
    found = _identified(requests, judged)
    held = _held(found, requests, register, engine)
    people, facts = _standing(found, _about(_compared(held, places), sorted(asked_bars)))
    return Identified(
        identifications=Identifications(people.select(*Identifications.SCHEMA)),
        record_facts=facts,
        bounds=bounds(requests, tried, _with_namesakes(people, requests, register, engine), fooled),
        read=asks["ordinal"],
    )


def _answerable() -> pl.Expr:
    """A rule could accept it. Nothing else is looked up: a look-up is an inspection."""
    person = pl.all_horizontal(pl.col("fn", "ln", "dob").is_not_null()) & (pl.col("periods").list.len() > 0)
    return person & (pl.col("tin").is_not_null() | ((pl.col("tin_given") == 0) & pl.col("key").is_not_null()))


def _judged(asks: pl.DataFrame, register: PreparedRegister, engine: Engine) -> pl.DataFrame:
    """A row for each probe that may mean somebody: how many people are possible, how many accepted, and the accepted one."""
    probes = asks.select(pl.col("ordinal").alias("probe"), "tin_given", *PERSON, "key", "building")
    return engine.query(JUDGED, {"asks": probes, "asked": _asked(asks), "register": register.rows})


def _asked(asks: pl.DataFrame) -> pl.DataFrame:
    return asks.select(pl.col("ordinal").alias("probe"), pl.col("periods").alias("tax_period")).explode("tax_period").drop_nulls()


def _unique() -> pl.Expr:
    return (pl.col("accepted") == 1) & (pl.col("possible") == 1)


def _identified(requests: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """``Identifications`` for every request, in order."""
    found = _agreed(requests.select("ordinal").join(judged, left_on="ordinal", right_on="probe", how="left", maintain_order="left"))
    several = pl.col("possible") > 1
    one = _unique().fill_null(False)
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


def _with_namesakes(people: pl.DataFrame, requests: pl.DataFrame, register: PreparedRegister, engine: Engine) -> pl.DataFrame:
    """Adds ``namesakes``: how many people of the name would have the birth date if names and birth dates were independent."""
    one = people.filter(pl.col("identity") == Identity.UNIQUE)
    answered = one.select("ordinal", "rule").join(requests.select("ordinal", "fn", "ln", "dob"), on="ordinal")
    counts = engine.query(NAMESAKES, {"answered": answered, "names": [register.names], "births": [register.births]})
    dated = engine.query("SELECT COALESCE(SUM(people), 1) AS people FROM births", {"births": [register.births]})["people"].item()
    share = pl.col("of_birth").fill_null(1) / float(dated)
    return answered.join(counts, on="ordinal").with_columns((pl.col("of_name").fill_null(1) * share).alias("namesakes"))


def _held(people: pl.DataFrame, requests: pl.DataFrame, register: PreparedRegister, engine: Engine) -> pl.DataFrame:
    """What is held of each person identified: a row for each period, with bars, class and place."""
    one = people.filter(pl.col("record_id").is_not_null()).select("ordinal", "record_id")
    asked = _asked(requests.join(one, on="ordinal", how="semi"))
    return engine.query(HELD, {"identified": one, "asked": asked, "register": register.rows})


def _standing(people: pl.DataFrame, facts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The identifications that stand, and the facts of the record for every request.

    Equal keys are R2's test in the query; whether that is the same place is for ``fields.address`` to say, and without it R2 does not hold.
    """
    with_facts = people.join(facts, on="ordinal", how="left", maintain_order="left")
    moot = (pl.col("rule") == "R2").fill_null(False) & pl.col("address_agreement").ne_missing("same")
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
