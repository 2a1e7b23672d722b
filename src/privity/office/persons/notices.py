"""Delays of notice: while one runs, a package's disclosures stand in the lists that are kept back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from privity.store import Tx


def running(tx: Tx, day: date, before: int | None = None) -> frozenset[str]:
    """Packages whose notice is delayed on a day. A delay ends on its day, without an act.

    ``before``: only what was entered before that entry.
    """
    rows = [row for row in tx.rows("notice_delay") if before is None or (row["entry"] or 0) < before]
    return frozenset(row["package"] for row in {row["package"]: row for row in rows}.values() if day < row["until"])
