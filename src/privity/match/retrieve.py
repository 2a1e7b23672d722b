"""Eligible requests → candidates: for each request, and each decoy, the people of the register who might be meant, as files.

    asks/            requests that a rule could accept, prepared        decoys.parquet     and the decoys made of their parts
    candidates_*     probe, record_id: one file a way of looking        near.parquet       every row of every candidate

Each step leaves one file, whole or not at all, so that a killed run goes on at the first that is missing; only these steps read the
register. The folder holds personal data and belongs to one batch, one register and one seed: its owner names it by them and removes it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from privity.match.alike import alike
from privity.match.bound import decoys, group
from privity.match.prepare import prepare_requests
from privity.match.queries import CANDIDATES, KNOWN, NAMESAKES, NEAR, PEOPLE, WRITTEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from privity.match.engine import Engine, Progress, Tables
    from privity.match.register import PreparedRegister

SLICE = 262_144  # rows side by side at once
ENOUGH_PEOPLE = 1_000_000  # held before a first name that fewer than one in so many bear is taken for a slip of the pen
STEPS = len(CANDIDATES) + 4


@dataclass(frozen=True, slots=True)
class Retrieved:
    """``asks`` and ``decoys`` are files of probes; ``near`` the rows of their candidates; ``probes`` what frequencies say of each.

    ``probes``: probe, tin_given, decoy (Boolean), namesakes (how many people of the name would have the birth date if names and birth
    dates were independent), group (of the surname). ``known``: fn, the first names as written that people bear.
    """

    asks: tuple[Path, ...]
    decoys: Path
    candidates: tuple[Path, ...]
    near: Path
    probes: pl.DataFrame
    known: pl.DataFrame


def retrieve(eligible: pl.DataFrame, register: PreparedRegister, engine: Engine, work: Path, *, seed: int, told: Progress) -> Retrieved:
    """All steps, in order; ``told`` hears the share done of them."""
    step = _Steps(work, told)
    asks = _asks(eligible, engine, step)
    tried = step.file("decoys.parquet", lambda path, _told: decoys(asks, seed).write_parquet(path, compression="zstd"))
    probes = (*asks, tried)
    found = tuple(
        step.query(name, sql, engine, {"asks": probes, "register": register.rows, "alike": alike()}) for name, sql in CANDIDATES.items()
    )
    near = step.query("near", NEAR, engine, {"register": register.rows, "candidates": found})
    dated = float(engine.query(PEOPLE, {"births": [register.births]})["people"].item())
    counted = _counted(probes, tried, register, engine, dated)
    step.done()
    return Retrieved(asks, tried, found, near, counted, _known(probes, register, engine, dated))


class _Steps:
    """One file a step. What a killed step left half done is removed; what is whole is not made again."""

    def __init__(self, work: Path, told: Progress) -> None:
        self.work, self.told, self.count = work, told, 0
        work.mkdir(parents=True, exist_ok=True)
        for part in (*work.glob("*.making*"), *work.glob("given")):
            shutil.rmtree(part) if part.is_dir() else part.unlink()

    def file(self, name: str, make: Callable[[Path, Progress], None]) -> Path:
        """What ``make`` writes to the path that it is given, under its name once it is whole."""
        path, before = self.work / name, self.count
        if not path.exists():
            part = path.with_name(f"{name}.making")
            make(part, lambda share: self.told((before + share) / STEPS))
            part.rename(path)
        self.done()
        return path

    def query(self, name: str, sql: str, engine: Engine, tables: Tables) -> Path:
        """The result of a query, as a file."""
        return self.file(f"{name}.parquet", lambda path, told: engine.save(sql, tables, path, progress=told))

    def done(self) -> None:
        self.count += 1
        self.told(min(1.0, self.count / STEPS))


# ---------------------------------------------------------------- requests


def _asks(eligible: pl.DataFrame, engine: Engine, step: _Steps) -> tuple[Path, ...]:
    """The requests that a rule could accept, prepared in shards. Nothing else is looked up: a look-up is an inspection."""

    def make(path: Path, told: Progress) -> None:
        given = path.with_name("given")
        given.mkdir()
        for number, rows in enumerate(eligible.iter_slices(SLICE) if eligible.height else [eligible]):
            rows.write_parquet(given / f"{number:05d}.parquet", compression="lz4")
        engine.map_rows(answerable, sorted(given.glob("*.parquet")), path, progress=told)
        shutil.rmtree(given)

    return tuple(sorted(step.file("asks", make).glob("*.parquet")))


def answerable(requests: pl.DataFrame) -> pl.DataFrame:
    """Requests → those that a rule could accept, prepared (``prepare_requests``; ``probe`` for ``ordinal``), in order."""
    person = pl.all_horizontal(pl.col("fn", "ln", "dob").is_not_null()) & (pl.col("periods").list.len() > 0)
    anchored = pl.col("tin").is_not_null() | ((pl.col("tin_given") == 0) & pl.col("building").is_not_null())
    return prepare_requests(requests).rename({"ordinal": "probe"}).filter(person & anchored)


# ---------------------------------------------------------------- what the register's frequencies say


def _counted(probes: tuple[Path, ...], tried: Path, register: PreparedRegister, engine: Engine, dated: float) -> pl.DataFrame:
    """`Retrieved.probes`."""
    tables = {"asks": probes, "names": [register.names], "births": [register.births]}
    share = pl.col("of_birth").fill_null(1) / max(1.0, dated)
    counts = engine.query(NAMESAKES, tables).select(
        "probe",
        (pl.col("of_name").fill_null(1) * share).alias("namesakes"),
        group(pl.col("of_surname").fill_null(1) / max(1.0, dated)).alias("group"),
    )
    decoy = pl.scan_parquet(tried).select("probe").collect().to_series()
    given = pl.scan_parquet(list(probes)).select("probe", pl.col("tin_given").cast(pl.Int8)).collect()
    return given.join(counts, on="probe", how="left", maintain_order="left", validate="1:1").with_columns(
        pl.col("probe").is_in(decoy.implode()).alias("decoy")
    )


def _known(probes: tuple[Path, ...], register: PreparedRegister, engine: Engine, people: float) -> pl.DataFrame:
    """First names as written that are somebody's own. A small register cannot tell a name from a slip: there, all are names."""
    if people < ENOUGH_PEOPLE:
        return engine.query(WRITTEN, {"asks": probes})
    few = pl.DataFrame({"few": [people / ENOUGH_PEOPLE]})
    return engine.query(KNOWN, {"asks": probes, "names": [register.names], "limits": few})
