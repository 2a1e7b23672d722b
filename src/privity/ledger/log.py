"""Entries → a ledger that can only grow: append, prove, verify. How it is kept is behind `Segments`; as files it is `static`.

A *segment* is a run of entries that were committed together, at most 256 of them and never across a multiple of 256, so that a tile
or a bundle is read off whole segments. With the entries it keeps their leaf hashes, so that an altered entry can be named
alone; the last segment of an append also keeps the signed checkpoint of the tree that it completes, and that tree's peaks.
An append of 65,536 rows is thus 256 segments, 257 nodes and one signature. Nodes (`tlog.Node`) are kept so that a proof reads
three tiles and not the log. Only entries and checkpoints are evidence; hashes, peaks and nodes are derived, and `verify` derives
them again.

The keeper must commit all of one append, and whatever state goes with it, in one durable transaction; nobody may see
a checkpoint before that (a checkpoint signed and rolled back, then another of the same size, is a ledger with two histories).

Cannot know that the end was cut off, or an old copy restored: only a checkpoint held elsewhere shows that, so `verify` takes some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple, Protocol

from privity.errors import RefusedError, TamperError
from privity.ledger import entry, tlog
from privity.ledger.note import Checkpoint, Proof, Signer, sign
from privity.ledger.tenure import Known, open_at, signs_on, unsigned
from privity.ledger.tlog import HASH, WIDTH, Node, Range

_ALL = 1 << 62


@dataclass(frozen=True, slots=True)
class Segment:
    """``count`` entries from index ``first``: ``body`` is count x 192 bytes, ``leaves`` their count x 32 bytes of hashes.

    ``note`` and ``peaks`` (hashes, largest tree first, joined) stand on the last segment of an append, else None.
    """

    first: int
    count: int
    body: bytes
    leaves: bytes
    note: str | None = None
    peaks: bytes | None = None

    @property
    def end(self) -> int:
        """The index after its last entry."""
        return self.first + self.count

    @property
    def entries(self) -> list[bytes]:
        """Its entries, one by one."""
        return _cut(self.body, entry.SIZE)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger ends: its size, the checkpoint note of that size, and its peaks. Size 0: no note."""

    size: int = 0
    note: str | None = None
    peaks: bytes = b""


class Segments(Protocol):
    """Whatever keeps a ledger, within one transaction. Implemented by `store.database.Tx`."""

    def head(self) -> Head:
        """The end of the last segment."""

    def append(self, segments: Sequence[Segment], nodes: Sequence[Node]) -> None:
        """Keep them; what is kept is never changed."""

    def read(self, first: int, count: int) -> Iterable[Segment]:
        """The segments that hold an entry of ``[first, first + count)``, by ``first``; not more in memory than a few."""

    def leaves(self, first: int, count: int) -> bytes:
        """The leaf hashes kept for ``[first, first + count)``, joined; ``first`` is a multiple of 256."""

    def nodes(self, level: int, first: int, count: int) -> Sequence[Node]:
        """The nodes kept of a level in ``[first, first + count)``, by index."""


class Appended(NamedTuple):
    """Index of the first entry, index after the last, and the checkpoint note, which may be shown only after the commit."""

    first: int
    end: int
    checkpoint: str


# ---------------------------------------------------------------- append


def append(segments: Segments, signer: Signer, origin: str, entries: Sequence[bytes], next_signer: Signer | None = None) -> Appended:
    """Add entries and sign one checkpoint for the last, also with ``next_signer``, who then signs alone. About 4 µs an entry in bulk.

    Raises:
        TamperError: the ledger does not end in the tree that its last checkpoint signed. Nothing is added.
        RefusedError: the key that signs it now is another.
    """
    if not entries or not all(map(entry.well_formed, entries)):
        raise ValueError("only well-formed entries are appended, at least one")
    before = _end_of(segments.head(), origin, signer)
    leaves = tlog.leaf_hashes(entries)
    after, nodes = before.extend(leaves)
    note = sign(str(Checkpoint(origin, after.size, after.root())), *filter(None, (signer, next_signer)))
    segments.append(list(_segments(before.size, entries, leaves, note, b"".join(after.peaks))), nodes)
    return Appended(before.size, after.size, note)


