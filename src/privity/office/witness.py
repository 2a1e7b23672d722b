"""Witnesses: who else signs the ledger's checkpoints, and what must wait for them.

A cosignature is a line under a checkpoint by somebody who has seen that the ledger only grew. The office's policy says how many are
needed (``witness_quorum``; 0: none, for trying out). With a quorum nothing leaves before it: a missing witness delays and never loosens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from privity.errors import RefusedError
from privity.office import law
from privity.store import schema

if TYPE_CHECKING:
    from privity.office.place import Office
    from privity.store import Tx


def quorum(office: Office, tx: Tx) -> int:
    """How many witnesses must have signed before anything leaves; 0: none."""
    return int(law.in_force(office, tx)[1].numbers.get("witness_quorum", 0))


def witnessed(tx: Tx, needed: int) -> int:
    """The size of the newest checkpoint that so many witnesses have signed; 0: none."""
    c = schema.cosignature.c
    enough = select(c.size).group_by(c.size).having(func.count() >= needed).order_by(c.size.desc()).limit(1)
    return max((row["size"] for row in tx.rows(enough)), default=0)


def require(office: Office, entry: int) -> None:
    """Return once a quorum has signed a checkpoint that covers the entry.

    Raises:
        RefusedError: it has not. Nothing leaves; the step can be run again.
    """
    with office.store.read() as tx:
        needed = quorum(office, tx)
        covered = needed == 0 or witnessed(tx, needed) > entry
    if not covered:
        raise RefusedError(f"fewer than {needed} witnesses have signed a checkpoint that covers entry {entry}", remedy="run the step again")
