"""An exported tree of files → a report: every entry read, every tile and the root computed again, each difference named by file and index.

The checkpoint's signature comes first; without it there is nothing to hold a tree against. Then two trees are computed, one from the
entries and one from the hashes kept beside them. The one that has the signed root is right, and what differs from it is wrong. If neither
has it, level 1 decides bundle by bundle. Files beyond the checkpoint's tree (an export was interrupted) are counted, not judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from privity.verifier import entry, tree
from privity.verifier.finding import Report
from privity.verifier.note import Checkpoint, MalformedError, Trust, forks
from privity.verifier.tree import HASH, WIDTH, Tile

Read = Callable[[str], bytes | None]
"""The bytes of a file, by its path within the export; None if there is none."""


@dataclass(frozen=True, slots=True)
class Held:
    """A checkpoint kept elsewhere, the name it goes by, and, if it is of an export, how to read that."""

    name: str
    checkpoint: Checkpoint
    read: Read | None = None


@dataclass(slots=True)
class _Bundle:
    """256 entries, or those at the end: hashes of the entries as they are, and as they are kept; None where a file does not serve."""

    tile: Tile
    real: list[bytes] | None
    kept: list[bytes] | None

    @property
    def first(self) -> int:
        return self.tile.index * WIDTH

    def differ(self) -> list[int]:
        """Indexes at which the two differ."""
        pairs = zip(self.real or [], self.kept or [], strict=False)
        return [self.first + i for i, (real, kept) in enumerate(pairs) if real != kept]


@dataclass(slots=True)
class _Trees:
    """What was computed while reading: of each bundle its root, from the entries and from the kept hashes."""

    real: list[bytes | None] = field(default_factory=list)
    kept: list[bytes | None] = field(default_factory=list)
    odd: dict[int, list[int]] = field(default_factory=dict)  # bundle → indexes at which entries and kept hashes differ
    sought: dict[int, _Bundle] = field(default_factory=dict)  # bundles in which a held checkpoint ends


def check(read: Read, names: Iterable[str], trust: Trust, held: Sequence[Held] = (), file: str = "export") -> Report:
    """Check an export. ``names``: the paths of all its files; ``held``: checkpoints whose signatures are known to hold."""
    report = Report("export", file)
    signed = _signed(read("checkpoint"), trust, report)
    if signed is None:
        return report
    trees = _read(read, signed.size, {each.checkpoint.size // WIDTH for each in held}, report)
    truth = _truth(read, signed, trees)
    if truth is None:
        report.find("checkpoint", "the entries do not give the signed root", 0, max(signed.size, 1))
    _blame(trees, truth or trees.real, signed.size, report)
    _upper(read, truth or trees.real, signed.size, report)
    _others(read, names, signed.size, report)
    _compare(read, signed, trees, truth or trees.real, held, report)
    return report


def _signed(raw: bytes | None, trust: Trust, report: Report) -> Checkpoint | None:
    """The checkpoint, if the ledger signed it."""
    if raw is None:
        report.find("checkpoint", "missing")
        return None
    try:
        found = Checkpoint.parse(raw)
    except MalformedError as error:
        report.find("checkpoint", str(error))
        return None
    report.origin, report.size, report.root = found.origin, found.size, found.root.hex()
    report.witnesses = found.witnessed(trust)
    problems = list(found.problems(trust))
    for what in (*problems, *found.unwitnessed(trust)):
        report.find("checkpoint", what, max(found.size - 1, 0))
    return None if problems else found


# ---------------------------------------------------------------- reading


def _read(read: Read, size: int, sought: set[int], report: Report) -> _Trees:
    trees, days = _Trees(), set[bytes]()
    for tile in tree.tiles(size, -1):
        bundle = _Bundle(tile, _entries(read, tile, days, report), _hashes(read, Tile(0, tile.index, tile.width), report))
        trees.real.append(_over(bundle.real))
        trees.kept.append(_over(bundle.kept))
        if trees.real[-1] != trees.kept[-1]:
            trees.odd[tile.index] = bundle.differ()
        if tile.index in sought:
            trees.sought[tile.index] = bundle
    report.days = (min(days).decode(), max(days).decode()) if days else None
    return trees


def _content(read: Read, tile: Tile, step: int) -> bytes | None:
    """A tile's bytes; those of the full one, if the partial one has been cleared away after it."""
    raw = read(tile.path)
    if raw is None and tile.width < WIDTH:
        full = read(Tile(tile.level, tile.index).path)
        return None if full is None else full[: step * tile.width]
    return raw


