"""An office: one folder, one database, its keys, its clock. Everything that the verbs share and nothing that they decide.

OFFICE/
  office.toml       custodian, ledger origin, regime; written once
  office.db         ledger, roster, batches, acts, packages (SQLite)
  keys/             ledger and archive keys, readable by their owner only
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
from typing import TYPE_CHECKING

from privity.errors import InputError, RefusedError
from privity.ledger.note import Signer
from privity.office import clock, witnessed
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


def open_office(root: Path, as_of: date | None = None, *, to_verify: bool = False) -> Office:
    """Open the office in a folder. ``to_verify``: even one that must not run, to find out what is wrong with it.

    Raises:
        InputError: there is none.
        RefusedError: another day was stated and this office is in service; or its ledger is behind or beside what was witnessed.
        TamperError: a checkpoint that is kept as witnessed is not the office's own.
    """
    config = root / "office.toml"
    if not config.is_file():
        raise InputError(f"no office in `{root}`", remedy="make one with `privity init`")
    said = tomllib.loads(config.read_text())
    if as_of is not None and not said["trial"]:
        raise RefusedError(
            "an office in service takes the day from its clock", remedy="`--as-of` is for an office made with `privity init --trial`"
        )
    keys = root / "keys"
    office = Office(
        root=root,
        custodian=said["custodian"],
        origin=said["origin"],
        regime=said["regime"],
        trial=said["trial"],
        day=as_of or clock.today(),
        store=Store.open(root / "office.db"),
        signer=Signer(said["origin"], (keys / "ledger.key").read_bytes()),
        archive_key=(keys / "archive.key").read_bytes(),
        link_key=(keys / "link.key").read_bytes(),
    )
    if not to_verify:
        witnessed.refuse_unless_grown(office)
    return office
