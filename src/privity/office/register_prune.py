"""``privity load --prune``: prepared registers that nothing rests on any more are removed, and the parts that only they used.

Kept are the register in force, and each one that a batch under way was examined on and will be matched against. What is removed
can be prepared again from the custodian's files; the ledger's entries about it stay.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privity.errors import InputError
from privity.office import basis, register, register_snapshot
from privity.office import batch as batches
from privity.office.decide import DETERMINED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from privity.office.place import Office
    from privity.store import Tx


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many registers went, and how many parts."""

    registers: int
    parts: int


def prune(office: Office) -> Pruned:
    """Remove what nothing rests on.

    Raises:
        InputError: the office has no register.
        TamperError: a register that is kept cannot be read; nothing is removed.
    """
    root = register.folder(office)
    with register.alone(office):
        with office.store.read() as tx:
            keep = set(_needed(office, tx))
        parts = {part for digest in keep for part in register_snapshot.read(root, digest).parts}
        registers = [path for path in root.iterdir() if path.is_dir() and path.name not in keep | {"parts"}]
        unused = [path for path in (root / "parts").iterdir() if path.name not in parts]
        for path in (*registers, *unused):  # registers first: one that is there has all its parts
            shutil.rmtree(path)
    return Pruned(len(registers), len(unused))


def _needed(office: Office, tx: Tx) -> Iterator[str]:
    current = tx.now("in_force", kind="register", id="register")
    if not current:
        raise InputError("the office has no register", remedy="load one with `privity load OFFICE FILE...`")
    yield str(current[0]["digest"])
    for row in tx.rows("batch"):
        begun = basis.entered(office, tx, row["batch"])
        if begun and len(batches.shards(tx, row["batch"], DETERMINED)) < len(batches.shards(tx, row["batch"], "requests")):
            yield str(begun["register"])
