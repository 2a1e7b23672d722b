"""A disclosure officer with a spreadsheet and nothing else: the same workbook back, judged row by row; a letter; how headings are read."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from journeys.conftest import Privity
from privity import sample
from privity.office.examine import ADDED


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(sample.workbook_path(), tmp_path_factory.mktemp("desk") / "requests.xlsx"))


def test_examine_gives_the_same_workbook_back_with_every_row_in_order(privity: Privity, workbook: Path) -> None:
    said = privity("examine", workbook, "--as-of", "2025-08-07", "--json")
    assert said.code == 0, said.err
    (written,) = said.json["written"]
    before, after = openpyxl.load_workbook(workbook), openpyxl.load_workbook(written)
    source = max(before.worksheets, key=lambda sheet: sheet.max_row)
    rows = list(source.iter_rows(values_only=True))
    judged = next(
        sheet
        for sheet in after.worksheets
        if sheet.max_row >= source.max_row and ADDED[0] in [cell.value for row in sheet.iter_rows(max_row=5) for cell in row]
    )
    found = list(judged.iter_rows(values_only=True))
    heading = [text.lower() if isinstance(text, str) else text for text in found[0]]
    at = heading.index("request_id") if "request_id" in heading else 0
    was = [str(text).lower() for text in rows[0]].index("request_id")
    assert [row[at] for row in found[1:]] == [row[was] for row in rows[1:]]
    assert said.json["rows"] == len(rows) - 1
    outcome = heading.index(ADDED[0])
    assert {row[outcome] for row in found[1:]} == {"refused", "complete on its face"}
    assert sum(row[outcome] == "refused" for row in found[1:]) == said.json["outcomes"]["refused"]


def test_examine_says_on_the_screen_what_stands_in_the_way(privity: Privity, workbook: Path, tmp_path: Path) -> None:
    said = privity("examine", workbook, "--out", tmp_path / "out.xlsx", "--as-of", "2025-08-07")
    assert said.code == 0
    assert "26 USC 6103(i)(2)(B)(iv)" in said.out
    assert (tmp_path / "out.xlsx").is_file()


def test_examine_never_says_that_a_row_is_lawful(privity: Privity, workbook: Path, tmp_path: Path) -> None:
    said = privity("examine", workbook, "--out", tmp_path / "out.xlsx", "--as-of", "2025-08-07", "--json")
    assert set(said.json["outcomes"]) == {"refused", "complete on its face"}
    assert said.json["not_supplied"], "what an envelope would have told is listed"


def test_columns_are_proposed_saved_and_used(privity: Privity, workbook: Path, tmp_path: Path) -> None:
    said = privity("columns", workbook, "--save", tmp_path / "agency.toml", "--json")
    assert said.code == 0, said.err
    assert set(said.json) == {"columns", "unknown", "contested"}
    assert (
        privity("examine", workbook, "--columns", tmp_path / "agency.toml", "--out", tmp_path / "o.xlsx", "--as-of", "2025-08-07").code == 0
    )


def test_a_letter_can_be_written_about_a_file(privity: Privity, workbook: Path, tmp_path: Path) -> None:
    said = privity(
        "letter", workbook, "--kind", "deficiency", "--agency", "Department", "--out", tmp_path / "letter.txt", "--as-of", "2025-08-07"
    )
    assert said.code == 0, said.err
    assert "Department" in (tmp_path / "letter.txt").read_text()


def test_the_law_is_listed_and_shown(privity: Privity) -> None:
    listed = privity("law", "list", "--as-of", "2025-12-01", "--json")
    assert listed.code == 0
    assert "ctr-v-irs-ddc-2025-11-21" in str(listed.json["halts"])
    assert "ctr-v-irs" not in str(privity("law", "list", "--as-of", "2025-08-07", "--json").json["halts"])
    assert "forbid" in privity("law", "show", "26 USC 6103(i)(2)(B)(i)", "--as-of", "2025-08-07").out
    assert privity("law", "show", "no such citation").code == 2