def _end_of(head: Head, origin: str, signer: Signer) -> Range:
    """The tree to go on from, held against the checkpoint that signed it."""
    if head.size == 0 and head.note is None:
        return Range()
    found = _range(head.size, head.peaks)
    if head.note is None or found is None or unsigned(head.note) != Checkpoint(origin, head.size, found.root()):
        raise TamperError(
            f"the ledger of {head.size} entries does not end in its last checkpoint", remedy="run `privity verify` before anything else"
        )
    if not signs_on(head.note, signer.verifier):
        raise RefusedError(
            "the ledger's last checkpoint is signed by another key", remedy="open the office again: its key may have been rotated"
        )
    return found


def _range(size: int, peaks: bytes) -> Range | None:
    hashes = tuple(_cut(peaks, HASH))
    fits = len(hashes) == size.bit_count() and len(peaks) == HASH * len(hashes)
    return Range(size, hashes) if fits else None


def _segments(first: int, entries: Sequence[bytes], leaves: Sequence[bytes], note: str, peaks: bytes) -> Iterator[Segment]:
    done = 0
    while done < len(entries):
        count = min(WIDTH - (first + done) % WIDTH, len(entries) - done)
        here, last = slice(done, done + count), done + count == len(entries)
        ends = (note, peaks) if last else (None, None)
        yield Segment(first + done, count, b"".join(entries[here]), b"".join(leaves[here]), *ends)
        done += count


# ---------------------------------------------------------------- read and prove


def read_entries(segments: Segments, first: int, count: int) -> list[bytes]:
    """The raw entries ``[first, first + count)``, or as many as there are."""
    pairs = ((segment.first + i, raw) for segment in segments.read(first, count) for i, raw in enumerate(segment.entries))
    return [raw for index, raw in pairs if first <= index < first + count]


def hashes(segments: Segments) -> tlog.Hashes:
    """The source of hashes that `tlog` asks. It remembers, so use one for many proofs, within one transaction."""

    @cache
    def leaves(tile: int) -> list[bytes]:
        return _cut(segments.leaves(tile * WIDTH, WIDTH), HASH)

    @cache
    def nodes(level: int, tile: int) -> list[bytes]:
        return [node.hash for node in segments.nodes(level, tile * WIDTH, WIDTH)]

    def of(level: int, first: int, count: int) -> list[bytes]:
        tile, skip = divmod(first, WIDTH)  # what is asked for never crosses a tile: it is a perfect subtree in it, or all of it
        return (nodes(level, tile) if level else leaves(tile))[skip : skip + count]

    return of


def prove(segments: Segments, index: int, size: int) -> list[bytes]:
    """That entry ``index`` is in the tree of ``size`` entries."""
    return tlog.prove_inclusion(hashes(segments), index, size)


def prove_growth(segments: Segments, old: int, new: int) -> list[bytes]:
    """That the ledger of ``old`` entries is the beginning of that of ``new``."""
    return tlog.prove_consistency(hashes(segments), old, new)


def tlog_proof(segments: Segments, index: int, extra: bytes = b"") -> str:
    """A C2SP tlog-proof of an entry under the newest checkpoint: the part of a receipt that needs no office to check."""
    return tlog_proofs(segments, [index], extra)[0]


def tlog_proofs(segments: Segments, indexes: Sequence[int], extra: bytes = b"") -> list[str]:
    """The same for many entries, reading each tile once: milliseconds for the first of a run, well under one for the others."""
    head, source = segments.head(), hashes(segments)
    if head.note is None:
        raise ValueError("an empty ledger proves nothing")
    return [str(Proof(index, tuple(tlog.prove_inclusion(source, index, head.size)), head.note, extra)) for index in indexes]


def check_proof(text: str, raw: bytes, verifiers: Known, origin: str) -> int:
    """The index at which the ledger holds these bytes, or raise TamperError. ``verifiers``: keys, or keys with the sizes they sign."""
    proof = Proof.parse(text)
    signed = open_at(proof.checkpoint, verifiers, origin)
    if not tlog.verify_inclusion(tlog.leaf_hash(raw), proof.index, signed.size, proof.hashes, signed.root):
        raise TamperError(
            "the proof does not lead from the entry to the signed checkpoint", remedy="ask the office for the proof of this entry again"
        )
    return proof.index