def _entries(read: Read, tile: Tile, days: set[bytes], report: Report) -> list[bytes] | None:
    """The hashes of the entries of a bundle; what has not the form of an entry is named."""
    raw, first = _content(read, tile, entry.STEP), tile.index * WIDTH
    found = None if raw is None else entry.cut(raw, tile.width)
    if found is None or raw is None:
        report.find(tile.path, "missing" if raw is None else f"not {tile.width} entries long", first, tile.width)
        return None
    for position in entry.mislaid(raw):
        report.find(tile.path, "the length before it is not that of an entry", first + position)
    kinds = Counter[bytes]()
    for position, one in enumerate(found):
        said = entry.parts(one)
        if said is None:
            report.find(tile.path, "not in the form of an entry", first + position)
            continue
        days.add(said[1])
        kinds[said[2]] += 1
    report.kinds.update({kind.decode(): count for kind, count in kinds.items()})
    return list(map(tree.leaf, found))


def _hashes(read: Read, tile: Tile, report: Report) -> list[bytes] | None:
    raw, first = _content(read, tile, HASH), tile.index * WIDTH * tile.span
    if raw is None or len(raw) != HASH * tile.width:
        report.find(tile.path, "missing" if raw is None else f"not {tile.width} hashes long", first, tile.width * tile.span)
        return None
    return [raw[at : at + HASH] for at in range(0, len(raw), HASH)]


# ---------------------------------------------------------------- judging


def _truth(read: Read, signed: Checkpoint, trees: _Trees) -> list[bytes] | None:
    """The roots of the bundles that lead to the signed root."""
    stated = _stated(read, signed.size)
    pairs = list(zip(trees.real, trees.kept, strict=True))
    mixed = [one if one in pair else pair[0] for one, pair in zip(stated, pairs, strict=False)]
    mixed = [one or other for one, other in zip(mixed, stated, strict=False)]
    tails = [[tail] for tail in pairs[-1]] if signed.size % WIDTH else [[]]
    tries = [trees.real, trees.kept, *(begin + tail for begin in (mixed, stated) for tail in tails)]
    return next((whole for one in tries if (whole := _whole(one)) is not None and tree.root(whole) == signed.root), None)


def _whole(hashes: Sequence[bytes | None]) -> list[bytes] | None:
    found = [one for one in hashes if one is not None]
    return found if len(found) == len(hashes) else None


def _stated(read: Read, size: int) -> list[bytes | None]:
    """The roots of the full bundles as level 1 has them."""
    found: list[bytes | None] = []
    for tile in tree.tiles(size, 1):
        raw = _content(read, tile, HASH) or b""
        found += [raw[at : at + HASH] if len(raw) == HASH * tile.width else None for at in range(0, HASH * tile.width, HASH)]
    return found


def _blame(trees: _Trees, truth: Sequence[bytes | None], size: int, report: Report) -> None:
    """Of each bundle, whether its entries or its kept hashes differ from the truth."""
    for index, (real, kept, true) in enumerate(zip(trees.real, trees.kept, truth, strict=True)):
        if real == true == kept:
            continue
        tile = Tile(-1, index, min(WIDTH, size - index * WIDTH))
        beside = Tile(0, index, tile.width).path
        if real == true and kept is not None:
            for odd in trees.odd.get(index, ()):
                report.find(beside, "the hash kept for it is not its own", odd)
        elif kept == true and real is not None:
            for odd in trees.odd.get(index, ()):
                report.find(tile.path, "altered", odd)
        elif real is not None and real != true:
            report.find(tile.path, "some of these are not the entries of the signed checkpoint", index * WIDTH, tile.width)


