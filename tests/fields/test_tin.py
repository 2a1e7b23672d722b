"""Which writings are nine digits, and is nothing ever repaired?"""

from __future__ import annotations

import polars as pl
import pytest

from privity.fields.tin import digits, key


@pytest.mark.parametrize(
    ("cell", "nine"),
    [
        ("123-45-6788", "123456788"),
        (" 123 45 6788 ", "123456788"),
        ("123456788", "123456788"),
        ("123\u201345\u20116788", "123456788"),
        ("12345678", None),  # a lost zero is a defect, not a number
        ("1234567890", None),
        ("1.23E+08", None),
        ("A23456788", None),
        ("\uff11\uff12\uff13456788", None),
        ("", None),
        (None, None),
    ],
)
def test_nine_digits_or_nothing(cell, nine):
    frame = pl.DataFrame({"cell": [cell]}, schema={"cell": pl.String})
    assert frame.select(digits(pl.col("cell"))).item() == nine


@pytest.mark.parametrize("cell", ["000-00-0000", "123-45-6789", "999999999", "078-05-1120"])
def test_a_sham_number_is_no_key(cell):
    frame = pl.DataFrame({"cell": [cell, "123-45-6788"]})
    assert frame.select(key(pl.col("cell"))).to_series().to_list() == [None, "123456788"]
