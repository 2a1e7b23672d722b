"""A ledger → the files that any web server can hand out (C2SP tlog-tiles): entry bundles, tiles of hashes, a checkpoint.

Files of full tiles never change again, so an export of a longer ledger adds to an earlier one. Where the files go is `office.export`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from privity.ledger import tlog
from privity.ledger.log import Segments, hashes, read_entries
from privity.ledger.note import Checkpoint
from privity.ledger.tlog import WIDTH, Tile


def export(segments: Segments) -> Iterator[tuple[str, bytes]]:
    """The whole ledger: (path, bytes) of every bundle, tile and, last, the checkpoint."""
    head = segments.head()
    yield from tiles(segments, head.size)
    if head.note is not None:
        yield "checkpoint", head.note.encode()


def tiles(segments: Segments, size: int, after: int = 0) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every bundle and tile of the first ``size`` entries that the first ``after`` did not have as they are."""
    for tile in tlog.tiles(size):
        if (after >> 8 * max(tile.level, 0)) - tile.index * WIDTH < tile.width:
            yield tile.path, _content(segments, tile)


def _content(segments: Segments, tile: Tile) -> bytes:
    first = tile.index * WIDTH
    if tile.level < 0:
        return b"".join(len(each).to_bytes(2, "big") + each for each in read_entries(segments, first, tile.width))
    if tile.level == 0:
        return segments.leaves(first, tile.width)
    return b"".join(node.hash for node in segments.nodes(tile.level, first, tile.width))


def root_at(segments: Segments, size: int) -> bytes:
    """The root of the first ``size`` entries, from the hashes that are kept."""
    return tlog.frontier(hashes(segments), size).root()


def growth(segments: Segments, old: Checkpoint, note: str, new: int) -> str:
    """What shows that the ledger of ``note`` only added to that of ``old``: the body of a C2SP tlog-witness request."""
    hashed = tlog.prove_consistency(hashes(segments), old.size, new)
    return f"old {old.size}\n" + "".join(f"{base64.b64encode(one).decode()}\n" for one in hashed) + f"\n{note}"
