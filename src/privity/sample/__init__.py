"""The sample: a register of simulated people and a request file about them, with the truth about every row.

For demonstrations, tests and examples. The people come from pseudopeople (data/ATTRIBUTION.md); places are real, streets there are
not; officers and cases are made up. draw.py makes the files. What the sample cannot show: how often real requests have
which defect, and how many namesakes a register of a whole country holds (evaluation/ does).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from privity.sample.cases import BULK_OFFICER, REQUEST_DAY, UNSIGNED_OFFICER
from privity.sample.historical import historical_damage, historical_filter

__all__ = [
    "BULK_OFFICER",
    "REQUEST_DAY",
    "UNSIGNED_OFFICER",
    "historical_damage",
    "historical_filter",
    "paths",
    "register",
    "requests",
    "requests_path",
    "roster",
    "truth",
    "workbook_path",
]

_NOBODY = [UNSIGNED_OFFICER, "All assigned officers"]
_DATA = Path(__file__).with_name("data")


def paths() -> dict[str, Path]:
    """The files of the sample, by what they are: register, requests, workbook, truth, attribution."""
    names = {"register": "register.parquet", "requests": "requests.csv", "workbook": "requests.xlsx", "truth": "truth.parquet"}
    return {what: _DATA / name for what, name in (names | {"attribution": "ATTRIBUTION.md"}).items()}


def register() -> pl.DataFrame:
    """The custodian's records: the columns of docs/formats/register.md, a row for each person and tax period."""
    return pl.read_parquet(paths()["register"])


def requests_path() -> Path:
    """The request file, CSV, headings as in the vocabulary."""
    return paths()["requests"]


def workbook_path() -> Path:
    """A few hundred of the same rows as an Excel workbook."""
    return paths()["workbook"]


def requests() -> pl.DataFrame:
    """The request file as text columns; empty cells are null."""
    return pl.read_csv(requests_path(), infer_schema=False)


def truth() -> pl.DataFrame:
    """``request_id, kind, record_id, lawful, expected, address`` (see asks.py for what each value means)."""
    return pl.read_parquet(paths()["truth"])


def roster() -> dict[str, frozenset[str]]:
    """Engaged person → the cases that they sign for: everybody of the request file but the one who signs nothing.

    Only people named in a row count; a class or a blank signs for nothing either.
    """
    rows = requests().filter(pl.col("engaged_person").is_in(_NOBODY).not_()).drop_nulls(["engaged_person", "case_id"])
    signed = rows.group_by("engaged_person", maintain_order=True).agg(pl.col("case_id").unique())
    return {person: frozenset(cases) for person, cases in signed.iter_rows()}
