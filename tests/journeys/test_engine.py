"""`--engine spark`: the same office, the same rows, the same outcomes as on one machine's own engine."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from journeys.conftest import Privity
from journeys.test_office import DAY, agency, done, envelope, founded
from office.small import Small
from privity.office import batch as batches
from privity.office import determinations
from privity.office.place import open_office

TOLD = ("ordinal", "outcome", "stage", "duty", "reasons", "identity", "record_id", "rule", "agreed")


@pytest.mark.slow
def test_spark_gives_the_same_determinations(privity: Privity, made: Small, tmp_path: Path) -> None:
    found = {name: determined(privity, made, tmp_path / name, name) for name in ("duckdb", "spark")}
    assert found["duckdb"].height == found["spark"].height > 0
    assert found["duckdb"].filter(pl.col("identity") == "unique").height > 0
    assert found["duckdb"].equals(found["spark"])


def determined(privity: Privity, made: Small, place: Path, engine: str) -> pl.DataFrame:
    place.mkdir()
    office = founded(privity, place)
    agency(privity, made, office, place)
    done(privity("load", office, made.root / "register.parquet", "--engine", engine, "--as-of", DAY))
    letter, words = envelope(privity, made, place), ("--intake-officer", "i.marsh", "--engine", engine, "--as-of", DAY, "--json")
    submitted = privity("submit", office, made.file, "--envelope", letter, *words)
    done(submitted)
    assert not list((office / "scratch").glob("match-*")), "candidates are left in the clear"
    opened = open_office(office)
    with opened.store.read() as tx:
        batch = batches.named(tx, str(submitted.json["batch"]))
    # Each batch draws its own decoys, and whether a small one is within its bound depends on them.
    reasons = pl.col("reasons").list.eval(pl.element().filter(~pl.element().str.contains("policy.bound", literal=True)))
    return determinations.load(opened, batch).select(TOLD).with_columns(reasons).sort("ordinal")


def test_an_engine_that_is_not_there_is_named(privity: Privity, made: Small, tmp_path: Path) -> None:
    office = founded(privity, tmp_path)
    said = privity("load", office, made.root / "register.parquet", "--engine", "abacus", "--as-of", DAY)
    assert said.code == 2
    assert "duckdb, spark" in said.out + said.err
