"""One act, one entry: its row goes encrypted to the archive, its commitment into the ledger, in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.errors import RefusedError, TamperError
from privity.ledger import entry as entries
from privity.ledger import log
from privity.ledger.entry import Kind
from privity.store import archive

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from privity.ledger.entry import Json
    from privity.ledger.log import Appended
    from privity.office.place import Office
    from privity.store import Tx

ENDS_WITH_THE_OFFICE = frozenset({Kind.RECEIPT, Kind.EXAMINED, Kind.DETERMINATION, Kind.DISPOSITION, Kind.INTENT})


def require_open(tx: Tx) -> None:
    """Refuse what a closed office no longer does.

    Raises:
        RefusedError: it is closed.
    """
    if tx.rows("closing", act="closed"):
        raise RefusedError(
            "the office is closed", remedy="it can be read, verified and accounted for; nothing more is received or released"
        )


def enter(office: Office, tx: Tx, kind: Kind, row: Mapping[str, Json], batch: str = entries.NO_BATCH) -> int:
    """Write one entry and its opening; return the entry's index."""
    rows = [entries.canonical(row)]
    salts = office.salts(1)
    return enter_rows(office, tx, kind, rows, salts, batch).first


def enter_rows(office: Office, tx: Tx, kind: Kind, rows: Sequence[bytes], salts: bytes, batch: str) -> Appended:
    """Write an entry for each row, and one file of openings. The file is on disk before the transaction can commit.

    Returns:
        Where the entries stand, and the checkpoint that covers them, to be shown only after the commit.
    """
    if kind in ENDS_WITH_THE_OFFICE:
        require_open(tx)
    commitments = entries.commit_rows(salts, rows)
    name = archive.write(office.openings(), office.archive_key, rows, salts, tx.head().size)
    appended = log.append(tx, office.signer, office.origin, entries.encode_all(kind, batch, office.day, commitments))
    tx.add_one("opening_file", name=name, first=appended.first, count=len(rows), kind=str(kind))
    return appended


def opened(office: Office, tx: Tx, first: int, count: int) -> list[bytes]:
    """The rows that open the entries from ``first``, each checked against the ledger.

    Raises:
        TamperError: an opening is missing, or does not open its entry.
    """
    found = [row for row in tx.rows("opening_file", first=first) if row["count"] == count]
    if not found:
        raise TamperError(f"entries from {first} have no opening", remedy="run `privity verify`")
    openings = archive.read(office.openings(), office.archive_key, found[0]["name"])
    problem = next(log.mismatches(tx, first, openings.salts, openings.rows), None)
    if problem is not None or openings.first != first or len(openings.rows) != count:
        raise TamperError(str(problem or f"the opening of entry {first} is of another entry"), remedy="run `privity verify`")
    return openings.rows
