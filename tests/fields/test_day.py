"""Is a day read only when it is written in the one way, and does it exist?"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from privity.fields.day import day, days_between


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", None),
        ("2024-2-9", None),
        ("02/09/2024", None),
        ("2024-02-09T00:00", None),
        ("20240209", None),
        ("2024-13-01", None),
        ("0000-01-01", None),
        ("", None),
        (None, None),
    ],
)
def test_only_iso_days_that_exist(cell, read):
    assert pl.DataFrame({"cell": [cell]}, schema={"cell": pl.String}).select(day(pl.col("cell"))).item() == read


def test_days_between_counts_from_the_first_to_the_second():
    dates = pl.DataFrame({"a": [date(2024, 1, 1), date(2024, 3, 1), None], "b": [date(2024, 3, 1), date(2024, 1, 1), date(2024, 1, 1)]})
    assert dates.select(days_between(pl.col("a"), pl.col("b"))).to_series().to_list() == [60, -60, None]
