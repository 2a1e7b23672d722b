"""A taxpayer identifying number as written into its nine digits, or nothing.

``123-45-6789``, ``123 45 6789`` and ``123456789`` are the same nine digits. Fewer or more digits are null: a number that lost
its leading zeros is a defect that intake names, and is not repaired here. The forms are those of 26 USC 6109 and 26 CFR 301.6109-1.

Deliberately not here: which kind of number it is (SSN, ITIN, ATIN, EIN). Nothing in Privity infers status from a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

# Numbers that people type to get past a form, or that were printed as samples and then used by thousands.
SHAM: tuple[str, ...] = (*(digit * 9 for digit in "0123456789"), "123456789", "987654321", "078051120", "219099999")


def digits(cells: pl.Expr) -> pl.Expr:
    """The nine digits; null for anything else than digits with spaces or hyphens between."""
    bare = cells.str.strip_chars().str.replace_all(r"[ \-\u2010-\u2015\u00a0]", "")
    return pl.when(bare.str.contains(r"^[0-9]{9}$")).then(bare)


def key(cells: pl.Expr, sham: Iterable[str] = SHAM) -> pl.Expr:
    """`digits`, or null where they are a well-known sham."""
    bare = digits(cells)
    return pl.when(~bare.is_in(list(sham))).then(bare)
