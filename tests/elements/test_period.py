"""Are the periods stated, and which years are they?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from privity.elements import period
from privity.fields.period import periods

STATED = {
    "2021": [2021], "2021;2022": [2021, 2022], "2021-2023": [2021, 2022, 2023], "TY 2021": [2021], "TY2021": [2021], "FY2021": [2021],
    "2019, 2020 and 2021": [2019, 2020, 2021], "12/31/2021": [2021], "202112": [2021], "2021-23": [2021, 2022, 2023], "2021-12": [2021],
    "2021 2022 2023": [2021, 2022, 2023], "December 31, 2021": [2021], "Dec. 2021": [2021], "tax years 2021 through 2023": [2021, 2022, 2023],
    "2021 to 2022 and 2024": [2021, 2022, 2024], "2021-12-31": [2021], "01/2021-12/2021": [2021], "2021/2022": [2021, 2022], "2021\u20132022": [2021, 2022],
    "2021;2021": [2021], "202610": [2026], "\uff12\uff10\uff12\uff11": [2021], "2025": [2025],
}  # fmt: skip
OPEN = [
    "all years",
    "any",
    "2015-present",
    "since 2018",
    "2018+",
    "2018-",
    "from 2018",
    "last 3 years",
    "2021 all years",
    "2018 to date",
    "all available",
]
UNREADABLE = [
    "2010-12",
    "1900",
    "1950-2020",
    "1980-2015; 2016-2025",
    "foo",
    "2021; foo",
    "2023-2021",
    "N/A",
    "21",
    "-",
    "0000",
    "2021Q1",
    "MAYBE 2021",
    "13/45/2021",
]


@pytest.mark.parametrize(("cell", "years"), STATED.items())
def test_stated_periods_give_their_years(rows, given_, cell, years):
    frame = rows(tax_periods=[cell]).frame
    assert period.judge(frame, None, given_)["standing"].item() == "stated"
    assert frame.select(periods(pl.col("tax_periods"))).item().to_list() == years


@pytest.mark.parametrize(("cell", "standing"), [*((one, "open-ended") for one in OPEN), *((one, "unreadable") for one in UNREADABLE)])
def test_what_does_not_state_a_period_gives_no_years(rows, given_, cell, standing):
    frame = rows(tax_periods=[cell]).frame
    assert period.judge(frame, None, given_)["standing"].item() == standing
    assert frame.select(periods(pl.col("tax_periods"))).item() is None


@pytest.mark.parametrize(
    ("day", "standing"), [(date(2021, 12, 31), "not-yet-closed"), (date(2022, 1, 1), "stated"), (date(2021, 1, 1), "not-yet-closed")]
)
def test_a_year_closes_with_its_last_day(rows, given_, day, standing):
    frame = rows(tax_periods=["2021"]).frame
    assert period.judge(frame, None, replace(given_, day=day))["standing"].item() == standing


@pytest.mark.parametrize("cell", ["", "  ", None])
def test_an_empty_cell_is_a_missing_fact(rows, given_, cell):
    assert period.judge(rows(tax_periods=[cell]).frame, None, given_)["standing"].item() is None
