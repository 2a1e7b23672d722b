"""The address of a request → what stands in it: complete, or what is wrong with it (fact ``address_standing``).

A test of form: number and street, box or route, city, state, and a ZIP code that exists in that state. 26 USC 6103(i)(2)(B)(i) asks
the requester for an address; whether it is the taxpayer's is asked later, of the register, by `privity.fields.address.agreement`.
It cannot know whether the place exists or who lives there, and it infers nothing about a person from a place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from privity.elements.element import Element
from privity.fields.address import STANDINGS, key
from privity.fields.address_text import LINES

if TYPE_CHECKING:
    from privity.elements.element import Given

READS = ("address_line1", "address_line2", "city", "state", "zip")


def judge(requests: pl.DataFrame, _tally: pl.DataFrame | None, _given: Given, /) -> pl.DataFrame:
    """``ordinal`` and ``standing``; null if and only if all five cells are blank."""
    keyed = key(requests.select("ordinal", *(pl.col(column).alias(line) for column, line in zip(READS, LINES, strict=True))))
    return keyed.select("ordinal", pl.col("standing").cast(pl.Enum(STANDINGS)))


ELEMENT = Element(name="address", reads=READS, gives={"standing": pl.Enum(STANDINGS)}, judge=judge)
