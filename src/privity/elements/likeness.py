"""Word sets into groups of texts that say nearly the same.

A word set's *sketch* is its smallest values under `SKETCH` fixed hash functions (MinHash: Broder 1997): the share of places in which two
sketches agree estimates the share of words that two texts have in common. Texts that agree in a whole *band* of places meet; the
one of most cases is the *hub* of the meeting (in a small batch every text is a hub). A text belongs to a hub if at least half of
all the words of both are in both, counted exactly. A group's size is the number of distinct cases of the hub and its members.

The hash is spelled out here in 64-bit arithmetic, so that the same file gives the same answer on every machine and version.
Order of rows and cutting into shards change nothing. Digests and counts only: no word of a request is in a tally (an unsalted
digest of a common word can be guessed, so a tally is for the run and is not kept).
Cannot know: that two texts say the same in other words. Someone who has every row rewritten is not found here.
"""

from __future__ import annotations

import operator
from functools import reduce
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

BAND = 3  # places that a candidate shares
BANDS = 16
SKETCH = BAND * BANDS
WORTH = SKETCH // 3  # places that agree before two texts are compared word by word
FEW = 1_000  # as many texts are compared each with each; more, where they meet in a band
PLACES = tuple(f"p{n}" for n in range(SKETCH))

_STEM = 6  # letters: deport, deported and deportation are one word
_WORD = 2**64 - 1


def stems(words: pl.Expr) -> pl.Expr:
    """The stable digest of the first letters of each word of a list."""
    cut = (pl.element().str.slice(0, _STEM) + "\0" * 8).cast(pl.Binary).bin.slice(0, 8)
    number = cut.bin.reinterpret(dtype=pl.UInt64, endianness="little") * _u64(0x9E3779B97F4A7C15)
    return words.list.eval((number ^ (number // _u64(2**31))) * _u64(0xBF58476D1CE4E5B9))


def sketch(words: pl.Expr) -> tuple[pl.Expr, ...]:
    """The places of the sketch of a list of digests, one column each."""
    return tuple(
        words.list.eval((pl.element() * _u64(factor)) // _u64(2**48)).list.min().cast(pl.UInt16).alias(place)
        for place, factor in zip(PLACES, _factors(), strict=True)
    )


def crowds(texts: pl.DataFrame, cases: pl.DataFrame, need: int) -> pl.Series:
    """The texts that belong to a group of at least ``need`` distinct cases.

    ``texts``: ``text`` and its ``words``, one row for each. ``cases``: distinct pairs ``text``, ``case``.
    """
    weights = cases.group_by("text").agg(pl.len().alias("cases"))
    many = weights.filter(pl.col("cases") >= need).select("text", pl.col("text").alias("hub"))
    sketched = texts.lazy().select("text", *sketch(pl.col("words"))).collect().join(weights, on="text")
    pairs = [_each(sketched)] if texts.height <= FEW else _all_met(sketched, need)
    members = pl.concat([many, _half(pl.concat(pairs).unique(), texts, weights, need)]).unique()
    likely = _heavy(members, weights, need)
    crowded = likely.join(cases, on="text").group_by("hub").agg(pl.col("case").n_unique()).filter(pl.col("case") >= need)
    return likely.join(crowded, on="hub", how="semi")["text"].unique()


def _half(pairs: pl.DataFrame, texts: pl.DataFrame, weights: pl.DataFrame, need: int) -> pl.DataFrame:
    """The pairs that have at least half of all their words in common, counted exactly."""
    words = texts.select("text", "words")
    both = _heavy(pairs, weights, need).join(words, on="text").join(words, left_on="hub", right_on="text", suffix=".hub")
    common = pl.col("words").list.set_intersection("words.hub").list.len()
    every = pl.col("words").list.len() + pl.col("words.hub").list.len() - common
    return both.filter(2 * common >= every).select("text", "hub")


def _heavy(pairs: pl.DataFrame, weights: pl.DataFrame, need: int) -> pl.DataFrame:
    """The pairs of hubs that could reach ``need``: a case may count in several texts, so the sum is an upper bound."""
    return pairs.join(weights, on="text").filter(pl.col("cases").sum().over("hub") >= need).drop("cases")


def _each(texts: pl.DataFrame) -> pl.DataFrame:
    """(text, hub) for every pair of texts that are worth comparing; each text is a hub."""
    return _worth_comparing(texts.join(texts.drop("cases"), how="cross", suffix=".hub"))


def _all_met(texts: pl.DataFrame, need: int) -> list[pl.DataFrame]:
    """(text, hub) for the texts that meet in a band. A hub whose meetings together hold fewer than ``need`` cases is let go beforehand."""
    hubs = [_hubs(texts, band) for band in range(BANDS)]
    met = pl.concat([one.select("text", "met") for one in hubs]).group_by("text").agg(pl.col("met").sum())
    heavy = met.filter(pl.col("met") >= need)
    return [_met(texts, one.join(heavy, on="text", how="semi"), band) for band, one in enumerate(hubs)]


def _hubs(texts: pl.DataFrame, band: int) -> pl.DataFrame:
    """For each meeting in one band, its hub: the text of most cases; ``met``: the cases of all who meet, an upper bound."""
    shared = _shared(band)
    narrow = texts.select("text", "cases", *shared)
    meetings = narrow.group_by(shared).agg(pl.len().alias("texts"), pl.col("cases").sum().alias("met"), pl.col("cases").max().alias("most"))
    those = narrow.join(meetings.filter(pl.col("texts") > 1), on=shared).filter(pl.col("cases") == pl.col("most"))
    return those.group_by(shared).agg(pl.col("text").min(), pl.col("met").first())


def _met(texts: pl.DataFrame, hubs: pl.DataFrame, band: int) -> pl.DataFrame:
    """(text, hub) for the texts that meet one of these hubs in one band and are worth comparing; the hub is a member of its own."""
    whole = hubs.select("text").join(texts.drop("cases"), on="text")
    return _worth_comparing(texts.join(whole, on=_shared(band), how="inner", suffix=".hub", coalesce=False))


def _shared(band: int) -> list[str]:
    return list(PLACES[band * BAND : (band + 1) * BAND])


def _worth_comparing(pairs: pl.DataFrame) -> pl.DataFrame:
    agree = reduce(operator.add, ((pl.col(place) == pl.col(f"{place}.hub")).cast(pl.UInt8) for place in PLACES))
    return pairs.filter(agree >= WORTH).select("text", pl.col("text.hub").alias("hub"))


def _factors() -> Iterator[int]:
    """Odd multipliers, one for each place: SplitMix64 from a fixed seed (Steele, Lea and Flood 2014)."""
    state = 0x243F6A8885A308D3
    for _ in range(SKETCH):
        state = (state + 0x9E3779B97F4A7C15) & _WORD
        value = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _WORD
        yield (value ^ (value >> 31)) | 1


def _u64(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt64)
