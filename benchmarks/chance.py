"""Chance that is the same everywhere: every draw is a fixed function of a seed, of what is drawn, and of a number."""

from __future__ import annotations

from hashlib import sha256

import polars as pl


def scramble(number: pl.Expr, seed: int) -> pl.Expr:
    """SplitMix64: a fixed shuffle of whole numbers, the same in every version of every library."""
    mixed = (number.cast(pl.UInt64) + _word(1)) * _word(0x9E3779B97F4A7C15) + _word(seed * 0xD1342543DE82EF95 + 0x2545F4914F6CDD1D)
    mixed = (mixed ^ (mixed // _word(2**30))) * _word(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed // _word(2**27))) * _word(0x94D049BB133111EB)
    return mixed ^ (mixed // _word(2**31))


def _word(value: int) -> pl.Expr:
    return pl.lit(value % 2**64, dtype=pl.UInt64)


class Chance:
    """Independent draws for each number: ``chance("name", of)`` is uniform in [0, 1)."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, what: str, of: pl.Expr | str = "person") -> pl.Expr:
        """Uniform in [0, 1), of one thing and one number."""
        stream = int.from_bytes(sha256(what.encode()).digest()[:6], "big")
        number = pl.col(of) if isinstance(of, str) else of
        return (scramble(number, self.seed * 1_000_003 + stream) // 2**11).cast(pl.Float64) / 2**53

    def whole(self, what: str, below: int, of: pl.Expr | str = "person") -> pl.Expr:
        """A whole number from 0 to ``below`` - 1."""
        return (self(what, of) * below).cast(pl.UInt32)

    def one(self, what: str, of_these: tuple[str, ...], of: pl.Expr | str = "person") -> pl.Expr:
        """One of a few words."""
        return self.whole(what, len(of_these), of).replace_strict(dict(enumerate(of_these)), return_dtype=pl.String)


def drawn(words: pl.Series, weights: pl.Series, at: pl.Expr) -> pl.Expr:
    """The word into whose share of the whole the draw falls."""
    edges = (weights.cum_sum() / weights.sum()).alias("edges")
    return at.map_batches(lambda draws: words.gather(edges.search_sorted(draws).clip(0, words.len() - 1)), return_dtype=pl.String)
