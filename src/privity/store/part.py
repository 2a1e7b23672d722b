"""One job's part of a transaction that several share: what it did to the tables is kept or undone alone.

The savepoint is made when the part first asks the database anything, so that a job that only enters something costs none.
Who shares with whom is `office.sequencer`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.store.database import Tx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from privity.ledger.log import Segment
    from privity.ledger.tlog import Node


class Part(Tx):
    """The tables as the transaction sees them, what other parts added included; and what this part adds."""

    def __init__(self, whole: Tx) -> None:
        super().__init__(whole._open, whole._place)  # noqa: SLF001 - a Tx itself
        self._begun = False

    @property
    def _connection(self) -> Connection:
        if not self._begun:
            self._open.exec_driver_sql("SAVEPOINT part")
            self._begun = True
        return self._open

    def keep(self) -> None:
        """Let what was added stand with the rest."""
        if self._begun:
            self._open.exec_driver_sql("RELEASE SAVEPOINT part")

    def undo(self) -> None:
        """Take back what this part added, and nothing else."""
        if self._begun:
            self._open.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
            self._open.exec_driver_sql("RELEASE SAVEPOINT part")

    def append(self, segments: Sequence[Segment], nodes: Sequence[Node]) -> None:
        """Never: the ledger is appended to once, for all parts."""
        raise TypeError(f"{len(segments)} segments and {len(nodes)} nodes of a part: only the whole transaction appends")
