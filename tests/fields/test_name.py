"""Are two spellings of one name cell the same key, and are two names two keys?"""

from __future__ import annotations

import polars as pl
import pytest

from privity.fields.name import fold, words


def one(cell: str | None, key) -> str | None:
    return pl.DataFrame({"cell": [cell]}, schema={"cell": pl.String}).select(key(pl.col("cell"))).item()


@pytest.mark.parametrize(
    ("cell", "folded", "bare"),
    [
        ("Peña-O\u2019Neill", "PENA-O'NEILL", "PENA O NEILL"),
        ("  Łukasz   Øst ", "LUKASZ OST", "LUKASZ OST"),
        ("Straße", "STRASSE", "STRASSE"),
        ("José", "JOSE", "JOSE"),
        ("Jose\u0301", "JOSE", "JOSE"),
        ("Smith,\tJr.", "SMITH, JR.", "SMITH JR"),
        ("Zero\u200bwidth", "ZEROWIDTH", "ZEROWIDTH"),
        ("李", "李", "李"),
        (" ", None, None),
        ("--", "--", None),
        (None, None, None),
    ],
)
def test_accents_case_and_space_do_not_make_another_name(cell, folded, bare):
    assert one(cell, fold) == folded
    assert one(cell, words) == bare


def test_a_column_keeps_its_order_when_only_some_cells_are_foreign():
    cells = pl.DataFrame({"cell": ["b", "é", None, "a", "é"]})
    assert cells.select(fold(pl.col("cell"))).to_series().to_list() == ["B", "E", None, "A", "E"]
