"""A workbook (Office Open XML, OpenDocument) into a grid.

Values come from calamine, by way of ``python-calamine``; formulas, errors, merged cells and what is hidden from the sheet's own XML
(``markup``). The old binary formats are turned away: in them neither can be seen here. One sheet holds the requests: the one that is
named, or the only visible one whose first filled row has headings of a request. The number format of a cell is not read, so a ZIP code
that is *shown* with its zero but stored without is a number without it.
"""

from __future__ import annotations

import datetime as dt
import io
from array import array
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from privity.errors import InputError
from privity.intake import grid
from privity.intake.archive import Archive, damaged, open_archive
from privity.intake.grid import Grid, OtherSheet, marks, unblanked
from privity.intake.markup import Box, Markup, scan_content, scan_sheet, walk
from privity.intake.strings import MOST_BYTES, shared_lengths, too_long, within
from privity.intake.text import too_many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

CHUNK: Final = 65_536
MOST_MARKED: Final = 20_000_000
OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")


class _Tab(NamedTuple):
    """One sheet: its name as calamine has it, whether it shows, its values, what else stands in it."""

    name: str
    visible: bool
    sheet: CalamineSheet
    markup: Markup


def read_workbook(data: bytearray, fits: Callable[[Sequence[str]], bool], *, sheet: str | int | None, limit: int) -> Grid:
    """A grid from the sheet that holds the requests. ``fits`` says whether headings are those of a request.

    Raises:
        InputError: truncated, protected, larger than a batch may be; no sheet or several with headings of a request.
    """
    archive = open_archive(data)
    shape = "ods" if archive.read("mimetype").startswith(b"application/vnd.oasis.opendocument") else "xlsx"
    markups = _opendocument(archive) if shape == "ods" else _office_open(archive)
    tabs = list(_tabs(data, markups))
    chosen = _choose(tabs, fits, sheet)
    return _grid(shape, tabs[chosen], tuple(_other(tab) for i, tab in enumerate(tabs) if i != chosen), limit)


def old_format(data: bytearray) -> InputError:
    """Why an OLE file is not read: it is protected, or of the format before 2007."""
    if data.find("EncryptedPackage".encode("utf-16-le")) >= 0:
        return InputError(
            "the workbook is protected by a password", remedy="ask the sender for an unprotected copy over a protected channel"
        )
    return InputError(
        "the workbook is in the binary format of before 2007, in which formulas and hidden rows cannot be told apart from values",
        remedy="open it and save it as .xlsx",
    )


# ---------------------------------------------------------------- the parts of the archive


def _office_open(archive: Archive) -> dict[str, Markup]:
    """Sheet name → markup. Parts that calamine reads besides are unpacked once, to see that they are what they declare."""
    if "xl/workbook.xml" not in archive.parts:
        raise InputError("not a workbook that can be read", remedy="save it as .xlsx; .xlsb and other kinds are not read")
    for name in archive.parts:
        if name.casefold().endswith((".xml", ".rels")) and not name.startswith("xl/worksheets/"):
            for _ in archive.chunks(name):
                pass
    targets = _relations(archive)
    parts = {name: part for name, key in _sheets(archive) if (part := targets.get(key, "")) in archive.parts}
    found = {name: scan_sheet(archive.chunks(part)) for name, part in parts.items()}
    texts = next((name for name in archive.parts if name.casefold() == "xl/sharedstrings.xml"), "")
    lengths = shared_lengths(archive.chunks(texts)) if texts else array("Q")
    within([(found[name].shared, archive.chunks(part)) for name, part in parts.items()], lengths)
    return found


def _sheets(archive: Archive) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            found.append((attributes["name"], next((v for k, v in attributes.items() if k.endswith(":id")), "")))

    walk(archive.chunks("xl/workbook.xml"), start)
    return found


