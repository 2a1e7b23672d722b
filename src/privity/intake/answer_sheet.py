"""A batch and what is to be said of each row into the same file back: same rows, same order, all original columns, then the added ones.

A workbook comes back as a workbook, with a summary sheet in front; CSV, TSV, Parquet and JSON Lines come back as themselves, with a
workbook of the summary beside them. What a program would run is made harmless on the way out: in a workbook text is stored as text; in
CSV and TSV *every* cell, original ones too, that begins with ``= + - @``, a tab or a line break gets an apostrophe in front (OWASP, CSV
injection), so a cell ``-5`` comes back as ``'-5``. Empty rows between requests keep their place in a workbook and are left out elsewhere.
Files appear whole or not at all.
"""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import polars as pl

from privity.errors import InputError
from privity.intake import grid
from privity.intake.answer_book import write_book, write_summary
from privity.intake.read import distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from privity.intake.read import Batch

_DANGEROUS: Final = (
    r"^[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"  # the full-width forms too: some programs take them for the plain ones
)
BOM: Final = b"\xef\xbb\xbf"


def write(path_out: Path | str, batch: Batch, added: pl.DataFrame, counts: pl.DataFrame, titles: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write the answer; gives the files written.

    Args:
        path_out: where; its ending is the caller's (``suffix`` says which fits).
        batch: as read.
        added: one row for each row of the batch, in its order; text columns.
        counts: the table of the summary: what is counted, and last the count.
        titles: lines above it.

    Raises:
        InputError: more rows than a workbook holds, or the place cannot be written to. Nothing is left behind.
    """
    if added.height != batch.raw.height or any(kind != pl.String() for kind in added.dtypes):
        raise TypeError("the added columns are text, with one row for each row of the batch")
    path = Path(path_out)
    names = distinct([*batch.raw.columns, *added.columns])
    added = added.rename(dict(zip(added.columns, names[batch.raw.width :], strict=True)))
    headings = [*batch.source.headings, *added.columns]
    if batch.source.kind in {"xlsx", "ods"}:
        return _whole({path: lambda file: write_book(file, batch, added=added, headings=headings, counts=counts, titles=titles)})
    rows = _WRITERS[batch.source.kind]
    beside = path.with_name(f"{path.stem}.summary.xlsx")
    return _whole({path: lambda file: rows(file, batch, added, headings), beside: lambda file: write_summary(file, counts, titles)})


def suffix(batch: Batch) -> str:
    """The ending of the file that ``write`` makes."""
    return {"ods": ".xlsx"}.get(batch.source.kind, f".{batch.source.kind}")


# ---------------------------------------------------------------- whole or not at all


def _whole(writers: dict[Path, Callable[[IO[bytes]], None]]) -> tuple[Path, ...]:
    """Each file beside its place first, then all of them into their places."""
    parts = {path: path.with_name(f".{path.name}.part") for path in writers}
    try:
        for path, write_to in writers.items():
            with parts[path].open("wb") as file:
                write_to(file)
                file.flush()
                os.fsync(file.fileno())
        for path, part in parts.items():
            part.replace(path)
            _settle(path.parent)
    except OSError as error:
        raise InputError(
            f"{next(iter(writers)).name}: cannot be written there", remedy="check the folder, its rights and its space"
        ) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return tuple(writers)


def _settle(folder: Path) -> None:
    """Make the new name itself durable, where folders can be opened."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ---------------------------------------------------------------- formats


def harmless(cells: pl.Expr) -> pl.Expr:
    """Text cells, an apostrophe in front of what a spreadsheet would run."""
    return pl.when(cells.str.contains(_DANGEROUS)).then(pl.lit("'") + cells).otherwise(cells).name.keep()


def _delimited(file: IO[bytes], batch: Batch, added: pl.DataFrame, headings: Sequence[str]) -> None:
    if batch.encoding not in {"utf-8", ""}:
        file.write(BOM)
    first = pl.Series(headings, dtype=pl.String()).to_frame("h").select(harmless(pl.all())).to_series().to_list()
    line = io.StringIO()
    csv.writer(line, delimiter=batch.delimiter, lineterminator="\n").writerow(first)
    file.write(line.getvalue().encode())
    batch.raw.hstack(added).select(harmless(pl.all())).write_csv(file, include_header=False, separator=batch.delimiter)


def _parquet(file: IO[bytes], batch: Batch, added: pl.DataFrame, _: Sequence[str]) -> None:
    batch.raw.hstack(added).write_parquet(file)


def _json_lines(file: IO[bytes], batch: Batch, added: pl.DataFrame, _: Sequence[str]) -> None:
    """Line by line: values keep their kind, and numbers their digits."""
    columns = [_json(batch.raw.to_series(i), batch.natures.get(i)) for i in range(batch.raw.width)]
    columns += [_json(column, None) for column in added.iter_columns()]
    names = [json.dumps(name, ensure_ascii=False) for name in (*batch.raw.columns, *added.columns)]
    for row in zip(*columns, strict=True):
        pairs = (f"{name}: {value}" for name, value in zip(names, row, strict=True))
        file.write(f"{{{', '.join(pairs)}}}\n".encode())


def _json(column: pl.Series, nature: pl.Series | None) -> list[str]:
    """Each value as JSON; ``null`` for nothing, also where the line did not have the key."""
    as_it_is = {grid.NUMBER, grid.BOOLEAN, grid.NESTED}
    codes = nature.to_list() if nature is not None else [grid.TEXT] * len(column)
    values = zip(column.to_list(), codes, strict=True)
    return ["null" if text is None else text if code in as_it_is else json.dumps(text, ensure_ascii=False) for text, code in values]


_WRITERS: Final[dict[str, Callable[[IO[bytes], Batch, pl.DataFrame, Sequence[str]], None]]] = {
    "csv": _delimited,
    "tsv": _delimited,
    "parquet": _parquet,
    "jsonl": _json_lines,
}
