"""A process killed while it looks for candidates: run again, it goes on at the first missing file and gives what an undisturbed run gives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from privity.engines.duckdb import DuckDB
from privity.match import identify
from privity.match.register import prepare, prepared

from .conftest import BARS, Cells, asked, eligible, held

PEOPLE = 3_000
CHILD = """
import sys
from pathlib import Path
from match.test_killed import run
run(Path(sys.argv[1]), Path(sys.argv[1]) / "work")
"""


def somebody(number: int) -> Cells:
    letters = "".join(chr(65 + int(digit)) for digit in f"{number:05}")
    return {
        "first_name": f"Ana{letters}",
        "last_name": f"Gom{letters[::-1]}",
        "date_of_birth": f"19{50 + number % 40}-{1 + number % 12:02}-{1 + number % 28:02}",
        "tin": f"4{number:08}",
        "address_line1": f"{number + 1} Oak St",
    }


def run(place: Path, work: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    engine, asks = DuckDB(place, memory="500MB"), [asked(**somebody(number)) for number in range(PEOPLE)]
    found = identify(eligible(asks), prepared(place / "register"), engine, work, asked_bars=BARS, seed=1)
    return found.identifications.frame, found.record_facts, found.bounds.frame


@pytest.mark.parametrize("after", ["asks", "candidates_number.parquet", "candidates_building.parquet", "near.parquet"])
def test_a_killed_run_goes_on_and_gives_the_same(tmp_path: Path, after: str) -> None:
    pl.DataFrame([held(f"p{number}", **somebody(number)) for number in range(PEOPLE)]).write_parquet(tmp_path / "held.parquet")
    prepare([tmp_path / "held.parquet"], DuckDB(tmp_path, memory="500MB"), tmp_path / "register")
    undisturbed = run(tmp_path, tmp_path / "undisturbed")
    assert undisturbed[0]["identity"].unique().to_list() == ["unique"]

    paths = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], env=os.environ | {"PYTHONPATH": paths})
    deadline = time.monotonic() + 60
    while not (tmp_path / "work" / after).exists() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    child.send_signal(signal.SIGKILL)
    child.wait()
    whole = {
        path.name: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir() if ".making" not in path.name and path.name != "given"
    }
    assert after in whole

    again = run(tmp_path, tmp_path / "work")
    assert all(one.equals(other) for one, other in zip(again, undisturbed, strict=True))
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()}
    assert {name: kept[name] for name in whole} == whole, "what was whole is not made again"
    assert not [name for name in kept if "making" in name or name == "given"]
