"""City, state and ZIP code of an address → how they are compared, and what is wrong with them.

Each distinct triple is read once. That a ZIP code lies in the state is the test; which towns a ZIP code serves only tells two streets of
one name apart (see ``zips``). What it cannot know: whether the street lies in that ZIP code.
"""

from __future__ import annotations

import polars as pl

from privity.fields.address_fillers import NO_CITY
from privity.fields.address_words import STATES
from privity.fields.zips import city_name, places, zip_states

CELLS = ("city", "state", "zip")
_ZIP = r"^\s*([0-9]{5})(?:-?[0-9]{4})?\s*$"


def read_places(frame: pl.DataFrame) -> pl.DataFrame:
    """``CELLS`` (String, null allowed) → ``town``, ``state2``, ``zip5``, ``place``, ``nowhere``, ``misplaced``; rows in order.

    ``zip5`` and ``place`` are null where unknown; ``nowhere`` says that all three cells are blank; ``misplaced`` is null
    if city, state and ZIP code agree, else a standing.
    """
    cells = frame.select(pl.col(name).fill_null("") for name in CELLS)
    distinct = cells.unique()
    read = distinct.with_columns(
        town=city_name(pl.col("city")),
        state2=city_name(pl.col("state")).replace(STATES),
        zip5=pl.col("zip").str.extract(_ZIP, 1),
        nowhere=pl.all_horizontal(pl.col(name).str.strip_chars() == "" for name in CELLS),
    )
    read = read.with_columns(zip_state=zip_states().gather(read["zip5"].cast(pl.UInt32)))
    read = read.join(places(), left_on=["zip5", "town"], right_on=["zip5", "city"], how="left", maintain_order="left")
    read = read.with_columns(misplaced=_misplaced()).drop("zip_state")
    return cells.join(read, on=CELLS, how="left", maintain_order="left").drop(CELLS)


def _misplaced() -> pl.Expr:
    return (
        pl.when(pl.col("town").is_in(NO_CITY) | ((pl.col("town") == pl.col("state2")) & (pl.col("town") != "DC")))
        .then(pl.lit("no-city"))
        .when(~pl.col("state2").str.contains("^[A-Z]{2}$"))
        .then(pl.lit("no-state"))
        .when(pl.col("zip").str.strip_chars() == "")
        .then(pl.lit("no-zip"))
        .when(pl.col("zip_state").is_null())
        .then(pl.lit("zip-unknown"))
        .when(pl.col("zip_state") != pl.col("state2"))
        .then(pl.lit("zip-not-in-state"))
        .otherwise(None)
    )
