"""The engine of many machines: Apache Spark. The same functions, the same SQL, the same rows and types as DuckDB's.

Rows: Spark carries the *addresses* of shards (``mapInArrow``), and an executor reads, maps and writes its shard as a thread of the other
engine would. No cell passes through Java, a shuffle or a log, and a type that Spark has not (UInt32) need not be translated.

Queries: sqlglot translates them from DuckDB's dialect, whole. Spark's rows come back through Arrow and get the types that DuckDB gives
them, which DuckDB says itself, over no rows.

Files are handed over by path, so register, target and ``spill`` lie where every executor can reach them. docs/cluster.md.
Spark's own words may quote a cell: only the name of an error is passed on, and the first line about a query that it does not take.
"""

from __future__ import annotations

import re
import tempfile
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import sqlglot
from py4j.protocol import Py4JError  # type: ignore[import-untyped]
from pyspark import SparkContext
from pyspark.errors import AnalysisException, ParseException, PySparkException
from pyspark.sql import DataFrame, SparkSession

from privity.engines import session as sessions
from privity.engines.duckdb import DuckDB
from privity.engines.executor import STOP, Work, check
from privity.engines.progress import watched
from privity.engines.shards import GROWING, SHARD, cut, fresh, nothing, write
from privity.errors import InputError
from privity.match.queries import QUERIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from privity.match.engine import Progress, Tables

MEMORY = "4GB"
# What the rows of a query depend on, whatever session it runs in; and that its intermediate files go when it ends.
MEANING = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
    "spark.sql.classic.shuffleDependency.fileCleanup.enabled": "true",
}


@dataclass(frozen=True, slots=True)
class Spark:
    """``privity.match.engine.Engine`` on the Spark session that is active, or else on one of its own, on this machine.

    ``memory`` and ``threads`` (None: all) are for a session of its own; a cluster's has its own. ``spill`` takes frames while a query
    reads them, and what does not fit: personal data, so a folder of the office.
    """

    spill: Path
    memory: str = MEMORY
    threads: int | None = None

    def __post_init__(self) -> None:
        """Every query of the program can be translated, before a row is touched."""
        for sql in QUERIES.values():
            translated(sql)

    def map_rows(
        self, fn: Callable[[pl.DataFrame], pl.DataFrame], source: Sequence[Path], target: Path, *, progress: Progress | None = None
    ) -> None:
        """See ``Engine.map_rows``. CSV cells come as text. One task for each shard of Parquet, and for each CSV file."""
        target = target.absolute()
        with fresh(target) as part:
            part.mkdir(parents=True)
            shards = cut([path.absolute() for path in source])
            if shards:
                check(self._reports(Work(fn, tuple(shards), part), progress), part)
            if not any(part.glob("*.parquet")):
                write(fn, nothing(source), part, "00000")
            for left in (part / STOP, *part.glob(f"*.{GROWING}-*")):
                left.unlink(missing_ok=True)

    def _reports(self, work: Work, progress: Progress | None) -> pl.DataFrame:
        """The work done, one task for each shard; what each says."""
        with self._query(progress) as session:
            count = len(work.shards)
            told = session.range(0, count, 1, numPartitions=count).mapInArrow(work, "number long, parts long, error binary").toArrow()
        return _frame(told)

    def query(self, sql: str, tables: Tables, *, progress: Progress | None = None) -> pl.DataFrame:
        """See ``Engine.query``."""
        kinds = DuckDB(self.spill).query(_no_rows(sql), _empty(tables)).schema
        with self._asked(sql, tables, progress) as asked:
            return _typed(_frame(asked.toArrow()).lazy(), kinds).collect()

    def save(self, sql: str, tables: Tables, target: Path, *, progress: Progress | None = None) -> None:
        """See ``Engine.save``: what the executors write becomes one file, streamed."""
        target = target.absolute()
        with fresh(target) as part, tempfile.TemporaryDirectory(prefix="saved-", dir=target.parent) as name:
            folder = Path(name)
            DuckDB(self.spill).save(_no_rows(sql), _empty(tables), folder / "kinds.parquet")
            kinds = pl.read_parquet_schema(folder / "kinds.parquet")
            with self._asked(sql, tables, progress) as asked:
                asked.write.parquet(f"file:{folder / 'rows'}", compression="zstd")
                _typed(pl.scan_parquet(folder / "rows" / "*.parquet"), pl.Schema(kinds)).sink_parquet(part, compression="zstd")

    @contextmanager
    def _asked(self, sql: str, tables: Tables, progress: Progress | None) -> Iterator[DataFrame]:
        """The query's answer, not yet computed; its tables are there while the block runs."""
        self.spill.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="asked-", dir=self.spill) as folder, self._query(progress) as session:
            for name, table in tables.items():
                paths = [_stored(table, Path(folder) / f"{name}.parquet")] if isinstance(table, pl.DataFrame) else table
                session.read.parquet(*map(_address, paths)).createOrReplaceTempView(name)
            yield session.sql(translated(sql))

    @contextmanager
    def _query(self, progress: Progress | None) -> Iterator[SparkSession]:
        """A session with views and settings of its own, on the Spark that is there; its jobs end with the block."""
        with sessions.quiet():
            yield from self._session(progress)

    def _session(self, progress: Progress | None) -> Iterator[SparkSession]:
        spark = sessions.active() or sessions.start(self.spill, self.memory, self.threads)
        context, group = spark.sparkContext, f"privity-{uuid.uuid4().hex}"
        before = context.getLocalProperty("spark.jobGroup.id")
        with watched(lambda: _portion(context, group), lambda: context.cancelJobGroup(group), progress), _in_our_words():
            own = spark.newSession()
            for name, value in MEANING.items():
                own.conf.set(name, value)
            context.setJobGroup(group, "privity", interruptOnCancel=True)
            try:
                yield own
            except BaseException:
                context.cancelJobGroup(group)
                raise
            finally:
                context.setLocalProperty("spark.jobGroup.id", before)  # type: ignore[arg-type]  # None takes it away


