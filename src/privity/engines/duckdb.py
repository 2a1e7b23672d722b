"""The engine of one machine: DuckDB over Parquet files, Polars for the work on rows.

Files become views, so that the register is streamed past hash tables built on the batch's side: memory follows the batch and
not the register (1.3 GB at 1 to 20 million register rows). Nothing is downloaded: extensions are switched off.

Memory, threads and the folder for what does not fit are arguments; nothing here looks at the machine.
"""

from __future__ import annotations

import re
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from privity.engines.progress import Counted, watched
from privity.engines.shards import files, fresh, nothing, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from privity.match.engine import Progress, Tables

MEMORY = "1500MB"


@dataclass(frozen=True, slots=True)
class DuckDB:
    """``privity.match.engine.Engine`` on one machine.

    ``memory`` in DuckDB's words (``"2GB"``); it bounds the queries, not the frames given and returned.
    ``spill`` is where intermediate results go that exceed it: personal data, so a folder of the office.
    ``threads`` of them read and compare; as many shards of rows are worked on at once, and one more is read meanwhile.
    """

    spill: Path
    memory: str = MEMORY
    threads: int = 2

    def map_rows(
        self, fn: Callable[[pl.DataFrame], pl.DataFrame], source: Sequence[Path], target: Path, *, progress: Progress | None = None
    ) -> None:
        """See ``Engine.map_rows``. CSV cells come as text."""
        with fresh(target) as part:
            part.mkdir(parents=True)
            shards = files(source)
            counted = Counted(sum(shard.size for shard in shards), progress)
            frames = (frame for shard in shards for frame in shard.frames())
            if not self._written(fn, frames, part, counted):
                write(fn, nothing(source), part, "00000")
            counted.end()

    def _written(
        self, fn: Callable[[pl.DataFrame], pl.DataFrame], frames: Iterator[tuple[pl.DataFrame, float]], part: Path, counted: Counted
    ) -> int:
        """Writes a part for each frame, in order; how many. No more frames are held than there are threads, and the one that is read."""
        running: deque[tuple[Future[None], float]] = deque()
        number = 0
        with ThreadPoolExecutor(self.threads) as pool:
            try:
                for frame, size in frames:
                    running.append((pool.submit(write, fn, frame, part, f"{number:05d}"), size))
                    number += 1
                    while len(running) >= self.threads:
                        counted.add(_done(running))
                while running:
                    counted.add(_done(running))
            finally:
                pool.shutdown(cancel_futures=True)
        return number

    def query(self, sql: str, tables: Tables, *, progress: Progress | None = None) -> pl.DataFrame:
        """See ``Engine.query``."""
        with self._connection(tables) as connection, _told(connection, progress):
            result: pl.DataFrame = connection.sql(sql).pl()
        return result

    def save(self, sql: str, tables: Tables, target: Path, *, progress: Progress | None = None) -> None:
        """See ``Engine.save``."""
        with fresh(target) as part, self._connection(tables) as connection, _told(connection, progress):
            connection.execute(f"COPY ({sql}) TO {_text(str(part))} (FORMAT parquet, COMPRESSION zstd)")

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


def _done(running: deque[tuple[Future[None], float]]) -> float:
    """Waits for the oldest; what it stood for."""
    future, size = running.popleft()
    future.result()
    return size


@contextmanager
def _told(connection: duckdb.DuckDBPyConnection, progress: Progress | None) -> Iterator[None]:
    """DuckDB counts only while its own bar is on; nothing is printed."""
    if progress:
        connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 0")
    with watched(lambda: connection.query_progress() / 100, connection.interrupt, progress):
        yield


def _admit(connection: duckdb.DuckDBPyConnection, name: str, table: pl.DataFrame | Sequence[Path]) -> None:
    """A frame becomes a table, so that the planner knows its size; files become a view, so that they are streamed."""
    if isinstance(table, pl.DataFrame):
        connection.register("handed_over", table.to_arrow())
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM handed_over')  # noqa: S608 - names of ours
        connection.unregister("handed_over")
    else:
        paths = ", ".join(_text(re.sub(r"([*?\[])", r"[\1]", str(path))) for path in table)  # signs of patterns stand for themselves
        connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{paths}])')  # noqa: S608 - names of ours


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
