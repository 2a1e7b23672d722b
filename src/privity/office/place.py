"""An office: one folder, one database, its keys, its clock. Everything that the verbs share and nothing that they decide.

OFFICE/
  office.toml       custodian, ledger origin, regime, where the store is; written once
  office.db         ledger, roster, batches, acts, packages; or a schema of PostgreSQL (docs/decisions/0014)
  keys/             ledger, archive and link keys, readable by their owner only, unless they lie elsewhere (docs/keys.md)
  law/DIGEST/       every version of the law that was ever in force
  register/         prepared registers: a part for each file, a manifest for each load
  batches/BATCH/    what was received, decided and found, in shards
  openings/         what opens the ledger's commitments, encrypted
  packages/         ciphertext of every package, kept as sent
  witnessed/        checkpoints that witnesses have signed; the ledger is held against the newest
"""

from __future__ import annotations

import hmac
import secrets
import tomllib
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from privity.errors import InputError, RefusedError
from privity.office import clock, witnessed
from privity.office.keys import files, tenures
from privity.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from privity.ledger.note import Signer, Verifier
    from privity.store.archive import Keys

SHARD = 65_536  # rows


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
    archive_key: Keys = field(repr=False)
    link_key: bytes = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        """What checks the checkpoints that this office signs now; of those before a rotation, `keys.tenures.ledger_keys` knows."""
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


def open_office(root: Path, as_of: date | None = None, *, to_verify: bool = False) -> Office:
    """Open the office in a folder. ``to_verify``: even one that must not run, to find out what is wrong with it.

    Raises:
        InputError: there is none, or a key in force is not there.
        RefusedError: another day was stated and this office is in service, others could have read a key, the database is another
            office's, or the ledger is behind or beside what was witnessed.
        TamperError: a checkpoint that is kept as witnessed is not the office's own.
    """
    said = _said(root)
    if as_of is not None and not said["trial"]:
        raise RefusedError(
            "an office in service takes the day from its clock", remedy="`--as-of` is for an office made with `privity init --trial`"
        )
    store = _open_store(root, said["origin"])
    with store.read() as tx:
        named = {kind: tenures.in_force(tx, kind) for kind in (tenures.LEDGER, tenures.ARCHIVE)}
    office = Office(
        root=root,
        custodian=said["custodian"],
        origin=said["origin"],
        regime=said["regime"],
        trial=said["trial"],
        day=as_of or clock.today(),
        store=store,
        signer=tenures.signer(root, said["origin"], named[tenures.LEDGER]),
        archive_key=tenures.archive_keys(root, named[tenures.ARCHIVE]),
        link_key=files.read(root, tenures.LINK)[0].secret,
    )
    if not to_verify:
        witnessed.refuse_unless_grown(office)
    return office


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
