"""``privity load``: the custodian's records, prepared once; which register is in force, and where it lies.

A prepared register is a folder named by the digest of the files it came from. It holds what the custodian holds anyway, in the
clear: it lies where the custodian's own disk encryption protects it (docs/threats.md).
"""

from __future__ import annotations

import shutil
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING

import polars as pl

from privity.engines.duckdb import DuckDB
from privity.errors import InputError
from privity.ledger.entry import Kind
from privity.match.prepare import PreparedRegister, prepare, prepared
from privity.office import disk, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from privity.office.place import Office
    from privity.store.sqlite import Tx


def load(office: Office, files: Sequence[Path]) -> str:
    """Prepare the register from its files and put it in force; returns its digest.

    Raises:
        InputError: a file cannot be read or lacks a column; the register in force stays.
    """
    digest = _digest(files)
    target = office.root / "register" / digest
    if not target.is_dir():
        beside = target.with_name(f".{digest}")
        shutil.rmtree(beside, ignore_errors=True)
        try:
            prepare(files, engine(office), beside)
        except (pl.exceptions.PolarsError, UnicodeDecodeError):
            names = ", ".join(path.name for path in files)
            raise InputError(
                f"the register cannot be read: {names}", remedy="send Parquet, or CSV in UTF-8 with as many cells in each row as headings"
            ) from None
        finally:
            if not (beside / "births.parquet").exists():
                shutil.rmtree(beside, ignore_errors=True)
        disk.place_folder(beside, target)
    row = {"kind": "register", "id": "register", "digest": digest, "since": office.day.isoformat()}
    with office.store.write() as tx:
        entry = record.enter(office, tx, Kind.IN_FORCE, row)
        tx.add_one("in_force", kind="register", id="register", digest=digest, since=office.day, until=None, entry=entry)
    return digest


def engine(office: Office) -> DuckDB:
    """The embedded engine, spilling into the office's own folder and nowhere else."""
    scratch = office.root / "scratch"
    scratch.mkdir(exist_ok=True)
    return DuckDB(scratch)


def workplace(office: Office, batch: str, basis: str) -> Path:
    """Where a batch is matched: a folder of its own, gone on with after a kill, and removed once the batch is determined."""
    return office.root / "scratch" / f"match-{batch}-{basis[:16]}"


def in_force(tx: Tx) -> str:
    """The digest of the register in force.

    Raises:
        InputError: none was loaded.
    """
    rows = tx.now("in_force", kind="register", id="register")
    if not rows:
        raise InputError("the office has no register", remedy="load one with `privity load OFFICE FILE...`")
    return str(rows[0]["digest"])


def of(office: Office, digest: str) -> PreparedRegister:
    """A register that was loaded."""
    return prepared(office.root / "register" / digest)


def _digest(files: Sequence[Path]) -> str:
    if not files:
        raise InputError("no file was named", remedy="name the Parquet or CSV files of the register")
    whole = sha256()
    for path in sorted(files):
        try:
            with path.open("rb") as handle:
                whole.update(file_digest(handle, "sha256").digest())
        except OSError:
            raise InputError(f"`{path}` cannot be opened", remedy="check the path") from None
    return whole.hexdigest()
