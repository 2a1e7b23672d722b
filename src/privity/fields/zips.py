"""ZIP codes: which state each is in, and which towns the Postal Service tells apart inside it.

Turns the table of the ``zipcodes`` package (USPS ZIP locale file; MIT) into two Polars tables.
What it cannot know: ZIP codes newer than the package; where in a ZIP code an address lies.
"""

from __future__ import annotations

from functools import cache

import polars as pl
import zipcodes

_SAINTS = {r"^ST ": "SAINT ", r"^STE ": "SAINTE ", r"^FT ": "FORT ", r"^MT ": "MOUNT "}


def city_name(text: pl.Expr) -> pl.Expr:
    """A city as written → capital letters and single spaces, SAINT, FORT and MOUNT spelled out; empty if nothing is left."""
    name = text.str.to_uppercase().str.replace_all(r"['.]", "").str.replace_all(r"[^A-Z]+", " ").str.strip_chars()
    for short, long in _SAINTS.items():
        name = name.str.replace(short, long)
    return name


@cache
def states() -> pl.DataFrame:
    """``zip5``, ``zip_state``: one row for each ZIP code, in use or retired: people keep writing a retired one."""
    rows = [(z["zip_code"], z["state"]) for z in zipcodes.list_all()]
    return pl.DataFrame(rows, schema={"zip5": pl.String(), "zip_state": pl.String()}, orient="row").unique("zip5", maintain_order=True)


@cache
def zip_states() -> pl.Series:
    """The state of each ZIP code from 00000 to 99999, as a table to look up by number; null where there is none."""
    known = states()
    return pl.repeat(None, 100_000, dtype=pl.String, eager=True).scatter(known["zip5"].cast(pl.UInt32), known["zip_state"])


@cache
def places() -> pl.DataFrame:
    """``zip5``, ``city``, ``place``: the towns that the Postal Service accepts in a ZIP code that has more than one.

    Two addresses that differ only here may be two streets of one name. A neighbourhood that it does not accept tells nothing apart.
    """
    rows = [(z["zip_code"], name) for z in zipcodes.list_all() if z["acceptable_cities"] for name in (z["city"], *z["acceptable_cities"])]
    table = pl.DataFrame(rows, schema={"zip5": pl.String(), "city": pl.String()}, orient="row")
    return table.with_columns(city=city_name(pl.col("city"))).unique(maintain_order=True).with_columns(place=pl.col("city"))
