"""``privity load --prune``: prepared registers that nothing rests on any more are removed, and the parts that only they used.

Kept are the register in force, and each one that a batch under way was examined on and will be matched against. What is removed
can be prepared again from the custodian's files. An entry says what goes before it goes; while a hold runs, nothing goes, and a register
whose period of retention is not over stays (``office.deletion``).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from privity.errors import InputError
from privity.office import basis, deletion, register, register_snapshot
from privity.office import batch as batches
from privity.office.decide import DETERMINED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from privity.office.place import Office
    from privity.store import Tx


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many registers went, and how many parts."""

    registers: int
    parts: int


def prune(office: Office) -> Pruned:
    """Remove what nothing rests on and whose period is over; what goes is entered first.

    Raises:
        InputError: the office has no register.
        RefusedError: a hold runs, or the schedule keeps prepared registers. Nothing is removed.
        TamperError: a register that is kept cannot be read; nothing is removed.
    """
    with register.alone(office):
        with office.store.write() as tx:
            registers, parts = unused(office, tx)
            if registers or parts:
                deletion.enter(office, tx, deletion.REGISTERS, [path.name for path in (*registers, *parts)])
        for path in (*registers, *parts):  # registers first: one that is there has all its parts
            shutil.rmtree(path)
    return Pruned(len(registers), len(parts))


def unused(office: Office, tx: Tx) -> tuple[list[Path], list[Path]]:
    """The folders of registers that may go, and of parts that then nobody uses."""
    root, kept = register.folder(office), deletion.named(office, tx, deletion.REGISTERS)
    ends = _superseded(tx)
    folders = [path for path in root.iterdir() if path.is_dir() and path.name != "parts"]
    needed = set(_needed(office, tx))
    going = [path for path in folders if path.name not in needed and kept.due(ends.get(path.name), office.day)]
    stays = needed | ({path.name for path in folders} - {path.name for path in going})
    parts = {part for digest in stays for part in register_snapshot.read(root, digest).parts}
    left = [path for path in (root / "parts").iterdir() if path.name not in parts]
    return going, left if kept.due(None, office.day) or going else []


def _superseded(tx: Tx) -> dict[str, date]:
    """Register → the day on which another took its place."""
    rows = tx.rows("in_force", kind="register", id="register")
    return {row["digest"]: after["since"] for row, after in pairwise(rows)}


def _needed(office: Office, tx: Tx) -> Iterator[str]:
    current = tx.now("in_force", kind="register", id="register")
    if not current:
        raise InputError("the office has no register", remedy="load one with `privity load OFFICE FILE...`")
    yield str(current[0]["digest"])
    for row in tx.rows("batch"):
        begun = basis.entered(office, tx, row["batch"])
        if begun and len(batches.shards(tx, row["batch"], DETERMINED)) < len(batches.shards(tx, row["batch"], "requests")):
            yield str(begun["register"])
