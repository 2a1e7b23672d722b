"""The XML of one sheet into what the spreadsheet library does not tell: formulas, errors, merged cells, hidden rows and columns, extent.

Office Open XML (ECMA-376 part 1, 18.3) and OpenDocument 1.3 part 3, 9. The cached value of a formula is what some other program once
computed, so its cells are named here and not used. The extent is found before the library lays out every cell between the first and the
last: one cell in the far corner of a sheet is a few bytes and sixteen thousand million cells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.parsers import expat

from privity.errors import InputError
from privity.intake.archive import damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MOST_CELLS: Final = 64_000_000
MOST_REGIONS: Final = 1_000_000
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_LETTERS = re.compile(r"[A-Z]{1,3}")
_TRUE: Final = frozenset({"1", "true", "on"})


class Box(NamedTuple):
    """Cells from one corner to the other, rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Markup:
    """What stands in a sheet beside its values. Rows and columns from 0."""

    formulas: list[Box] = field(default_factory=list)
    errors: list[Box] = field(default_factory=list)
    merged: list[Box] = field(default_factory=list)
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)  # first and last
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    bottom: int = 0
    right: int = 0
    shared: int = 0  # cells that point at a text kept elsewhere
    text: int = 0  # characters that repeated cells spell out (OpenDocument)

    @property
    def cells(self) -> int:
        """How many cells the library would lay out."""
        return (self.bottom + 1) * (self.right + 1)

    def add(self, boxes: list[Box], box: Box) -> None:
        """Remember a region, if there are not absurdly many."""
        if len(boxes) >= MOST_REGIONS:
            raise InputError("the sheet has more formulas or merged cells than can be told apart", remedy="ask for a copy with values only")
        boxes.append(box)


