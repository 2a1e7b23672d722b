"""Rows of requests, given what a test says of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from privity.elements import Given
from privity.rules.facts import SHIPPED, Vocabulary, load_vocabulary
from privity.terms import Requests

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = {"boilerplate_rows": 5, "boilerplate_share": 0.02}


@pytest.fixture(scope="session")
def law() -> Vocabulary:
    return load_vocabulary(SHIPPED, "us/26-usc-6103")


@pytest.fixture(scope="session")
def given_(law: Vocabulary) -> Given:
    return Given(
        day=date(2026, 11, 23),
        request_day=date(2026, 11, 1),
        engaged={"Ana Ruiz": frozenset({"C-1", "C-2"}), "badge 17": frozenset({"C-3"})},
        numbers=NUMBERS,
        provisions=law.provisions,
        predicates=law.facts["predicate"].values,
    )


@pytest.fixture(scope="session")
def rows(law: Vocabulary) -> Callable[..., Requests]:
    """``rows(reason=[...], case_id=[...])``: one row for each value, every other column empty."""
    names = [column.name for column in law.columns]

    def build(**cells: list[str | None]) -> Requests:
        height = len(next(iter(cells.values())))
        empty: list[str | None] = [None] * height
        frame = pl.DataFrame({name: cells.get(name, empty) for name in names}, schema=dict.fromkeys(names, pl.String))
        return Requests(frame.with_row_index("ordinal").with_columns((pl.col("ordinal") + 2).alias("row")))

    return build
