"""How wrong may this batch's identifications be? Decoys, expected namesakes, and an upper bound by exact binomial limits.

A decoy is a person nobody asked about, made of the batch's own parts: the name of one row, the birth date of another, the
number, address and periods of a third. Decoys run in the same query as the requests; whatever is accepted for one is a coincidence.
Basis: target-decoy estimation, and the interval of Clopper and Pearson (1934); measured in evaluation (wrong answers per rule).

The limit assumes that (a) every request could be about somebody who is not in the register, and (b) such a request coincides
with a stranger's record as often as a decoy does. (a) overstates. (b) does not cover relatives, twins and borrowed numbers, whose parts
are not independent: against those stand the rules themselves and the test for rivals, not this figure. Decoys of a small batch share
their parts, so they are fewer than independent draws would be; a batch of a few rows cannot be bounded and its limit says so.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p
from typing import TYPE_CHECKING

import polars as pl

from privity.match.rules import ANCHORS, NUMBER
from privity.terms import Bounds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CONFIDENCE = 0.95
ENOUGH = 65_536  # decoys aimed at: with none accepted, the rate is below 5 in 100,000
MOST = 262_144  # decoys of a large batch: more would cost as much as the batch itself and tell little
TRIES = 4_096  # times that a small batch is shuffled for them
GROUPS = ("surname-common", "surname-middling", "surname-rare")
COMMON, MIDDLING = 1e-3, 1e-5  # shares of the people held: one in a thousand bears it, one in a hundred thousand
_KEYS = ["fn", "ln", "dob"]


def upper_limit(accepted: int, tried: int, confidence: float = CONFIDENCE) -> float:
    """Clopper-Pearson: the largest rate at which ``accepted`` or fewer of ``tried`` would still occur with 1 - ``confidence``.

    >>> round(upper_limit(0, 100), 4)
    0.0295
    """
    if accepted >= tried:
        return 1.0
    low, high = accepted / tried, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(accepted, tried, middle) > 1 - confidence else (low, middle)
    return high


def _at_most(count: int, tried: int, rate: float) -> float:
    """The chance of ``count`` or fewer among ``tried``."""
    if rate >= 1:
        return 0.0
    whole = lgamma(tried + 1)
    terms = (
        whole - lgamma(k + 1) - lgamma(tried - k + 1) + (k * log(rate) if k else 0.0) + (tried - k) * log1p(-rate) for k in range(count + 1)
    )
    return min(1.0, sum(exp(term) for term in terms))


def decoys(asks: Sequence[Path], seed: int, *, enough: int = ENOUGH) -> pl.DataFrame:
    """Rows like those of the files ``asks`` (see ``retrieve``) that mean nobody; ``probe`` continues after the last one.

    Addresses as written are null: nobody looks at a decoy's.

    One shuffle of the whole batch, more for a batch smaller than ``enough``; of a batch larger than ``MOST``, about that many rows by lot.
    The same seed gives the same decoys. Left out: a decoy with the name and birth date of a request, or with the number and
    address of its own name.
    """
    rows = pl.scan_parquet(list(asks)).with_row_index("at")
    height, after = rows.select(pl.len(), pl.col("probe").max().cast(pl.Int64)).collect().row(0)
    columns = [name for name in rows.collect_schema().names() if name != "at"]
    picks = _picks(height, seed, min(TRIES, max(1, -(-enough // height)))) if height > 1 else _picks(0, seed, 1)
    drawn = _drawn(rows, picks)  # one row has nobody to be mixed with
    meant = rows.select(_KEYS).join(drawn.lazy().select(_KEYS), on=_KEYS, how="semi").collect()
    made = drawn.join(meant, on=_KEYS, how="anti", maintain_order="left")
    number = pl.int_range(pl.len(), dtype=pl.Int64) + ((after or 0) + 1)
    return made.with_columns(number.cast(pl.UInt32).alias("probe")).select(columns)


def _drawn(rows: pl.LazyFrame, picks: pl.DataFrame) -> pl.DataFrame:
    """The shuffled parts side by side: names of one row, birth date of another, all else of a third. Only rows picked are read."""
    births, names = ["dob", "dy", "dm", "dd"], ["fn", "f1", "fs", "ln", "la", "lz", "ls", "mi", "sfx"]
    kind = rows.collect_schema()
    others = [name for name in kind.names() if name not in (*births, *names, "at", "probe", "written")]
    holder: list[str | pl.Expr] = [*others, pl.col("fn").alias("their_fn"), pl.col("ln").alias("their_ln")]
    parts = [_taken(rows, picks[which], columns) for which, columns in (("name", names), ("birth", births), ("place", holder))]
    made = pl.concat(parts, how="horizontal").filter((pl.col("fn") != pl.col("their_fn")) | (pl.col("ln") != pl.col("their_ln")))
    return made.with_columns(pl.lit(None, kind["written"]).alias("written"))


def _taken(rows: pl.LazyFrame, picks: pl.Series, columns: Sequence[str | pl.Expr]) -> pl.DataFrame:
    """These columns of the rows picked, in the order of the picks."""
    order = picks.cast(pl.get_index_type()).alias("at").to_frame().with_row_index("nth").lazy()
    return rows.select("at", *columns).join(order, on="at").collect().sort("nth").drop("at", "nth")


def _picks(height: int, seed: int, tries: int) -> pl.DataFrame:
    """For each decoy the row that gives the name, the birth date, and the place; every row gives each as often as any other."""
    grid = pl.DataFrame({"draw": pl.int_range(height * tries, dtype=pl.UInt64, eager=True)})
    grid = grid.with_columns((pl.col("draw") // height).alias("turn"), (pl.col("draw") % height).alias("name"))
    births = grid.sort("turn", scramble(pl.col("draw"), 2 * seed))["name"].alias("birth")
    places = grid.sort("turn", scramble(pl.col("draw"), 2 * seed + 1))["name"].alias("place")
    drawn = grid.select("name").with_columns(births, places)
    if tries > 1:
        return drawn.unique(maintain_order=True)
    return drawn.filter(_by_lot(height, seed)) if height > MOST else drawn


def _by_lot(height: int, seed: int) -> pl.Expr:
    """About ``MOST`` of ``height`` rows."""
    return scramble(pl.int_range(pl.len(), dtype=pl.UInt64), -1 - seed) // _word(2**32) < round(2**32 * MOST / height)


def scramble(number: pl.Expr, seed: int) -> pl.Expr:
    """SplitMix64 of a UInt64 (Steele, Lea, Flood 2014): a fixed shuffle that no library's version can change."""
    start = (seed * 0xD1342543DE82EF95 + 0x9E3779B97F4A7C15) % 2**64
    mixed = (number + _word(1)) * _word(0x9E3779B97F4A7C15) + _word(start)
    mixed = (mixed ^ (mixed // _word(2**30))) * _word(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed // _word(2**27))) * _word(0x94D049BB133111EB)
    return mixed ^ (mixed // _word(2**31))


def _word(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt64)


def group(share: pl.Expr) -> pl.Expr:
    """The group of a surname by its share of the people held. By how common a name is and by nothing else: nobody's origin is asked."""
    common, middling = GROUPS[:2]
    word = pl.when(share >= COMMON).then(pl.lit(common)).when(share >= MIDDLING).then(pl.lit(middling))
    return word.otherwise(pl.lit(GROUPS[2]))


def bounds(asked: pl.DataFrame, tried: pl.DataFrame, answered: pl.DataFrame, fooled: pl.DataFrame) -> Bounds:
    """The bound of each anchor, and of each group of surnames.

    ``asked`` and ``tried`` are the requests and the decoys (``tin_given``, ``group``); ``answered`` has ``anchor``, ``group`` and
    ``namesakes`` of each identified request; ``fooled`` the ``anchor`` and ``group`` of each decoy that was taken for somebody.
    ``decoys`` counts those.
    ``limit`` is the upper limit of wrong identifications as a share of those answered: 0 where nothing was answered, never above 1.
    """
    rows = [_bound(name, asked, tried, answered, fooled) for name in (*ANCHORS, *GROUPS)]
    return Bounds(pl.DataFrame(rows, schema=dict(Bounds.SCHEMA)))


def _bound(name: str, asked: pl.DataFrame, tried: pl.DataFrame, answered: pl.DataFrame, fooled: pl.DataFrame) -> dict[str, object]:
    could, did = _could(name), pl.col("group" if name in GROUPS else "anchor") == name
    asks, tries = asked.filter(could).height, tried.filter(could).height
    here, wrong = answered.filter(did), fooled.filter(did).height
    limit = min(1.0, upper_limit(wrong, tries) * asks / here.height) if here.height else 0.0
    namesakes = float(here["namesakes"].sum())
    return {"stratum": name, "asked": asks, "answered": here.height, "namesakes": namesakes, "decoys": wrong, "limit": limit}


def _could(name: str) -> pl.Expr:
    """Which probes could be identified under an anchor or are of a group."""
    if name in GROUPS:
        return pl.col("group") == name
    return pl.col("tin_given") == (1 if name == NUMBER else 0)
