"""An intent's opening → what it disclosed about each person, and a root over its rows so that one row can be opened alone.

An intent's opening names everybody in its package, so nobody outside may have it. Its field ``persons`` holds a seed and the root
over one salted commitment a disclosed row, filled up to a fixed width. The map's entry, whose opening may be given out, repeats
the root. So a person is shown their row, its salt and the way to the root, and learns nothing of the others, nor how many
there are. The salt of a row is SHA-256(seed ‖ place)[:16]; the seed never leaves the office.

Not here: to which list an item belongs (``classes``).
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from privity.ledger import entry as entries
from privity.ledger import tlog
from privity.office import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.store import Tx

WIDTH = 256  # commitments under a root; a larger package has the next power of two
FIELD = "persons"
SAME = ("confirmed: the address supplied is one held",)
SEED = 32  # bytes
Said = dict[str, Any]


def row_root(office: Office, disclosed: Sequence[int], records: Sequence[str], determinations: Sequence[int]) -> dict[str, Json]:
    """The field ``persons`` of a new intent, from the lists of the same names in it."""
    seed = office.salts(2)
    return {"root": _root(seed, _rows(disclosed, records, determinations)), "seed": seed.hex()}


def root_again(said: Said) -> str:
    """What the root of an intent must be, from its opening; empty for an intent that was entered without one."""
    kept = said.get(FIELD)
    return _root(bytes.fromhex(kept["seed"]), _rows_of(said)) if isinstance(kept, dict) else ""


def root_of(said: Said) -> str:
    """The root that an intent's opening states; empty if none."""
    kept = said.get(FIELD)
    return str(kept["root"]) if isinstance(kept, dict) else ""


def open_row(said: Said, place: int) -> dict[str, Json] | None:
    """What opens one disclosed row alone: the row, its salt, the siblings up to the root. None if the intent has no root."""
    kept = said.get(FIELD)
    if not isinstance(kept, dict):
        return None
    seed, rows = bytes.fromhex(kept["seed"]), _rows_of(said)
    leaves = tlog.leaf_hashes(_commitments(seed, rows))
    siblings = tlog.prove_inclusion(_source(leaves), place, len(leaves))
    return {
        "row": rows[place].decode(),
        "salt": _salt(seed, place).hex(),
        "place": place,
        "width": len(leaves),
        "siblings": [one.hex() for one in siblings],
        "root": str(kept["root"]),
    }


def _rows_of(said: Said) -> list[bytes]:
    disclosed, records, determinations = (said[name] for name in ("disclosed", "records", "determinations"))
    return _rows(disclosed, records, determinations)


def _rows(disclosed: Sequence[int], records: Sequence[str], determinations: Sequence[int]) -> list[bytes]:
    lines = zip(disclosed, records, determinations, strict=True)
    return [entries.canonical({"ordinal": o, "record": r, "determination": d}) for o, r, d in lines]


def _root(seed: bytes, rows: Sequence[bytes]) -> str:
    return tlog.root(tlog.leaf_hashes(_commitments(seed, rows))).hex()


def _commitments(seed: bytes, rows: Sequence[bytes]) -> list[bytes]:
    width = max(WIDTH, 1 << (len(rows) - 1).bit_length() if rows else 0)
    made = [sha256(_salt(seed, place) + row).digest() for place, row in enumerate(rows)]
    return made + [sha256(seed + b"filler" + place.to_bytes(4, "big")).digest() for place in range(len(rows), width)]


def _salt(seed: bytes, place: int) -> bytes:
    return sha256(seed + place.to_bytes(4, "big")).digest()[: entries.SALT]


def _source(leaves: Sequence[bytes]) -> tlog.Hashes:
    def of(level: int, first: int, count: int) -> list[bytes]:
        wide = tlog.WIDTH**level
        return [tlog.root(leaves[i * wide : (i + 1) * wide]) for i in range(first, first + count)]

    return of


# ---------------------------------------------------------------- items


def opening(office: Office, tx: Tx, intent: int) -> Said:
    """The row of an intent entry, checked against the ledger."""
    return dict(json.loads(record.opened(office, tx, intent, 1)[0]))


def items(intent: int, said: Said, agency: str, basis: str) -> list[tuple[str, dict[str, Json]]]:
    """(record id, item) of each disclosed row of an intent: what a list of the map says about it."""
    records, day = said["records"], str(said["day"])
    base: Mapping[str, Json] = {"entry": intent, "day": day, "agency": agency, "basis": basis, "fields": list(SAME)}
    return [(str(record_id), {**base, "place": place}) for place, record_id in enumerate(records)]
