"""Which witnesses have signed which checkpoint of this ledger, by the lines on file, each verified whenever it is counted.

Whoever owns the database can insert a line and cannot sign one. A line of a witness that is retired, of another name, or of a checkpoint
that the ledger does not have counts for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from privity.errors import InputError, TamperError
from privity.ledger import cosignature
from privity.ledger.note import Note
from privity.ledger.tlog import WIDTH
from privity.office import witness_roster
from privity.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from privity.ledger.cosignature import Cosigner
    from privity.store import Tx


def note_at(tx: Tx, size: int) -> str | None:
    """The checkpoint note of the ledger when it had so many entries, or None if it signed none then."""
    c = schema.segment.c
    ends = select(c.note).where(c.first >= size - WIDTH, c.first < size, c.first + c.count == size)
    return next((row["note"] for row in tx.rows(ends)), None)


def lines_under(tx: Tx, size: int, keys: Mapping[str, Cosigner]) -> dict[str, str]:
    """Witness → what it wrote under the checkpoint of a size, of those of these keys whose signature holds."""
    note = note_at(tx, size)
    if note is None:
        return {}
    text = Note.parse(note).text
    rows = [row for row in tx.rows("cosignature", size=size) if row["witness"] in keys]
    return {row["witness"]: row["line"] for row in rows if cosignature.signed_at(keys[row["witness"]], text, row["line"]) is not None}


def newest(tx: Tx, keys: Mapping[str, Cosigner], needed: int, beyond: int = 0) -> int:
    """The size of the newest checkpoint of more than ``beyond`` entries that so many of these have signed; 0: none."""
    c = schema.cosignature.c
    stands = select(c.size).where(c.size > beyond, c.witness.in_(list(keys))).group_by(c.size).having(func.count() >= needed)
    sizes = (row["size"] for row in tx.rows(stands.order_by(c.size.desc())))
    return next((size for size in sizes if len(lines_under(tx, size, keys)) >= needed), 0)


def newest_on_file(tx: Tx) -> int:
    """The size of the newest checkpoint under which a line stands that holds, of whichever witness the table has; 0: none."""
    known = [key for row in tx.rows("witness") if (key := _key(row["vkey"]))]
    sizes = tx.rows(select(schema.cosignature.c.size, schema.cosignature.c.line).order_by(schema.cosignature.c.size.desc()))
    return next((row["size"] for row in sizes if _written(tx, row["size"], row["line"], known)), 0)


def problems(tx: Tx) -> Iterator[str]:
    """Lines on file that no witness of the ledger's ever wrote: `privity verify` names them by size and witness."""
    known = [key for row in tx.rows("witness") if (key := _key(row["vkey"]))]
    for row in tx.rows("cosignature"):
        if not _written(tx, row["size"], row["line"], [key for key in known if key.name == row["witness"]]):
            yield f"checkpoint of {row['size']} entries: the line of witness `{row['witness']}` is not by it, or not about this ledger"


def _key(vkey: str) -> Cosigner | None:
    try:
        return cosignature.Cosigner.parse(vkey)
    except InputError:
        return None  # an altered row: whoever holds the table against the entries names it


def _written(tx: Tx, size: int, line: str, keys: Sequence[Cosigner]) -> bool:
    try:
        text = Note.parse(note_at(tx, size) or "").text
    except TamperError:
        return False
    return any(cosignature.signed_at(key, text, line) is not None for key in keys)


def with_lines(tx: Tx, size: int) -> str:
    """The checkpoint note of a size with the lines of every witness that counts.

    Raises:
        TamperError: the ledger has no checkpoint of that size.
    """
    note = note_at(tx, size)
    if note is None:
        raise TamperError(f"the ledger has no checkpoint of {size} entries", remedy="run `privity verify`")
    text, written = Note.parse(note).text, lines_under(tx, size, witness_roster.keys(tx))
    return cosignature.with_lines(note, [line for one in written.values() for line in cosignature.read_lines(text, one)])


def last_of(tx: Tx, key: Cosigner) -> tuple[int, int | None]:
    """The size of the newest checkpoint that a witness has signed, and when (seconds since 1970); (0, None) if it has signed none."""
    size = newest(tx, {key.name: key}, 1)
    text = Note.parse(note_at(tx, size) or "").text if size else ""
    return size, cosignature.signed_at(key, text, lines_under(tx, size, {key.name: key})[key.name]) if size else None