# ---------------------------------------------------------------- verify


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with ``count`` entries from index ``first``. No value of an entry."""

    first: int
    count: int
    what: str

    def __str__(self) -> str:
        last = self.first + self.count - 1
        return f"entry {self.first}: {self.what}" if self.count <= 1 else f"entries {self.first} to {last}: {self.what}"


@dataclass(slots=True)
class _Reading:
    """How far `verify` has come, and what was read since the last checkpoint."""

    trees: list[Range] = field(default_factory=lambda: [Range()])  # what the ledger may have been there; one of them if it held
    at: int = 0  # the index expected next
    whole: bool = True  # nothing missing since
    indexes: list[int] = field(default_factory=list)
    real: list[bytes] = field(default_factory=list)  # hashes of the entries as they are
    kept: list[bytes] = field(default_factory=list)  # hashes as they were kept

    def grown(self, leaves: Sequence[bytes]) -> list[tuple[Range, list[Node]]]:
        """Each tree with these leaves added, if they may follow it."""
        first = self.indexes[0] if self.indexes else self.at
        return [tree.extend(leaves) for tree in self.trees if self.whole and tree.size == first]

    def differ(self, what: str) -> Iterator[Problem]:
        """The entries whose hash is not the hash kept for them."""
        lines = zip(self.indexes, self.real, self.kept, strict=False)
        yield from (Problem(index, 1, what) for index, real, kept in lines if real != kept)

    def go_on(self, trees: list[Range]) -> None:
        """From a checkpoint."""
        self.trees, self.whole = trees, True
        self.indexes, self.real, self.kept = [], [], []


def verify(segments: Segments, verifiers: Known, origin: str, *, held: Sequence[str] = (), used: int = 0) -> Iterator[Problem]:
    """Read every entry, derive every checkpoint, hash and node again, and name what does not agree. Nothing yielded: all well.

    ``held``: checkpoint notes that are known from elsewhere (a witness, a letter, a receipt). ``used``: how many
    entries the office's other records rest on. Both show an end cut off. About 3 to 6 µs an entry.
    """
    reading, awaited = _Reading(), _awaited(held, verifiers, origin)
    for segment in segments.read(0, _ALL):
        yield from _place(segment, reading)
        if segment.note is not None or segment.peaks is not None:
            yield from _close(segments, segment, reading, verifiers, origin)
            yield from _compare(awaited, segment)
    if reading.indexes:
        yield Problem(reading.indexes[0], reading.at - reading.indexes[0], "not covered by any checkpoint")
    yield from _beyond(segments, reading.at)
    longest = max([used, *awaited])
    if longest > reading.at:
        yield Problem(reading.at, longest - reading.at, "missing at the end: the ledger was once longer")
    yield from (Problem(size - 1, 1, "a held checkpoint of this size is not of this ledger") for size in awaited if 0 < size <= reading.at)


def _awaited(held: Sequence[str], verifiers: Known, origin: str) -> dict[int, str]:
    """The held checkpoints, by size; each must be signed."""
    return {open_at(note, verifiers, origin).size: note.rpartition("\n\n")[0] + "\n" for note in held}


def _compare(awaited: dict[int, str], segment: Segment) -> Iterator[Problem]:
    """A held checkpoint of this size must be this one, but for signatures of others. Sizes in between are checked by proof."""
    expected = awaited.pop(segment.end, None)
    if expected is not None and segment.note is not None and not segment.note.startswith(expected + "\n"):
        yield Problem(segment.end - 1, 1, "the checkpoint is not the one that is held elsewhere")


def _place(segment: Segment, reading: _Reading) -> Iterator[Problem]:
    """Take a segment in, at the index where it says it is."""
    if segment.first > reading.at:
        yield Problem(reading.at, segment.first - reading.at, "missing")
    if segment.first < reading.at:
        yield Problem(segment.first, reading.at - segment.first, "there twice")
    real, kept = tlog.leaf_hashes(segment.entries), _cut(segment.leaves, HASH)
    if not len(real) == len(kept) == segment.count or len(segment.body) != entry.SIZE * segment.count:
        yield Problem(segment.first, max(segment.count, 1), "of another number or size than was kept")
        reading.whole = False
    reading.whole = reading.whole and segment.first == reading.at
    reading.indexes += range(segment.first, segment.first + len(real))
    reading.real += real
    reading.kept += kept
    reading.at = max(reading.at, segment.end)
    yield from _spelling(segment)


def _spelling(segment: Segment) -> Iterator[Problem]:
    for offset, raw in enumerate(segment.entries):
        if not entry.well_formed(raw):
            yield Problem(segment.first + offset, 1, "not in the form of an entry")


def _close(segments: Segments, segment: Segment, reading: _Reading, verifiers: Known, origin: str) -> Iterator[Problem]:
    """Derive a checkpoint again from what was read since the last, then go on from what it signed."""
    signed: Checkpoint | None = None
    try:
        signed = _signed(segment, verifiers, origin)
    except TamperError as error:
        yield Problem(segment.end - 1, 1, f"its checkpoint cannot be used: {error}")
    grown, peaks = reading.grown(reading.real), _range(segment.end, segment.peaks or b"")
    proved = [(tree, nodes) for tree, nodes in grown if signed is not None and tree.root() == signed.root]
    stated = [peaks] if peaks and signed is not None and peaks.root() == signed.root else []
    if signed is not None and not stated:
        yield Problem(segment.end - 1, 1, "the peaks kept with its checkpoint are not those of the signed tree")
    if proved:
        yield from reading.differ("the hash kept for it is not its own")
        yield from _nodes(segments, proved[0][1])
    else:
        yield from _altered(segments, reading, signed)
    # With no sound checkpoint here, the next one decides which of the two histories it can be.
    may_be = [tree for tree, _ in grown] + ([peaks] if peaks else [])
    reading.go_on([tree for tree, _ in proved[:1]] or stated or may_be)


def _signed(segment: Segment, verifiers: Known, origin: str) -> Checkpoint:
    found = open_at(segment.note or "", verifiers, origin, kept=True)
    if found.size != segment.end:
        raise TamperError("it is of a ledger of another size")
    return found


def _altered(segments: Segments, reading: _Reading, signed: Checkpoint | None) -> Iterator[Problem]:
    """The entries are not what was signed: name those, as narrowly as what was kept allows."""
    yield from reading.differ("altered")
    if signed is None or not reading.indexes or any(tree.root() == signed.root for tree, _ in reading.grown(reading.kept)):
        return
    run = Problem(reading.indexes[0], reading.at - reading.indexes[0], "not proved to be the entries of the signed checkpoint")
    yield from _narrow(segments, reading) or [run]


def _narrow(segments: Segments, reading: _Reading) -> list[Problem]:
    """The tiles of 256 whose node is not what their entries give."""
    nodes = [node for _, nodes in reading.grown(reading.real)[:1] for node in nodes if node.level == 1]
    wrong = [node.index for node in nodes if list(segments.nodes(1, node.index, 1)) != [node]]
    firsts = [(max(i * WIDTH, reading.indexes[0]), (i + 1) * WIDTH) for i in wrong]
    return [Problem(first, end - first, "some of these are not the entries of the signed checkpoint") for first, end in firsts]


def _nodes(segments: Segments, nodes: Sequence[Node]) -> Iterator[Problem]:
    """The nodes kept must be those that the entries give."""
    for level in {node.level for node in nodes}:
        here = [node for node in nodes if node.level == level]
        kept = set(segments.nodes(level, here[0].index, len(here)))
        for node in here:
            if node not in kept:
                yield Problem(node.index * WIDTH**level, WIDTH**level, "the hash kept for these together is altered or missing")


def _beyond(segments: Segments, size: int) -> Iterator[Problem]:
    """A node of entries that are not there."""
    for level in range(1, 8):
        for node in segments.nodes(level, size // WIDTH**level, _ALL >> (8 * level)):
            yield Problem(node.index * WIDTH**level, WIDTH**level, "missing in part or whole: the hash of these together is still kept")


# ---------------------------------------------------------------- openings


def mismatches(segments: Segments, first: int, salts: bytes, rows: Sequence[bytes]) -> Iterator[Problem]:
    """The entries from ``first`` that these openings do not open: altered, swapped or lost."""
    raw = read_entries(segments, first, len(rows))
    for i, (each, commitment) in enumerate(zip(raw, entry.commit_rows(salts, rows), strict=False)):
        if not entry.well_formed(each) or entry.decode(each).commitment != commitment:
            yield Problem(first + i, 1, "its opening does not open it")
    if len(raw) < len(rows):
        yield Problem(first + len(raw), len(rows) - len(raw), "there is an opening and no entry")


def _cut(joined: bytes, size: int) -> list[bytes]:
    return [joined[i : i + size] for i in range(0, len(joined), size)]
