"""Requests and disclosures of a period, one line each: what every form of an accounting is a choice of columns from.

A *request* line is one row of a request file, refused ones too, on the day of its receipt; a file that could not be read is one line about
nobody; a record that says when it was asked for is one too, so that requests add up to those of the yearly table. A *disclosure* line is
one row that a package answers with a disclosure, on the day of its intent, whether or not anybody acknowledged it. A line *recorded
afterwards* is what the office was told of; it was never determined here. Each line names its entries.

No word of a request is in a line. A sender that is not enrolled is not named, for its name is the sender's own text, and an
authority stands in its canonical spelling or as what cannot be read. The words of a reason are in the sealed request, under the receipt's
entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from privity.account import law as accounting
from privity.account.law import Code
from privity.account.told import AFTERWARDS, NOT_STATED
from privity.account.year import LINES
from privity.terms import Outcome, Stage

if TYPE_CHECKING:
    from datetime import date

    from privity.account.law import AccountingLaw, Form
    from privity.account.told import Kinds, Told

SAME = "same"
NOT_ENROLLED = "a sender that is not enrolled"
UNREADABLE = "could not be read"
NO_CITATION = "no citation that can be read"
COLUMNS: Kinds = {
    "line": pl.String,
    "date": pl.Date,
    "agency": pl.String,
    "agency_name": pl.String,
    "agency_address": pl.String,
    "agency_type": pl.String,
    "agency_code": pl.String,
    "authority": pl.String,
    "purpose": pl.String,
    "purpose_code": pl.String,
    "what": pl.String,
    "people": pl.Int64,
    "where": pl.String,
    "accountable": pl.Boolean,
    "withheld": pl.Boolean,
    "keep_until": pl.String,
    "entry": pl.Int64,
    "determination": pl.Int64,
    "intent": pl.Int64,
    "package": pl.String,
    "batch": pl.String,
    "row": pl.Int64,
}


def lines(told: Told, law: AccountingLaw, since: date, through: date) -> pl.DataFrame:
    """Every line of a period (columns ``COLUMNS``), in the order of date and entry."""
    raw = pl.concat([each(told, since, through) for each in (_requests, _asked_afterwards, _disclosures, _afterwards)], how="diagonal")
    said = _agencies(raw, told, law)
    filled = _authorities(said, law).with_columns(pl.col("what").replace(dict(law.what)), _keep_until(law).alias("keep_until"))
    return filled.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items()).sort("date", "entry", "row", maintain_order=True)


def of_form(form: Form, whole: pl.DataFrame) -> pl.DataFrame:
    """The lines and columns of a form, under the names of its fields."""
    return whole.filter(pl.col("line").is_in(list(form.lines))).select(name for name, _ in form.fields)


# ---------------------------------------------------------------- the three kinds


def _requests(told: Told, since: date, through: date) -> pl.DataFrame:
    """A line a row of the period's files, and one for each file without rows."""
    files = told.asked(since, through).with_columns(pl.int_ranges(0, pl.col("rows"), dtype=pl.UInt32).alias("ordinal"))
    rows = files.explode("ordinal", empty_as_null=True)
    decided = told.decided.rename({"entry": "determination"})
    answered = told.answered.select("batch", "ordinal", "disclosed", "package", pl.col("entry").alias("intent"))
    whole = rows.join(decided, on=["batch", "ordinal"], how="left").join(answered, on=["batch", "ordinal"], how="left")
    return whole.select(
        pl.lit("request").alias("line"),
        pl.col("day").alias("date"),
        "agency",
        "basis",
        pl.col("purpose").fill_null(NOT_STATED),
        pl.lit("requested").alias("what"),
        pl.col("ordinal").is_not_null().cast(pl.Int64).alias("people"),
        _where().alias("where"),
        "entry",
        "determination",
        "intent",
        "package",
        "batch",
        pl.col("ordinal").cast(pl.Int64).alias("row"),
    )


def _asked_afterwards(told: Told, since: date, through: date) -> pl.DataFrame:
    """A line a request that was recorded afterwards, on the day on which it was made."""
    return told.asked_afterwards(since, through).select(
        pl.lit("request").alias("line"),
        pl.col("requested").alias("date"),
        "agency",
        pl.col("authority").alias("basis"),
        "purpose",
        pl.lit("requested").alias("what"),
        "people",
        pl.lit(AFTERWARDS).alias("where"),
        "entry",
        pl.col("entry").alias("intent"),
    )


