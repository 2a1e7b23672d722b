"""The engine of one machine: DuckDB over Parquet files, Polars for the work on rows.

Files become views, so that the register is streamed past hash tables built on the batch's side: memory follows the batch and
not the register (1.3 GB at 1 to 20 million register rows). Nothing is downloaded: extensions are switched off.

Memory, threads and the folder for what does not fit are arguments; nothing here looks at the machine.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from privity.match.engine import Tables

SHARD = 262_144  # rows handed to a function at once: large enough for vectorised work, small enough for memory


@dataclass(frozen=True, slots=True)
class DuckDB:
    """``privity.match.engine.Engine`` on one machine.

    ``memory`` in DuckDB's words (``"2GB"``); it bounds the queries, not the frames given and returned.
    ``spill`` is where intermediate results go that exceed it: personal data, so a folder of the office.
    """

    spill: Path
    memory: str = "1500MB"
    threads: int = 2

    def map_rows(self, fn: Callable[[pl.DataFrame], pl.DataFrame], source: Sequence[Path], target: Path) -> None:
        """See ``Engine.map_rows``. CSV cells come as text."""
        part = _fresh(target)
        part.mkdir(parents=True)
        try:
            for number, rows in enumerate(_shards(source)):
                fn(rows).write_parquet(part / f"{number:05d}.parquet", compression="zstd")
        except BaseException:
            shutil.rmtree(part)
            raise
        part.rename(target)

    def query(self, sql: str, tables: Tables) -> pl.DataFrame:
        """See ``Engine.query``."""
        with self._connection(tables) as connection:
            result: pl.DataFrame = connection.sql(sql).pl()
        return result

    def save(self, sql: str, tables: Tables, target: Path) -> None:
        """See ``Engine.save``."""
        part = _fresh(target)
        try:
            with self._connection(tables) as connection:
                connection.execute(f"COPY ({sql}) TO {_text(part)} (FORMAT parquet, COMPRESSION zstd)")
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        part.rename(target)

    @contextmanager
    def _connection(self, tables: Tables) -> Iterator[duckdb.DuckDBPyConnection]:
        """A database in memory that holds only these tables, and is gone afterwards."""
        with duckdb.connect(config=self._settings()) as connection:
            for name, table in tables.items():
                _admit(connection, name, table)
            yield connection

    def _settings(self) -> dict[str, str | bool | int | float | list[str]]:
        return {
            "memory_limit": self.memory,
            "threads": self.threads,
            "temp_directory": str(self.spill),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }


def _admit(connection: duckdb.DuckDBPyConnection, name: str, table: pl.DataFrame | Sequence[Path]) -> None:
    """A frame becomes a table, so that the planner knows its size; files become a view, so that they are streamed."""
    if isinstance(table, pl.DataFrame):
        connection.register("handed_over", table.to_arrow())
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM handed_over')  # noqa: S608 - names of ours
        connection.unregister("handed_over")
    else:
        files = ", ".join(_text(path) for path in table)
        connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{files}])')  # noqa: S608 - names of ours


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _fresh(target: Path) -> Path:
    """Where a result grows before it has its name."""
    part = target.with_name(target.name + ".part")
    for path in (target, part):
        if path.exists():
            raise InputError(f"{path.name} is already there", remedy="choose another name, or remove what an earlier run left")
    return part


def _shards(source: Sequence[Path]) -> Iterator[pl.DataFrame]:
    for path in source:
        yield from _scan(path).collect_batches(chunk_size=SHARD, maintain_order=True)


def _scan(path: Path) -> pl.LazyFrame:
    match path.suffix.lower():
        case ".parquet":
            return pl.scan_parquet(path)
        case ".csv":
            return pl.scan_csv(path, infer_schema=False)
        case _:
            raise InputError(f"{path.name} is neither Parquet nor CSV", remedy="give the register as Parquet or CSV files")
