"""``privity account``: what ``account`` folds, read from the ledger's openings and from nothing else."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from privity.account import Accounting, account
from privity.office import batch as batches
from privity.office import determinations, record

if TYPE_CHECKING:
    from privity.office.place import Office
    from privity.store import Tx

Kinds = dict[str, pl.DataType | type[pl.DataType]]
RECEIVED: Kinds = {"batch": pl.String, "agency": pl.String, "day": pl.Date, "rows": pl.Int64}
ANSWERED: Kinds = {"batch": pl.String, "ordinal": pl.UInt32, "record_id": pl.String, "disclosed": pl.Boolean, "day": pl.Date}
DECIDED: Kinds = {"batch": pl.String, "outcome": pl.String, "stage": pl.String, "rows": pl.UInt32}
PURPOSES: Kinds = {"batch": pl.String, "purpose": pl.String, "rows": pl.UInt32}


def for_year(office: Office, year: int) -> Accounting:
    """The accounting of one calendar year.

    Raises:
        TamperError: an opening is missing or altered: no figure is given that cannot be relied on.
    """
    with office.store.read() as tx:
        received = _received(office, tx)
        answered = _answered(office, tx)
        known = [batches.named(tx, name) for name in received["batch"].to_list()]
    decided, purposes = [pl.DataFrame(schema=DECIDED)], [pl.DataFrame(schema=PURPOSES)]
    for one in known:
        rows = determinations.load(office, one)
        counted = rows.group_by("outcome", "stage").agg(pl.len().alias("rows"))
        decided.append(counted.select(pl.lit(one.id).alias("batch"), "outcome", "stage", "rows").cast(pl.Schema(DECIDED)))
        purposes.append(_purposes(office, one.id).cast(pl.Schema(PURPOSES)))
    return account(year, received, pl.concat(decided), answered, pl.concat(purposes))


def _received(office: Office, tx: Tx) -> pl.DataFrame:
    rows = [json.loads(record.opened(office, tx, row["entry"], 1)[0]) for row in tx.rows("batch")]
    kept = [(row["batch"], row["agency"], row["received"], row["rows"]) for row in rows]
    table = pl.DataFrame(kept, schema=RECEIVED | {"day": pl.String}, orient="row")
    return table.with_columns(pl.col("day").str.to_date())


def _answered(office: Office, tx: Tx) -> pl.DataFrame:
    """A row for each row that an intent entry answers; ``record_id`` of those disclosed."""
    found = []
    for row in tx.rows("package"):
        said = json.loads(record.opened(office, tx, row["entry"], 1)[0])
        about = dict(zip(said["disclosed"], said["records"], strict=True))
        day = date.fromisoformat(said["day"])
        found += [(said["batch"], ordinal, about.get(ordinal), ordinal in about, day) for ordinal in said["rows"]]
    return pl.DataFrame(found, schema=ANSWERED, orient="row")


def _purposes(office: Office, batch: str) -> pl.DataFrame:
    """What the requests of a batch said they were for, by rows; what could not be read counts as not stated."""
    shards = [shard.select("purpose") for shard in batches.read_all(office, batch, "facts") if "purpose" in shard.columns]
    whole = pl.concat(shards) if shards else pl.DataFrame(schema={"purpose": pl.String})
    said = whole.select(pl.col("purpose").cast(pl.String).fill_null("not stated"))
    return said.group_by("purpose").agg(pl.len().alias("rows")).select(pl.lit(batch).alias("batch"), "purpose", "rows")
