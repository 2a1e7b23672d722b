"""What the operator names → the files of a register, each looked through before anything is prepared.

A file that is read otherwise than it was written can lose a bar, so what two readers could read differently is refused: a CSV row with
fewer cells than headings (Polars would fill it with nulls), a heading that stands twice, a column of a kind that has no one spelling.
Errors name file, row and column, never a cell. Rows are numbered as in the file: in CSV the heading is row 1, in Parquet the first row is.

Cannot know whether a snapshot is complete: a file that was not named is not missed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import file_digest
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
from pyarrow import csv

from privity.errors import InputError
from privity.match.prepare import NEEDED, REGISTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

KINDS = (".parquet", ".csv")
DIGITS = ("tin", "zip")  # what may begin with a zero
_ASIDE = ("_", ".")  # how writers of such folders begin the names of what is not data: _SUCCESS, .part-0.crc
_BLOCK = 8 << 20  # bytes of CSV looked through at once; a row is never longer
_MEND = "export it again, as docs/formats/register.md says"


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a register and the SHA-256 of its bytes."""

    path: Path
    digest: str


def sources(given: Sequence[Path], progress: Callable[[int, int], None]) -> list[Source]:
    """The files named, and those of the folders named, by name, each with its digest. ``progress``: bytes read, of how many.

    Raises:
        InputError: nothing is named, or a folder holds something else than such files.
    """
    found = [file for path in given for file in (_in_folder(path) if path.is_dir() else [path])]
    if not found:
        raise InputError("no file was named", remedy="name the Parquet or CSV files of the register, or their folder")
    for path in found:
        if path.suffix.lower() not in KINDS:
            raise InputError(f"{path.name} is neither Parquet nor CSV", remedy="give the register as Parquet or CSV files")
    sizes = [path.stat().st_size if path.is_file() else 0 for path in found]
    listed = []
    for number, path in enumerate(found):
        listed.append(Source(path, digest_of(path)))
        progress(sum(sizes[: number + 1]), sum(sizes))
    return listed


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes.

    Raises:
        InputError: it cannot be opened.
    """
    try:
        with path.open("rb") as handle:
            return file_digest(handle, "sha256").hexdigest()
    except OSError:
        raise InputError(f"`{path}` cannot be opened", remedy="check the path") from None


def look_through(path: Path) -> int:
    """How many rows a file holds; all that can be said against it is said here.

    Raises:
        InputError: it cannot be read, lacks a column or has one of another kind, a row has no record_id or other cells than headings.
    """
    try:
        schema = _scan(path).collect_schema()
        _check_columns(path.name, schema)
        rows = _rows_of_csv(path, schema.names()) if path.suffix.lower() == ".csv" else _rows_of_parquet(path)
        _check_ids(path)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError):
        raise unreadable(path) from None
    return rows


def unreadable(path: Path) -> InputError:
    """The file is not what its name says."""
    return InputError(f"{path.name} cannot be read", remedy="send Parquet, or CSV in UTF-8 with as many cells in each row as headings")


def _in_folder(folder: Path) -> list[Path]:
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith(_ASIDE))
    for path in inside:
        if path.is_dir():
            raise InputError(f"`{folder.name}` holds a folder, `{path.name}`", remedy="name the folders that hold the files one by one")
    return inside


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_csv(path, infer_schema=False) if path.suffix.lower() == ".csv" else pl.scan_parquet(path)


# ---------------------------------------------------------------- columns


def _check_columns(name: str, schema: pl.Schema) -> None:
    missing = [column for column in NEEDED if column not in schema]
    if missing:
        raise InputError(f"{name} has no column {', '.join(missing)}", remedy="name the columns as docs/formats/register.md says")
    for column in REGISTER:
        kind = schema.get(column)
        if kind is not None and not _spelled_one_way(column, kind):
            raise InputError(f"{name}: column {column} is of kind {kind}", remedy="write it as text; see docs/formats/register.md")


def _spelled_one_way(column: str, kind: pl.DataType) -> bool:
    """Text, whole numbers, days. A fraction is written in more than one way, and a number has lost the zeros of ``DIGITS``."""
    if isinstance(kind, pl.List):
        return column == "bars" and kind.inner == pl.String()
    words, whole = isinstance(kind, pl.Enum | pl.Categorical), kind.is_integer() and column not in DIGITS
    return words or whole or kind in (pl.String, pl.Date, pl.Null) or (isinstance(kind, pl.Datetime) and kind.time_zone is None)


# ---------------------------------------------------------------- rows


def _check_ids(path: Path) -> None:
    """Every row has the id of its person."""
    blank = pl.col("record_id").cast(pl.String).str.strip_chars().fill_null("") == ""
    found = _scan(path).select("record_id").with_row_index("at").filter(blank).select("at").head(1).collect(engine="streaming")
    if found.height:
        row = int(found["at"].item()) + (2 if path.suffix.lower() == ".csv" else 1)
        raise InputError(f"{path.name}, row {row}: no record_id", remedy="give every row the id of its person")


def _rows_of_parquet(path: Path) -> int:
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _rows_of_csv(path: Path, names: Sequence[str]) -> int:
    """Read the whole file a second way, strictly; both ways must count the same rows."""
    rows = sum(_strictly(path, names))
    if rows != int(pl.scan_csv(path, infer_schema=False).select(pl.len()).collect().item()):
        raise InputError(f"{path.name}: an empty line or a stray quotation mark changes how many rows it has", remedy=_MEND)
    return rows


def _strictly(path: Path, names: Sequence[str]) -> Iterator[int]:
    """Rows by block; each has as many cells as there are headings, in UTF-8, under headings that differ."""
    short: list[tuple[int | None, int, int]] = []

    def uneven(row: csv.InvalidRow) -> str:
        short.append((row.number, row.actual_columns, row.expected_columns))
        return "error"

    try:
        with csv.open_csv(
            path,
            read_options=csv.ReadOptions(use_threads=False, block_size=_BLOCK),  # one thread: only so are rows numbered
            parse_options=csv.ParseOptions(newlines_in_values=True, invalid_row_handler=uneven, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        ) as reader:
            if len(set(reader.schema.names)) != len(reader.schema.names):
                raise InputError(f"{path.name}: a heading stands twice", remedy=_MEND)
            yield from (batch.num_rows for batch in reader)
    except pa.ArrowInvalid as error:
        raise _bad_row(path.name, short, str(error)) from None


def _bad_row(name: str, short: Sequence[tuple[int | None, int, int]], said: str) -> InputError:
    """What is wrong with which row. Of the reader's own words, which quote the row, only its number is taken."""
    if short:
        row, has, wanted = short[0]
        return InputError(f"{name}, row {row}: {has} cells, and {wanted} headings", remedy=_MEND)
    number = re.search(r"Row #([0-9]+)", said)
    where = f"{name}, row {number[1]}" if number else name
    return InputError(f"{where} cannot be read", remedy="send CSV in UTF-8 with as many cells in each row as headings")
