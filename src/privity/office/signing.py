"""A signature under an act that is about no batch: a halt, a hold, the end of an office. Words and a key in, the row to enter out.

What is signed is the canonical row itself, with the person, the office in which they act, the day, the public half of the key and the
ledger's origin, so that it is an act in this ledger and in no other. Whoever signs holds that office that day, and the key is the one
enrolled for them. A second signature is another person's, with another key; where it loosens, the first must still count then. What an act
does, and when it takes a second, is for the modules that call this; acts on a batch are for ``dispose``.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privity import review
from privity.errors import RefusedError, TamperError
from privity.ledger import entry as entries
from privity.office import enrol, keys, record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from privity.ledger.entry import Json
    from privity.office.dispose import Official
    from privity.office.place import Office
    from privity.store import Tx

TABLES = ("halt", "hold", "closing")


def signed(office: Office, tx: Tx, by: Official, may: Collection[str], said: Mapping[str, Json]) -> dict[str, Json]:
    """The row of an act: what is said, who says it, and their signature.

    Raises:
        RefusedError: the office may not, is not held today, or the key is not the one enrolled. Nothing is recorded.
    """
    if by.office not in may:
        raise RefusedError(f"the office `{by.office}` cannot do this", remedy=f"offices that can: {', '.join(sorted(may))}")
    if not review.holds(enrol.appointments(tx, enrol.CUSTODIAN), by.person, by.office, office.day):
        raise RefusedError(
            f"`{by.person}` does not hold the office `{by.office}` on {office.day}", remedy="appoint them first, or let another sign"
        )
    public = keys.public(by.key)
    if enrol.public_keys(tx, enrol.CUSTODIAN).get(by.person) != public:
        raise RefusedError("this is not the key enrolled for the person", remedy="sign with the key whose public half is enrolled")
    row: dict[str, Json] = {**said, "person": by.person, "office": by.office, "day": office.day.isoformat(), "key": public.hex()}
    return {**row, "signature": by.key.sign(_statement(row, office.origin)).hex()}


def another(row: Mapping[str, object], first: Mapping[str, object]) -> None:
    """Refuse a second signature that is not a second person's.

    Raises:
        RefusedError: the same person, or the same key under two names.
    """
    if row["person"] == first["person"] or row["key"] == first["key"]:
        raise RefusedError("the second signature is another person's, with another key", remedy="let a colleague sign")


def second(office: Office, tx: Tx, row: Mapping[str, object], first: Mapping[str, object]) -> None:
    """The same for what loosens, and whether the first signature still counts: a key that was stolen and revoked since ends nothing.

    Raises:
        RefusedError: not another person's, or the first holds the office no more, or has another key now or none.
        TamperError: the first is not what was entered and signed: whoever can write a row has no key.
    """
    another(row, first)
    if not _entered(office, tx, first):
        raise TamperError("the first signature is not on its entry", remedy="run `privity verify`, which names the row")
    person, held = str(first["person"]), str(first["office"])
    enrolled = enrol.public_keys(tx, enrol.CUSTODIAN).get(person, b"")
    if enrolled.hex() != first["key"] or not review.holds(enrol.appointments(tx, enrol.CUSTODIAN), person, held, office.day):
        raise RefusedError(f"the first signature, of `{person}`, counts no more", remedy="propose it again, then let another sign")


def _entered(office: Office, tx: Tx, row: Mapping[str, object]) -> bool:
    """Whether a row of a table says what its entry says, and the signature holds."""
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items() if name not in ("seq", "entry")}
    said = json.loads(record.opened(office, tx, int(str(row["entry"])), 1)[0]) if row["entry"] is not None else None
    return said == plain and holds(plain, office.origin)


def _statement(row: Mapping[str, object], origin: str) -> bytes:
    return entries.canonical({**row, "origin": origin})  # type: ignore[dict-item]


def holds(row: Mapping[str, object], origin: str) -> bool:
    """Whether a row's signature is one over the rest of it, in the ledger of that origin, by the key that it names."""
    body = {name: value for name, value in row.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(row["key"])))
        key.verify(bytes.fromhex(str(row["signature"])), _statement(body, origin))
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True


def differences(office: Office, tx: Tx) -> Iterator[str]:
    """Acts whose signature does not hold, or is by a key that was not the person's: for ``verify``, each named by its entry."""
    enrolled = tx.rows("person", agency=enrol.CUSTODIAN)
    for row in (one for table in TABLES for one in tx.rows(table) if one["entry"] is not None):
        try:
            (opening,) = record.opened(office, tx, row["entry"], 1)
        except TamperError:
            continue  # whoever reads all openings names it
        said = json.loads(opening)
        theirs = [one["public_key"] for one in enrolled if one["person"] == said.get("person") and (one["entry"] or 0) < row["entry"]]
        if not holds(said, office.origin) or not theirs or (theirs[-1] or b"").hex() != said["key"]:
            yield f"entry {row['entry']}: the act is not signed by its person's key"
