"""What entries and openings say of requests and disclosures, as tables with fixed columns. `office.reports.read` makes them.

A row that no entry says is not here, and what is not here is in no figure. ``record_id`` is the person; it is counted and never shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

Kinds = dict[str, pl.DataType | type[pl.DataType]]

RECEIVED: Kinds = {"batch": pl.String, "agency": pl.String, "basis": pl.String, "day": pl.Date, "rows": pl.Int64, "entry": pl.Int64}
DECIDED: Kinds = {
    "batch": pl.String,
    "ordinal": pl.UInt32,
    "outcome": pl.String,
    "stage": pl.String,
    "purpose": pl.String,
    "entry": pl.Int64,
}
ANSWERED: Kinds = {
    "batch": pl.String,
    "ordinal": pl.UInt32,
    "record_id": pl.String,
    "disclosed": pl.Boolean,
    "day": pl.Date,
    "package": pl.String,
    "officer": pl.String,
    "determination": pl.Int64,
    "entry": pl.Int64,
}
CUSTODY: Kinds = {"package": pl.String, "state": pl.String, "day": pl.Date, "entry": pl.Int64}
AGENCIES: Kinds = {"agency": pl.String, "name": pl.String, "kind": pl.String, "entry": pl.Int64}
RECORDED: Kinds = {
    "entry": pl.Int64,
    "entered": pl.Date,
    "made": pl.Date,
    "requested": pl.Date,
    "agency": pl.String,
    "officer": pl.String,
    "authority": pl.String,
    "purpose": pl.String,
    "what": pl.String,
    "channel": pl.String,
    "people": pl.Int64,
    "records": pl.List(pl.String),
}

NOT_STATED = "not stated"
UNACKNOWLEDGED = "not acknowledged, so counted as disclosed"
ACKNOWLEDGED = "acknowledged"
RECALLED = "recalled, and disclosed all the same"
RECALLED_UNSEEN = "recalled before any acknowledgement, and counted as disclosed"
WITHHELD = "withheld before it was sent, and counted as disclosed"
DESTROYED = "destroyed by the recipient, and disclosed all the same"
AFTERWARDS = "recorded afterwards"
STATES = (ACKNOWLEDGED, UNACKNOWLEDGED, RECALLED, RECALLED_UNSEEN, WITHHELD, DESTROYED)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What a ledger of ``size`` entries with this root (hexadecimal) says.

    ``received``: every receipt of every year. ``decided``: rows of the batches that the period needs, and of no others. ``answered``:
    every row that an intent answers, of every year; ``determination`` is null where nothing was disclosed. ``custody``: what became of
    packages. ``agencies``: as last enrolled. ``recorded``: disclosures that were made elsewhere and entered later.
    """

    origin: str
    size: int
    root: str
    received: pl.DataFrame
    decided: pl.DataFrame
    answered: pl.DataFrame
    custody: pl.DataFrame
    agencies: pl.DataFrame
    recorded: pl.DataFrame

    def asked(self, since: date, through: date) -> pl.DataFrame:
        """The receipts of a period, both days included."""
        return self.received.filter(pl.col("day").is_between(since, through))

    def disclosed(self, since: date, through: date) -> pl.DataFrame:
        """A row for each row disclosed in a period, with ``agency``, ``basis``, ``receipt``, and ``standing`` (one of `STATES`)."""
        made = self.answered.filter(pl.col("disclosed") & pl.col("day").is_between(since, through))
        asked = self.received.select("batch", "agency", "basis", pl.col("entry").alias("receipt"))
        joined = made.join(asked, on="batch", how="left", maintain_order="left").join(self.standing(), on="package", how="left")
        return joined.with_columns(pl.col("standing").fill_null(UNACKNOWLEDGED)).sort("entry", "ordinal")

    def standing(self) -> pl.DataFrame:
        """``package``, ``standing``: of each package about which something came after its intent."""
        return standing(self.custody)

    def afterwards(self, since: date, through: date) -> pl.DataFrame:
        """The recorded disclosures that were made in a period, whenever they were entered."""
        return self.recorded.filter(pl.col("made").is_between(since, through)).sort("entry")

    def asked_afterwards(self, since: date, through: date) -> pl.DataFrame:
        """The recorded disclosures whose request was made in a period."""
        return self.recorded.filter(pl.col("requested").is_between(since, through)).sort("entry")


def standing(custody: pl.DataFrame) -> pl.DataFrame:
    """``package``, ``standing`` (one of `STATES`): what became of each package of a custody table.

    A recall is not undone by what came before it; what was kept back here did not leave, unless the recipient says that they have it.
    """
    seen = pl.col("state").is_in(["acknowledged", "kept"]).any().alias("acknowledged")
    said = [seen, *((pl.col("state") == state).any().alias(state) for state in ("recalled", "withheld", "destroyed"))]
    word = (
        pl.when("destroyed")
        .then(pl.lit(DESTROYED))
        .when(pl.col("recalled") & pl.col("acknowledged"))
        .then(pl.lit(RECALLED))
        .when(pl.col("withheld") & ~pl.col("acknowledged"))
        .then(pl.lit(WITHHELD))
        .when("recalled")
        .then(pl.lit(RECALLED_UNSEEN))
        .when("acknowledged")
        .then(pl.lit(ACKNOWLEDGED))
        .otherwise(pl.lit(UNACKNOWLEDGED))
    )
    return custody.group_by("package").agg(said).select("package", word.alias("standing"))


def whole_year(year: int) -> tuple[date, date]:
    """First and last day of a calendar year."""
    return date(year, 1, 1), date(year, 12, 31)


def people(records: pl.Series, lists: pl.DataFrame) -> int:
    """How many distinct people: by record id where one stands, and as many as were said where none does.

    ``records``: record ids of disclosures that passed here. ``lists``: ``people`` and ``records`` of disclosures recorded afterwards.
    """
    named = pl.concat([records.drop_nulls().cast(pl.String), lists["records"].explode(empty_as_null=False, keep_nulls=False)])
    unnamed = (lists["people"] - lists["records"].list.len().cast(pl.Int64)).sum()
    return named.n_unique() + int(unnamed)
