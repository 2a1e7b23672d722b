"""A Parquet file or JSON Lines into a grid.

Parquet says how large it will be before it is opened, so that is asked first (a few kilobytes can declare gigabytes). JSON Lines are read
as RFC 8259 has it, a line at a time; an object that names one key twice is not read, since readers disagree about what it says.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from privity.errors import InputError
from privity.intake import grid
from privity.intake.grid import Grid, marks
from privity.intake.text import to_utf8, too_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_BYTES: Final = 8 << 30  # of columns, unpacked
MOST_COLUMNS: Final = 1_000
FULL: Final = 200  # how many times larger unpacked than packed before size alone is suspect …
SUSPECT: Final = 1 << 30  # … above this


# ---------------------------------------------------------------- Parquet


def read_parquet(data: bytearray, *, limit: int) -> tuple[Grid, pl.DataFrame]:
    """A grid, and the table as it was, types kept.

    Raises:
        InputError: truncated, not Parquet, or declared larger than a batch may be.
    """
    _declared(data, limit)
    try:
        frame = pl.read_parquet(io.BytesIO(data), use_statistics=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _broken() from error
    _no_larger_than_said(frame)
    columns = [_texted(column) for column in frame.iter_columns()]
    cells = pl.DataFrame([text.alias(str(i)) for i, (text, _) in enumerate(columns)])
    natures = {str(i): nature for i, (_, nature) in enumerate(columns) if nature is not None}
    rows = pl.int_range(2, frame.height + 2, dtype=pl.UInt32(), eager=True).alias("row")
    return Grid("parquet", tuple(frame.columns), rows, cells, natures), frame


def _declared(data: bytearray, limit: int) -> None:
    try:
        said = pq.ParquetFile(pa.BufferReader(data)).metadata
        groups = [said.row_group(i) for i in range(said.num_row_groups)]
        size = sum(group.total_byte_size for group in groups)
    except (pa.ArrowException, OSError, OverflowError) as error:
        raise _broken() from error
    if said.num_rows > limit or sum(group.num_rows for group in groups) > limit:
        raise too_many(limit)
    if size > MOST_BYTES or said.num_columns > MOST_COLUMNS or (size > SUSPECT and size > FULL * len(data)):
        raise InputError("the file declares that it unpacks to more than a batch may hold", remedy="ask the sender for a plain export")


def _broken() -> InputError:
    return InputError("the file is truncated or not Parquet", remedy="copy it again and compare its SHA-256 with the sender's")


def _no_larger_than_said(frame: pl.DataFrame) -> None:
    """A dictionary can make one long value stand in every row: small to unpack, large as soon as it is worked on."""
    texts = frame.select(pl.col(pl.String()).str.len_bytes().cast(pl.UInt64()).sum())
    if texts.width and sum(value or 0 for value in texts.row(0)) > MOST_BYTES:
        raise InputError("the cells of the file together are longer than a batch may hold", remedy="ask the sender for a plain export")


def _texted(column: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """The column as text, and its nature if it is not text."""
    kind = column.dtype
    if isinstance(kind, pl.String):
        return column, None
    if isinstance(kind, (pl.Categorical, pl.Enum)):
        return column.cast(pl.String()), None
    if kind.is_nested() or isinstance(kind, (pl.Binary, pl.Object)):
        return pl.repeat("", len(column), eager=True), _natured(column, grid.NESTED)
    if kind.is_float():
        return _numbers_as_text(column), _natured(column, grid.NUMBER)
    if isinstance(kind, pl.Datetime):
        return _instants_as_text(column, kind), _natured(column, grid.INSTANT)
    return column.cast(pl.String()), _natured(column, _code(kind))


def _code(kind: pl.DataType) -> int:
    if kind.is_numeric():
        return grid.NUMBER
    if isinstance(kind, pl.Date):
        return grid.DAY
    return grid.BOOLEAN if isinstance(kind, pl.Boolean) else grid.OTHER


def _natured(column: pl.Series, code: int) -> pl.Series:
    return column.is_not_null().cast(grid.NATURE) * code


def _numbers_as_text(column: pl.Series) -> pl.Series:
    whole = (column == column.floor()) & (column.abs() < 2**63)
    text = pl.when(pl.col("n").is_finite() & pl.col("w")).then(pl.col("n").cast(pl.Int64(), strict=False).cast(pl.String()))
    return pl.DataFrame({"n": column, "w": whole}).select(text.otherwise(pl.col("n").cast(pl.String()))).to_series()


def _instants_as_text(column: pl.Series, kind: pl.Datetime) -> pl.Series:
    """Wall-clock time. With a zone the day depends on who reads it, so the zone stays in the text unless the clock says midnight."""
    text = column.dt.strftime("%Y-%m-%d %H:%M:%S")
    if kind.time_zone is None:
        return text
    midnight = column.dt.time() == pl.Series([0]).cast(pl.Time())
    return pl.DataFrame({"t": text, "m": midnight}).select(pl.when("m").then("t").otherwise(pl.col("t") + "+")).to_series()


# ---------------------------------------------------------------- JSON Lines


def read_json_lines(data: bytearray, *, encoding: str = "", limit: int) -> Grid:
    """A grid with one column for each key, in order of first appearance. A line that is not one JSON object is a marked row."""
    data, encoding, _ = to_utf8(data, encoding)
    lines = [line for line in enumerate(data.split(b"\n"), 1) if line[1].strip()]
    if len(lines) > limit:
        raise too_many(limit)
    objects = [_object(bytes(line)) for _, line in lines]
    headings = list(dict.fromkeys(key for one in objects if one is not None for key in one))
    if not headings:
        raise InputError("no line of the file is a JSON object", remedy="write one object a line, in UTF-8")
    rows = pl.Series("row", [number for number, _ in lines], dtype=pl.UInt32())
    pairs = [_column((None if one is None else one.get(key)) for one in objects) for key in headings]
    cells = pl.DataFrame([text.alias(str(i)) for i, (text, _) in enumerate(pairs)])
    natures = {str(i): nature for i, (_, nature) in enumerate(pairs) if (nature != grid.TEXT).any()}
    unread = rows.filter(pl.Series([one is None for one in objects], dtype=pl.Boolean()))
    return Grid("jsonl", tuple(headings), rows, cells, natures, marks(unread, "malformed-row"), encoding=encoding)


def _object(line: bytes) -> Mapping[str, object] | None:
    try:
        one = json.loads(line, object_pairs_hook=_once, parse_constant=_never, parse_int=_Number, parse_float=_Number)
    except (ValueError, RecursionError):
        return None
    return one if isinstance(one, dict) else None


class _Number(str):
    """A number as it was written; a float would lose digits."""

    __slots__ = ()


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _never(_: str) -> object:
    raise ValueError("not JSON")


def _column(values: Iterable[object]) -> tuple[pl.Series, pl.Series]:
    pairs = [_cell(value) for value in values]
    return pl.Series([text for text, _ in pairs], dtype=pl.String()), pl.Series([nature for _, nature in pairs], dtype=grid.NATURE)


def _cell(value: object) -> tuple[str | None, int]:
    if value is None:
        return None, grid.TEXT
    if isinstance(value, bool):
        return ("true" if value else "false"), grid.BOOLEAN
    if isinstance(value, _Number):
        return str(value), grid.NUMBER
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode(), grid.TEXT  # a lone surrogate is no text
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode(), grid.NESTED
