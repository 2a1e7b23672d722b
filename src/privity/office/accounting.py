"""``privity account``: the accounting of a year, folded by `account` from the ledger's openings and from nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.account import Accounting, account
from privity.office.reports import read

if TYPE_CHECKING:
    from privity.office.place import Office


def for_year(office: Office, year: int) -> Accounting:
    """The accounting of one calendar year.

    Raises:
        TamperError: an opening is missing or altered: no figure is given that cannot be relied on.
    """
    return account(year, read.of_year(office, year))
