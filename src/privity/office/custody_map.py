"""``privity custody OFFICE map``: who holds what, since when, under which authority, and what is outstanding. Reads; enters nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.office import basis, custody, law
from privity.office import batch as batches

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.store import Tx

UNKNOWN = "intent, not known to have left"  # an intent without an acknowledgement counts as disclosed
Line = dict[str, object]


def holders(office: Office) -> list[Line]:
    """A line for each package: officer, agency, rows, disclosed, state, since, authority, entries, outstanding; and what binds its use."""
    with office.store.read() as tx:
        book = law.in_force(office, tx)[1]
        patience = int(book.numbers.get("acknowledge_days", 0))  # none set: outstanding at once
        known = {row["batch"]: batches.named(tx, row["batch"]) for row in tx.rows("batch")}
        words = {one.agency: basis.agency_word(tx, one.agency, book.vocabulary) or one.agency for one in known.values()}
        bound = {agency: list(law.bound_in_use(book, word, office.day)) for agency, word in words.items()}
        lines = []
        for row in tx.rows("package"):
            batch = known[row["batch"]]
            lines.append({**_line(tx, row, batch, office.day, patience), "bound in use": bound[batch.agency]})
    return lines


def _line(tx: Tx, row: Mapping[str, object], batch: Batch, today: date, patience: int) -> Line:
    steps = tx.rows("custody", package=row["package"])
    disclosed = [one["ordinal"] for one in tx.rows("package_row", package=row["package"]) if one["disclosed"]]
    now = steps[-1]
    uses = tx.rows("used", package=row["package"])
    return {
        "package": row["package"],
        "officer": row["officer"],
        "agency": batch.agency,
        "batch": batch.id,
        "rows": row["rows"],
        "disclosed": len(disclosed),
        "state": UNKNOWN if now["state"] == custody.INTENT else now["state"],
        "manner": now["manner"] or "",
        "word": now["form"] or "",
        "since": now["day"],
        "basis": batch.basis,
        "agreement": batch.agreement,
        "entry": row["entry"],
        "dispositions": _acts(tx, batch.id, set(disclosed)),
        "used": [bool(one["used"]) for one in uses],
        "outstanding": _outstanding(steps, bool(uses), today, patience),
    }


def _acts(tx: Tx, batch: str, disclosed: set[int]) -> list[int]:
    """The entries of the acts of approval under which a package discloses."""
    acts = tx.rows("act", batch=batch, kind="approve")
    return [act["entry"] for act in acts if disclosed & {one["ordinal"] for one in tx.rows("act_row", act=act["seq"])}]


def _outstanding(steps: list[dict[str, object]], used: bool, today: date, patience: int) -> list[str]:
    """What is still awaited of a package, in words, with its age in days."""
    state, since = str(steps[-1]["state"]), steps[-1]["day"]
    asked = next((one["day"] for one in steps if one["state"] == custody.RECALLED), since)
    age = (today - since).days  # type: ignore[operator]
    waited = (today - asked).days  # type: ignore[operator]
    if state == custody.INTENT:
        return [f"not known to have left for {age} days; counts as disclosed"]
    if state == custody.WITHHELD:
        return [f"withheld for {age} days; counts as disclosed until it is recalled"]
    if state == custody.SENT:
        return [f"no acknowledgement for {age} days"] if age >= patience else []
    if state == custody.RECALLED:
        answered = " (answered: kept)" if steps[-1]["manner"] else ""
        return [f"recalled {waited} days ago, and not destroyed or returned{answered}"] if answered or waited >= patience else []
    if state in (custody.ACKNOWLEDGED, custody.KEPT) and not used and age >= patience:
        return [f"nothing said of its use for {age} days"]
    return []
