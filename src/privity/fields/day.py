"""A calendar date as intake leaves it, ``YYYY-MM-DD``, into a date; and days between two dates.

ISO 8601 calendar dates only, all ten characters, a day that exists. Anything else is null: other spellings are read (and their
ambiguity named) at intake, where the file's own format is known. A day has no time and no zone.
"""

from __future__ import annotations

import polars as pl


def day(cells: pl.Expr) -> pl.Expr:
    """The date, or null. ``2025-02-30`` and ``2025-2-3`` are null, and so are years before 1000."""
    exact = pl.when(cells.str.contains(r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$")).then(cells)
    return exact.str.to_date("%Y-%m-%d", strict=False)


def days_between(earlier: pl.Expr, later: pl.Expr) -> pl.Expr:
    """Whole days from ``earlier`` to ``later``, negative if they are the other way round; null if either is missing."""
    return (later - earlier).dt.total_days()
