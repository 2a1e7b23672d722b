"""What an element is: one question about the words of a request, answered without the register.

An element turns text columns of `Requests` into values that a rule may read (enum words, whole numbers, Booleans).
Some need to see the whole batch first (is this reason the same for everybody?): those count in `tally`, the counts of all
shards are merged, and `judge` reads the merged counts. A tally holds digests and counts, never a word of a request.

Not here: which facts a law needs (law/**/facts.toml) and what follows from a fact (law/**/*.cedar).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What an element may know besides the request: the day, the envelope's verified pairs, numbers and vocabulary.

    ``engaged`` maps a person to the case ids that they signed for; None means that no envelope came with the file.
    ``provisions`` maps a canonical citation (or a bare title, ``26 USC``) to its kind; ``numbers`` is the office's policy.
    """

    day: date
    request_day: date | None = None
    engaged: Mapping[str, frozenset[str]] | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    provisions: Mapping[str, str] = field(default_factory=dict)
    predicates: tuple[str, ...] = ()


class Judge(Protocol):
    """``judge(requests, settled, given)`` gives ``ordinal`` and the element's outputs, one row for each request, in any order."""

    def __call__(self, requests: pl.DataFrame, tally: pl.DataFrame | None, given: Given, /) -> pl.DataFrame:
        """Say what each request says."""
        ...


class Tally(Protocol):
    """``tally(requests)`` gives the counts of one shard: a small keyed table, with no text of a request in it."""

    def __call__(self, requests: pl.DataFrame, /) -> pl.DataFrame:
        """Count in one shard."""
        ...


class Merge(Protocol):
    """``merge(tallies)`` adds the counts of shards; the order and the cutting into shards change nothing."""

    def __call__(self, tallies: Sequence[pl.DataFrame], /) -> pl.DataFrame:
        """Add up."""
        ...


class Settle(Protocol):
    """``settle(tally, given)`` turns the counts of the whole batch into what ``judge`` looks up: once a batch, not once a shard."""

    def __call__(self, tally: pl.DataFrame, given: Given, /) -> pl.DataFrame:
        """Conclude."""
        ...


@dataclass(frozen=True, slots=True)
class Element:
    """One question about the words of a request.

    ``reads`` are request columns; ``gives`` the outputs and their types (null = cannot be said: missing, and refuses).
    ``tally``, ``merge`` and ``settle`` are all given or all None. ``rests_on``: the columns without which nothing can be said: a defective
    cell in one of them makes the outputs null, so that an unreadable date is never taken for an absent one. None means ``reads``.
    """

    name: str
    reads: tuple[str, ...]
    gives: Mapping[str, pl.DataType]
    judge: Judge
    tally: Tally | None = None
    merge: Merge | None = None
    settle: Settle | None = None
    rests_on: tuple[str, ...] | None = None


def once(requests: pl.DataFrame, columns: Sequence[str], judge: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Judge each distinct combination of cells once, and hand the outputs back to every row that holds it.

    ``judge`` gets the distinct ``columns`` and returns as many rows, in the same order. Returns ``ordinal`` and the outputs, in row order.
    """
    distinct = requests.select(columns).unique(maintain_order=True)
    outputs = judge(distinct)
    known = pl.concat([distinct, outputs], how="horizontal")
    joined = requests.select("ordinal", *columns).join(known, on=list(columns), how="left", nulls_equal=True, maintain_order="left")
    return joined.select("ordinal", *outputs.columns)
