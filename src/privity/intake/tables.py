"""A Parquet file or JSON Lines into a grid.

Parquet says how large it will be before it is opened, so that is asked first (a few kilobytes can spell out gigabytes). JSON Lines are read
as RFC 8259 has it, a line at a time; an object that names one key twice is not read, since readers disagree about what it says.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import compute

from privity.errors import InputError
from privity.intake import grid
from privity.intake.grid import Grid, marks
from privity.intake.text import to_utf8, too_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_BYTES: Final = 4 << 30  # of columns, unpacked; of their texts, spelt out
MOST_COLUMNS: Final = 1_000
FULL: Final = 200  # how many times larger unpacked than packed before size alone is suspect …
FIXED: Final = 64  # bytes of a value of fixed length
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
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # noqa: BLE001 - a panic of the library below derives from BaseException
        raise _broken() from None
    columns = [_texted(column) for column in frame.iter_columns()]
    cells = pl.DataFrame([text.alias(str(i)) for i, (text, _) in enumerate(columns)])
    natures = {str(i): nature for i, (_, nature) in enumerate(columns) if nature is not None}
    rows = pl.int_range(2, frame.height + 2, dtype=pl.UInt32(), eager=True).alias("row")
    return Grid("parquet", tuple(frame.columns), rows, cells, natures), frame


def _declared(data: bytearray, limit: int) -> None:
    """Turn away what says of itself that it is too large, and what is large without saying so."""
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        said = file.metadata
        groups = [said.row_group(i) for i in range(said.num_row_groups)]
        if said.num_rows > limit or sum(group.num_rows for group in groups) > limit:
            raise too_many(limit)
        size = sum(group.total_byte_size for group in groups)
        if size > MOST_BYTES or said.num_columns > MOST_COLUMNS or (size > SUSPECT and size > FULL * len(data)):
            raise _too_large()
        _flat(file)
        _spelt_out(data, file)
    except (pa.ArrowException, OSError, OverflowError, ValueError):  # Arrow's messages may quote a cell
        raise _broken() from None


def _flat(file: pq.ParquetFile) -> None:
    """Lists and structures inside a cell are not read: a request has one value in a cell."""
    leaves = [file.schema.column(i) for i in range(len(file.schema))]
    if any(leaf.max_repetition_level or "." in leaf.path for leaf in leaves):
        raise InputError("a column of the file holds lists or structures", remedy="ask the sender for one value in each cell")
    if any(leaf.physical_type == "FIXED_LEN_BYTE_ARRAY" and leaf.length > FIXED for leaf in leaves):
        raise _too_large()


def _spelt_out(data: bytearray, file: pq.ParquetFile) -> None:
    """The text of a column is stored once for each distinct value: two megabytes can spell out twenty thousand. So it is added up first."""
    total = 0
    for name in (file.schema.column(i).name for i in range(len(file.schema)) if file.schema.column(i).physical_type == "BYTE_ARRAY"):
        column = pq.ParquetFile(pa.BufferReader(data), read_dictionary=[name])
        for group in range(file.metadata.num_row_groups):
            for chunk in column.read_row_group(group, columns=[name], use_threads=False).column(0).chunks:
                total += _length(chunk)
            if total > MOST_BYTES:
                raise _too_large()


def _length(chunk: pa.Array) -> int:
    """Bytes of all values of a chunk, without laying them out."""
    if not isinstance(chunk, pa.DictionaryArray):
        return int(compute.sum(compute.binary_length(chunk)).as_py() or 0)
    each = compute.binary_length(chunk.dictionary).cast(pa.int64())
    return int(compute.sum(each.take(chunk.indices)).as_py() or 0)


def _too_large() -> InputError:
    return InputError("the file unpacks to more than a batch may hold", remedy="ask the sender for a plain export")


def _broken() -> InputError:
    return InputError("the file is truncated or not Parquet", remedy="copy it again and compare its SHA-256 with the sender's")


def _texted(column: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """The column as text, and its nature if it is not text."""
    kind = column.dtype
    if isinstance(kind, pl.String):
        return column, None
    if isinstance(kind, (pl.Categorical, pl.Enum)):
        return column.cast(pl.String()), None
    if isinstance(kind, pl.Binary):
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
    unread = {
        i: {headings[0]: line.decode("utf-8", "replace")} for i, (_, line) in enumerate(lines) if objects[i] is None
    }  # to be written back
    pairs = [_column((unread[i] if one is None else one).get(key) for i, one in enumerate(objects)) for key in headings]
    cells = pl.DataFrame([text.alias(str(i)) for i, (text, _) in enumerate(pairs)])
    natures = {str(i): nature for i, (_, nature) in enumerate(pairs) if (nature != grid.TEXT).any()}
    return Grid("jsonl", tuple(headings), rows, cells, natures, marks(rows.gather(list(unread)), "malformed-row"), encoding=encoding)


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
    return _spelt(value).encode("utf-8", "replace").decode(), grid.NESTED


def _spelt(value: object) -> str:
    """A list or an object as JSON again, numbers as they were written."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key, ensure_ascii=False)}: {_spelt(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_spelt, value))}]"
    return str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)
