"""One act, one entry: its row goes encrypted to the archive, its commitment into the ledger, in the caller's transaction.

The caller's transaction may be one that several share (`Turn`, made by `sequencer`): then the entry gets its index at once and is written
with the others' at the end, their openings in one file. An office in service enters nothing on a day before that of its last entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from privity.errors import RefusedError, TamperError
from privity.ledger import entry as entries
from privity.ledger import log
from privity.ledger.entry import Kind
from privity.office import openings
from privity.office.keys import tenures
from privity.store import archive
from privity.store.part import Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from privity.ledger.entry import Json
    from privity.ledger.log import Appended
    from privity.ledger.note import Signer
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


@dataclass(frozen=True, slots=True)
class Run:
    """Rows that become entries of one kind, one after the other. Its repr shows no row, for rows may be about people."""

    kind: Kind
    batch: str
    rows: Sequence[bytes]

    def __repr__(self) -> str:
        return f"Run({self.kind}, {len(self.rows)} rows)"


class Turn(Part):
    """One job's part of a shared transaction. ``first``: the index that its first entry will have."""

    def __init__(self, whole: Tx, first: int) -> None:
        super().__init__(whole)
        self.first = first
        self.runs: list[Run] = []

    def enter(self, run: Run) -> int:
        """Take an entry in; returns its index."""
        self.runs.append(run)
        return self.first + len(self.runs) - 1


def enter(office: Office, tx: Tx, kind: Kind, row: Mapping[str, Json], batch: str = entries.NO_BATCH) -> int:
    """Write one entry and its opening; return the entry's index.

    Raises:
        RefusedError: the office is closed, and does this no more; or as `enter_runs` says.
    """
    _check_open(tx, kind)
    run = Run(kind, batch, [entries.canonical(row)])
    return tx.enter(run) if isinstance(tx, Turn) else enter_runs(office, tx, [run], office.salts(1)).first


def enter_rows(
    office: Office, tx: Tx, kind: Kind, rows: Sequence[bytes], salts: bytes, batch: str, next_signer: Signer | None = None
) -> Appended:
    """Write an entry for each row, and one file of openings. The file is on disk before the transaction can commit.

    ``next_signer``: the key that signs the ledger from here on, together with the office's own (`keys.changes`).

    Returns:
        Where the entries stand, and the checkpoint that covers them, to be shown only after the commit.

    Raises:
        RefusedError: a key of the office was rotated since it was opened, or it is closed and does this no more.
    """
    _check_open(tx, kind)
    return enter_runs(office, tx, [Run(kind, batch, rows)], salts, next_signer)


def enter_runs(office: Office, tx: Tx, runs: Sequence[Run], salts: bytes, next_signer: Signer | None = None) -> Appended:
    """The same for several kinds in one append: one file of openings, one checkpoint, a row of ``opening_file`` for each run.

    Whether a closed office may enter each is asked when it is entered: what came before the closing in one transaction stands.

    Raises:
        RefusedError: the office is in service and its day is before that of the last entry; or a key of it was rotated since it was
            opened. Nothing is entered.
    """
    tenures.require_in_force(office, tx)
    first = tx.head().size
    _check_day(office, tx, first)
    rows = [row for run in runs for row in run.rows]
    commitments = entries.commit_rows(salts, rows)
    name = archive.write(office.openings(), office.archive_key, rows, salts, first)
    encoded, files = list[bytes](), list[dict[str, object]]()
    for run in runs:
        at = len(encoded)
        files.append({"name": name, "first": first + at, "count": len(run.rows), "kind": str(run.kind)})
        encoded += entries.encode_all(run.kind, run.batch, office.day, commitments[at : at + len(run.rows)])
    appended = log.append(tx, office.signer, office.origin, encoded, next_signer)
    tx.add("opening_file", files)
    return appended


def _check_open(tx: Tx, kind: Kind) -> None:
    if kind in ENDS_WITH_THE_OFFICE:
        require_open(tx)


def _check_day(office: Office, tx: Tx, size: int) -> None:
    """A clock that was set back would date what comes after before what came before: deadlines, halts and terms hang on days."""
    if office.trial or not size:
        return
    last = entries.decode(log.read_entries(tx, size - 1, 1)[0]).day
    if office.day < last:
        raise RefusedError(
            f"the office's clock says {office.day}, and its last entry was made on {last}",
            remedy="set the clock right; an office in service enters nothing on an earlier day",
        )


# ---------------------------------------------------------------- back again


def opened(office: Office, tx: Tx, first: int, count: int) -> list[bytes]:
    """The rows that open the entries from ``first``, each checked against the ledger.

    Raises:
        TamperError: an opening is missing, or does not open its entry.
    """
    found = [row for row in tx.rows("opening_file", first=first) if row["count"] == count]
    if not found:
        raise TamperError(f"entries from {first} have no opening", remedy="run `privity verify`")
    kept = openings.cut(office, found[0])
    problem = next(log.mismatches(tx, first, kept.salts, kept.rows), None)
    if problem is not None:
        raise TamperError(str(problem), remedy="run `privity verify`")
    return kept.rows