# ---------------------------------------------------------------- queries


@cache
def translated(sql: str) -> str:
    """A query of DuckDB's dialect in Spark's; an error if any part of it has no like."""
    (one,) = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    return one


def _no_rows(sql: str) -> str:
    return f"SELECT * FROM (\n{sql}\n) LIMIT 0"  # noqa: S608 - a query of ours


def _empty(tables: Tables) -> Tables:
    """Tables of the same types for DuckDB to name those of a result: frames without rows, of files only the first."""
    return {name: table.clear() if isinstance(table, pl.DataFrame) else table[:1] for name, table in tables.items()}


def _typed(rows: pl.LazyFrame, kinds: pl.Schema) -> pl.LazyFrame:
    """The same rows with the names and types of the schema, column by column; what does not fit is an error."""
    theirs = rows.collect_schema().names()
    return rows.select(pl.col(one).cast(kind).alias(name) for one, (name, kind) in zip(theirs, kinds.items(), strict=True))


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - for the type checker: of a table it makes a frame
    return frame


def _stored(frame: pl.DataFrame, path: Path) -> Path:
    """A file, and not rows sent: Spark then knows its size, reads it in parallel, and takes types that its Arrow does not."""
    frame.write_parquet(path, compression="zstd", row_group_size=SHARD // 4)
    return path


def _address(path: Path) -> str:
    """A path as Spark reads it: signs that it takes for patterns are escaped."""
    return "file:" + re.sub(r"([\\\[\]{}*?])", r"\\\1", str(path.absolute()))


def _portion(context: SparkContext, group: str) -> float:
    """Tasks done of the tasks known so far."""
    tracker = context.statusTracker()
    jobs = [job for job in map(tracker.getJobInfo, tracker.getJobIdsForGroup(group)) if job]
    stages = [stage for job in jobs for stage in map(tracker.getStageInfo, job.stageIds) if stage]
    return sum(stage.numCompletedTasks for stage in stages) / max(1, sum(stage.numTasks for stage in stages))


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Spark's errors without Java's stack and without anything that may quote a row."""
    try:
        yield
    except (AnalysisException, ParseException) as error:  # before a row is read: it names tables and columns
        line = str(error).partition("\n")[0]
        raise InputError(f"Spark does not take the query: {line}", remedy="see which versions of pyspark privity[spark] takes") from None
    except (PySparkException, Py4JError) as error:
        lost = re.search(r"ModuleNotFoundError: No module named '([\w.]+)'", str(error))
        if lost:
            raise InputError(f"the executors have no {lost[1]}", remedy="send them the environment, as docs/cluster.md shows") from None
        kind = (error.getCondition() if isinstance(error, PySparkException) else None) or type(error).__name__
        raise InputError(f"Spark could not finish ({kind})", remedy="see the executors' logs; they may need more memory") from None
