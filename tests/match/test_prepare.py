"""The same plain columns on both sides: what is written differently and means the same becomes equal, and what cannot be read null."""

from __future__ import annotations

import polars as pl
import pytest

from privity.errors import InputError
from privity.match import prepare_register, prepare_requests

from .conftest import asked, eligible, held


def requests(**cells: str | None) -> dict[str, object]:
    return prepare_requests(eligible([asked(**cells)]).frame).row(0, named=True)


def test_names_lose_accents_case_and_punctuation() -> None:
    row = requests(first_name=" José-María ", last_name="O'Ñeill", middle_name="q.")
    assert (row["fn"], row["ln"], row["mi"]) == ("JOSEMARIA", "ONEILL", "Q")


@pytest.mark.parametrize(
    ("last_name", "name_suffix", "expected"),
    [
        ("Smith Jr.", None, ("SMITH", "JR")),
        ("Smith", "Junior", ("SMITH", "JR")),
        ("Smith, III", "", ("SMITH", "III")),
        ("Smith 3rd", None, ("SMITH", "III")),
        ("1.23E+08", None, (None, None)),
        ("Smith", "MD", ("SMITH", None)),
    ],
)
def test_a_suffix_is_found_in_its_column_or_behind_the_name(last_name: str, name_suffix: str, expected: tuple[str, str | None]) -> None:
    row = requests(last_name=last_name, name_suffix=name_suffix)
    assert (row["ln"], row["sfx"]) == expected


@pytest.mark.parametrize(
    ("tin", "expected"),
    [("412-55-6788", ("412556788", 1)), ("41255678", (None, 1)), (None, (None, 0)), ("999-99-9999", (None, 0)), ("none", (None, 0))],
)
def test_a_number_that_cannot_be_read_is_not_the_same_as_none(tin: str | None, expected: tuple[str | None, int]) -> None:
    row = requests(tin=tin)
    assert (row["tin"], row["tin_given"]) == expected


def test_periods_are_years() -> None:
    assert requests(tax_periods="2021; 2023-2024")["periods"] == [2021, 2023, 2024]
    assert requests(tax_periods="all years")["periods"] == []
    assert requests(tax_periods=None)["periods"] == []


def test_both_sides_come_out_alike() -> None:
    mine, theirs = requests(), prepare_register(pl.DataFrame([held("ana")])).row(0, named=True)
    same = ("tin", "fn", "ln", "dob", "dy", "dm", "dd", "building", "door", "written")
    assert [mine[name] for name in same] == [theirs[name] for name in same]
    assert theirs["tax_period"] == 2022


def test_preparing_in_pieces_is_preparing_at_once() -> None:
    rows = pl.DataFrame([held("a"), held("b", bars="x; y"), held("c", tin=None, address_line1=None)], schema_overrides={"bars": pl.String})
    pieces = pl.concat([prepare_register(piece) for piece in rows.iter_slices(1)])
    assert prepare_register(rows).equals(pieces)
    assert pieces["bars"].to_list() == [None, ["x", "y"], None]


def test_typed_columns_are_read_as_text_is() -> None:
    text = pl.DataFrame([held("ana")])
    typed = text.with_columns(
        pl.col("date_of_birth").str.to_date(), pl.col("tax_period").cast(pl.Int64), bars=pl.lit([], pl.List(pl.String))
    )
    assert prepare_register(typed).drop("bars").equals(prepare_register(text).drop("bars"))


def test_a_missing_column_or_id_is_named_and_no_value_is() -> None:
    with pytest.raises(InputError, match="data_class"):
        prepare_register(pl.DataFrame([held("ana")]).drop("data_class"))
    with pytest.raises(InputError, match="record_id") as error:
        prepare_register(pl.DataFrame([held("ana"), held("x") | {"record_id": " "}]))
    assert "Gomez" not in str(error.value)
