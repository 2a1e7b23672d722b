"""The address element gives one standing a row, in the words of the law's vocabulary."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import polars as pl

import privity
from privity.elements.address import ELEMENT, STATE_CODES
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
    assert dict(judged.select("ordinal", "standing").iter_rows()) == {4: "complete", 0: "placeholder", 2: None}
    assert judged.schema["standing"] == ELEMENT.gives["standing"]


def test_the_states_are_those_of_the_vocabulary() -> None:
    facts = tomllib.loads(FACTS.read_text())["fact"]
    assert next(fact for fact in facts if fact["name"] == "address_state")["values"] == STATE_CODES


def test_the_state_is_told_however_it_is_written_and_not_where_the_zip_code_lies_in_another() -> None:
    cells = [("IL", "62701"), ("illinois", "62701"), ("TX", "62701"), ("IL", None), ("Ill Noise", "62701"), (None, None), ("ZZ", "00000")]
    requests = pl.DataFrame(
        {
            "ordinal": pl.Series(range(len(cells)), dtype=pl.UInt32),
            "address_line1": ["12 OAK ST"] * len(cells),
            "address_line2": pl.Series([None] * len(cells), dtype=pl.String),
            "city": ["Springfield"] * len(cells),
            "state": pl.Series([state for state, _ in cells], dtype=pl.String),
            "zip": pl.Series([code for _, code in cells], dtype=pl.String),
        }
    )
    judged = ELEMENT.judge(requests, None, Given(day=date(2026, 1, 2)))
    assert judged["state"].to_list() == ["IL", "IL", None, "IL", None, None, None]