def _relations(archive: Archive) -> dict[str, str]:
    """Relation id → part that holds a worksheet."""
    found: dict[str, str] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes["Target"]
            found[attributes["Id"]] = target[1:] if target.startswith("/") else "xl/" + target

    if "xl/_rels/workbook.xml.rels" not in archive.parts:
        raise damaged()
    walk(archive.chunks("xl/_rels/workbook.xml.rels"), start)
    return found


def _opendocument(archive: Archive) -> list[Markup]:
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise InputError(
            "the workbook is protected by a password", remedy="ask the sender for an unprotected copy over a protected channel"
        )
    if "content.xml" not in archive.parts:
        raise damaged()
    found = scan_content(archive.chunks("content.xml"))
    if sum(markup.text for markup in found) > MOST_BYTES:
        raise too_long()
    return found


def _tabs(data: bytearray, markups: dict[str, Markup] | list[Markup]) -> Iterator[_Tab]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for i, meta in enumerate(book.sheets_metadata):
            if meta.typ is not SheetTypeEnum.WorkSheet:
                continue
            markup = markups[meta.name] if isinstance(markups, dict) else markups[i]
            yield _Tab(meta.name, meta.visible is SheetVisibleEnum.Visible, book.get_sheet_by_name(meta.name), markup)
    except (KeyboardInterrupt, SystemExit, MemoryError, GeneratorExit, InputError):
        raise
    except BaseException:  # noqa: BLE001 - a panic of the library below derives from BaseException, and its message may quote a cell
        raise damaged() from None


# ---------------------------------------------------------------- which sheet


def _choose(tabs: list[_Tab], fits: Callable[[Sequence[str]], bool], sheet: str | int | None) -> int:
    if sheet is not None:
        return _named(tabs, sheet)
    found = [i for i, tab in enumerate(tabs) if tab.visible and fits(_headings(tab))]
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError("no visible sheet has the headings of a request", remedy="put them in the first filled row, or name the sheet")
    places = " and ".join(str(i + 1) for i in found)
    raise InputError(f"sheets {places} all have the headings of a request", remedy="say which by its number, and send the others apart")


def _named(tabs: list[_Tab], sheet: str | int) -> int:
    for i, tab in enumerate(tabs):
        if tab.name == sheet or str(i + 1) == str(sheet):
            return i
    raise InputError("the workbook has no such sheet", remedy=f"give its name, or its number from 1 to {len(tabs)}")


def _headings(tab: _Tab) -> list[str]:
    for row in tab.sheet.iter_rows() if tab.sheet.start else ():
        cells = [_text(value).strip() for value in row]
        if any(cells):
            return cells
    return []


def _other(tab: _Tab) -> OtherSheet:
    rows = tab.sheet.to_python(skip_empty_area=False) if tab.sheet.start else []
    return OtherSheet(tab.name, tab.visible, tuple(tuple(None if value == "" else value for value in row) for row in rows))


# ---------------------------------------------------------------- its cells


def _grid(shape: str, tab: _Tab, others: tuple[OtherSheet, ...], limit: int) -> Grid:
    if not tab.sheet.start:
        raise InputError("the sheet is empty", remedy="name the sheet that holds the requests")
    if tab.sheet.total_height > limit + 1 + tab.sheet.start[0]:
        raise too_many(limit)
    cells, natures = _columns(tab.sheet)
    head = next(i for i, empty in enumerate(grid.blank(cells)) if not empty)
    headings = [text or "" for text in cells.row(head)]
    left = tab.sheet.start[1]
    body, below = cells.slice(head + 1), {name: nature.slice(head + 1) for name, nature in natures.items()}
    _mark_cells(below, tab.markup, left, head + 1, body.height)
    kept, blanks = unblanked(body, rows := pl.int_range(head + 2, cells.height + 1, dtype=pl.UInt32(), eager=True).alias("row"))
    found = pl.concat([blanks, _hidden(tab.markup, rows.filter(kept), left, len(headings))])
    below = {name: nature.filter(kept) for name, nature in below.items() if (nature != grid.TEXT).any()}
    names = tuple(heading.strip() for heading in headings)
    return Grid(shape, names, rows.filter(kept), body.filter(kept), below, found, tab.name, others, heading_row=head + 1)


