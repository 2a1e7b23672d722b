"""What matching needs from a machine: run a function over the rows of large files, and run a query over large tables.

The protocol stands beside its consumer; implementations are in ``engines`` and are chosen in ``office`` only. An engine must
never load the register into memory: a table given as paths is streamed. Rows and their types are the same whichever machine
made them. tests/contracts/test_engines.py is what an implementation has to pass.

``progress`` is told how far a call has come, from whatever thread, and not after the call. It changes no result; one that raises
ends the call as any failure does.

Not here: where the files lie, how much memory there is, whether one machine or many run it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    Tables = Mapping[str, pl.DataFrame | Sequence[Path]]
    Progress = Callable[[float], None]  # is told the share done, from 0 to 1 and never less than before


class Engine(Protocol):
    """Row-wise Polars work over files, and relational work in the SQL of ``match.sql`` (DuckDB's dialect, kept portable)."""

    def map_rows(
        self, fn: Callable[[pl.DataFrame], pl.DataFrame], source: Sequence[Path], target: Path, *, progress: Progress | None = None
    ) -> None:
        """Apply ``fn`` to the rows of Parquet or CSV files, shard by shard, and write Parquet into the new folder ``target``.

        ``fn`` must give the same rows however the input is cut, in whatever thread or process, several at once. The files in ``target``,
        by name, hold the rows in their order. Nothing is left at ``target`` if it fails; what ``fn`` raised is raised.

        Raises:
            InputError: a file is of another kind, or ``target`` exists.
        """
        ...

    def query(self, sql: str, tables: Tables, *, progress: Progress | None = None) -> pl.DataFrame:
        """Run one SELECT; a table is a frame, or Parquet files that are streamed. The order of the rows is not defined."""
        ...

    def save(self, sql: str, tables: Tables, target: Path, *, progress: Progress | None = None) -> None:
        """Like ``query``, into the new Parquet file ``target``: for results that may not fit in memory."""
        ...
