"""What an office may delete, and the entry that comes before: the one door of everything that is deleted for good.

Nothing is deleted that the schedule of the law in force (``rules.retention``) does not name, or while a hold runs. The entry is
committed first; what a kill then left is found again and entered again. A hold that is placed between the two comes too late for what
was entered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.errors import RefusedError
from privity.ledger.entry import Kind
from privity.office import hold, law, record
from privity.rules.retention import Kept, read_retention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from privity.office.place import Office
    from privity.store import Tx

REGISTERS, SCRATCH = "prepared-registers", "matching-scratch"


def schedule(office: Office, tx: Tx) -> dict[str, Kept]:
    """The classes of record of the law in force, by name."""
    digest, _ = law.in_force(office, tx)
    return read_retention(office.root / "law" / digest, office.regime)


def named(office: Office, tx: Tx, kept: str) -> Kept:
    """One class.

    Raises:
        RefusedError: the schedule does not name it, so that it is kept.
    """
    found = schedule(office, tx).get(kept)
    if found is None:
        raise RefusedError(
            f"the law in force sets no period for `{kept}`, so it is kept", remedy="add it to retention.toml and install the law"
        )
    return found


def enter(office: Office, tx: Tx, kept: str, what: Sequence[str]) -> int:
    """Enter what is about to be deleted: names of files or folders of the office, which name no person.

    Raises:
        RefusedError: a hold runs.
    """
    hold.require_none(office, tx, f"nothing of `{kept}` is deleted")
    listed = " ".join(sorted(what))
    row = {"enrols": "deletion", "kept": kept, "what": listed, "day": office.day.isoformat()}
    index = record.enter(office, tx, Kind.IN_FORCE, row)
    tx.add_one("deletion", kept=kept, what=listed, day=office.day, entry=index)
    return index
