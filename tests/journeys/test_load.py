"""`privity load` as a person types it: what it says of files, rows, people and oddities, on a screen and as one object."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from office.small import Small
from privity import sample

from .conftest import Privity

AS_OF = ("--as-of", "2025-08-07")


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Path:
    return made.copy("staffed", tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "register"
    place.mkdir()
    for number in range(3):
        sample.register().slice(number * 100, 100).write_parquet(place / f"{number}.parquet")
    return place


def test_a_load_says_what_it_prepared_and_what_it_found(privity: Privity, office: Path, folder: Path) -> None:
    first = privity("load", office, folder, *AS_OF)
    assert first.code == 0
    assert "files: 3 prepared, 0 reused" in first.out
    assert "300 rows of " in first.out
    assert "whose rows differ" not in first.out
    rows = pl.read_parquet(folder / "0.parquet")
    one = rows.filter(pl.col("tin").is_not_null() & pl.col("date_of_birth").is_not_null()).head(1)
    moved = one.with_columns(address_line1=pl.lit("1 Elsewhere Rd"))
    pl.concat([moved, moved]).write_parquet(folder / "4.parquet")
    second = privity("load", office, folder, *AS_OF)
    assert "files: 1 prepared, 3 reused" in second.out
    assert "keys (record_id, tax_period) whose rows differ: 1, of 1 ids; all rows are kept" in second.out


def test_the_same_as_one_object(privity: Privity, office: Path, folder: Path) -> None:
    found = privity("load", office, folder, "--json", *AS_OF).json
    assert found.keys() == {
        "register", "entry", "files", "prepared", "reused", "rows", "people", "conflicting_keys", "conflicting_people", "several_people",
    }  # fmt: skip
    assert (found["files"], found["prepared"], found["reused"], found["rows"]) == (3, 3, 0, 300)
    (folder / "0.parquet").unlink()
    both = privity("load", office, folder, "--prune", "--json", *AS_OF).json
    # Two registers go: the one before, and that of the small office, whose file is one part.
    assert (both["reused"], both["pruned_registers"], both["pruned_parts"]) == (2, 2, 2)
    assert privity("load", office, "--prune", "--json", *AS_OF).json == {"pruned_registers": 0, "pruned_parts": 0}
    assert privity("verify", office).code == 0


def test_a_load_of_nothing_is_bad_usage(privity: Privity, office: Path) -> None:
    said = privity("load", office, *AS_OF)
    assert (said.code, "no file was named" in said.err) == (2, True)


def test_a_bad_row_is_named_on_the_error_stream(privity: Privity, office: Path, tmp_path: Path) -> None:
    headings = "record_id,tax_period,first_name,last_name,date_of_birth,address_line1,data_class,bars"
    (tmp_path / "short.csv").write_text(f"{headings}\nSECRETID,2022,Ana,Gomez,1980-02-23,12 Oak St,return\n", encoding="utf-8")
    said = privity("load", office, tmp_path / "short.csv", "--json", *AS_OF)
    assert (said.code, said.out) == (2, "")
    assert json.loads(said.err)["error"] == "short.csv, row 2: 7 cells, and 8 headings"


def test_progress_is_shown_on_a_terminal(office: Path, folder: Path) -> None:
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "privity", "load", str(office), str(folder), *AS_OF]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "120"}) as child:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            shown += part
        assert child.stdout is not None
        assert b"3 prepared" in child.stdout.read()
        assert child.wait() == 0
    os.close(ours)
    for word in (b"look", b"prepare", b"300 of 300", b"rows/s"):
        assert word in shown
