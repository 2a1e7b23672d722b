"""Which rows a sample takes: an order that nobody could know before its seed was signed by others, and that anybody can make again.

Pure. The seed is SHA-256 over the text of a checkpoint and the cosignature lines under it, sorted. A row's place is SHA-256(seed ‖ index of
its determination's entry, 8 bytes, big-endian). Of each stratum (one engaged officer) the first row is taken, then rows of all, in
that order, until there are enough. Not here: what a sample is for (``substantiate``).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = tuple[int, int, int]
"""ordinal, index of the determination's entry, number of the stratum."""


def seed_of(checkpoint: str, lines: Iterable[str]) -> bytes:
    """The seed, 32 bytes. ``checkpoint``: its text, three lines, without signatures. ``lines``: the cosignature lines."""
    return sha256((checkpoint + "".join(f"{line.rstrip()}\n" for line in sorted(lines))).encode()).digest()


def take(rows: Sequence[Row], seed: bytes, size: int) -> list[int]:
    """The ordinals of the sample: at least one of each stratum, ``size`` in all if there are as many, without replacement."""
    ordered = sorted(rows, key=lambda row: sha256(seed + row[1].to_bytes(8, "big")).digest())
    first = {stratum: ordinal for ordinal, _, stratum in reversed(ordered)}
    taken = list(first.values())
    rest = (ordinal for ordinal, _, _ in ordered if ordinal not in set(taken))
    return sorted([*taken, *(ordinal for ordinal, _ in zip(rest, range(max(0, size - len(taken))), strict=False))])
