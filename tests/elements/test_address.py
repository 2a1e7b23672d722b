"""The address element gives one standing a row, in the words of the law's vocabulary."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import polars as pl

import privity
from privity.elements.address import ELEMENT
from privity.elements.element import Given
from privity.fields.address import STANDINGS

FACTS = Path(privity.__file__).parent / "law" / "us" / "26-usc-6103" / "facts.toml"


def test_the_standings_are_those_of_the_vocabulary() -> None:
    facts = tomllib.loads(FACTS.read_text())["fact"]
    assert set(next(fact for fact in facts if fact["name"] == "address_standing")["values"]) == set(STANDINGS)


def test_each_row_gets_a_standing_and_a_blank_address_gets_none() -> None:
    lines = ["12 OAK ST", "Failed to Provide", None]
    requests = pl.DataFrame(
        {
            "ordinal": pl.Series([4, 0, 2], dtype=pl.UInt32),
            "address_line1": lines,
            "address_line2": pl.Series([None] * 3, dtype=pl.String),
            "city": ["Springfield", "Springfield", None],
            "state": ["IL", "IL", None],
            "zip": ["62701", "62701", None],
        }
    )
    judged = ELEMENT.judge(requests, None, Given(day=date(2026, 1, 2)))
    assert dict(judged.iter_rows()) == {4: "complete", 0: "placeholder", 2: None}
    assert judged.schema["standing"] == ELEMENT.gives["standing"]
