"""An office: one folder, one database, its keys, its clock. Everything that the verbs share and nothing that they decide.

OFFICE/
  office.toml       custodian, ledger origin, regime, where the store is; written once
  office.db         ledger, roster, batches, acts, packages; or a schema of PostgreSQL (docs/decisions/0014)
  keys/             ledger and archive keys, readable by their owner only
  law/DIGEST/       every version of the law that was ever in force
  register/         prepared registers: a part for each file, a manifest for each load
  batches/BATCH/    what was received, decided and found, in shards
  openings/         what opens the ledger's commitments, encrypted
  packages/         ciphertext of every package, kept as sent
"""

from __future__ import annotations

import hmac
import secrets
import tomllib
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from privity.errors import InputError, RefusedError
from privity.ledger.note import Signer
from privity.office import clock
from privity.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from privity.ledger.note import Verifier

SHARD = 65_536  # rows; DESIGN §4


@dataclass(frozen=True, slots=True)
class Office:
    """An open office. ``day`` is today by its clock, unless it is an office for trying out and another day was stated."""

    root: Path
    custodian: str
    origin: str
    regime: str
    trial: bool
    day: date
    store: Store
    signer: Signer = field(repr=False)
    archive_key: bytes = field(repr=False)
    link_key: bytes = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        """What checks this office's own checkpoints."""
        return self.signer.verifier

    def batch_folder(self, batch: str) -> Path:
        """Where the shards of a batch lie."""
        return self.root / "batches" / batch

    def openings(self) -> Path:
        """Where the openings of ledger entries lie."""
        return self.root / "openings"

    def blind(self, *parts: str) -> str:
        """A keyed digest of identifying parts: equal parts, equal digest; without the office's key it says nothing."""
        return hmac.digest(self.link_key, "\x1f".join(parts).encode(), "sha256").hex()

    def salts(self, rows: int) -> bytes:
        """Fresh salts, 16 bytes a row. Chance enters here, as time does in ``clock``."""
        return secrets.token_bytes(16 * rows)


def open_office(root: Path, as_of: date | None = None) -> Office:
    """Open the office in a folder.

    Raises:
        InputError: there is none.
        RefusedError: another day was stated and this office is in service, or its database is another office's.
    """
    said = _said(root)
    if as_of is not None and not said["trial"]:
        raise RefusedError(
            "an office in service takes the day from its clock", remedy="`--as-of` is for an office made with `privity init --trial`"
        )
    keys = root / "keys"
    return Office(
        root=root,
        custodian=said["custodian"],
        origin=said["origin"],
        regime=said["regime"],
        trial=said["trial"],
        day=as_of or clock.today(),
        store=_open_store(root, said["origin"]),
        signer=Signer(said["origin"], (keys / "ledger.key").read_bytes()),
        archive_key=(keys / "archive.key").read_bytes(),
        link_key=(keys / "link.key").read_bytes(),
    )


def store_of(root: Path) -> Path | str:
    """Where the store of an office is: its own file, or the address that ``office.toml`` gives.

    Raises:
        InputError: there is no office.
    """
    address = _said(root).get("store")
    return str(address) if address is not None else root / "office.db"


def _said(root: Path) -> dict[str, Any]:
    config = root / "office.toml"
    if not config.is_file():
        raise InputError(f"no office in `{root}`", remedy="make one with `privity init`")
    return tomllib.loads(config.read_text())


def _open_store(root: Path, origin: str) -> Store:
    """The store, if its tables are this office's."""
    store = Store.open(store_of(root))
    with store.read() as tx:
        found = [row["origin"] for row in tx.rows("office")]
    if found != [origin]:
        store.close()
        raise RefusedError(
            "the database holds another office", remedy="look at `office.toml`: a database, or a schema of it, serves one office"
        )
    return store
