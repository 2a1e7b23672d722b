"""Entries and their openings in, the accounting of a calendar year out: figures by agency that reconcile to the row.

26 USC 6103(p)(3)(A) wants a permanent record of all requests, with reasons and dates, and of what was disclosed; (p)(3)(C) wants, for a
calendar year and by agency, the number of requests, of instances of disclosure, of taxpayers, and the general purposes. Requests count in
the year in which they were received, disclosures in the year in which they were made. The requests of the year
reconcile to the row: each stands in exactly one of the lines ``LINES``, and what does not add up is said, not hidden. An
intent without an acknowledgement counts as disclosed. A disclosure that was recorded afterwards counts, on a line of its own, and is no
request row: it was never determined here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from privity.account.told import AFTERWARDS, NOT_STATED, STATES, Kinds, Told, people, whole_year
from privity.terms import Outcome, Stage

LINES = ("refused on the request", "disclosed", "answered without disclosure", "awaiting review or answer day", "in process")
ON_THE_RECORD, REFERRED = "refused on the record", "referred, then declined or withheld at release"


@dataclass(frozen=True, slots=True)
class Accounting:
    """One year. ``agencies``: what the statute asks for, a row an agency. ``reconciled``: where each request of the year stands.

    ``parts``: agency, figure, part, rows: what the disclosures of the year and the answers without disclosure are made of.
    ``purposes``: agency, purpose, rows. ``gaps``: what does not reconcile, in words.
    """

    year: int
    agencies: pl.DataFrame
    reconciled: pl.DataFrame
    parts: pl.DataFrame
    purposes: pl.DataFrame
    gaps: tuple[str, ...]


def account(year: int, told: Told) -> Accounting:
    """Fold one calendar year."""
    span = whole_year(year)
    batches, standing = told.asked(*span), _standing(told.asked(*span), told)
    lines = standing.group_by("agency").agg(pl.col("rows").sum().alias("requests"), *(pl.col(line).sum() for line in LINES)).sort("agency")
    asked = _asked_for(told, span)
    parts = _parts(told, span, standing)
    return Accounting(year, asked, lines, parts, _purposes(batches, told, span), _gaps(told, standing, asked, lines, parts))


def _asked_for(told: Told, span: tuple[date, date]) -> pl.DataFrame:
    """(p)(3)(C)(i): requests, instances of disclosure, taxpayers, by agency; one answer about one taxpayer is one instance."""
    files = told.asked(*span).group_by("agency").agg(pl.len().alias("files"), pl.col("rows").sum().alias("requests"))
    made, later, asked = told.disclosed(*span), told.afterwards(*span), told.asked_afterwards(*span)
    names = sorted({*files["agency"], *made["agency"].drop_nulls(), *later["agency"], *asked["agency"]})
    counted = [(name, *_figures(*(frame.filter(agency=name) for frame in (files, made, later, asked)))) for name in names]
    kinds: Kinds = {
        "agency": pl.String,
        "files": pl.Int64,
        "requests": pl.Int64,
        "instances of disclosure": pl.Int64,
        "taxpayers": pl.Int64,
    }
    return pl.DataFrame(counted, schema=kinds, orient="row")


def _figures(files: pl.DataFrame, made: pl.DataFrame, later: pl.DataFrame, asked: pl.DataFrame) -> tuple[int, int, int, int]:
    """Files, requests, instances, people of one agency."""
    requests = int(files["requests"].sum()) + int(asked["people"].sum())
    return int(files["files"].sum()), requests, made.height + int(later["people"].sum()), people(made["record_id"], later)


def _standing(batches: pl.DataFrame, told: Told) -> pl.DataFrame:
    """One row a batch, with ``LINES``. A row refused on the record is answered like any other eligible row: without disclosure."""
    refused = (pl.col("outcome") == Outcome.REFUSED) & (pl.col("stage") == Stage.REQUEST)
    judged = told.decided.group_by("batch").agg(refused.sum().alias(LINES[0]), pl.len().alias("determined"))
    packed = told.answered.group_by("batch").agg(pl.len().alias("packed"), pl.col("disclosed").sum())
    outcomes = told.decided.select("batch", "ordinal", "outcome")
    silent = told.answered.filter(~pl.col("disclosed")).join(outcomes, on=["batch", "ordinal"], how="left")
    withheld = silent.group_by("batch").agg((pl.col("outcome") == Outcome.REFERRED).sum().alias(REFERRED))
    table = batches
    for more in (judged, packed, withheld):
        table = table.join(more, on="batch", how="left", maintain_order="left")
    filled = table.with_columns(pl.selectors.numeric().fill_null(0).cast(pl.Int64))
    return filled.with_columns(
        (pl.col("packed") - pl.col("disclosed")).alias(LINES[2]),
        (pl.col("packed") - pl.col("disclosed") - pl.col(REFERRED)).alias(ON_THE_RECORD),
        (pl.col("determined") - pl.col(LINES[0]) - pl.col("packed")).alias(LINES[3]),
        (pl.col("rows") - pl.col("determined")).alias(LINES[4]),
    )


def _parts(told: Told, span: tuple[date, date], standing: pl.DataFrame) -> pl.DataFrame:
    """What two figures are made of: disclosures of the year by where their package is, and answers without disclosure by why."""
    made = told.disclosed(*span).group_by("agency", pl.col("standing").alias("part")).agg(pl.len().alias("rows"))
    later = told.afterwards(*span).group_by("agency", pl.lit(AFTERWARDS).alias("part")).agg(pl.col("people").sum().alias("rows"))
    silent = (
        standing.group_by("agency")
        .agg(pl.col(ON_THE_RECORD, REFERRED).sum())
        .unpivot(index="agency", variable_name="part", value_name="rows")
    )
    both = [
        _part("instances of disclosure", made, (*STATES, AFTERWARDS)),
        _part("instances of disclosure", later, (*STATES, AFTERWARDS)),
        _part(LINES[2], silent, (ON_THE_RECORD, REFERRED)),
    ]
    return pl.concat(both).filter(pl.col("rows") != 0).sort("agency", "figure", "part")


def _part(figure: str, rows: pl.DataFrame, among: tuple[str, ...]) -> pl.DataFrame:
    known = pl.Enum(among)
    return rows.select("agency", pl.lit(figure).alias("figure"), pl.col("part").cast(known).cast(pl.String), pl.col("rows").cast(pl.Int64))


def _purposes(batches: pl.DataFrame, told: Told, span: tuple[date, date]) -> pl.DataFrame:
    """(p)(3)(C)(ii): the general purposes, by rows; of a row that nobody has read yet, none is stated."""
    stated = (
        batches.select("batch", "agency").join(told.decided, on="batch").select("agency", "purpose", pl.lit(1).cast(pl.Int64).alias("rows"))
    )
    read = told.decided.group_by("batch").agg(pl.len().cast(pl.Int64).alias("read"))
    unread = batches.join(read, on="batch", how="left").select(
        "agency", pl.lit(NOT_STATED).alias("purpose"), (pl.col("rows") - pl.col("read").fill_null(0)).alias("rows")
    )
    later = told.asked_afterwards(*span).select("agency", "purpose", pl.col("people").alias("rows"))
    whole = pl.concat([stated, unread, later]).group_by("agency", "purpose").agg(pl.col("rows").sum())
    return whole.filter(pl.col("rows") > 0).sort("agency", "purpose")


# ---------------------------------------------------------------- what does not close


def _gaps(told: Told, standing: pl.DataFrame, asked: pl.DataFrame, lines: pl.DataFrame, parts: pl.DataFrame) -> tuple[str, ...]:
    """What does not close: more answered than decided, or decided than received; parts that do not add up; answers to nothing."""
    return (*_short(standing), *_strange(told), *_unmatched(asked, lines, parts))


def _short(standing: pl.DataFrame) -> list[str]:
    negative = pl.any_horizontal(pl.col(line) < 0 for line in (*LINES, ON_THE_RECORD))
    short = standing.filter(negative | (pl.sum_horizontal(LINES) != pl.col("rows")))
    return [f"batch {batch}: its rows do not add up to those received" for batch in short["batch"].to_list()]


def _strange(told: Told) -> list[str]:
    """Answers to what was never received, rows answered twice, and disclosures that name nobody."""
    alone = told.answered.join(told.received, on="batch", how="anti")["entry"].unique().sort().to_list()
    twice = told.answered.filter(pl.struct("batch", "ordinal").is_duplicated())["entry"].unique().sort().to_list()
    nobody = told.answered.filter(pl.col("disclosed") & pl.col("record_id").is_null())["entry"].unique().sort().to_list()
    return [
        *(f"entry {entry}: it answers a batch that was never received" for entry in alone),
        *(f"entry {entry}: it answers a row that another answers too" for entry in twice),
        *(f"entry {entry}: it discloses and names no record" for entry in nobody),
    ]


def _unmatched(asked: pl.DataFrame, lines: pl.DataFrame, parts: pl.DataFrame) -> list[str]:
    """Figures whose parts do not add up to them."""
    summed = parts.group_by("agency", "figure").agg(pl.col("rows").sum())
    added = {(agency, figure): rows for agency, figure, rows in summed.iter_rows()}
    said = [
        (figure, *row)
        for table, figure in ((asked, "instances of disclosure"), (lines, LINES[2]))
        for row in table.select("agency", figure).rows()
    ]
    return [f"{name}: the parts of `{figure}` do not add up to it" for figure, name, rows in said if added.get((name, figure), 0) != rows]
