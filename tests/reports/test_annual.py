"""Are the yearly figures what a second implementation finds, and does every figure lead to the entries that make it?"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from office.small import ANSWERED, KINDS, Small, tamper
from privity.account.annual import OVERDUE
from privity.errors import RefusedError, TamperError
from privity.office import enrol
from privity.office.accounting import for_year
from privity.office.place import Office, open_office
from privity.office.release import acknowledge, recall
from privity.office.reports import forms
from privity.store import archive
from reports import reference, told

ROWS, LAWFUL = sum(KINDS.values()), KINDS["lawful"]


@pytest.fixture(scope="module")
def office(made: Small, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return told.busy(made, tmp_path_factory.mktemp("busy"))


def test_every_total_is_what_a_second_implementation_finds(office: Office) -> None:
    for year in (2024, 2025):
        _, table = forms.annual_page(office, year, public=False, trace=True)
        expected = reference.figures(office, year)
        assert {row.agency for row in table.rows} == set(expected)
        for row in table.rows:
            assert {name: getattr(row, name) for name in expected[row.agency]} == expected[row.agency]


def test_the_purposes_are_those_of_the_sealed_facts(office: Office) -> None:
    (row,) = forms.annual_page(office, 2025, public=True, trace=False)[1].rows
    assert dict(row.purposes) == reference.purposes(office, 2025)


def test_every_disclosure_line_names_its_intent_row_and_determination(office: Office) -> None:
    rows = forms.lines_page(office, "5466-b", date(2025, 1, 1), date(2025, 12, 31)).rows.filter(line="disclosure")
    assert set(rows.select("intent", "row", "determination").iter_rows()) == reference.disclosed(office)
    assert rows.height == LAWFUL


def test_the_figures_are_the_truth_of_the_small_office(office: Office) -> None:
    (row,) = forms.annual_page(office, 2025, public=False, trace=True)[1].rows
    assert (row.requests, row.instances, row.afterwards, row.unnamed) == (ROWS + 3, LAWFUL + 5, 5, 1)
    assert row.people == LAWFUL + 3, "somebody disclosed here and recorded afterwards too counts once; REC-A counts once"


@pytest.mark.invariant
def test_every_figure_is_the_sum_of_the_entries_behind_it(office: Office) -> None:
    page, table = forms.annual_page(office, 2025, public=False, trace=True)
    kinds = {index: kind for index, kind, _, _ in reference.rows(office)}
    behind = {(one.agency, one.figure): one for one in table.behind}
    for row in page.rows.rows(named=True):
        one = behind[row["agency"], row["figure"]]
        assert row["number"] == one.total == sum(count for _, count in one.entries)
        assert {kinds[entry] for entry, _ in one.entries} <= {"receipt", "intent", "recorded"}
        assert row["entries"] == " ".join(f"{entry}:{count}" for entry, count in one.entries)


def test_the_public_form_has_what_the_statute_asks_for_and_nothing_else(office: Office) -> None:
    page, _ = forms.annual_page(office, 2025, public=True, trace=False)
    figures = page.rows["figure"].to_list()
    assert figures[:3] == ["requests", "instances of disclosure", "taxpayers"]
    assert all(one.startswith("purpose: ") for one in figures[3:])
    assert "status" not in dict(page.facts)


def test_a_report_that_nobody_signed_by_the_due_day_is_overdue(office: Office) -> None:
    late = open_office(office.root, date(2026, 4, 1))
    assert dict(forms.annual_page(late, 2025, public=False, trace=False)[0].facts)["status"] == OVERDUE


# ---------------------------------------------------------------- what the parts say


def parts(office: Office) -> dict[str, int]:
    found = for_year(office, 2025)
    assert found.gaps == ()
    return {row["part"]: row["rows"] for row in found.parts.iter_rows(named=True) if row["figure"] == "instances of disclosure"}


def test_an_intent_that_nobody_acknowledged_stands_on_its_own_line_until_somebody_does(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    assert parts(office) == {"not acknowledged, so counted as disclosed": LAWFUL}
    with office.store.read() as tx:
        packages = {
            row["package"]: sum(one["disclosed"] for one in tx.rows("package_row", package=row["package"])) for row in tx.rows("package")
        }
    first, second, *_ = packages
    acknowledge(office, first, "")
    recall(office, second, "called back")
    recall(office, first, "called back")
    assert parts(office) == {
        "recalled, and disclosed all the same": packages[first],
        "recalled before any acknowledgement, and counted as disclosed": packages[second],
        "not acknowledged, so counted as disclosed": LAWFUL - packages[first] - packages[second],
    }


def test_what_is_recorded_afterwards_stands_on_its_own_line_and_is_no_request_row(office: Office) -> None:
    assert parts(office)["recorded afterwards"] == 5
    (row,) = for_year(office, 2025).reconciled.rows(named=True)
    assert row["requests"] == ROWS


# ---------------------------------------------------------------- what cannot be relied on


@pytest.mark.parametrize("kind", ["receipt", "determination", "intent", "recorded", "recall", "in-force"])
@pytest.mark.parametrize("how", ["flipped", "deleted", "forgotten"])
def test_no_figure_rests_on_an_opening_that_is_missing_or_altered(office: Office, tmp_path: Path, kind: str, how: str) -> None:
    root = Path(shutil.copytree(office.root, tmp_path / "office"))
    with office.store.read() as tx:
        one = tx.rows("opening_file", kind=kind)[-1]
    path = root / "openings" / one["name"]
    if how == "forgotten":
        tamper(root, f"DELETE FROM opening_file WHERE first = {one['first']}")
    elif how == "deleted":
        path.unlink()
    else:
        raw = bytearray(path.read_bytes())
        raw[-1] ^= 1
        path.write_bytes(raw)
    with pytest.raises(TamperError):
        forms.annual_page(open_office(root, ANSWERED), 2025, public=True, trace=False)


@pytest.mark.parametrize("kind", ["receipt", "intent", "determination"])
def test_an_opening_sealed_again_with_another_row_is_held_against_its_entry(office: Office, tmp_path: Path, kind: str) -> None:
    """Whoever owns the folder has the archive's key; the ledger's commitment is what they have not."""
    root = Path(shutil.copytree(office.root, tmp_path / "office"))
    copy = open_office(root, ANSWERED)
    with copy.store.read() as tx:
        one = tx.rows("opening_file", kind=kind)[0]
    kept = archive.read(copy.openings(), copy.archive_key, one["name"])
    rows = [row.replace(b'"us-dhs"', b'"us-doj"').replace(b'"outcome":"refused"', b'"outcome":"referred"') for row in kept.rows]
    rows = [row.replace(b'"disclosed":[', b'"disclosed":[0,') for row in rows]
    assert rows != kept.rows
    name = archive.write(copy.openings(), copy.archive_key, rows, kept.salts, kept.first)
    tamper(root, f"UPDATE opening_file SET name = '{name}' WHERE first = {one['first']}")
    with pytest.raises(TamperError):
        for_year(open_office(root, ANSWERED), 2025)


@pytest.mark.parametrize("table", ["batch", "package", "package_row", "custody", "recorded", "agency"])
def test_a_table_that_says_less_changes_no_figure(office: Office, tmp_path: Path, table: str) -> None:
    root = Path(shutil.copytree(office.root, tmp_path / "office"))
    tamper(root, "PRAGMA foreign_keys=OFF", f"DELETE FROM {table}")
    whole, short = (forms.annual_page(one, 2025, public=False, trace=True)[0].rows for one in (office, open_office(root, ANSWERED)))
    assert whole.equals(short)


def test_an_entry_that_somebody_rewrote_stops_the_report(office: Office, tmp_path: Path) -> None:
    root = Path(shutil.copytree(office.root, tmp_path / "office"))
    tamper(root, "UPDATE segment SET body = CAST(replace(body, '2025-08-14', '2025-08-15') AS BLOB)")
    with pytest.raises(TamperError):
        for_year(open_office(root, ANSWERED), 2025)


def test_a_request_by_the_president_is_nothing_that_this_table_can_report(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    told.recorded(office, tmp_path, authority='"26 USC 6103(g)(1)"')
    with pytest.raises(RefusedError, match="cannot report"):
        forms.annual_page(office, 2025, public=True, trace=False)


def test_what_need_not_be_accounted_for_is_left_out_and_said(made: Small, tmp_path: Path) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    told.recorded(office, tmp_path, authority='"26 USC 6103(h)(1)"')
    page, table = forms.annual_page(office, 2025, public=False, trace=False)
    assert (table.rows[0].requests, table.rows[0].instances) == (ROWS, LAWFUL)
    assert dict(table.outside)["instances of disclosure that need not be accounted for"] == 3
    assert any("need not be accounted for: 3" in said for said in page.notes)


@pytest.mark.parametrize(
    ("authority", "listed"), [("26 USC 6103(i)(3)(B)(i)", True), ("26 USC 6103(d)(1)", True), ("26 USC 6103(i)(1)(C)", False)]
)
def test_an_agency_of_a_state_is_listed_by_what_it_received_under(made: Small, tmp_path: Path, authority: str, listed: bool) -> None:
    office = made.office("released", tmp_path, ANSWERED)
    enrol.enrol_agency(office, "state-police", "State Police", "state")
    told.recorded(office, tmp_path, agency='"state-police"', authority=f'"{authority}"')
    _, table = forms.annual_page(office, 2025, public=True, trace=False)
    assert ("state-police" in {row.agency for row in table.rows}) == listed
    assert dict(table.outside)["instances of disclosure of senders and recipients that the statute does not list"] == (0 if listed else 3)
