"""``privity retention``: what is permanent, what is due on a day, what a hold keeps; applying deletes what is due, and nothing else.

Deleting is known for copies and working files only (prepared registers, what matching left behind). What a period of the schedule
makes due besides is shown and left to people: openings, shards and packages are not deleted by any command.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privity.errors import InputError
from privity.office import batch as batches
from privity.office import deletion, hold, register, register_prune
from privity.office.decide import DETERMINED

if TYPE_CHECKING:
    from pathlib import Path

    from privity.office.place import Office
    from privity.rules.retention import Kept
    from privity.store import Tx


@dataclass(frozen=True, slots=True)
class Line:
    """One class of the schedule on a day: how many things are due, and whether this program deletes them."""

    kept: Kept
    due: int
    deletes: bool


@dataclass(frozen=True, slots=True)
class Retention:
    """The schedule on a day, and the holds that keep everything."""

    lines: tuple[Line, ...]
    holds: tuple[str, ...]


def due(office: Office) -> Retention:
    """What is due, by class."""
    with office.store.read() as tx:
        found = {
            name: (len(_due(office, tx, name)), name in (deletion.REGISTERS, deletion.SCRATCH)) for name in deletion.schedule(office, tx)
        }
        lines = tuple(Line(kept, *found[name]) for name, kept in deletion.schedule(office, tx).items())
        return Retention(lines, tuple(one.name for one in hold.all_holds(tx) if one.running))


def _due(office: Office, tx: Tx, name: str) -> list[Path]:
    if name == deletion.SCRATCH:
        return _scratch(office, tx)
    if name == deletion.REGISTERS:
        try:
            return [path for those in register_prune.unused(office, tx) for path in those]
        except InputError:  # no register yet
            return []
    return []


def _scratch(office: Office, tx: Tx) -> list[Path]:
    """What matching of determined batches left behind. A batch under way goes on with its own; one that is unknown is left."""
    kept = deletion.named(office, tx, deletion.SCRATCH)
    done = {row["batch"] for row in tx.rows("batch") if len(batches.shards(tx, row["batch"], DETERMINED)) == _parts(tx, row["batch"])}
    found = (path for path in register.scratch(office).glob("match-*") if path.name.split("-")[1] in done)
    return sorted(path for path in found if kept.due(None, office.day))


def _parts(tx: Tx, batch: str) -> int:
    return len(batches.shards(tx, batch, "requests"))


def apply(office: Office) -> Retention:
    """Delete what is due and known how to delete, each class after its entry; returns what was due.

    Raises:
        RefusedError: a hold runs. Nothing is deleted.
    """
    found = due(office)
    wanted = {line.kept.name for line in found.lines if line.due and line.deletes}
    if deletion.SCRATCH in wanted:
        with office.store.write() as tx:
            paths = _scratch(office, tx)
            deletion.enter(office, tx, deletion.SCRATCH, [path.name for path in paths])
        for path in paths:
            shutil.rmtree(path)
    if deletion.REGISTERS in wanted:
        register_prune.prune(office)
    return found
