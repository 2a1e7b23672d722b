"""The address of a request → what stands in it: complete, or what is wrong with it (fact ``address_standing``); and its state.

A test of form: number and street, box or route, city, state, and a ZIP code that exists in that state. 26 USC 6103(i)(2)(B)(i) asks
the requester for an address; whether it is the taxpayer's is asked later, of the register, by `privity.fields.address.agreement`.
It cannot know whether the place exists or who lives there, and it infers nothing about a person from a place. The state serves the
region that a court order names (``halts/*.toml``); it is null where the ZIP code lies in another, so that such an order reaches the row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from privity.elements.element import Element
from privity.fields.address import STANDINGS, key
from privity.fields.address_text import LINES
from privity.fields.address_words import STATES
from privity.fields.zips import zip_states

if TYPE_CHECKING:
    from privity.elements.element import Given

STATE_CODES = sorted(set(STATES.values()))
READS = ("address_line1", "address_line2", "city", "state", "zip")


def judge(requests: pl.DataFrame, _tally: pl.DataFrame | None, _given: Given, /) -> pl.DataFrame:
    """``ordinal``, ``standing`` (null if and only if all five cells are blank) and ``state`` (null where it cannot be told)."""
    keyed = key(requests.select("ordinal", *(pl.col(column).alias(line) for column, line in zip(READS, LINES, strict=True))))
    elsewhere = zip_states().gather(keyed["zip5"].cast(pl.UInt32)).alias("elsewhere") != keyed["state2"]
    known = pl.col("state2").is_in(STATE_CODES) & ~elsewhere.fill_null(value=False)
    return keyed.select("ordinal", pl.col("standing").cast(pl.Enum(STANDINGS)), pl.when(known).then("state2").alias("state"))


ELEMENT = Element(name="address", reads=READS, gives={"standing": pl.Enum(STANDINGS), "state": pl.String()}, judge=judge)
