"""The error bound of a batch: kept once, named in every determination by its digest, shown with the outcomes.

A row's determination says whether the bound was within the office's limit; the digest ties that to the figures themselves, by anchor
(number, address, name) and by group of surnames (docs/matching.md).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from privity.ledger import entry as entries
from privity.terms import Bounds

if TYPE_CHECKING:
    from privity.office.place import Office
    from privity.store import Tx


def keep(office: Office, batch: str, found: Bounds) -> None:
    """Store what matching found; a batch that has its bound keeps it."""
    with office.store.write() as tx:
        if not tx.rows("bound", batch=batch):
            tx.add("bound", [{"batch": batch, **row} for row in found.frame.rows(named=True)])


def of(tx: Tx, batch: str) -> list[dict[str, object]]:
    """The bound of a batch, a row a stratum (columns of ``Bounds``), in the order of their names; empty before it is judged."""
    return [{name: row[name] for name in Bounds.SCHEMA} for row in tx.rows("bound", batch=batch)]


def digest(tx: Tx, batch: str) -> str:
    """SHA-256 of the canonical rows; fractions are written as the shortest text that reads back the same."""
    rows: list[dict[str, entries.Json]] = [
        {name: repr(value) if isinstance(value, float) else str(value) for name, value in row.items()} for row in of(tx, batch)
    ]
    return sha256(b"\n".join(entries.canonical(row) for row in rows)).hexdigest()
