"""A request file into a batch: bytes in, requests and defects out. The one place of intake that opens the file.

The format is told from the content, not from the name. The file is read once: what is hashed is what is parsed. Problems of the file as a
whole are ``InputError`` with a remedy; problems of a row or a cell are values (``cells``), and the row is still accounted for.
What a request means, who may send it and whether it is signed are not here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from privity.errors import InputError
from privity.intake import columns as headings
from privity.intake.cells import read_cells
from privity.intake.tables import read_json_lines, read_parquet
from privity.intake.text import read_text
from privity.intake.workbook import OLE, old_format, read_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping as Map
    from collections.abc import Sequence

    from privity.intake.columns import Mapping
    from privity.intake.grid import Grid, OtherSheet
    from privity.terms import Column, Defects, Requests

MOST_ROWS: Final = 5_000_000
MOST_BYTES: Final = 8 << 30
BLOCK: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file a batch came from. ``mapping`` is the digest of how its headings were read."""

    name: str
    kind: str  # csv | tsv | xlsx | ods | parquet | jsonl
    sha256: str
    bytes: int
    rows: int
    sheet: str
    headings: tuple[str, ...]
    mapping: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What was received. ``raw``: every original column, in order, as read, for writing back; its names are the headings, made distinct.

    ``natures``: by position of the column in ``raw``, what each cell was (``grid``); a column that is not there is all text.
    """

    requests: Requests = field(repr=False)
    defects: Defects = field(repr=False)
    source: SourceFile
    mapping: Mapping
    raw: pl.DataFrame = field(repr=False)
    natures: Map[int, pl.Series] = field(default_factory=dict, repr=False)
    others: tuple[OtherSheet, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    heading_row: int = 1


def read(
    path: Path | str,
    columns: Sequence[Column],
    mapping: Mapping | None = None,
    *,
    encoding: str = "",
    sheet: str | int | None = None,
    limit: int = MOST_ROWS,
) -> Batch:
    """Read a request file.

    Args:
        path: xlsx, xlsm, ods, CSV, TSV, Parquet or JSON Lines.
        columns: the columns of the vocabulary.
        mapping: heading → column; proposed from the headings if None.
        encoding: of a text file, as declared by its sender; UTF-8 otherwise.
        sheet: name or number (from 1) of the sheet with the requests.
        limit: rows that a batch may have.

    Raises:
        InputError: the file as a whole cannot be used. The message names it and says what to do, and never quotes a cell.
    """
    path = Path(path)
    try:
        data, digest = _content(path)
        size = len(data)
        cells, table = _grid(data, columns, mapping, encoding=encoding or (mapping.encoding if mapping else ""), sheet=sheet, limit=limit)
        del data
        mapping = mapping or headings.propose(cells.headings, columns)
        where = headings.positions(mapping, cells.headings, columns)
        _some(cells)
    except InputError as error:
        raise InputError(f"{path.name}: {error}", remedy=error.remedy) from error.__cause__
    requests, defects = read_cells(cells, where, columns, mapping.day_order)
    source = SourceFile(path.name, cells.format, digest, size, len(requests), cells.sheet, cells.headings, mapping.digest)
    raw = cells.cells.rename(dict(zip(cells.cells.columns, distinct(cells.headings), strict=True))) if table is None else table
    natures = {int(name): nature for name, nature in cells.natures.items()} if table is None else {}
    return Batch(requests, defects, source, mapping, raw, natures, cells.others, cells.delimiter, cells.encoding, cells.heading_row)


def read_headings(path: Path | str, *, encoding: str = "", sheet: str | int | None = None) -> tuple[str, ...]:
    """The headings of a request file as written, whether or not anybody can map them.

    Raises:
        InputError: the file cannot be read.
    """
    path = Path(path)
    try:
        cells, _ = _grid(_content(path)[0], (), None, encoding=encoding, sheet=sheet, limit=MOST_ROWS, any_headings=True)
    except InputError as error:
        raise InputError(f"{path.name}: {error}", remedy=error.remedy) from error.__cause__
    return cells.headings


def _some(cells: Grid) -> None:
    if not cells.cells.height:
        raise InputError("there is no row under the headings", remedy="send a file with at least one request")


def _content(path: Path) -> tuple[bytearray, str]:
    """The whole file, and its SHA-256 in hex."""
    digest, data = hashlib.sha256(), bytearray()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
                data += block
                if len(data) > MOST_BYTES:
                    raise InputError(f"the file is larger than {MOST_BYTES >> 30} GB", remedy="split it, or send Parquet")
    except OSError as error:
        raise InputError("the file cannot be opened", remedy="check its name and that you may read it") from error
    if not data[:BLOCK].strip(b"\r\n\t \0"):
        raise InputError("the file is empty", remedy="copy it again and compare its SHA-256 with the sender's")
    return data, digest.hexdigest()


def _grid(
    data: bytearray,
    columns: Sequence[Column],
    mapping: Mapping | None,
    *,
    encoding: str,
    sheet: str | int | None,
    limit: int,
    any_headings: bool = False,
) -> tuple[Grid, pl.DataFrame | None]:
    def fits(heads: Sequence[str]) -> bool:
        return any_headings or bool((mapping or headings.propose(heads, columns)).chosen.keys() & set(heads))

    if data.startswith(b"PAR1") or data.endswith(b"PAR1"):
        return read_parquet(data, limit=limit)
    if data.startswith(b"PK"):
        return read_workbook(data, fits, sheet=sheet, limit=limit), None
    if data.startswith(OLE):
        raise old_format(data)
    if data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return read_json_lines(data, encoding=encoding, limit=limit), None
    return read_text(data, columns, encoding=encoding, limit=limit), None


def distinct(names: Sequence[str]) -> list[str]:
    """The same names with ``(2)``, ``(3)`` after those that were there before, ``column N`` for those that are empty."""
    found: list[str] = []
    for i, name in enumerate(names, 1):
        base = candidate = name or f"column {i}"
        count = 1
        while candidate in found:
            count += 1
            candidate = f"{base} ({count})"
        found.append(candidate)
    return found