def _columns(sheet: CalamineSheet) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """All cells from the first row of the sheet down, by column: text, and nature."""
    rows, texts, codes = sheet.iter_rows(), [], []
    while part := list(islice(rows, CHUNK)):
        pairs = [_column(values) for values in zip(*part, strict=True)]
        texts.append(pl.DataFrame([text.alias(str(i)) for i, (text, _) in enumerate(pairs)]))
        codes.append(pl.DataFrame([code.alias(str(i)) for i, (_, code) in enumerate(pairs)]))
    natures = pl.concat(codes)
    return pl.concat(texts), {name: natures[name] for name in natures.columns}


def _column(values: tuple[object, ...]) -> tuple[pl.Series, pl.Series]:
    if set(map(type, values)) == {str}:
        return pl.Series(values, dtype=pl.String()), pl.repeat(grid.TEXT, len(values), dtype=grid.NATURE, eager=True)
    codes = [_CODES.get(type(value), grid.OTHER) for value in values]
    return pl.Series([_text(value) for value in values], dtype=pl.String()), pl.Series(codes, dtype=grid.NATURE)


_CODES: Final[Mapping[type, int]] = {
    str: grid.TEXT,
    int: grid.NUMBER,
    float: grid.NUMBER,
    bool: grid.BOOLEAN,
    dt.date: grid.DAY,
    dt.datetime: grid.INSTANT,
}


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else str(value)


# ---------------------------------------------------------------- what stands beside them


def _mark_cells(natures: dict[str, pl.Series], markup: Markup, left: int, first: int, height: int) -> None:
    """Put the codes of formulas, errors and merged cells over the natures of the cells; a later one in this order goes before."""
    for code, boxes in ((grid.MERGED, markup.merged), (grid.ERROR, markup.errors), (grid.FORMULA, markup.formulas)):
        for column, spans in _by_column(boxes, left, len(natures), first, height).items():
            name = str(column)
            ranges = pl.DataFrame(_joined(spans), schema={"a": pl.UInt32(), "b": pl.UInt32()}, orient="row")
            reached = ranges.select(pl.int_ranges("a", "b", dtype=pl.UInt32()).explode()).to_series()
            natures[name] = natures[name].clone().scatter(reached, code)


def _by_column(boxes: Iterable[Box], left: int, width: int, first: int, height: int) -> dict[int, list[tuple[int, int]]]:
    """Column → spans of rows (end excluded), both from 0 in the body of the sheet."""
    found: dict[int, list[tuple[int, int]]] = {}
    marked = 0
    for box in boxes:
        span = max(box.top - first, 0), min(box.bottom - first + 1, height)
        reach = range(max(box.left - left, 0), min(box.right - left + 1, width)) if span[0] < span[1] else range(0)
        marked += len(reach)
        if marked > MOST_MARKED:
            raise InputError("the sheet has more formulas or merged cells than can be told apart", remedy="ask for a copy with values only")
        for column in reach:
            found.setdefault(column, []).append(span)
    return found


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same rows in spans that do not overlap."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _hidden(markup: Markup, rows: pl.Series, left: int, width: int) -> pl.DataFrame:
    """Marks for hidden rows that hold requests, and for hidden columns."""
    spans = _joined([(max(first, 0), last + 1) for first, last in markup.hidden_rows])
    numbers = pl.DataFrame(spans, schema={"a": pl.UInt32(), "b": pl.UInt32()}, orient="row")
    rows_hidden = numbers.select(pl.int_ranges("a", pl.col("b").clip(upper_bound=1_048_576), dtype=pl.UInt32()).explode() + 1).to_series()
    columns = chain.from_iterable(range(max(a - left, 0), min(b - left + 1, width)) for a, b in markup.hidden_columns)
    found = [marks(rows.filter(rows.is_in(rows_hidden.drop_nulls().implode())), "hidden-row")]
    return pl.concat([*found, *(marks([None], "hidden-column", str(column)) for column in sorted(set(columns)))])
