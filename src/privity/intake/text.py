"""The bytes of a CSV or TSV file into a grid (RFC 4180, and the delimiters , ; tab | that people use).

Every record is accounted for: one with more or fewer fields than the heading row is kept as a row and marked, which Polars' own reader
would hide; line breaks inside quotation marks do not split a row; a quotation mark that never closes stops the file. Arrow's reader does
the work, because it reports each odd record with its number. Encodings are never guessed: UTF-8, or what the operator declares.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow_csv

from privity.errors import InputError
from privity.intake.columns import propose
from privity.intake.grid import Grid, marks, unblanked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from privity.terms import Column

DELIMITERS: Final = (",", ";", "\t", "|")
STAND_IN: Final = "\U0010ffff"  # for bytes that do not decode; not a character, so no text has it
BLOCK: Final = 32 << 20  # Arrow needs a record to fit into a block
STEP: Final = 16 << 20
LAST: Final = "\x02last\x03"  # a record of our own after the last: if it does not come out, a quotation mark swallowed it
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(data: bytearray, columns: Sequence[Column], *, encoding: str = "", limit: int) -> Grid:
    """A grid from the whole content of a delimited file; ``data`` is used up.

    Raises:
        InputError: the encoding is another than declared, a quotation mark never closes, or there are more than ``limit`` rows.
    """
    stated = encoding
    data, encoding, spoiled = to_utf8(data, encoding)
    start, above = _first_record(data)
    delimiter, headings = _heading(data[start : start + (1 << 20)], columns)
    parsed = _parse(data, start, delimiter, len(headings), limit)
    rows, cells = parsed.whole(above)
    kept, blanks = unblanked(cells, rows)
    found = [blanks, marks(sorted(above + 1 + number for number in parsed.odd), "ragged-row")]
    if spoiled:
        found.append(_undecodable(cells, rows))
    if not kept.all():
        cells, rows = cells.filter(kept), rows.filter(kept)
    shape = "tsv" if delimiter == "\t" else "csv"
    return Grid(
        shape, headings, rows, cells, marks=pl.concat(found), delimiter=delimiter, encoding=stated or encoding, heading_row=above + 1
    )


# ---------------------------------------------------------------- encoding


def to_utf8(data: bytearray, encoding: str) -> tuple[bytearray, str, bool]:
    """The same text in UTF-8 without its mark; the encoding; whether some of it did not decode (those bytes then are ``STAND_IN``).

    Bytes that are not UTF-8 in a file whose encoding nobody stated mean a wrong guess about the whole file: that stops it. In a file that
    is stated to be UTF-8 they spoil their rows.
    """
    mark = next(((bom, name) for bom, name in _BOMS if data.startswith(bom)), None)
    if mark and mark[1] != "utf-8-sig" and not encoding:
        raise InputError(f"the file is in {mark[1].upper()}, not UTF-8", remedy=f"save it as UTF-8, or declare encoding {mark[1]}")
    encoding = encoding or (mark[1] if mark else "")
    if not encoding and data[:4096].count(0) > len(data[:4096]) // 4:
        raise InputError("the file looks like UTF-16 without a mark", remedy="save it as UTF-8, or declare encoding utf-16-le")
    if _codec(encoding or "utf-8") in {"utf-8", "utf-8-sig"}:
        if mark:
            del data[: len(mark[0])]
        wrong = _first_wrong(data)
        if wrong is None:
            return data, encoding or "utf-8", False
        if not encoding:
            raise _not_utf8(data, wrong)
    return *_decoded(data, encoding), True


def _codec(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise InputError("the declared encoding is not one that is known", remedy="for instance utf-8, cp1252 or utf-16") from error


def _first_wrong(data: bytearray) -> int | None:
    """Offset of the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    for start in range(0, len(data), STEP):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(view[start : start + STEP], final=start + STEP >= len(data))
        except UnicodeDecodeError as error:
            return start - held + error.start
    return None


def _not_utf8(data: bytearray, offset: int) -> InputError:
    line = data.count(b"\n", 0, offset) + 1
    return InputError(
        f"the file is not UTF-8: byte {offset} (line {line}) does not decode",
        remedy="save it as UTF-8, or declare its encoding (often cp1252); declared as utf-8, such rows count as unreadable",
    )


def _decoded(data: bytearray, encoding: str) -> tuple[bytearray, str]:
    codecs.register_error("privity-stand-in", lambda error: (STAND_IN, getattr(error, "end", 0)))
    decoder = codecs.getincrementaldecoder(_codec(encoding))("privity-stand-in")
    parts = (decoder.decode(data[at : at + STEP], final=at + STEP >= len(data)) for at in range(0, len(data), STEP))
    return bytearray().join(part.removeprefix("\ufeff").encode("utf-8", "replace") for part in parts), encoding


