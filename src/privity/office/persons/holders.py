"""Who holds what was disclosed about a person, to be told of a correction (5 USC 552a(c)(4), for records of the Privacy Act)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from privity.account.told import AFTERWARDS
from privity.office import past
from privity.office.persons import keeping, mapping, tags

if TYPE_CHECKING:
    from privity.office.place import Office


def holders(office: Office, record_id: str) -> list[dict[str, Any]]:
    """Who holds what was disclosed about a person, whatever list it stands in: package, agency, engaged person, state of custody.

    What was recorded afterwards has no package; its state says so, with the entry.
    """
    mapping.bring_up_to_date(office)
    labels = tags.ready(office).tags([(name, record_id) for name in (tags.SHOWN, tags.KEPT_BACK)])
    with office.store.read() as tx:
        version = mapping.newest(tx)["version"]
        leaves = keeping.leaves_of(office, tx, [tag.label for tag in labels], version)
        intents = sorted({item["entry"]: item["agency"] for leaf in leaves.values() for item in leaf.items}.items())
        state = {row["package"]: row["state"] for row in tx.now("custody")}
        packages = [(tx.rows("package", entry=intent)[0], agency) for intent, agency in intents]
        later = past.about(office, tx, record_id)
    return [
        {"package": row["package"], "agency": agency, "officer": row["officer"], "state": state.get(row["package"])}
        for row, agency in packages
    ] + [
        {"package": "", "agency": one.past.agency, "officer": one.past.officer, "state": f"{AFTERWARDS}, entry {one.entry}"}
        for one in later
    ]
