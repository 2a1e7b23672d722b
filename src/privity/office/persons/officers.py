"""Who may do what for a person here: an official of this office, today, with their own key.

Every act is signed over its row and the ledger's origin.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privity.errors import RefusedError, TamperError
from privity.ledger import entry as entries
from privity.office import enrol, record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.store import Tx

TABLES = ("contest", "notice_delay")


def signed(
    office: Office, tx: Tx, person: str, key: Ed25519PrivateKey, row: Mapping[str, Json], offices: Collection[str] = enrol.CUSTODIAN_OFFICES
) -> dict[str, Json]:
    """The row with ``person``, ``day`` and ``signature``.

    Raises:
        RefusedError: the person holds none of these offices today, or the key is not the one enrolled for them.
    """
    held = enrol.offices_on(tx, enrol.CUSTODIAN, office.day).get(person, frozenset())
    if not held & set(offices):
        raise RefusedError(
            f"`{person}` holds none of the offices {', '.join(sorted(offices))} here today", remedy="see `privity enrol appoint`"
        )
    whole: dict[str, Json] = {**row, "person": person, "day": office.day.isoformat()}
    signature = key.sign(_statement(whole, office.origin))
    enrolled = enrol.public_keys(tx, enrol.CUSTODIAN).get(person, b"")
    if not signed_by({**whole, "signature": signature.hex()}, enrolled, office.origin):
        raise RefusedError(f"the key is not the one enrolled for `{person}`", remedy="use the key that was enrolled")
    return {**whole, "signature": signature.hex()}


def signed_by(row: Mapping[str, Json], public: bytes, origin: str) -> bool:
    """Whether the row's signature is that of this key over the rest of it, in the ledger of that origin."""
    bare = {name: value for name, value in row.items() if name != "signature"}
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(str(row["signature"])), _statement(bare, origin))
    except (InvalidSignature, ValueError):
        return False
    return True


def differences(office: Office, tx: Tx) -> Iterator[str]:
    """Contests and delays that were not signed by the key that was their person's then, for `privity verify`."""
    enrolled = tx.rows("person", agency=enrol.CUSTODIAN)
    for row in (one for table in TABLES for one in tx.rows(table) if one["entry"] is not None):
        try:
            said = json.loads(record.opened(office, tx, row["entry"], 1)[0])
        except TamperError:
            continue  # whoever reads all openings names it
        keys = [one["public_key"] for one in enrolled if one["person"] == said.get("person") and (one["entry"] or 0) < row["entry"]]
        if "signature" not in said or not keys or not signed_by(said, keys[-1] or b"", office.origin):
            yield f"entry {row['entry']}: the act for a person is not signed by its official's key"


def _statement(row: Mapping[str, Json], origin: str) -> bytes:
    return b"privity/act-for-a-person/v1\n" + entries.canonical({**row, "origin": origin})
