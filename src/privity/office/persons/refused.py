"""Requests that were refused before anybody was identified, found by the identifiers that somebody states.

Such a request was never matched with the register, so nothing says whom it is about. It can be found by what it says itself: names,
birth date, number. What is found *may be about somebody else*, and what is written otherwise is not found. Only for an accounting, a
court or an inspector; who asks and what was stated is entered before anything is opened. Nothing is indexed by person:
every search reads the sealed shards.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from privity.errors import InputError
from privity.ledger.entry import Kind
from privity.office import batch as batches
from privity.office import determinations, record
from privity.office.persons import officers
from privity.terms import Outcome, Stage

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from privity.ledger.entry import Json
    from privity.office.batch import Batch
    from privity.office.place import Office

MAY = {"accounting": ("approver", "counsel"), "court": ("counsel",), "inspector": ("inspector",)}
SAYS = "found by the identifiers stated; may be about somebody else; a request that writes them otherwise is not found"


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of the person: first and last name, and a birth date (ISO) or a number, or both."""

    first_name: str
    last_name: str
    date_of_birth: str = ""
    tin: str = ""


def find(office: Office, stated: Stated, purpose: str, person: str, key: Ed25519PrivateKey) -> list[dict[str, Any]]:
    """Refused requests that say what is stated: day, agency, basis, row of which file, what they failed.

    Raises:
        InputError: no such purpose, or too little is stated.
        RefusedError: the official may not, for this purpose.
    """
    if purpose not in MAY:
        raise InputError(f"`{purpose}` is not a purpose for which this is searched", remedy=f"one of: {', '.join(MAY)}")
    if not (stated.first_name and stated.last_name and (stated.date_of_birth or stated.tin)):
        raise InputError("too little is stated", remedy="first and last name, and a birth date or a number")
    row: dict[str, Json] = {"purpose": f"requests refused, for {purpose}", "stated": asdict(stated)}
    with office.store.write() as tx:
        record.enter(office, tx, Kind.LOOK, officers.signed(office, tx, person, key, row, MAY[purpose]))
    with office.store.read() as tx:
        known = [batches.named(tx, one["batch"]) for one in tx.rows("batch")]
    return [found for batch in known for found in _of_batch(office, batch, stated)]


def _of_batch(office: Office, batch: Batch, stated: Stated) -> list[dict[str, Any]]:
    alike = [_alike(shard, stated) for shard in batches.read_all(office, batch.id, "requests")]
    ordinals = pl.concat(alike) if alike else pl.Series([], dtype=pl.UInt32)
    if not len(ordinals):
        return []
    refused = (pl.col("outcome") == Outcome.REFUSED) & (pl.col("stage") == Stage.REQUEST)
    rows = determinations.load(office, batch).filter(pl.col("ordinal").is_in(ordinals.implode()) & refused)
    about = {"batch": batch.id, "day": batch.day.isoformat(), "agency": batch.agency, "basis": batch.basis}
    return [{**about, **one} for one in rows.select("ordinal", "reasons", "entry").rows(named=True)]


def _alike(shard: pl.DataFrame, stated: Stated) -> pl.Series:
    """Ordinals of the rows of a shard that say what is stated, however it is written in capitals and signs."""
    said = {name: _bare(value) for name, value in asdict(stated).items() if value}
    same = [_bare_column(name) == value for name, value in said.items() if name in shard.columns]
    if len(same) != len(said):
        return shard["ordinal"].clear()
    return shard.filter(pl.all_horizontal(same))["ordinal"]


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _bare_column(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "").fill_null("")
