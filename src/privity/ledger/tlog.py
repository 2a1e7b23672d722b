"""Hashes → a tree: roots, proofs, tile names. Arithmetic only; where the hashes are kept is `log`.

Follows RFC 6962 §2.1 (the tree), RFC 9162 §2.1.3.2 and §2.1.4.2 (how proofs are checked) and C2SP tlog-tiles (names).
``tests/ledger/test_tlog.py`` holds it to Certificate Transparency's reference roots and proofs.

A perfect subtree of 256**level leaves is a *node* of that tile level; level 0 is the leaf hashes themselves. Everything here that
needs old hashes asks a source ``hashes(level, start, count)`` for nodes, and never for an unfinished one: those are folded
from the level below. The work on many leaves at once goes level by level, so that Python's loop does nothing but hash.

Cannot know whether a leaf hash belongs to an entry, nor whether a root was signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH = 32
WIDTH = 256  # hashes in a full tile
_HEIGHT = 8  # 256 == 1 << 8

Hashes = Callable[[int, int, int], Sequence[bytes]]

EMPTY_ROOT = sha256().digest()


@dataclass(frozen=True, slots=True)
class Node:
    """The root of a perfect subtree of ``256**level`` leaves, the ``index``-th of its level."""

    level: int
    index: int
    hash: bytes


# ---------------------------------------------------------------- hashing


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf, 32 bytes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node, 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The hash of each leaf, in order: the fast path of a bulk append (about 1 µs an entry)."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def _pair(hashes: Sequence[bytes]) -> list[bytes]:
    """The parents of an even number of siblings."""
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=True)]


def root(leaves: Sequence[bytes]) -> bytes:
    """The RFC 6962 root of leaf hashes; of none, the hash of nothing."""
    return Range().extend(leaves)[0].root()


# ---------------------------------------------------------------- growing


@dataclass(frozen=True, slots=True)
class Range:
    """What must be remembered of a tree of ``size`` leaves to go on growing it: its *peaks*, the perfect subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError("peaks do not fit the size")

    def root(self) -> bytes:
        """The root of the tree."""
        if not self.peaks:
            return EMPTY_ROOT
        *left, found = self.peaks
        for peak in reversed(left):
            found = node_hash(peak, found)
        return found

    def extend(self, leaves: Sequence[bytes]) -> tuple[Range, list[Node]]:
        """The tree with more leaves, and the nodes of level 1 and up that they complete."""
        size, height, nodes = self.size, 0, list[Node]()
        old, new = list(self.peaks), list[bytes]()  # old: smallest peak is last
        row = list(leaves)
        while row or old:
            if height and height % _HEIGHT == 0:
                nodes += [Node(height // _HEIGHT, (size >> height) + i, found) for i, found in enumerate(row)]
            if size >> height & 1:
                row.insert(0, old.pop())
            if len(row) & 1:
                new.insert(0, row.pop())
            row = _pair(row)
            height += 1
        return Range(size + len(leaves), tuple(new)), nodes


# ---------------------------------------------------------------- subtrees


def _split(count: int) -> int:
    """The largest power of two smaller than ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


def _perfect(hashes: Hashes, height: int, index: int) -> bytes:
    level, below = divmod(height, _HEIGHT)
    row = hashes(level, index << below, 1 << below)
    if len(row) != 1 << below:
        raise LookupError("a hash of the tree is missing")
    while len(row) > 1:
        row = _pair(row)
    return row[0]


def _perfects(start: int, end: int) -> Iterator[tuple[int, int]]:
    """(height, index) of the perfect subtrees that make up ``[start, end)``, from the left."""
    while start < end:
        height = (end - start).bit_length() - 1
        if start:
            height = min(height, (start & -start).bit_length() - 1)
        yield height, start >> height
        start += 1 << height


def frontier(hashes: Hashes, size: int) -> Range:
    """The peaks of the first ``size`` leaves."""
    return Range(size, tuple(_perfect(hashes, height, index) for height, index in _perfects(0, size)))


def subtree(hashes: Hashes, start: int, end: int) -> bytes:
    """MTH(D[start:end]) for a range that the recursion of RFC 6962 reaches; its perfect subtrees then only shrink."""
    found = b""
    for height, index in reversed(list(_perfects(start, end))):
        peak = _perfect(hashes, height, index)
        found = node_hash(peak, found) if found else peak
    return found or EMPTY_ROOT


# ---------------------------------------------------------------- proofs


def prove_inclusion(hashes: Hashes, index: int, size: int) -> list[bytes]:
    """The siblings on the way from leaf ``index`` up to the root of the first ``size`` leaves (RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of that size")
    start, end, proof = 0, size, list[bytes]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(subtree(hashes, middle, end))
            end = middle
        else:
            proof.append(subtree(hashes, start, middle))
            start = middle
    return proof[::-1]


def prove_consistency(hashes: Hashes, old: int, new: int) -> list[bytes]:
    """That the first ``old`` of ``new`` leaves are the tree of ``old`` leaves (RFC 6962 §2.1.2). Empty if old is 0 or new."""
    if not 0 <= old <= new:
        raise ValueError("the older tree is the larger")
    if old in (0, new):
        return []
    start, end, proof = 0, new, list[bytes]()
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(subtree(hashes, middle, end))
            end = middle
        else:
            proof.append(subtree(hashes, start, middle))
            start = middle
    if start:
        proof.append(subtree(hashes, start, end))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether the proof leads from the leaf hash to the root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or not _hashes(leaf, expected, *proof):
        return False
    here, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            here, last = _up_to_right(here, last)
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == expected


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the newer tree only added leaves to the older (RFC 9162 §2.1.4.2)."""
    if not 0 <= old <= new or not _hashes(old_root, new_root, *proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return len(steps) > 1 and _both_roots(old, new, steps) == (old_root, new_root)


def _both_roots(old: int, new: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if here & 1 or here == last:
            older, newer = node_hash(step, older), node_hash(step, newer)
            here, last = _up_to_right(here, last)
        else:
            newer = node_hash(newer, step)
        here, last = here >> 1, last >> 1
    return (older, newer) if last == 0 else None


def _up_to_right(here: int, last: int) -> tuple[int, int]:
    """Skip the levels at which an unfinished right edge has no sibling."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def _hashes(*values: bytes) -> bool:
    return all(len(value) == HASH for value in values)


# ---------------------------------------------------------------- tiles


@dataclass(frozen=True, slots=True)
class Tile:
    """``width`` hashes of a level from ``256 * index``; level -1 is the bundle of entries beneath the tile of level 0."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its name, as C2SP tlog-tiles spells it.

        >>> Tile(-1, 1234067, 112).path
        'tile/entries/x001/x234/067.p/112'
        """
        groups, rest = [f"{self.index % 1000:03d}"], self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level < 0 else str(self.level)
        return "/".join(("tile", level, *groups)) + (f".p/{self.width}" if self.width < WIDTH else "")


def tiles(size: int) -> Iterator[Tile]:
    """Every tile of a tree of that size, bundles first; the last of a level may be partial."""
    for level in (-1, *range(8)):
        full, partial = divmod(size >> (_HEIGHT * max(level, 0)), WIDTH)
        yield from (Tile(level, index) for index in range(full))
        if partial:
            yield Tile(level, full, partial)
