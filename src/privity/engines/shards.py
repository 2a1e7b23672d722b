"""Large files cut into shards of rows, and a function's rows written beside each other: the same on a thread and on an executor.

Reading, cutting and writing are Polars on every engine, so that a cell is never read in two ways. A part grows under another name and
is renamed when it is whole: work that is lost and done again writes the same file twice and never half of one.
"""

from __future__ import annotations

import shutil
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

SHARD = 262_144  # rows handed to a function at once: large enough for vectorised work, small enough for memory
GROWING = "growing"  # in the name of a part that is not whole


@dataclass(frozen=True, slots=True)
class Shard:
    """Rows of one file: ``rows`` from ``first`` on, or the whole file, which is then read shard by shard. ``size`` in bytes of the file."""

    path: Path
    size: float
    first: int = 0
    rows: int | None = None

    def frames(self) -> Iterator[tuple[pl.DataFrame, float]]:
        """The rows, at most ``SHARD`` at once and in order, each with the bytes of the file that they stand for (about, in CSV)."""
        if self.rows is not None:
            yield scan(self.path).slice(self.first, self.rows).collect(), self.size
            return
        each = self.size / max(1, _rows(self.path)) if self.path.suffix.lower() == ".parquet" else None
        for frame in scan(self.path).collect_batches(chunk_size=SHARD, maintain_order=True):
            yield frame, each * frame.height if each else float(frame.estimated_size())


def files(source: Sequence[Path]) -> list[Shard]:
    """A shard for each file: for an engine that reads them one after the other."""
    for path in source:
        scan(path)  # refuses what cannot be read
    return [Shard(path, float(path.stat().st_size)) for path in source]


def cut(source: Sequence[Path]) -> list[Shard]:
    """Parquet files in shards of ``SHARD`` rows; a CSV file stays whole, for only its beginning says where its rows begin."""
    return [shard for path in source for shard in (_slices(path) if path.suffix.lower() == ".parquet" else files([path]))]


def _slices(path: Path) -> list[Shard]:
    rows, size = _rows(path), path.stat().st_size
    return [Shard(path, size * min(SHARD, rows - first) / rows, first, SHARD) for first in range(0, rows, SHARD)]


def _rows(path: Path) -> int:
    rows: int = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()  # from the file's footer
    return rows


def scan(path: Path) -> pl.LazyFrame:
    """A file's rows, not yet read; cells of CSV as text.

    Raises:
        InputError: the file is neither Parquet nor CSV.
    """
    match path.suffix.lower():
        case ".parquet":
            return pl.scan_parquet(path, glob=False)
        case ".csv":
            return pl.scan_csv(path, infer_schema=False, glob=False)
        case _:
            raise InputError(f"{path.name} is neither Parquet nor CSV", remedy="give the register as Parquet or CSV files")


def nothing(source: Sequence[Path]) -> pl.DataFrame:
    """No row, with the columns of the first file."""
    return scan(source[0]).head(0).collect()


def write(fn: Callable[[pl.DataFrame], pl.DataFrame], rows: pl.DataFrame, folder: Path, name: str) -> None:
    """What the function makes of the rows, as ``folder/name.parquet``."""
    growing = folder / f"{name}.{GROWING}-{uuid.uuid4().hex}"
    fn(rows).write_parquet(growing, compression="zstd")
    growing.replace(folder / f"{name}.parquet")


@contextmanager
def fresh(target: Path) -> Iterator[Path]:
    """Where a result, file or folder, grows before it has its name. It gets the name if the block succeeds; else nothing is left.

    Raises:
        InputError: there is something at ``target``.
    """
    part = target.with_name(target.name + ".part")
    for path in (target, part):
        if path.exists():
            raise InputError(f"{path.name} is already there", remedy="choose another name, or remove what an earlier run left")
    try:
        yield part
        part.rename(target)
    except BaseException:
        if part.is_dir():
            shutil.rmtree(part)
        part.unlink(missing_ok=True)
        raise
