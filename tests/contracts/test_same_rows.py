"""The whole of matching, 100,000 requests, on both engines: every call's rows and types, and what is made of them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from privity.engines import named, session
from privity.match import Identified, identify, prepare, retrieve
from privity.match.prepare import prepare_register, prepare_requests
from privity.match.queries import QUERIES
from privity.match.retrieve import answerable
from privity.terms import ORDINAL, Eligible

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from privity.match import PreparedRegister
    from privity.match.engine import Engine, Tables

pytestmark = pytest.mark.slow
REQUESTS, REGISTER_ROWS = 100_000, 150_000
NAMES = {sql: name for name, sql in QUERIES.items()}


@dataclass
class Recorder:
    """An engine that keeps what it answered."""

    engine: Engine
    answers: list[tuple[str, pl.DataFrame]] = field(default_factory=list)

    def map_rows(self, fn: Callable[[pl.DataFrame], pl.DataFrame], source: Sequence[Path], target: Path, **kind: object) -> None:
        self.engine.map_rows(fn, source, target)
        self.answers.append((fn.__name__, pl.read_parquet(sorted(target.glob("*.parquet")))))

    def query(self, sql: str, tables: Tables, **kind: object) -> pl.DataFrame:
        found = self.engine.query(sql, tables)
        self.answers.append((NAMES.get(sql, sql), found))
        return found

    def save(self, sql: str, tables: Tables, target: Path, **kind: object) -> None:
        self.engine.save(sql, tables, target)
        self.answers.append((NAMES.get(sql, sql), pl.read_parquet(target)))


@dataclass
class Run:
    register: PreparedRegister
    answers: list[tuple[str, pl.DataFrame]]
    found: Identified


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    place, patch = tmp_path_factory.mktemp("national"), pytest.MonkeyPatch()
    generate.main(["--requests", str(REQUESTS), "--register-rows", str(REGISTER_ROWS), "--out", str(place / "data")])
    asked = pl.read_parquet(place / "data/requests.parquet").with_row_index("ordinal").with_columns(pl.col("ordinal").cast(ORDINAL))
    asked.write_parquet(place / "asked.parquet")
    patch.setattr(retrieve, "ENOUGH_PEOPLE", 1_000)  # so that the register is large enough to tell names from slips
    try:
        yield {name: run(name, place, asked.with_columns(row=pl.col("ordinal") + 2)) for name in ("duckdb", "spark")}
    finally:
        session.end()
        patch.undo()
    assert not list((place / "spill-spark").iterdir()), "personal data is left"


def run(name: str, place: Path, asked: pl.DataFrame) -> Run:
    engine = Recorder(named(name, place / f"spill-{name}"))
    engine.map_rows(prepare_requests, [place / "asked.parquet"], place / f"asked-{name}")
    register = prepare(sorted((place / "data/register").glob("*.parquet")), engine, place / f"register-{name}")
    found = identify(Eligible(asked), register, engine, place / f"work-{name}", asked_bars=["i-6-informant"], seed=7, namesake_limit=5e-5)
    return Run(register, engine.answers, found)


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """By everything that is in a row: the order of a query's rows is not defined."""
    return frame.with_columns(pl.struct(pl.all()).struct.json_encode().alias("all of it")).sort("all of it").drop("all of it")


def test_every_query_was_asked(runs: dict[str, Run]) -> None:
    for one in runs.values():
        assert "written" not in {name for name, _ in one.answers}, "that one is for small registers"
        assert {name for name, _ in one.answers} >= {
            *(set(QUERIES) - {"written"}),
            answerable.__name__,
            prepare_register.__name__,
            prepare_requests.__name__,
        }


def test_rows_and_types_are_the_same(runs: dict[str, Run]) -> None:
    for (name, one), (other_name, other) in zip(runs["duckdb"].answers, runs["spark"].answers, strict=True):
        assert name == other_name
        assert one.schema == other.schema, name
        assert one.height > 0, name
        ordered = (
            (one, other)
            if name in {prepare_register.__name__, prepare_requests.__name__, answerable.__name__}
            else (in_order(one), in_order(other))
        )
        assert ordered[0].equals(ordered[1]), name


def test_who_is_meant_is_the_same(runs: dict[str, Run]) -> None:
    one, other = runs["duckdb"].found, runs["spark"].found
    assert one.identifications.frame.height == REQUESTS
    assert one.identifications.frame.equals(other.identifications.frame)
    assert one.record_facts.equals(other.record_facts)
    assert one.read.equals(other.read)
    assert_frame_equal(one.bounds.frame, other.bounds.frame, rel_tol=1e-12)  # sums over rows whose order is not defined
    identified = one.identifications.frame.filter(pl.col("record_id").is_not_null())
    assert identified.height > REQUESTS / 5  # something was there to be the same
