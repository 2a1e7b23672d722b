"""The accounting adds up to the row, and its figures are what the truth of the small office says they are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from office.small import ANSWERED, DATED, KINDS, Small, cases_of
from privity.account import LINES
from privity.errors import InputError
from privity.office import halt
from privity.office.accounting import for_year
from privity.office.place import Office, open_office
from privity.office.release import recall, release
from privity.office.submit import submit
from privity.sample import world
from privity.seal.age import AgeSealer

LAWFUL = KINDS["lawful"]
ON_THE_RECORD = sum(
    KINDS[kind] for kind in ("invented-address", "not-in-register", "borrowed-tin", "shared-home", "namesake", "moved", "barred", "twin")
)
ON_THE_REQUEST = sum(KINDS.values()) - LAWFUL - ON_THE_RECORD
ROWS = sum(KINDS.values())
NOUGHT = {"files": 1, "requests": 0, "instances of disclosure": 0, "taxpayers": 0} | dict.fromkeys(LINES, 0)
RECEIVED_ROWS = {"requests": ROWS, "refused on the request": ON_THE_REQUEST}


def figures(office: Office, year: int = 2025) -> dict[str, dict[str, int]]:
    """Agency → every figure of a year, of both tables; checked to add up."""
    found = for_year(office, year)
    assert found.gaps == ()
    for row in found.reconciled.iter_rows(named=True):
        assert row["requests"] == sum(row[line] for line in LINES), "every row received stands in one line"
    both = found.agencies.join(found.reconciled, on=["agency", "requests"], how="full", coalesce=True)
    return {row.pop("agency"): row for row in both.iter_rows(named=True)}


def test_figures_after_the_release_are_the_truth(made: Small) -> None:
    taxpayers = made.truth.filter("lawful")["record_id"].n_unique()
    said = {"instances of disclosure": LAWFUL, "disclosed": LAWFUL, "answered without disclosure": ON_THE_RECORD, "taxpayers": taxpayers}
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
    assert found["unknown"] == NOUGHT
    assert found["us-nobody"] == NOUGHT | {"requests": ROWS, "refused on the request": ROWS}
    assert found["us-dhs"]["requests"] == ROWS


def test_purposes_add_up_to_the_requests(made: Small) -> None:
    purposes = for_year(open_office(made.folder("released"), ANSWERED), 2025).purposes
    assert purposes["rows"].sum() == made.truth.height
    assert set(purposes["agency"]) == {"us-dhs"}
    assert purposes.filter(purpose="criminal-investigation").height <= 1
    assert purposes["purpose"].null_count() == 0


def test_requests_count_in_the_year_of_their_receipt_and_disclosures_in_the_year_in_which_they_were_made(
    made: Small, tmp_path: Path
) -> None:
    office = made.office("approved", tmp_path, date(2026, 1, 2))
    act = "a court; No. 1; 2025-12-30; the stay of November is dissolved (invented)"
    halt.propose_lift(office, "ctr-v-irs-ddc-2025-11-21", act, world.official(office, world.COUNSEL))
    halt.lift(office, "ctr-v-irs-ddc-2025-11-21", world.official(office, world.APPROVER))
    release(office, made.of(office), tmp_path / "out", AgeSealer())
    before, after = figures(office, 2025)["us-dhs"], figures(office, 2026)["us-dhs"]
    assert (before["requests"], before["instances of disclosure"], before["disclosed"]) == (ROWS, 0, LAWFUL)
    assert (after["requests"], after["instances of disclosure"]) == (0, LAWFUL)
