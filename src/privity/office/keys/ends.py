"""``privity enrol revoke``: from a day on, a person's key, and the one to which their packages go, count for nothing. One entry.

The roster's newest line for the person has no key then, so nothing they sign is admitted, no case that they sign is eligible and no package
goes to them, until they are enrolled with another key; the old one is never enrolled again. What was signed and not yet
released: an approval, a withdrawal or an overruling counts under the key that is enrolled now and under no other. What withholds fails the
other way: an objection stands under any key that was theirs, a decline too if it was signed before the day from which the key ended.
What was released is not undone: it is listed, for recall.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privity import review
from privity.errors import InputError, RefusedError
from privity.ledger.entry import Kind
from privity.office import record
from privity.terms import ActKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.store import Tx
    from privity.terms import Act

CUSTODIAN = "custodian"  # as `enrol` has it, which imports this


@dataclass(frozen=True, slots=True)
class Ended:
    """What the end of a key reached: packages that went to it, acts signed with it since, packages with rows released on those."""

    entry: int
    sent: tuple[str, ...]
    acts: tuple[int, ...]
    rested: tuple[str, ...]


def end(office: Office, agency: str, person: str, since: date, ground: str) -> Ended:
    """Enter that what is enrolled for a person counts for nothing from a day on.

    Raises:
        InputError: nothing is enrolled for them, no ground is named, or the day is to come.
    """
    if not ground.strip():
        raise InputError("the end of a key needs its ground", remedy="state it with --ground")
    if since > office.day:
        raise InputError("the day from which the key ends is to come", remedy=f"the office's day is {office.day}")
    with office.store.write() as tx:
        rows = [row for row in tx.now("person", person=person, agency=agency) if row["public_key"] or row["recipient"]]
        if not rows:
            raise InputError(f"no key is enrolled for `{person}`", remedy="`privity enrol person` enrols one")
        entry = _enter(office, tx, rows[0], since, ground)
        acts = [row for row in tx.rows("act", person=person) if agency == CUSTODIAN and row["day"] >= since]
        sent = [row["package"] for row in tx.rows("package", officer=person) if row["recipient_key"] == rows[0]["recipient"]]
        return Ended(entry, tuple(sent), tuple(row["entry"] for row in acts), tuple(sorted(_rested(tx, acts))))


def _enter(office: Office, tx: Tx, enrolled: Mapping[str, object], since: date, ground: str) -> int:
    public, recipient = enrolled["public_key"], enrolled["recipient"]
    person, agency = str(enrolled["person"]), str(enrolled["agency"])
    row: dict[str, Json] = {
        "act": "ended",
        "person": person,
        "agency": agency,
        "key": public.hex() if isinstance(public, bytes) else "",
        "recipient": str(recipient or ""),
        "since": since.isoformat(),
        "ground": ground,
        "day": office.day.isoformat(),
    }
    entry = record.enter(office, tx, Kind.KEY, row)
    tx.add_one(
        "key_end",
        person=person,
        agency=agency,
        public_key=public,
        recipient=recipient,
        since=since,
        ground=ground,
        day=office.day,
        entry=entry,
    )
    tx.add_one("person", person=person, agency=agency, public_key=None, recipient=None, entry=entry)
    return entry


def _rested(tx: Tx, acts: Iterable[Mapping[str, object]]) -> set[str]:
    """Packages that disclosed a row which one of these acts approved."""
    found = set[str]()
    for row in acts:
        if row["kind"] == ActKind.APPROVE:
            ordinals = {one["ordinal"] for one in tx.rows("act_row", act=row["seq"])}
            parts = tx.rows("package_row", batch=row["batch"], disclosed=1)
            found |= {one["package"] for one in parts if one["ordinal"] in ordinals}
    return found


# ---------------------------------------------------------------- what counts


def require_none(tx: Tx, keys: Sequence[object]) -> None:
    """Return if none of these keys (raw, or a recipient's word) was ever revoked.

    Raises:
        RefusedError: one was.
    """
    ended = {row[name] for row in tx.rows("key_end") for name in ("public_key", "recipient")} - {None, ""}
    if ended & set(keys):
        raise RefusedError("a key was revoked", remedy="its person makes another and is enrolled again: `privity enrol person`")


def counting(tx: Tx, acts: Sequence[Act]) -> list[Act]:
    """The acts of the custodian's people that count now, in their order."""
    ever = defaultdict[str, list[bytes]](list)
    for row in tx.rows("person", agency=CUSTODIAN):
        ever[row["person"]].append(row["public_key"] or b"")
    ended = {row["public_key"]: row["since"] for row in tx.rows("key_end", agency=CUSTODIAN)}
    return [act for act in acts if _counts(act, ever.get(act.person, [b""]), ended)]


def _counts(act: Act, keys: Sequence[bytes], ended: Mapping[bytes, date]) -> bool:
    if review.signed_by(act, keys[-1]):
        return True
    signed = [key for key in keys if act.kind in (ActKind.OBJECT, ActKind.DECLINE) and review.signed_by(act, key)]
    return any(act.kind is ActKind.OBJECT or key not in ended or act.day < ended[key] for key in signed)
