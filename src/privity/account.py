"""Entries and their openings in, the accounting of requests and disclosures out: a fold that owns no table.

26 USC 6103(p)(3)(A) wants a permanent record of all requests, with reasons and dates, and of what was disclosed; (p)(3)(C) wants, by
agency, the number of requests, of instances of disclosure, of taxpayers, and the general purposes. Every figure here
reconciles to the row: each row received stands in exactly one column, and what does not add up is said, not hidden.
An intent without an acknowledgement counts as disclosed.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from privity.terms import Outcome, Stage


@dataclass(frozen=True, slots=True)
class Accounting:
    """One year. ``agencies``: a row an agency. ``purposes``: agency, purpose, rows. ``gaps``: what does not reconcile, in words."""

    year: int
    agencies: pl.DataFrame
    purposes: pl.DataFrame
    gaps: tuple[str, ...]


def account(year: int, received: pl.DataFrame, decided: pl.DataFrame, answered: pl.DataFrame, purposes: pl.DataFrame) -> Accounting:
    """Fold one calendar year.

    Args:
        year: the year in which requests were received.
        received: one row a batch: ``batch``, ``agency``, ``day`` (Date), ``rows``.
        decided: one row a batch, outcome and stage: ``batch``, ``outcome``, ``stage``, ``rows``.
        answered: one row a row that a package carries: ``batch``, ``ordinal``, ``record_id`` (null if none), ``disclosed``.
        purposes: ``batch``, ``purpose``, ``rows``.
    """
    batches = received.filter(pl.col("day").dt.year() == year)
    table = (
        batches.join(_decided(decided), on="batch", how="left")
        .join(_answered(answered), on="batch", how="left")
        .with_columns(pl.selectors.by_dtype(pl.UInt32, pl.Int64).fill_null(0).cast(pl.Int64))
        .with_columns(
            awaiting=pl.col("referred") + pl.col("refused on the record") - pl.col("packed"),
            in_process=pl.col("rows") - pl.col("refused on the request") - pl.col("refused on the record") - pl.col("referred"),
        )
        # A row refused on the record is answered too, in the same words and on the same day as any other eligible row.
        .with_columns((pl.col("packed") - pl.col("disclosed")).alias("answered without disclosure"))
    )
    agencies = _by_agency(table, batches.join(answered, on="batch"))
    return Accounting(year, agencies, _purposes(batches, purposes), _gaps(table))


def _decided(decided: pl.DataFrame) -> pl.DataFrame:
    """Per batch: refused at either stage, and referred."""

    def rows(outcome: Outcome, stage: Stage) -> pl.Expr:
        return pl.col("rows").filter((pl.col("outcome") == outcome) & (pl.col("stage") == stage)).sum()

    return decided.group_by("batch").agg(
        rows(Outcome.REFUSED, Stage.REQUEST).alias("refused on the request"),
        rows(Outcome.REFUSED, Stage.RECORD).alias("refused on the record"),
        rows(Outcome.REFERRED, Stage.RECORD).alias("referred"),
    )


def _answered(answered: pl.DataFrame) -> pl.DataFrame:
    return answered.group_by("batch").agg(pl.len().alias("packed"), pl.col("disclosed").sum())


def _by_agency(table: pl.DataFrame, answered: pl.DataFrame) -> pl.DataFrame:
    """(p)(3)(C)(i): requests, instances of disclosure, taxpayers; and where every other row stands."""
    taxpayers = answered.filter("disclosed").group_by("agency").agg(pl.col("record_id").n_unique().alias("taxpayers"))
    summed = table.group_by("agency").agg(
        pl.len().alias("files"),
        pl.col("rows").sum().alias("requests"),
        pl.col("disclosed").sum().alias("instances of disclosure"),
        *(pl.col(name).sum() for name in ("refused on the request", "refused on the record", "answered without disclosure")),
        pl.col("awaiting").sum().alias("awaiting review or answer day"),
        pl.col("in_process").sum().alias("in process"),
    )
    return summed.join(taxpayers, on="agency", how="left").with_columns(pl.col("taxpayers").fill_null(0)).sort("agency")


def _purposes(batches: pl.DataFrame, purposes: pl.DataFrame) -> pl.DataFrame:
    """(p)(3)(C)(ii): the general purposes, by rows."""
    return (
        batches.join(purposes, on="batch")
        .group_by("agency", "purpose")
        .agg(pl.col("rows_right").sum().alias("rows"))
        .sort("agency", "purpose")
    )


def _gaps(table: pl.DataFrame) -> tuple[str, ...]:
    """Sums that do not close, a line a batch."""
    short = table.filter((pl.col("in_process") < 0) | (pl.col("awaiting") < 0))
    return tuple(f"batch {batch}: more rows decided or answered than received" for batch in short["batch"].to_list())
