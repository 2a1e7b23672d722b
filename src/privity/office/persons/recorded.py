"""What stands in a person's account beside the map: disclosures recorded afterwards, and what became of a package since.

The access rules decide on a record as on any disclosure, by the authority that it cites; what cites none that they know is not shown. The
opening of a record names others too, so the person gets what it says of them, and the proof that there is such an entry, no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from privity.account.told import CUSTODY, UNACKNOWLEDGED, standing
from privity.office import past
from privity.office.persons import classes, tags
from privity.office.reports import forms

if TYPE_CHECKING:
    from privity.ledger.entry import Json
    from privity.office.persons.classes import Access
    from privity.office.place import Office
    from privity.store import Tx


def shown(office: Office, tx: Tx, rules: Access, record_id: str) -> list[dict[str, Json]]:
    """What was recorded afterwards about a person and may be shown, oldest entry first.

    Raises:
        TamperError: an opening is missing or altered.
    """
    known = past.about(office, tx, record_id)
    lists = rules.lists([classes.Case(one.past.authority) for one in known])
    words = forms.accounting_law(office).what if known else {}
    return [
        {
            "entry": one.entry,
            "entered": one.entered.isoformat(),
            "made": one.past.made.isoformat(),
            "agency": one.past.agency,
            "authority": one.past.authority,
            "purpose": one.past.purpose,
            "what": words.get(one.past.what, one.past.what),
            "channel": one.past.channel,
        }
        for one, name in zip(known, lists, strict=True)
        if name == tags.SHOWN
    ]


def custody(tx: Tx, intent: int) -> str:
    """What became of the package of an intent, in the words of the accounting."""
    package = tx.rows("package", entry=intent)[0]["package"]
    rows = [(package, row["state"], row["day"], row["entry"]) for row in tx.rows("custody", package=package)]
    found = standing(pl.DataFrame(rows, schema=CUSTODY, orient="row"))
    return str(next(iter(found["standing"]), UNACKNOWLEDGED))
