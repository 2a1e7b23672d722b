"""What a reader of one file format hands over: headings, the cells of every row as text, and what each cell was.

Numbers, dates and formulas look alike once they are text, and what a request may mean depends on the difference: ``2139`` in a number
cell is a ZIP code that lost a zero. So each column may carry a *nature*, one small code a cell. Nothing is judged or dropped here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What a cell was. From UNREADABLE up, its content is not used.
TEXT: Final = 0
NUMBER: Final = 1
DAY: Final = 2  # ISO date
INSTANT: Final = 3  # ISO date, blank, time; no zone
BOOLEAN: Final = 4
OTHER: Final = 5  # a time of day, a length of time
UNREADABLE: Final = 16
FORMULA: Final = 16
ERROR: Final = 17
MERGED: Final = 18
NESTED: Final = 19

NATURE: Final = pl.UInt8()
KINDS: Final[Mapping[int, str]] = {FORMULA: "formula", ERROR: "error-cell", MERGED: "merged-cell", NESTED: "nested-value"}

MARKS: Final[Mapping[str, pl.DataType]] = {"row": pl.UInt32(), "field": pl.String(), "kind": pl.String()}


@dataclass(frozen=True, slots=True)
class OtherSheet:
    """A sheet of the workbook that holds no requests, by value: rows of text, number, bool, date or None."""

    name: str
    visible: bool
    rows: tuple[tuple[object, ...], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells as read. ``cells`` has one column a heading, named by position (``"0"``, ``"1"``, …), in file order.

    ``rows``: the number a person sees beside each row (the heading row of a plain file is 1). ``natures``: by position; a column that is
    not there is all text. ``marks``: rows already known to be unreadable or remarkable (``row, field, kind``; ``row`` null = the file;
    ``field`` a position as text, or empty for the whole row).
    """

    format: str
    headings: tuple[str, ...]
    rows: pl.Series = field(repr=False)
    cells: pl.DataFrame = field(repr=False)
    natures: Mapping[str, pl.Series] = field(default_factory=dict, repr=False)
    marks: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MARKS), repr=False)
    sheet: str = ""
    others: tuple[OtherSheet, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    heading_row: int = 1


def marks(rows: Sequence[int | None] | pl.Series, kind: str, field_: str = "") -> pl.DataFrame:
    """Marks of one kind for these rows."""
    frame = pl.DataFrame({"row": rows}, schema={"row": pl.UInt32()})
    return frame.with_columns(field=pl.lit(field_), kind=pl.lit(kind))


def blank(cells: pl.DataFrame) -> pl.Series:
    """Which rows have no content at all: such a row is not a request."""
    if not cells.width:
        return pl.Series("blank", [True] * cells.height, dtype=pl.Boolean())
    nothing = pl.all_horizontal(pl.all().is_null() | (pl.all().str.strip_chars() == ""))
    return cells.select(nothing.alias("blank")).to_series()


def unblanked(cells: pl.DataFrame, rows: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Which rows are requests, and marks for the empty rows that stand between them (those after the last are not remarked on)."""
    if not cells.height or not _may_be_blank(cells):
        return pl.Series("kept", [True] * cells.height, dtype=pl.Boolean()), pl.DataFrame(schema=MARKS)
    empty = blank(cells)
    last = (~empty).arg_true().max()
    between = empty.head(int(last) if isinstance(last, int) else 0).arg_true()
    return ~empty, marks(rows.gather(between), "blank-row")


def _may_be_blank(cells: pl.DataFrame) -> bool:
    """Whether some row is empty in its first column: the cheap question before the dear one."""
    first = pl.col(cells.columns[0])
    return bool(cells.select((first.is_null() | (first.str.strip_chars() == "")).any()).item())