def _upper(read: Read, truth: Sequence[bytes | None], size: int, report: Report) -> None:
    """The tiles of level 1 and up must be what the truth gives."""
    row: list[bytes | None] = list(truth)[: size // WIDTH]
    for level in range(1, tree.LEVELS):
        for tile in tree.tiles(size, level):
            for position, kept in enumerate(_hashes(read, tile, report) or ()):
                index = tile.index * WIDTH + position
                if kept != row[index]:
                    report.find(tile.path, f"hash {position} is not that of these entries", index * tile.span, tile.span)
        row = [_over(row[at : at + WIDTH]) for at in range(0, len(row) - WIDTH + 1, WIDTH)]


def _over(row: Sequence[bytes | None] | None) -> bytes | None:
    """The root over hashes, if all of them are there."""
    whole = None if row is None else _whole(row)
    return None if whole is None else tree.root(whole)


def _others(read: Read, names: Iterable[str], size: int, report: Report) -> None:
    """Partial tiles of earlier checkpoints must be the beginning of what stands there now; anything else in `tile` is no part of a tree."""
    needed = {tile.path for level in range(-1, tree.LEVELS) for tile in tree.tiles(size, level)}
    for name in sorted(set(names) - needed):
        tile = Tile.parse(name)
        if tile is None and name.startswith("tile/"):
            report.find(name, "not a file of a tree")
        elif tile is not None:
            _older(read, tile, size, report)


def _older(read: Read, tile: Tile, size: int, report: Report) -> None:
    now = next((one for one in tree.tiles(size, tile.level) if one.index == tile.index), None)
    if now is None or now.width < tile.width:
        report.beyond += 1
        return
    step = entry.STEP if tile.level < 0 else HASH
    old, new = read(tile.path) or b"", (_content(read, now, step) or b"")[: step * tile.width]
    if old != new:
        at = next((i for i, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))) // step
        first = (tile.index * WIDTH + at) * tile.span
        report.find(tile.path, f"not the beginning of {now.path}", first, tile.span)


# ---------------------------------------------------------------- held checkpoints


def _compare(read: Read, signed: Checkpoint, trees: _Trees, truth: Sequence[bytes | None], held: Sequence[Held], report: Report) -> None:
    """Each held checkpoint must be of the beginning of this tree: the root of so many of its entries, computed again."""
    report.held = len(held)
    for one, other, size in forks([(each.name, each.checkpoint) for each in held]):
        report.find(one, f"split view: {other} is of the same size, and signed, and of another history", size - 1)
    for each in held:
        size = each.checkpoint.size
        if size > signed.size:
            what = "rolled back: the held checkpoint has these entries, and the export has them not"
            report.find(each.name, what, signed.size, size - signed.size)
        elif _root_at(trees, truth, size) != each.checkpoint.root:
            what = "split view or rewritten history: the held checkpoint is signed and is not of the beginning of this export"
            first = _parting(read, signed.size, each)
            report.find(each.name, what, 0 if first is None else first, size if first is None else 1)


def _root_at(trees: _Trees, truth: Sequence[bytes | None], size: int) -> bytes | None:
    """The root of the first entries."""
    full, rest = divmod(size, WIDTH)
    hashes = list(truth[:full])
    if rest:
        bundle = trees.sought[full]
        right = bundle.kept if trees.kept[full] == truth[full] else bundle.real
        hashes.append(_over(right and right[:rest]))
    return _over(hashes)


def _parting(read: Read, size: int, held: Held) -> int | None:
    """The first entry at which another export differs from this one."""
    for index, mine, theirs in _pairs(read, size, held):
        if mine != theirs:
            return index
    return None


def _pairs(read: Read, size: int, held: Held) -> Iterator[tuple[int, bytes, bytes]]:
    """Index, entry here, entry there; with each its length."""
    here = {tile.index: tile for tile in tree.tiles(size, -1)}
    for tile in tree.tiles(held.checkpoint.size, -1) if held.read else ():
        mine = _content(read, here[tile.index], entry.STEP) or b""
        theirs = (held.read and _content(held.read, tile, entry.STEP)) or b""
        for at in range(0, min(len(mine), len(theirs)), entry.STEP):
            yield tile.index * WIDTH + at // entry.STEP, mine[at : at + entry.STEP], theirs[at : at + entry.STEP]
