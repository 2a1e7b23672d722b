"""Determinations as the ledger has them: openings read from the archive, each checked against its entry, as one table."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from privity.errors import RefusedError
from privity.office import batch as batches
from privity.office import record
from privity.office.decide import DETERMINED
from privity.terms import Stage

if TYPE_CHECKING:
    from privity.office.batch import Batch
    from privity.office.place import Office
    from privity.rules.book import Rulebook

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "ordinal": pl.UInt32,
    "outcome": pl.String,
    "stage": pl.String,
    "duty": pl.String,
    "due": pl.String,
    "answer": pl.String,
    "reasons": pl.List(pl.String),
    "identity": pl.String,
    "record_id": pl.String,
    "rule": pl.String,
    "agreed": pl.List(pl.String),
    "request": pl.String,
    "facts": pl.String,
    "bound": pl.String,
    "rests_on": pl.String,
    "batch": pl.String,
}


def load(office: Office, batch: Batch) -> pl.DataFrame:
    """Every determination of a batch, by ordinal, with ``entry``, its index in the ledger (columns ``SCHEMA``).

    Raises:
        TamperError: an opening is missing, altered, or does not open its entry.
    """
    parts = [pl.DataFrame(schema=SCHEMA | {"entry": pl.Int64})]
    with office.store.read() as tx:
        for shard in batches.shards(tx, batch.id, DETERMINED):
            first = int(str(shard["first_entry"]))
            rows = record.opened(office, tx, first, int(str(shard["count"])))
            parts.append(_table(rows).with_columns(pl.int_range(first, first + len(rows), dtype=pl.Int64).alias("entry")))
    return pl.concat(parts)


def load_whole(office: Office, batch: Batch) -> pl.DataFrame:
    """Like ``load``, for what goes out: a batch that is not determined to its last row says nothing yet.

    Raises:
        RefusedError: it is not.
    """
    rows = load(office, batch)
    if rows.height != batch.rows:
        raise RefusedError("the batch is not determined to its last row", remedy="run `privity submit` again with the same files")
    return rows


def _table(rows: list[bytes]) -> pl.DataFrame:
    return pl.read_ndjson(io.BytesIO(b"\n".join(rows)), schema=SCHEMA)


def by_citation(rulebook: Rulebook, rows: pl.DataFrame) -> pl.DataFrame:
    """How many rows each requirement stood in the way of: ``source``, ``cite``, ``requirement``, ``fails``, ``supply``, ``rows``.

    Only what refused; a row counts once for each requirement that it did not meet.
    """
    split = rows.select(pl.col("reasons").explode(empty_as_null=False, keep_nulls=False)).to_series().str.splitn(" ", 3).struct.unnest()
    split.columns = ["source", "requirement", "kind"]
    counted = split.filter(pl.col("kind") != "refer").group_by("source", "requirement").agg(pl.len().alias("rows"))
    known = {name: rulebook.requirement(name) for name in counted["requirement"].to_list()}
    words = pl.DataFrame(
        {
            "requirement": list(known),
            "cite": [one.cite for one in known.values()],
            "fails": [one.fails for one in known.values()],
            "supply": [one.supply for one in known.values()],
        },
        schema=dict.fromkeys(("requirement", "cite", "fails", "supply"), pl.String),
    )
    return counted.join(words, on="requirement").sort("rows", "cite", "requirement", descending=[True, False, False])


def eligible(rows: pl.DataFrame) -> pl.DataFrame:
    """The determinations of rows that were eligible, so that each of them is answered."""
    return rows.filter(pl.col("stage") == Stage.RECORD)


def due(office: Office, batch: Batch) -> str:
    """The earliest due date among the rows that are owed or held, in ISO form; empty if there is none."""
    return str(load(office, batch)["due"].drop_nulls().min() or "")
