"""What an executor of Spark does with the rows of a shard, and how its errors come back.

Only what an executor needs is imported here: this module and ``shards`` have to be installed there, and the function's.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
from pyspark import cloudpickle

from privity.engines.shards import write
from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from privity.engines.shards import Shard

REPORT = pa.schema([("number", pa.int64()), ("parts", pa.int64()), ("error", pa.binary())])
STOP = "stop"  # a file: another shard has failed


@dataclass(frozen=True, slots=True)
class Work:
    """What an executor does: numbers of shards in, one ``REPORT`` row out for each; the rows themselves go to files in ``part``.

    An error is a report and not an exception of Spark's: that would be tried again, and written to logs with all that it quotes.
    """

    fn: Callable[[pl.DataFrame], pl.DataFrame]
    shards: tuple[Shard, ...]
    part: Path

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """What ``mapInArrow`` calls."""
        for batch in batches:
            reports = [self._report(number) for number in batch.column(0).to_pylist()]
            yield pa.RecordBatch.from_pylist(reports, schema=REPORT)

    def _report(self, number: int) -> dict[str, int | bytes | None]:
        parts, error = 0, None
        try:
            for rows, _ in () if (self.part / STOP).exists() else self.shards[number].frames():
                write(self.fn, rows, self.part, f"{number:05d}-{parts:05d}")
                parts += 1
        except Exception as raised:  # noqa: BLE001 - raised again where the call was made
            error = _packed(raised)
            (self.part / STOP).touch()
        return {"number": number, "parts": parts, "error": error}


def _packed(error: Exception) -> bytes:
    try:
        packed = _pickled(error)
        pickle.loads(packed)  # noqa: S301 - just packed
    except Exception:  # noqa: BLE001 - an error that cannot travel is told by its kind
        packed = _pickled(AssertionError(f"{type(error).__name__} on an executor"))
    return packed


def _pickled(error: Exception) -> bytes:
    """Whole, if its class is only known where it was raised."""
    packed: bytes = cloudpickle.dumps(error)  # type: ignore[no-untyped-call]
    return packed


def check(reports: pl.DataFrame, part: Path) -> None:
    """The first error is raised; and what was written must be here."""
    failed = reports.filter(pl.col("error").is_not_null()).sort("number")
    if failed.height:
        error: Exception = pickle.loads(failed["error"][0])  # noqa: S301 - from our own executors
        raise error
    if len(list(part.glob("*.parquet"))) != reports["parts"].sum():
        raise InputError("the executors wrote where this machine cannot see", remedy="keep the register on storage that all machines share")