def _undecodable(cells: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    spoiled = cells.select(pl.any_horizontal(pl.all().str.contains(STAND_IN, literal=True)).fill_null(value=False).alias("bad")).to_series()
    return marks(rows.filter(spoiled), "wrong-encoding")


# ---------------------------------------------------------------- headings


def _first_record(data: bytearray) -> tuple[int, int]:
    """Where the first record starts, and how many empty lines stand above it."""
    start = next((i for i, byte in enumerate(data) if byte not in b"\r\n"), len(data))
    above = data[:start]
    return start, above.count(b"\n") or above.count(b"\r")


def _heading(head: bytearray, columns: Sequence[Column]) -> tuple[str, tuple[str, ...]]:
    """The delimiter under which most headings mean something, and the headings under it."""
    text = head.decode("utf-8", "ignore")
    tried = [(delimiter, _split(text, delimiter)) for delimiter in DELIMITERS]
    return max(tried, key=lambda one: (len(propose(one[1], columns).chosen), len(one[1])))


def _split(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return ("",)


# ---------------------------------------------------------------- records


@dataclass(slots=True)
class _Parsed:
    """Records under the heading row. ``odd``: number (from 0, heading row included) → text of each record of another width."""

    width: int
    delimiter: str
    parts: list[pl.DataFrame] = field(default_factory=list)
    odd: dict[int, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Records so far, heading row included."""
        return sum(part.height for part in self.parts) + len(self.odd)

    def whole(self, above: int) -> tuple[pl.Series, pl.DataFrame]:
        """Row numbers and cells in file order, odd records in their places."""
        even = pl.concat(self.parts, rechunk=False)
        if not self.odd:
            return pl.int_range(above + 2, above + 2 + even.height, dtype=pl.UInt32(), eager=True).alias("row"), even
        numbers = pl.int_range(1, even.height + len(self.odd) + 1, dtype=pl.UInt32(), eager=True).alias("row")
        rest = pl.DataFrame([self._spread(text) for text in self.odd.values()], schema=even.schema, orient="row")
        both = pl.concat([even.with_columns(row=numbers.filter(~numbers.is_in(list(self.odd)))), rest.with_columns(row=_numbers(self.odd))])
        placed = both.sort("row")
        return placed["row"] + (above + 1), placed.drop("row")

    def _spread(self, text: str) -> list[str | None]:
        """As many cells as there are headings; what is over stays, in the last, so that nothing sent is lost when it is written back."""
        cells = _split(text, self.delimiter)
        if len(cells) > self.width:
            cells = (*cells[: self.width - 1], self.delimiter.join(cells[self.width - 1 :]))
        return [*cells, *[None] * (self.width - len(cells))]


def _numbers(odd: dict[int, str]) -> pl.Series:
    return pl.Series("row", list(odd), dtype=pl.UInt32())


def _parse(data: bytearray, start: int, delimiter: str, width: int, limit: int) -> _Parsed:
    if not data.endswith((b"\n", b"\r")):
        data += b"\n"
    data += (LAST + delimiter * (width - 1) + "\n").encode()
    parsed = _Parsed(width, delimiter)
    for part in _batches(pa.BufferReader(pa.py_buffer(memoryview(data)[start:])), parsed):
        parsed.parts.append(part)
        if parsed.count > limit + 2:
            raise too_many(limit)
    _closed(parsed)
    parsed.parts[0] = parsed.parts[0].slice(1)  # the heading row
    return parsed


def too_many(limit: int) -> InputError:
    """More rows than a batch may have."""
    return InputError(f"the file has more than {limit:,} rows", remedy="split it, or raise the limit on purpose")


def _batches(source: pa.BufferReader, parsed: _Parsed) -> Iterator[pl.DataFrame]:
    def odd(record: arrow_csv.InvalidRow) -> str:
        parsed.odd[record.number - 1] = record.text
        return "skip"

    names = [str(i) for i in range(parsed.width)]
    reading = arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=BLOCK)
    parsing = arrow_csv.ParseOptions(delimiter=parsed.delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=odd)
    converting = arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    try:
        for batch in arrow_csv.open_csv(source, reading, parsing, converting):
            yield pl.DataFrame(pl.from_arrow(batch))
    except pa.ArrowInvalid as error:
        if "straddl" in str(error) or "block" in str(error):
            row = parsed.count + 1
            raise InputError(
                f"row {row} or one after it has no end within 32 MB", remedy="look for a quotation mark that never closes"
            ) from None
        raise InputError("the file cannot be read as delimited text", remedy="export it again as CSV in UTF-8") from None


def _closed(parsed: _Parsed) -> None:
    """Take our own last record away again; if it is not there, a quotation mark swallowed it."""
    last = parsed.parts[-1] if parsed.parts else pl.DataFrame()
    if not last.height or last.item(-1, 0) != LAST:
        raise InputError(
            f"a quotation mark in row {parsed.count} or before it never closes", remedy="double it or remove it, and export again"
        )
    parsed.parts[-1] = last.head(-1)
