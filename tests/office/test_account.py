"""The accounting adds up to the row, and its figures are what the truth of the small office says they are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from office.small import ANSWERED, DATED, KINDS, RECEIVED, Small, cases_of
from privity.errors import InputError
from privity.office.accounting import for_year
from privity.office.place import Office, open_office
from privity.office.release import recall
from privity.office.submit import submit
from privity.sample import world

LAWFUL = KINDS["lawful"]
ON_THE_RECORD = sum(
    KINDS[kind] for kind in ("invented-address", "not-in-register", "borrowed-tin", "shared-home", "namesake", "moved", "barred", "twin")
)
ON_THE_REQUEST = sum(KINDS.values()) - LAWFUL - ON_THE_RECORD
NOUGHT = {
    "instances of disclosure": 0,
    "answered without disclosure": 0,
    "awaiting review or answer day": 0,
    "in process": 0,
    "taxpayers": 0,
}
RECEIVED_ROWS = {
    "files": 1,
    "requests": sum(KINDS.values()),
    "refused on the request": ON_THE_REQUEST,
    "refused on the record": ON_THE_RECORD,
}


def figures(office: Office, year: int = 2025) -> dict[str, dict[str, int]]:
    found = for_year(office, year)
    assert found.gaps == ()
    for row in found.agencies.iter_rows(named=True):
        shut = (
            "refused on the request",
            "awaiting review or answer day",
            "in process",
            "instances of disclosure",
            "answered without disclosure",
        )
        assert row["requests"] == sum(row[name] for name in shut), "every row received stands in one line"
    return {row.pop("agency"): row for row in found.agencies.iter_rows(named=True)}


def test_figures_after_the_release_are_the_truth(made: Small) -> None:
    taxpayers = made.truth.filter("lawful")["record_id"].n_unique()
    said = {"instances of disclosure": LAWFUL, "answered without disclosure": ON_THE_RECORD, "taxpayers": taxpayers}
    assert figures(open_office(made.folder("released"), ANSWERED)) == {"us-dhs": NOUGHT | RECEIVED_ROWS | said}


def test_rows_that_wait_are_said_to_wait(made: Small) -> None:
    for step in ("submitted", "approved"):
        waiting = {"awaiting review or answer day": LAWFUL + ON_THE_RECORD}
        assert figures(open_office(made.folder(step), ANSWERED)) == {"us-dhs": NOUGHT | RECEIVED_ROWS | waiting}


def test_an_office_that_received_nothing_accounts_for_nothing(made: Small) -> None:
    assert figures(open_office(made.folder("staffed"), ANSWERED)) == {}
    assert figures(open_office(made.folder("released"), ANSWERED), 2024) == {}


def test_a_recalled_answer_was_disclosed_all_the_same(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    with office.store.read() as tx:
        packages = [row["package"] for row in tx.rows("package")]
    for package in packages:
        recall(office, package, "called back")
    assert figures(office)["us-dhs"]["instances of disclosure"] == LAWFUL


def test_what_could_not_be_read_and_who_is_not_known_are_accounted_for(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    broken, letter = tmp_path / "broken.jsonl", tmp_path / "letter.toml"
    broken.write_text("{")
    with pytest.raises(InputError):
        submit(office, broken, made.envelope, intake_officer=world.INTAKE)
    letter.write_text(world.envelope(made.agency, made.file, cases_of(made.truth), dated=DATED).replace('"us-dhs"', '"us-nobody"'))
    submit(office, made.file, letter, intake_officer=world.INTAKE)
    found = figures(office)
    assert found["unknown"] == NOUGHT | dict.fromkeys(RECEIVED_ROWS, 0) | {"files": 1}
    rows = sum(KINDS.values())
    assert found["us-nobody"] == NOUGHT | {"files": 1, "requests": rows, "refused on the request": rows, "refused on the record": 0}
    assert found["us-dhs"]["requests"] == rows


def test_purposes_add_up_to_the_requests(made: Small) -> None:
    purposes = for_year(open_office(made.folder("released"), ANSWERED), 2025).purposes
    assert purposes["rows"].sum() == made.truth.height
    assert set(purposes["agency"]) == {"us-dhs"}
    assert purposes.filter(purpose="criminal-investigation").height <= 1
    assert purposes["purpose"].null_count() == 0


def test_a_year_is_the_year_of_the_receipt(made: Small, tmp_path: Path) -> None:
    office = made.office("staffed", tmp_path, date(2024, 12, 31))
    submit(open_office(office.root, date(2025, 12, 31)), made.file, made.envelope, intake_officer=world.INTAKE)
    assert figures(office, 2025)["us-dhs"]["files"] == 1
    assert figures(office, 2026) == figures(office, 2024) == {}
    assert RECEIVED.year == 2025
    assert isinstance(made.truth, pl.DataFrame)
