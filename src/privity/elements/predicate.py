"""How long ago did the clocks of the predicate start? 8 USC 1253(a)(1)(A) and 8 USC 1231(a)(1)(B).

``days_since_final_order``: days from the court's final order if there was judicial review, else from the final order, to the date
that the request bears (the day of the decision if it bears none). ``days_in_removal_period``: days from the latest of the final
order, the court's final order and release from confinement. Negative when the date is later than the request; null with no date.

Cannot know: whether a date that the row leaves out exists. A date that is given but *cannot be read* is another matter: the
outputs rest on all three columns, so a defective one makes both null.
"""

from __future__ import annotations

import polars as pl

from privity.elements.element import Element, Given, once
from privity.fields.day import day, days_between

READS = ("predicate_date", "predicate_court_date", "predicate_release_date")


def judge(requests: pl.DataFrame, _tally: pl.DataFrame | None, given: Given, /) -> pl.DataFrame:
    """``ordinal``, ``days_since_final_order``, ``days_in_removal_period``."""
    until = given.request_day or given.day
    return once(requests, READS, lambda cells: _days(cells, pl.lit(until)))


def _days(cells: pl.DataFrame, until: pl.Expr) -> pl.DataFrame:
    order, court, release = (day(pl.col(name)) for name in READS)
    readable = pl.all_horizontal(day(pl.col(name)).is_not_null() | pl.col(name).is_null() for name in READS)
    since = days_between(pl.coalesce(court, order), until)
    period = days_between(pl.max_horizontal(order, court, release), until)
    return cells.select(
        pl.when(readable).then(since).alias("days_since_final_order"),
        pl.when(readable & (order.is_not_null() | court.is_not_null())).then(period).alias("days_in_removal_period"),
    )


ELEMENT = Element(
    name="predicate",
    reads=READS,
    gives={"days_since_final_order": pl.Int64(), "days_in_removal_period": pl.Int64()},
    judge=judge,
)
