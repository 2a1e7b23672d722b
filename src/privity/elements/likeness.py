"""Word sets into small sketches, and sketches into groups of texts that say nearly the same.

A word set's *sketch* is its `SKETCH` smallest values under as many fixed hash functions (MinHash: Broder 1997): the share of places in
which two sketches agree estimates the share of words that two texts have in common. Texts that agree in a whole *band* of
places are candidates; within each such meeting the text of most cases is the *hub*, and a candidate belongs to the hub if at least half
of all places agree. A group's size is the number of distinct cases of the hub and all its members.

The hash is spelled out here in 64-bit arithmetic, so that the same file gives the same answer on every machine and version.
Order of rows and cutting into shards change nothing. Digests and counts only: no word of a request is in a tally.
Cannot know: that two texts say the same in other words. Someone who has every row rewritten is not found here.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

BAND = 3  # places that a candidate shares
BANDS = 10
SKETCH = BAND * BANDS
AGREE = SKETCH // 2
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
        words.list.eval((pl.element() * _u64(factor)) // _u64(2**32)).list.min().cast(pl.UInt32).alias(place)
        for place, factor in zip(PLACES, _factors(), strict=True)
    )


def crowds(sketches: pl.DataFrame, cases: pl.DataFrame, need: int) -> pl.Series:
    """The texts that belong to a group of at least ``need`` distinct cases.

    ``sketches``: ``text`` and the places, one row for each text. ``cases``: distinct pairs ``text``, ``case``.
    """
    weights = cases.group_by("text").agg(pl.len().alias("cases"))
    texts = sketches.join(weights, on="text")
    many = texts.filter(pl.col("cases") >= need).select(pl.col("text"), pl.col("text").alias("hub"))
    members = pl.concat([many, *(_met(texts, band) for band in range(BANDS))]).unique()
    likely = members.join(weights, on="text").filter(pl.col("cases").sum().over("hub") >= need)
    crowded = likely.join(cases, on="text").group_by("hub").agg(pl.col("case").n_unique()).filter(pl.col("case") >= need)
    return likely.join(crowded, on="hub", how="semi")["text"].unique()


def _met(texts: pl.DataFrame, band: int) -> pl.DataFrame:
    """(text, hub) for the texts that meet in one band and agree in at least half of all places; the hub is a member of its own."""
    shared = PLACES[band * BAND : (band + 1) * BAND]
    met = texts.filter(pl.len().over(shared) > 1)
    hubs = met.sort(["cases", "text"], descending=[True, False]).unique(shared, keep="first", maintain_order=True)
    paired = met.join(hubs.drop("cases"), on=list(shared), how="inner", suffix=".hub")
    others = [place for place in PLACES if place not in shared]
    agree = reduce(lambda total, place: total + (pl.col(place) == pl.col(f"{place}.hub")).cast(pl.UInt8), others, pl.lit(BAND, dtype=pl.UInt8))
    return paired.filter(agree >= AGREE).select("text", pl.col("text.hub").alias("hub"))


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