def _where() -> pl.Expr:
    """In which of ``LINES`` a request stands."""
    refused = (pl.col("outcome") == Outcome.REFUSED) & (pl.col("stage") == Stage.REQUEST)
    return (
        pl.when(pl.col("ordinal").is_null())
        .then(pl.lit(UNREADABLE))
        .when("disclosed")
        .then(pl.lit(LINES[1]))
        .when(pl.col("disclosed").is_not_null())
        .then(pl.lit(LINES[2]))
        .when(refused)
        .then(pl.lit(LINES[0]))
        .when(pl.col("determination").is_not_null())
        .then(pl.lit(LINES[3]))
        .otherwise(pl.lit(LINES[4]))
    )


def _disclosures(told: Told, since: date, through: date) -> pl.DataFrame:
    """A line a row that was disclosed."""
    purposes = told.decided.select("batch", "ordinal", "purpose")
    made = told.disclosed(since, through).join(purposes, on=["batch", "ordinal"], how="left", maintain_order="left")
    return made.select(
        pl.lit("disclosure").alias("line"),
        pl.col("day").alias("date"),
        "agency",
        "basis",
        pl.col("purpose").fill_null(NOT_STATED),
        pl.lit(SAME).alias("what"),
        pl.lit(1, pl.Int64).alias("people"),
        pl.col("standing").alias("where"),
        pl.col("receipt").alias("entry"),
        "determination",
        pl.col("entry").alias("intent"),
        "package",
        "batch",
        pl.col("ordinal").cast(pl.Int64).alias("row"),
    )


def _afterwards(told: Told, since: date, through: date) -> pl.DataFrame:
    """A line a disclosure that was recorded afterwards."""
    return told.afterwards(since, through).select(
        pl.lit(AFTERWARDS).alias("line"),
        pl.col("made").alias("date"),
        "agency",
        pl.col("authority").alias("basis"),
        "purpose",
        "what",
        "people",
        pl.concat_str(pl.lit("made by "), pl.col("channel"), pl.lit(", entered "), pl.col("entered").cast(pl.String)).alias("where"),
        "entry",
        pl.col("entry").alias("intent"),
    )


# ---------------------------------------------------------------- agencies, authorities, dates


def _agencies(raw: pl.DataFrame, told: Told, law: AccountingLaw) -> pl.DataFrame:
    """Name, address, type and code of each enrolled agency; of a sender that is not enrolled, nothing."""
    codes = {row["agency"]: law.agencies.get(row["agency"], Code()) for row in told.agencies.rows(named=True)}
    kinds = dict(told.agencies.select("agency", "kind").iter_rows())
    beside = told.agencies.select(
        "agency",
        pl.col("name").alias("agency_name"),
        pl.Series("agency_address", [one.address for one in codes.values()], pl.String),
        pl.Series("agency_type", [one.type or law.agency_types.get(kinds[name], "") for name, one in codes.items()], pl.String),
        pl.Series("agency_code", [one.code for one in codes.values()], pl.String),
    )
    joined = raw.join(beside, on="agency", how="left", maintain_order="left")
    known = pl.col("agency_name").is_not_null()
    return joined.with_columns(
        pl.when(known).then("agency").otherwise(pl.lit(NOT_ENROLLED)).alias("agency"),
        *(pl.col(name).fill_null("") for name in ("agency_name", "agency_address", "agency_type", "agency_code")),
    )


def _authorities(said: pl.DataFrame, law: AccountingLaw) -> pl.DataFrame:
    """What each text cites, whether it must be accounted for, and the code of a purpose that its citation has."""
    texts = [one for one in said["basis"].unique().to_list() if one is not None]
    table = pl.DataFrame(
        {
            "basis": texts,
            "authority": [accounting.canonical(one) or NO_CITATION for one in texts],
            "accountable": [not accounting.covers(law.exempt, one) for one in texts],
            "withheld": [accounting.covers(law.withheld, one) for one in texts],
            "purpose_code": [law.purposes.get(accounting.canonical(one), "") for one in texts],
        },
        schema={"basis": pl.String, "authority": pl.String, "accountable": pl.Boolean, "withheld": pl.Boolean, "purpose_code": pl.String},
    )
    return said.join(table, on="basis", how="left", maintain_order="left")


def _keep_until(law: AccountingLaw) -> pl.Expr:
    """The first day on which the retention of the line's date has run; of a permanent one, that word."""
    if law.retention_years is None:
        return pl.lit("permanent")
    return pl.col("date").dt.offset_by(f"{law.retention_years}y").cast(pl.String)
