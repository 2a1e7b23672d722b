"""``privity witness add | retire``: who may witness this ledger. Each change is one entry; the newest for a name counts.

A witness is a name, a key and an address. One key stands under one name, and it is not the office's own: the message that a witness
signs does not name it (C2SP tlog-cosignature), so one key under two names would count as two. Whether they are independent of the
custodian, and of each other, no program can know.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privity.errors import InputError, TamperError
from privity.ledger.cosignature import Cosigner
from privity.ledger.entry import Kind
from privity.office import record, witness_http

if TYPE_CHECKING:
    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.store import Tx

ENROLLED, RETIRED = "enrolled", "retired"
_MOST = 16  # a note holds 100 lines, and each witness may write a few
_WORDS = ("witness", "vkey", "url", "state")


@dataclass(frozen=True, slots=True)
class Witness:
    """Whose line is asked for, and where: the submission prefix of C2SP tlog-witness."""

    name: str
    key: Cosigner
    url: str


def add(office: Office, name: str, vkey: str, url: str) -> int:
    """Enter a witness, or its new key or address; returns the entry.

    Raises:
        InputError: the key is not a witness's, is of another name, or stands under another name already; or there are too many.
    """
    key = Cosigner.parse(vkey)
    if key.name != name:
        raise InputError("the verifier key is of another name", remedy="give the name that begins the key")
    if key.public == office.verifier.public or name == office.origin:
        raise InputError("the office cannot witness its own ledger", remedy="a witness is somebody else, with a key of their own")
    with office.store.write() as tx:
        others = {row["vkey"]: row["witness"] for row in tx.rows("witness") if row["witness"] != name}
        if key.public in {Cosigner.parse(other).public for other in others}:
            raise InputError("the key stands under another name", remedy="each witness has a key of its own")
        if len({*keys(tx), name}) > _MOST:
            raise InputError(f"more than {_MOST} witnesses", remedy="retire one first")
        return _enter(office, tx, {"witness": name, "vkey": vkey, "url": witness_http.checked(url), "state": ENROLLED})


def retire(office: Office, name: str) -> int:
    """Enter that a witness counts no more, for checkpoints that it signed before either; returns the entry.

    Raises:
        InputError: no witness of that name is enrolled.
    """
    with office.store.write() as tx:
        rows = tx.now("witness", witness=name, state=ENROLLED)
        if not rows:
            raise InputError(f"no witness `{name[:80]}` is enrolled", remedy="`privity witness list OFFICE` lists them")
        return _enter(office, tx, {word: rows[0][word] for word in _WORDS} | {"state": RETIRED})


def _enter(office: Office, tx: Tx, row: dict[str, Json]) -> int:
    index = record.enter(office, tx, Kind.WITNESS, row | {"day": office.day.isoformat()})
    tx.add_one("witness", **row, entry=index)
    return index


def keys(tx: Tx) -> dict[str, Cosigner]:
    """Name → key of every witness that counts, as the table says."""
    return {row["witness"]: Cosigner.parse(row["vkey"]) for row in tx.now("witness", state=ENROLLED)}


def enrolled(office: Office, tx: Tx) -> tuple[Witness, ...]:
    """Every witness that counts, the table held against the entries: a witness that the database's owner made up is found here.

    Raises:
        TamperError: the table says otherwise than the entries.
    """
    said: dict[str, dict[str, str]] = {}
    for file in sorted(tx.rows("opening_file", kind=str(Kind.WITNESS)), key=lambda one: int(one["first"])):
        for raw in record.opened(office, tx, file["first"], file["count"]):
            row = json.loads(raw)
            said[row["witness"]] = {word: row[word] for word in _WORDS}
    table = {row["witness"]: {word: row[word] for word in _WORDS} for row in tx.now("witness")}
    if said != table:
        raise TamperError("the witnesses on file are not those of the ledger's entries", remedy="run `privity verify`, which names the row")
    return tuple(Witness(name, key, table[name]["url"]) for name, key in keys(tx).items())
