"""``privity contest``: the person says that what was disclosed about them is wrong, or was wrongly disclosed.

From its entry on, no further row about that person is released (policy.contested, a requirement of the release stage, asked anew inside
every release transaction), until two people have signed its resolution. Who holds what was disclosed, `holders` lists for a notice of
correction (5 USC 552a(c)(4), for records of the Privacy Act). The tables hold a keyed digest of the record id, never the id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from privity.errors import InputError, RefusedError
from privity.ledger.entry import Kind
from privity.office import record
from privity.office.persons import disclosures, officers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.store import Tx

OPEN, HALF, RESOLVED = "open", "resolution signed", "resolved"
RESOLVING = ("reviewer", "approver", "counsel")


def contest(office: Office, record_id: str, ground: str, person: str, key: Ed25519PrivateKey) -> tuple[str, int]:
    """Enter a contest; returns its id and its entry.

    Raises:
        InputError: no ground.
        RefusedError: the official may not.
    """
    if not (record_id and ground.strip()):
        raise InputError("a contest needs a record and a ground", remedy="give the person's own words with --ground")
    name = office.salts(1).hex()
    with office.store.write() as tx:
        row: dict[str, Json] = {"contest": name, "about": _about(office, record_id), "state": OPEN, "record": record_id, "ground": ground}
        return name, _enter(office, tx, officers.signed(office, tx, person, key, row))


def resolve(office: Office, name: str, ground: str, person: str, key: Ed25519PrivateKey) -> tuple[str, int]:
    """Sign a resolution; the second of two different people ends the contest. Returns the state and the entry.

    Raises:
        InputError: no such contest, or no ground.
        RefusedError: it is resolved, or the same person signs twice.
    """
    with office.store.write() as tx:
        found = [row for row in tx.now("contest") if str(row["contest"]).startswith(name)] if name else []
        if len(found) != 1 or not ground.strip():
            raise InputError(f"no one contest `{name}`, or no ground", remedy="`privity contest OFFICE` lists them")
        last = found[0]
        if last["state"] == RESOLVED or (last["state"] == HALF and last["person"] == person):
            raise RefusedError("the contest is resolved, or its resolution needs another person", remedy="two people sign")
        state = RESOLVED if last["state"] == HALF else HALF
        row: dict[str, Json] = {"contest": last["contest"], "about": last["about"], "state": state, "ground": ground}
        return state, _enter(office, tx, officers.signed(office, tx, person, key, row, RESOLVING))


def _enter(office: Office, tx: Tx, row: dict[str, Json]) -> int:
    index = record.enter(office, tx, Kind.CONTEST, row)
    kept = {name: row[name] for name in ("contest", "about", "state", "person")}
    tx.add_one("contest", **kept, day=office.day, signature=bytes.fromhex(str(row["signature"])), entry=index)
    return index


def _about(office: Office, record_id: str) -> str:
    return office.blind("contest", record_id)


# ---------------------------------------------------------------- what follows


def contested(office: Office, tx: Tx, records: pl.Series) -> pl.Series:
    """For each record id, whether a contest about it stands, as this transaction sees it. A row that identified nobody is not contested.

    Whom a contest is about is read from its entry, not from the keyed digest: another key must not make it stop nothing. That it is
    resolved is read from an entry too: a row of a table must not make it stop nothing either.

    Raises:
        TamperError: the entry of a contest that stands, or of its resolution, cannot be opened. Nothing is released then.
    """
    names = [row["contest"] for row in tx.now("contest") if not _ended(office, tx, row)]
    first = [tx.rows("contest", contest=name)[0]["entry"] for name in names]
    standing = {disclosures.opening(office, tx, entry)["record"] for entry in first}
    return pl.Series("contested", [one in standing for one in records.to_list()], dtype=pl.Boolean)


def _ended(office: Office, tx: Tx, row: dict[str, Any]) -> bool:
    if row["state"] != RESOLVED:
        return False
    said = disclosures.opening(office, tx, row["entry"])
    return (said.get("contest"), said.get("state")) == (row["contest"], RESOLVED)


def differences(tx: Tx) -> Iterator[str]:
    """Contests that are resolved on fewer than two people's signatures, for `privity verify`; the signatures are read by `officers`."""
    signed = {row["contest"]: row["person"] for row in tx.rows("contest", state=HALF)}
    for row in tx.rows("contest", state=RESOLVED):
        if signed.get(row["contest"], row["person"]) == row["person"]:
            yield f"entry {row['entry']}: the contest was not resolved by two people"
