"""What matching needs from a machine: run a function over the rows of large files, and run a query over large tables.

The protocol stands beside its consumer; implementations are in ``engines`` and are chosen in ``office`` only. An engine must
never load the register into memory: a table given as paths is streamed. tests/contracts/test_engines.py is what an
implementation has to pass.

Not here: where the files lie, how much memory there is, whether one machine or many run it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    Tables = Mapping[str, pl.DataFrame | Sequence[Path]]


class Engine(Protocol):
    """Row-wise Polars work over files, and relational work in the SQL of ``match.sql`` (DuckDB's dialect, kept portable)."""

    def map_rows(self, fn: Callable[[pl.DataFrame], pl.DataFrame], source: Sequence[Path], target: Path) -> None:
        """Apply ``fn`` to the rows of Parquet or CSV files, shard by shard, and write Parquet into the new folder ``target``.

        ``fn`` must give the same rows however the input is cut. Nothing is left at ``target`` if it fails.

        Raises:
            InputError: a file is of another kind, or ``target`` exists.
        """
        ...

    def query(self, sql: str, tables: Tables) -> pl.DataFrame:
        """Run one SELECT; a table is a frame, or Parquet files that are streamed. The order of the rows is not defined."""
        ...

    def save(self, sql: str, tables: Tables, target: Path) -> None:
        """Like ``query``, into the new Parquet file ``target``: for results that may not fit in memory."""
        ...
