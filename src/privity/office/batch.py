"""A batch in its folder: sealed shards of requests, facts, and what the tables know of it. Reading and writing; nothing is decided.

    batches/BATCH/requests/NNNN.sealed   rows as received, with the salt and the commitment of each
    batches/BATCH/defects.sealed         what could not be read
    batches/BATCH/facts/NNNN.sealed      facts up to the record stage: codes, no words of a person, but rows of one person
    batches/BATCH/attempts.sealed        keyed digests that link rows asked before

Every file is whole or absent, and its digest stands in the ``shard`` table: a file that was changed is not read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privity.errors import InputError, TamperError
from privity.store import archive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    import polars as pl

    from privity.office.place import Office
    from privity.store import Tx


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch as received. ``meta`` is what the envelope and the intake officer said, by name."""

    id: str
    day: date
    agency: str
    basis: str
    agreement: str
    file_sha256: str
    rows: int
    defects: int
    form: str
    entry: int
    meta: dict[str, object]

    def said(self, name: str) -> str:
        """One text of ``meta``; empty if it was not said."""
        value = self.meta.get(name)
        return value if isinstance(value, str) else ""


def find(tx: Tx, batch: str) -> Batch | None:
    """A batch by its id, or by the beginning of it if only one begins so."""
    rows = [row for row in tx.rows("batch") if str(row["batch"]).startswith(batch)] if batch else []
    if len(rows) != 1:
        return None
    row = rows[0]
    return Batch(
        row["batch"],
        row["received_day"],
        row["agency"],
        row["basis"],
        row["agreement"],
        row["file_sha256"],
        row["rows"],
        row["defects"],
        row["form"],
        row["entry"],
        json.loads(row["meta"]),
    )


def named(tx: Tx, batch: str) -> Batch:
    """Like ``find``, or an error.

    Raises:
        InputError: no batch, or several, begin so.
    """
    found = find(tx, batch)
    if found is None:
        raise InputError(f"no batch `{batch}`", remedy="`privity batches OFFICE` lists them")
    return found


def shard_path(office: Office, batch: str, stage: str, shard: int) -> Path:
    """Where a shard of a stage lies."""
    return office.batch_folder(batch) / stage / f"{shard:04d}.sealed"


def write_shard(office: Office, batch: str, stage: str, shard: int, frame: pl.DataFrame) -> str:
    """Seal one shard; returns its digest, for the ``shard`` table."""
    path = shard_path(office, batch, stage, shard)
    path.parent.mkdir(parents=True, exist_ok=True)
    return archive.seal_frame(path, frame, office.archive_key, about=f"{batch}/{stage}")


def read_shard(office: Office, batch: str, stage: str, shard: int, digest: str) -> pl.DataFrame:
    """Open one shard that the ``shard`` table names.

    Raises:
        TamperError: missing, altered, moved, or of another batch or stage.
    """
    return archive.open_frame(shard_path(office, batch, stage, shard), office.archive_key, about=f"{batch}/{stage}", digest=digest)


def shards(tx: Tx, batch: str, stage: str) -> list[dict[str, object]]:
    """What the tables know of a stage's shards, in order."""
    return sorted(tx.rows("shard", batch=batch, stage=stage), key=lambda row: int(row["shard"]))


def read_all(office: Office, batch: str, stage: str) -> Iterator[pl.DataFrame]:
    """Every shard of a finished stage, one at a time.

    Raises:
        TamperError: a shard is missing from the tables or the folder.
    """
    with office.store.read() as tx:
        known = shards(tx, batch, stage)
    for expected, row in enumerate(known):
        if row["shard"] != expected:
            raise TamperError(f"shard {expected} of {stage} is missing", remedy="run `privity verify`")
        yield read_shard(office, batch, stage, expected, str(row["digest"]))
