"""Delays of notice: while one runs, a package's disclosures stand in the lists that are kept back."""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from privity.store import Tx


def running(tx: Tx, day: date) -> frozenset[str]:
    """Packages whose notice is delayed on a day. A delay ends on its day, without an act."""
    return frozenset(row["package"] for row in tx.now("notice_delay") if day < row["until"])