def column_number(letters: str) -> int:
    """``A`` → 0, ``AA`` → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def box(reference: str) -> Box:
    """``B2:C4`` or ``B2`` as a region.

    Raises:
        InputError: neither.
    """
    first, _, last = reference.partition(":")
    corners = [_CELL.fullmatch(corner) for corner in (first, last or first)]
    (top, left), (bottom, right) = [(int(corner[2]) - 1, column_number(corner[1])) if corner else _no_cell() for corner in corners]
    return Box(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def walk(
    chunks: Iterable[bytes],
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Every element of an XML part, in order. No document type, no entities of its own.

    Raises:
        InputError: not well-formed XML.
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    if end:
        parser.EndElementHandler = end
    if text:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk)
        parser.Parse(b"", True)
    except (expat.ExpatError, KeyError, ValueError):
        raise damaged() from None


def _no_doctype(*_: object) -> None:
    raise damaged()


def _no_cell() -> tuple[int, int]:
    raise damaged()


# ---------------------------------------------------------------- Office Open XML


class _Sheet:
    """A walk through ``xl/worksheets/sheetN.xml``. Cells and rows may leave their position out (18.3.1.4): the next one is meant."""

    def __init__(self) -> None:
        self.found = Markup()
        self.columns: set[str] = set()
        self.row, self.column, self.at, self.said = -1, -1, "", ""
        self.names: dict[str, Callable[[Mapping[str, str]], None] | None] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        try:
            handler = self.names[name]
        except KeyError:
            handler = self.names[name] = getattr(self, "on_" + name.rpartition(":")[2], None)
        if handler is not None:
            handler(attributes)

    def on_row(self, attributes: Mapping[str, str]) -> None:
        self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
        self.column, self.said = -1, str(self.row + 1)
        self.found.bottom = max(self.found.bottom, self.row)
        if attributes.get("hidden") in _TRUE:
            self.found.hidden_rows.append((self.row, self.row))

    def on_c(self, attributes: Mapping[str, str]) -> None:
        at = self.at = attributes.get("r", "")
        if at:
            self.columns.add(at.removesuffix(self.said))  # what is left is letters, unless the cell says another row than its row does
        else:
            self.column += 1
            self.found.right = max(self.found.right, self.column)
        kind = attributes.get("t")
        if kind == "s":
            self.found.shared += 1
        elif kind == "e":
            self.found.add(self.found.errors, self.here())

    def here(self) -> Box:
        if self.at:
            return box(self.at)
        return Box(self.row, self.column, self.row, self.column)

    def on_f(self, attributes: Mapping[str, str]) -> None:
        """A shared formula repeats in each cell; an array or a data table is written once, for a region."""
        region = attributes.get("ref") if attributes.get("t") in {"array", "dataTable"} else None
        self.found.add(self.found.formulas, box(region) if region else self.here())

    def on_mergeCell(self, attributes: Mapping[str, str]) -> None:  # noqa: N802 - the element's own name
        self.found.add(self.found.merged, box(attributes["ref"]))

    def on_col(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("hidden") in _TRUE:
            self.found.hidden_columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))


def scan_sheet(chunks: Iterable[bytes]) -> Markup:
    """What stands in one sheet of an Office Open XML workbook."""
    sheet = _Sheet()
    walk(chunks, sheet.start)
    if not all(_LETTERS.fullmatch(letters) for letters in sheet.columns):
        raise damaged()
    sheet.found.right = max([sheet.found.right, *(column_number(letters) for letters in sheet.columns)])
    return bounded(sheet.found)


def bounded(found: Markup) -> Markup:
    """The same, if a batch may hold so many cells."""
    if found.cells > MOST_CELLS:
        raise InputError(
            "a sheet of the workbook reaches further than a batch may", remedy="delete what stands far below or right, and save"
        )
    return found


# ---------------------------------------------------------------- OpenDocument


class _Content:
    """A walk through ``content.xml``: all sheets, with repeats of cells and rows counted out."""

    def __init__(self) -> None:
        self.sheets: list[Markup] = []
        self.row = self.column = 0
        self.repeat, self.depth, self.times = 1, 0, 1

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table:table":
            self.depth += 1
        if self.depth > 1:
            raise InputError("the workbook has a table inside a cell", remedy="ask the sender for a plain sheet")
        if name == "table:table":
            self.sheets.append(Markup())
            self.row = self.column = 0
        elif name == "table:table-row":
            self.on_row(attributes)
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self.on_cell(attributes)
        elif name == "table:table-column":
            self.on_column(attributes)

    def end(self, name: str) -> None:
        if name == "table:table":
            self.depth -= 1
        elif name == "table:table-row":
            self.row += self.repeat

    def text(self, part: str) -> None:
        if self.sheets:
            self.sheets[-1].text += len(part) * self.times

    def on_row(self, attributes: Mapping[str, str]) -> None:
        self.repeat = int(attributes.get("table:number-rows-repeated", "1"))
        self.column = 0
        if attributes.get("table:visibility") in {"collapse", "filter"}:
            self.sheets[-1].hidden_rows.append((self.row, self.row + self.repeat - 1))

    def on_column(self, attributes: Mapping[str, str]) -> None:
        times = int(attributes.get("table:number-columns-repeated", "1"))
        if attributes.get("table:visibility") in {"collapse", "filter"}:
            self.sheets[-1].hidden_columns.append((self.column, self.column + times - 1))
        self.column += times

    def on_cell(self, attributes: Mapping[str, str]) -> None:
        times = int(attributes.get("table:number-columns-repeated", "1"))
        self.times = times * self.repeat
        here = Box(self.row, self.column, self.row + self.repeat - 1, self.column + times - 1)
        self.column += times
        found = self.sheets[-1]
        if "office:value-type" in attributes or "table:formula" in attributes:
            found.bottom, found.right = max(found.bottom, here.bottom), max(found.right, here.right)
        if "table:formula" in attributes:
            found.add(found.formulas, _spread(here, attributes, "table:number-matrix-rows-spanned", "table:number-matrix-columns-spanned"))
        if attributes.get("table:number-columns-spanned", "1") != "1" or attributes.get("table:number-rows-spanned", "1") != "1":
            found.add(found.merged, _spread(here, attributes, "table:number-rows-spanned", "table:number-columns-spanned"))


def _spread(here: Box, attributes: Mapping[str, str], rows: str, columns: str) -> Box:
    down, over = int(attributes.get(rows, "1")), int(attributes.get(columns, "1"))
    return Box(here.top, here.left, max(here.bottom, here.top + down - 1), max(here.right, here.left + over - 1))


def scan_content(chunks: Iterable[bytes]) -> list[Markup]:
    """What stands in each sheet of an OpenDocument workbook."""
    content = _Content()
    walk(chunks, content.start, content.end, content.text)
    return [bounded(found) for found in content.sheets]
