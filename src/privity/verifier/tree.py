"""Hashes → roots and names of tiles; proofs → yes or no (RFC 6962 section 2.1, C2SP tlog-tiles). Arithmetic only.

Proofs are checked by the recursion that defines them: the last hash of a proof is a child of the root, and the rest proves the other child.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HASH, WIDTH, LEVELS = 32, 256, 8
_PATH = re.compile(r"tile/(entries|[0-7])/((?:x\d{3}/)*)(\d{3})(?:\.p/([1-9]\d{0,2}))?")


def leaf(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def above(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of one level, left to right: neighbours are paired, an odd last one goes up as it is."""
    if not hashes:
        return sha256(b"").digest()
    row = list(hashes)
    while len(row) > 1:
        odd = row[len(row) & ~1 :]
        row = [above(left, right) for left, right in zip(row[::2], row[1::2], strict=False)] + odd
    return row[0]


def split(size: int) -> int:
    """The size of the left subtree: the largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


# ---------------------------------------------------------------- proofs


def included(hashed: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether the proof leads from the leaf's hash, at this index of so many, to the root."""
    try:
        return 0 <= index < size and _up(hashed, index, size, list(proof)) == expected
    except IndexError:  # too few hashes, or too many
        return False


def _up(hashed: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    if size == 1:
        if proof:
            raise IndexError
        return hashed
    left, other = split(size), proof.pop()
    if index < left:
        return above(_up(hashed, index, left, proof), other)
    return above(other, _up(hashed, index - left, size - left, proof))


def grown(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of ``old`` leaves is the beginning of that of ``new``."""
    if old == 0:
        return not proof and old_root == root([])
    try:
        return 0 < old <= new and _both(old, new, list(proof), old_root) == (old_root, new_root)
    except IndexError:
        return False


def _both(old: int, new: int, proof: list[bytes], known: bytes | None) -> tuple[bytes, bytes]:
    """(older, newer) root of a subtree. ``known``: the older root, as long as the subtree begins where the tree begins."""
    if old == new:
        found = proof.pop() if known is None else known
        if proof:
            raise IndexError
        return found, found
    left, other = split(new), proof.pop()
    if old <= left:
        older, newer = _both(old, left, proof, known)
        return older, above(newer, other)
    older, newer = _both(old - left, new - left, proof, None)
    return above(other, older), above(other, newer)


# ---------------------------------------------------------------- tiles


@dataclass(frozen=True, slots=True)
class Tile:
    """``width`` things of a level from ``256 * index``: hashes, or entries if the level is -1."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its file: three digits at a time, all but the last marked with an x."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        name = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
        kind = "entries" if self.level < 0 else str(self.level)
        return f"tile/{kind}/{name}" + (f".p/{self.width}" if self.width < WIDTH else "")

    @classmethod
    def parse(cls, path: str) -> Tile | None:
        """The tile whose file this would be; None if it is no tile's."""
        found = _PATH.fullmatch(path)
        if not found:
            return None
        level, groups, last, width = found.groups()
        tile = cls(-1 if level == "entries" else int(level), int(groups.replace("x", "").replace("/", "") + last), int(width or WIDTH))
        return tile if tile.path == path else None

    @property
    def span(self) -> int:
        """How many entries one of its things stands for."""
        return 1 if self.level < 0 else int(WIDTH**self.level)


def tiles(size: int, level: int) -> Iterator[Tile]:
    """The tiles of a level in a tree of that size; the last may be partial."""
    count = size // WIDTH ** max(level, 0)
    for first in range(0, count, WIDTH):
        yield Tile(level, first // WIDTH, min(WIDTH, count - first))
