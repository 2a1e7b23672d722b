"""Do the taxable periods stand in the row, closed and countable? 26 USC 6103(i)(2)(B)(ii).

``stated``: every part of the cell is a year, a span of years or a period named by its last month, and has ended before the day of
the decision. ``open-ended``: all years, since, to the present. ``not-yet-closed``: a period that ends on that day or later (a bare
year ends on 31 December). ``unreadable``: anything else, and a list or span longer than `fields.period.LONGEST` years. Of several
parts the worst decides, in the order unreadable, open-ended, not-yet-closed.

Cannot know: whether a record is held for the period (the register's question), or what fiscal year a taxpayer uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from privity.elements.element import Element, Given, once
from privity.fields.period import LONGEST, read

if TYPE_CHECKING:
    from datetime import date


def judge(requests: pl.DataFrame, _tally: pl.DataFrame | None, given: Given, /) -> pl.DataFrame:
    """``ordinal``, ``standing``."""
    return once(requests, ("tax_periods",), lambda cells: _standing(cells, given.day))


def _standing(cells: pl.DataFrame, day: date) -> pl.DataFrame:
    years = (pl.col("last") // 100 - pl.col("first") // 100 + 1).sum()
    unreadable = (pl.col("first").is_null() & ~pl.col("open")).any() | (years > LONGEST)
    unclosed = (pl.col("last") >= day.year * 100 + day.month).any()  # a period ends with its last month
    worst = pl.when(unreadable).then(pl.lit("unreadable")).when(pl.col("open").any()).then(pl.lit("open-ended"))
    standing = worst.when(unclosed).then(pl.lit("not-yet-closed")).otherwise(pl.lit("stated"))
    found = read(cells).group_by("cell").agg(standing.alias("standing"))
    return cells.with_row_index("cell").join(found, on="cell", how="left", maintain_order="left").select("standing")


ELEMENT = Element(name="period", reads=("tax_periods",), gives={"standing": pl.String()}, judge=judge)
