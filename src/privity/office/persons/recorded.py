"""What stands in a person's account beside the map: disclosures recorded afterwards, and what became of a package since.

The access rules decide on a record as on any disclosure, by the authority that it cites; what cites none that they know is not shown. The
opening of a record names others too, so the person gets what it says of them, and the proof that there is such an entry, no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from privity.account.told import CUSTODY, UNACKNOWLEDGED, standing
from privity.office.reports import forms

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from privity.ledger.entry import Json
    from privity.office.past import Recorded
    from privity.office.place import Office
    from privity.store import Tx


def shown(office: Office, known: Sequence[Recorded], grounds: Collection[str], record_id: str) -> list[dict[str, Json]]:
    """What was recorded afterwards about a person and may be shown, oldest entry first.

    ``known``: all records, whoever they name, so that it takes as long for everybody. ``grounds``: the authorities that may be shown.
    """
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
        for one in sorted(known, key=lambda one: one.entry)
        if record_id in one.past.records and one.past.authority in grounds
    ]


def custody(tx: Tx, intent: int) -> str:
    """What became of the package of an intent, in the words of the accounting."""
    package = tx.rows("package", entry=intent)[0]["package"]
    rows = [(package, row["state"], row["day"], row["entry"]) for row in tx.rows("custody", package=package)]
    found = standing(pl.DataFrame(rows, schema=CUSTODY, orient="row"))
    return str(next(iter(found["standing"]), UNACKNOWLEDGED))
