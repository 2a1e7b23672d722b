"""Counts, and the rows of a batch, into a workbook: a summary with a chart, the same rows with columns added, the other sheets by value.

XlsxWriter makes the book and everything but the rows of requests, which go in as ``sheet_rows`` writes them. Nothing is left in the
system's temporary folder, and nothing of the day on which it was written is in it.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import IO, TYPE_CHECKING, Final

import xlsxwriter

from privity.errors import InputError
from privity.intake.sheet_rows import Styles, rows_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import polars as pl

    from privity.intake.grid import OtherSheet
    from privity.intake.read import Batch

MOST_ROWS: Final = 1_048_576  # of a sheet, headings included
BARS: Final = 30
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
_EPOCH: Final = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
_ROWS = re.compile(rb"<sheetData>.*</sheetData>|<sheetData/>", re.DOTALL)


def write_book(
    file: IO[bytes], batch: Batch, *, added: pl.DataFrame, headings: Sequence[str], counts: pl.DataFrame, titles: Sequence[str]
) -> None:
    """The workbook of a batch that came as one. Rows keep the numbers that they had.

    Raises:
        InputError: more rows than a sheet holds.
    """
    rows = batch.requests.frame["row"]
    last = rows.max()
    if not isinstance(last, int) or last > MOST_ROWS:
        raise InputError(f"a workbook holds {MOST_ROWS - 1:,} rows under its headings", remedy="send the requests as CSV or Parquet")
    book, skeleton = _book()
    _summary(book, counts, titles, _free(["Summary", "Privity summary"], [batch.source.sheet, *(other.name for other in batch.others)]))
    styles = _requests(book, batch.source.sheet or "Requests", len(headings), batch.heading_row, last)
    _others(book, batch.others)
    book.close()
    found = Styles(*(style.xf_index for style in styles))
    xml = rows_xml(headings, batch.heading_row, rows, batch.raw.hstack(added), natures=batch.natures, styles=found)
    _spliced(skeleton, file, "xl/worksheets/sheet2.xml", xml)


def write_summary(file: IO[bytes], counts: pl.DataFrame, titles: Sequence[str]) -> None:
    """A workbook of the summary alone, for a batch that did not come as a workbook."""
    book, skeleton = _book()
    _summary(book, counts, titles, "Summary")
    book.close()
    file.write(skeleton.getvalue())


def _book() -> tuple[xlsxwriter.Workbook, io.BytesIO]:
    skeleton = io.BytesIO()
    book = xlsxwriter.Workbook(skeleton, _OPTIONS)
    book.set_properties({"created": _EPOCH})
    return book, skeleton


def _free(wanted: Sequence[str], taken: Sequence[str]) -> str:
    held = {name.casefold() for name in taken}
    return next((name for name in wanted if name.casefold() not in held), "Summary of outcomes")


def _summary(book: xlsxwriter.Workbook, counts: pl.DataFrame, titles: Sequence[str], name: str) -> None:
    """Title lines, the table of counts, and a bar for each of its first rows: the last column is the count, the others say of what."""
    sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
    for i, line in enumerate(titles):
        sheet.write_string(i, 0, line, bold if i == 0 else None)
    top = len(titles) + 1 if titles else 0
    for column, heading in enumerate(counts.columns):
        sheet.write_string(top, column, heading, bold)
    for i, row in enumerate(counts.iter_rows(), top + 1):
        for column, value in enumerate(row):
            _by_value(sheet, i, column, value)
    sheet.set_column(0, max(counts.width - 1, 0), 28)
    if counts.height and counts.width > 1:
        _chart(book, sheet, name, top + 1, counts)


def _chart(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, name: str, first: int, counts: pl.DataFrame) -> None:
    last, column = first + min(counts.height, BARS) - 1, counts.width - 1
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "categories": [name, first, 0, last, column - 1],
            "values": [name, first, column, last, column],
            "name": counts.columns[column],
            "gap": 40,
        }
    )
    chart.set_legend({"none": True})
    chart.set_title({"name": f"{counts.columns[column]} by {counts.columns[0]}"})
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 720, "height": 160 + 24 * (last - first + 1)})
    sheet.insert_chart(first - 1, counts.width + 1, chart)


def _requests(book: xlsxwriter.Workbook, name: str, width: int, heading_row: int, last: int) -> list[xlsxwriter.format.Format]:
    """The sheet round the rows; its only cells are there to bring the formats and the extent into the book."""
    sheet = book.add_worksheet(_sheet_name(name))
    styles = [
        book.add_format({"bold": True, "bottom": 1}),
        book.add_format({"num_format": "yyyy-mm-dd"}),
        book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    ]
    for i, style in enumerate(styles):
        sheet.write_blank(0, i, None, style)
    sheet.write_blank(last - 1, width - 1, None, styles[0])
    sheet.set_column(0, width - 1, 18)
    sheet.freeze_panes(heading_row, 0)
    sheet.autofilter(heading_row - 1, 0, last - 1, width - 1)
    sheet.activate()
    return styles


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", "_", name)[:31].strip("'") or "Sheet"


def _others(book: xlsxwriter.Workbook, others: Sequence[OtherSheet]) -> None:
    """Other sheets by value: their formulas, formats and pictures stay behind."""
    styles = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for other in others:
        sheet = book.add_worksheet(_sheet_name(other.name))
        if not other.visible:
            sheet.hide()
        for i, row in enumerate(other.rows):
            for column, value in enumerate(row):
                _by_value(sheet, i, column, value, styles)


def _by_value(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    value: object,
    styles: tuple[xlsxwriter.format.Format | None, xlsxwriter.format.Format | None] = (None, None),
) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, styles[isinstance(value, dt.datetime)])
    else:
        sheet.write_string(row, column, str(value))


def _spliced(skeleton: io.BytesIO, file: IO[bytes], name: str, rows: Iterable[bytes]) -> None:
    """The skeleton with these rows in one of its sheets."""
    with zipfile.ZipFile(skeleton) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as target:
        for info in source.infolist():
            if info.filename != name:
                target.writestr(info, source.read(info), compress_type=zipfile.ZIP_DEFLATED)
        before, after = _ROWS.split(source.read(name), maxsplit=1)
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        with target.open(info, "w", force_zip64=True) as part:
            part.write(before)
            for piece in rows:
                part.write(piece)
            part.write(after)
