"""Labels and values → one root, and for any label a proof of what the map holds for it, or that it holds nothing. Arithmetic only.

The map is the full binary tree over all labels of 256 bits, most significant bit first, left for 0:

- the leaf of a label that has a value is SHA-256(0x02 ‖ label ‖ value), 32 bytes each;
- the leaf of any other label is SHA-256(0x03);
- a node is SHA-256(0x04 ‖ left ‖ right).

So a proof is always 256 siblings, whether the label is there or not, and names no other label (docs/formats/disclosure-map.md).
Nearly all of that tree is empty. What must be remembered are its *parts*: a ``Branch`` for a subtree with two labels or
more, a ``Lone`` for a subtree with one; anything else is empty. Where the parts are kept, and what a value commits to, is for
the caller. Cannot know whether a label is the right one for anybody, nor whether the root was entered in a ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

HEIGHT = 256
HASH = 32
_AHEAD = 16  # levels read at once


class Place(NamedTuple):
    """A subtree: the first ``depth`` bits of its labels, as a number."""

    depth: int
    prefix: int

    def child(self, bit: int) -> Place:
        """The left (0) or right (1) half of it."""
        return Place(self.depth + 1, self.prefix << 1 | bit)


@dataclass(frozen=True, slots=True)
class Branch:
    """A subtree with two labels or more: the hashes of its halves, 32 bytes each."""

    left: bytes
    right: bytes


@dataclass(frozen=True, slots=True)
class Lone:
    """A subtree with one label: the label and the hash of its leaf, 32 bytes each; the empty leaf, if its value was taken away."""

    label: bytes
    leaf: bytes


Part = Branch | Lone
Parts = Callable[[Sequence[Place]], Mapping[Place, Part]]


def _empty_hashes() -> list[bytes]:
    found = [sha256(b"\x03").digest()]
    while len(found) <= HEIGHT:
        found.append(_node(found[-1], found[-1]))
    return found


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x04" + left + right).digest()


EMPTY = _empty_hashes()  # of an empty subtree, by its height
EMPTY_ROOT = EMPTY[HEIGHT]


def leaf_hash(label: bytes, value: bytes) -> bytes:
    """The leaf of a label that has a value."""
    if not len(label) == len(value) == HASH:
        raise ValueError("a label and a value are 32 bytes each")
    return sha256(b"\x02" + label + value).digest()


def part_hash(part: Part, depth: int) -> bytes:
    """The hash of the subtree that a part stands for."""
    return _node(part.left, part.right) if isinstance(part, Branch) else _lone_hash(part, depth)


def _lone_hash(lone: Lone, depth: int) -> bytes:
    found, path = lone.leaf, int.from_bytes(lone.label, "big")
    for height in range(HEIGHT - depth):
        found = _node(EMPTY[height], found) if path >> height & 1 else _node(found, EMPTY[height])
    return found


def _bit(label: bytes, depth: int) -> int:
    return label[depth >> 3] >> (7 - (depth & 7)) & 1


def _at(label: bytes, depth: int) -> Place:
    return Place(depth, int.from_bytes(label, "big") >> (HEIGHT - depth))


# ---------------------------------------------------------------- growing


@dataclass(frozen=True, slots=True)
class Grown:
    """The map after a change: its root, and every part that is new or other than before."""

    root: bytes
    parts: Mapping[Place, Part]


def grow(parts: Parts, values: Mapping[bytes, bytes | None]) -> Grown:
    """Give labels their values, new or in place of old ones; None takes a value away.

    About 0.15 ms a label, and what reading the parts costs.
    """
    root, made = Place(0, 0), dict[Place, Part]()
    leaves = [Lone(label, _leaf(label, values[label])) for label in sorted(values)]
    known = _on_the_way(parts, [lone.label for lone in leaves]) if leaves else parts([root])
    return Grown(_changed(root, leaves, known, made), made)


def _leaf(label: bytes, value: bytes | None) -> bytes:
    return EMPTY[0] if value is None else leaf_hash(label, value)


def root_of(values: Mapping[bytes, bytes | None]) -> bytes:
    """The root of a map that holds these values and no others."""
    return grow(lambda _: {}, values).root


def _on_the_way(parts: Parts, labels: Sequence[bytes]) -> dict[Place, Part]:
    """The parts that stand between the root and these labels, a level at a time."""
    known, here = dict[Place, Part](), {Place(0, 0): list(labels)}
    while here:
        found = parts(list(here))
        known.update(found)
        below: dict[Place, list[bytes]] = {}
        for place, those in here.items():
            if isinstance(found.get(place), Branch):
                for label in those:
                    below.setdefault(place.child(_bit(label, place.depth)), []).append(label)
        here = below
    return known


def _changed(place: Place, leaves: Sequence[Lone], known: Mapping[Place, Part], made: dict[Place, Part]) -> bytes:
    """The hash of a subtree once these leaves are in it."""
    part = known.get(place)
    if not leaves:
        return part_hash(part, place.depth) if part else EMPTY[HEIGHT - place.depth]
    if not isinstance(part, Branch):
        return _laid(place, _with(part, leaves), made)
    left, right = _halves(leaves, place.depth)
    halves = (
        _changed(place.child(0), left, known, made) if left else part.left,
        _changed(place.child(1), right, known, made) if right else part.right,
    )
    made[place] = Branch(*halves)
    return _node(*halves)


def _with(old: Lone | None, leaves: Sequence[Lone]) -> Sequence[Lone]:
    if old is None or any(one.label == old.label for one in leaves):
        return leaves
    return sorted((old, *leaves), key=lambda one: one.label)


def _laid(place: Place, leaves: Sequence[Lone], made: dict[Place, Part]) -> bytes:
    """The hash of a subtree that holds these leaves and no others."""
    if not leaves:
        return EMPTY[HEIGHT - place.depth]
    if len(leaves) == 1:
        made[place] = leaves[0]
        return _lone_hash(leaves[0], place.depth)
    left, right = _halves(leaves, place.depth)
    made[place] = branch = Branch(_laid(place.child(0), left, made), _laid(place.child(1), right, made))
    return _node(branch.left, branch.right)


def _halves(leaves: Sequence[Lone], depth: int) -> tuple[Sequence[Lone], Sequence[Lone]]:
    """Leaves in order of their labels, cut where the bit at this depth becomes 1."""
    low, high = 0, len(leaves)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _bit(leaves[middle].label, depth) else (middle + 1, high)
    return leaves[:low], leaves[low:]


# ---------------------------------------------------------------- proofs


def prove(parts: Parts, label: bytes) -> list[bytes]:
    """The 256 siblings on the way from the label's leaf up to the root; of the same number and size whatever the map holds."""
    known, down, depth = dict[Place, Part](), list[bytes](), 0
    while depth < HEIGHT:
        if depth % _AHEAD == 0:
            known = dict(parts([_at(label, depth + i) for i in range(_AHEAD)]))
        part = known.get(_at(label, depth))
        if not isinstance(part, Branch):
            return _last(part, label, depth) + down[::-1]
        down.append(part.left if _bit(label, depth) else part.right)
        depth += 1
    return down[::-1]


def _last(part: Lone | None, label: bytes, depth: int) -> list[bytes]:
    """The siblings below the last branch, from the leaf up: empty, but for another label that comes this far."""
    found = EMPTY[: HEIGHT - depth]
    if part is not None and part.label != label:
        apart = next(at for at in range(depth, HEIGHT) if _bit(part.label, at) != _bit(label, at))
        found[HEIGHT - apart - 1] = _lone_hash(part, apart + 1)
    return found


def verify(label: bytes, value: bytes | None, siblings: Sequence[bytes], root: bytes) -> bool:
    """Whether the map of that root holds the value for the label; with None, whether it holds nothing for it."""
    if len(siblings) != HEIGHT or len(label) != HASH or any(len(one) != HASH for one in siblings):
        return False
    found, path = _leaf(label, value), int.from_bytes(label, "big")
    for height, sibling in enumerate(siblings):
        found = _node(sibling, found) if path >> height & 1 else _node(found, sibling)
    return found == root


def parts_in(held: Mapping[Place, Part]) -> Parts:
    """A source over parts in memory."""

    def of(places: Iterable[Place]) -> dict[Place, Part]:
        return {place: held[place] for place in places if place in held}

    return of
