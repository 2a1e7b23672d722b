"""Entries and their openings in, the accounting of requests and disclosures out: a fold that owns no table.

26 USC 6103(p)(3)(A) wants a permanent record of all requests, with reasons and dates, and of what was disclosed; (p)(3)(C) wants, for a
calendar year and by agency, the number of requests, of instances of disclosure, of taxpayers, and the general purposes. Requests count in
the year in which they were received, disclosures in the year in which they were made. The requests of the year
reconcile to the row: each stands in exactly one of the lines ``LINES``, and what does not add up is said, not hidden. An
intent without an acknowledgement counts as disclosed.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from privity.terms import Outcome, Stage

LINES = ("refused on the request", "disclosed", "answered without disclosure", "awaiting review or answer day", "in process")


@dataclass(frozen=True, slots=True)
class Accounting:
    """One year. ``agencies``: what the statute asks for, a row an agency. ``reconciled``: where each request of the year stands.

    ``purposes``: agency, purpose, rows. ``gaps``: what does not reconcile, in words.
    """

    year: int
    agencies: pl.DataFrame
    reconciled: pl.DataFrame
    purposes: pl.DataFrame
    gaps: tuple[str, ...]


def account(year: int, received: pl.DataFrame, decided: pl.DataFrame, answered: pl.DataFrame, purposes: pl.DataFrame) -> Accounting:
    """Fold one calendar year.

    Args:
        year: the calendar year.
        received: one row a batch: ``batch``, ``agency``, ``day`` (Date), ``rows``; of every year.
        decided: one row a batch, outcome and stage: ``batch``, ``outcome``, ``stage``, ``rows``.
        answered: one row a row that a package carries: ``batch``, ``ordinal``, ``record_id`` (null if none), ``disclosed``, ``day``.
        purposes: ``batch``, ``purpose``, ``rows``.
    """
    batches = received.filter(pl.col("day").dt.year() == year)
    made = answered.filter((pl.col("day").dt.year() == year) & pl.col("disclosed")).join(received.select("batch", "agency"), on="batch")
    standing = _standing(batches, decided, answered)
    lines = standing.group_by("agency").agg(pl.col("rows").sum().alias("requests"), *(pl.col(line).sum() for line in LINES)).sort("agency")
    return Accounting(year, _asked_for(batches, made), lines, _purposes(batches, purposes), _gaps(standing))


def _asked_for(batches: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """(p)(3)(C)(i): requests, instances of disclosure, taxpayers, by agency."""
    asked = batches.group_by("agency").agg(pl.len().alias("files"), pl.col("rows").sum().alias("requests"))
    told = made.group_by("agency").agg(pl.len().alias("instances of disclosure"), pl.col("record_id").n_unique().alias("taxpayers"))
    whole = asked.join(told, on="agency", how="full", coalesce=True)
    return whole.with_columns(pl.selectors.numeric().fill_null(0).cast(pl.Int64)).sort("agency")


def _standing(batches: pl.DataFrame, decided: pl.DataFrame, answered: pl.DataFrame) -> pl.DataFrame:
    """One row a batch, with ``LINES``. A row refused on the record is answered like any other eligible row: without disclosure."""
    refused = (pl.col("outcome") == Outcome.REFUSED) & (pl.col("stage") == Stage.REQUEST)
    judged = decided.group_by("batch").agg(pl.col("rows").filter(refused).sum().alias(LINES[0]), pl.col("rows").sum().alias("determined"))
    packed = answered.group_by("batch").agg(pl.len().alias("packed"), pl.col("disclosed").sum())
    table = batches.join(judged, on="batch", how="left").join(packed, on="batch", how="left")
    filled = table.with_columns(pl.selectors.numeric().fill_null(0).cast(pl.Int64))
    return filled.with_columns(
        (pl.col("packed") - pl.col("disclosed")).alias(LINES[2]),
        (pl.col("determined") - pl.col(LINES[0]) - pl.col("packed")).alias(LINES[3]),
        (pl.col("rows") - pl.col("determined")).alias(LINES[4]),
    )


def _purposes(batches: pl.DataFrame, purposes: pl.DataFrame) -> pl.DataFrame:
    """(p)(3)(C)(ii): the general purposes, by rows."""
    stated = batches.select("batch", "agency").join(purposes, on="batch")
    return stated.group_by("agency", "purpose").agg(pl.col("rows").sum()).sort("agency", "purpose")


def _gaps(standing: pl.DataFrame) -> tuple[str, ...]:
    """What does not close, a line a batch: more answered than decided, more decided than received, or lines that do not add up."""
    negative = pl.any_horizontal(pl.col(line) < 0 for line in LINES)
    open_sum = pl.sum_horizontal(LINES) != pl.col("rows")
    short = standing.filter(negative | open_sum)
    return tuple(f"batch {batch}: its rows do not add up to those received" for batch in short["batch"].to_list())
