"""Is what the shipped files say about accountings what the statutes say? The lists of paragraphs are compared one by one."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from privity.account import law as accounting
from privity.account.annual import DUE, FURNISHED, OPEN, OVERDUE, due_date, status
from privity.errors import InputError, LawError
from privity.rules.facts import SHIPPED

FOLDERS = sorted(path.parent for path in SHIPPED.rglob(accounting.FILE))
TAX = SHIPPED / "us" / "26-usc-6103"

# 26 USC 6103(p)(3)(A), the paragraphs that need no accounting, as the Code prints them (release point 119-100; a footnote mark left out).
AS_PRINTED = (
    "(c), (e), (f)(5), (h)(1), (3)(A), or (4), (i)(4), or (8)(A)(ii), (k)(1), (2), (6), (8), or (9), (l)(1), (4)(B), (5), (7), (8), (9), (10), "
    "(11), (12), (13)(D)(iv), (13)(D)(v), (13)(D)(vi) (14), (15), (16), (17), or (18), (m), or (n)"
)


def expanded(printed: str) -> list[str]:
    """Each paragraph with its subsection: a number alone belongs to the subsection named before it."""
    found, subsection = [], ""
    for path in re.findall(r"(?:\([0-9A-Za-z]+\))+", printed):
        if re.match(r"\([a-z]\)", path):
            subsection = path[:3]
            found.append(f"26 USC 6103{path}")
        else:
            found.append(f"26 USC 6103{subsection}{path}")
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_shipped_file_is_well_formed(folder: Path) -> None:
    found = accounting.load(SHIPPED, folder)
    assert found.forms
    assert found.what["same"]


def test_the_three_shipped_regimes_have_one() -> None:
    assert [folder.name for folder in FOLDERS] == ["26-usc-6103", "45-cfr-164", "5-usc-552a"]


@pytest.mark.invariant
def test_the_exemptions_are_those_that_the_statute_prints() -> None:
    assert list(accounting.load(SHIPPED, TAX).exempt) == expanded(AS_PRINTED)
    assert len(expanded(AS_PRINTED)) == 32


@pytest.mark.invariant
@pytest.mark.parametrize(
    "cited", ["(i)(1)", "(i)(2)", "(i)(3)(B)(i)", "(i)(5)", "(i)(7)(A)", "(i)(8)(A)(i)", "(d)", "(h)(2)", "(l)(6)", "(f)(1)"]
)
def test_what_the_list_does_not_name_must_be_accounted_for(cited: str) -> None:
    assert not accounting.covers(accounting.load(SHIPPED, TAX).exempt, f"26 USC 6103{cited}")


@pytest.mark.parametrize("cited", ["26 USC 6103(c)(1)", "26 U.S.C. § 6103(h)(4)(D)", "26 USC 6103(l)(7)", "26 USC 6103(i)(8)(A)(ii)"])
def test_what_is_below_an_exempt_paragraph_is_exempt(cited: str) -> None:
    assert accounting.covers(accounting.load(SHIPPED, TAX).exempt, cited)


@pytest.mark.parametrize(
    "cited", ["", "whatever (c) says", "26 USC 6103(c)(1) and 26 USC 6103(i)(2)", "8 USC 1360(b)", "not 26 USC 6103(c)"]
)
def test_what_cannot_be_read_or_cites_something_else_too_is_accounted_for(cited: str) -> None:
    assert not accounting.covers(accounting.load(SHIPPED, TAX).exempt, cited)


@pytest.mark.parametrize(
    ("year", "due"), [(2025, date(2026, 3, 31)), (2023, date(2024, 3, 30)), (2024, date(2025, 3, 31)), (2099, date(2100, 3, 31))]
)
def test_the_yearly_table_is_due_ninety_days_after_the_close_of_the_year(year: int, due: date) -> None:
    found = accounting.load(SHIPPED, TAX).annual
    assert found is not None
    assert due_date(year, found.due_days) == due


def test_the_last_day_is_still_in_time() -> None:
    due = date(2026, 3, 31)
    assert status(2025, due, date(2025, 12, 31), furnished=False) == OPEN
    assert status(2025, due, date(2026, 3, 31), furnished=False) == DUE
    assert status(2025, due, date(2026, 4, 1), furnished=False) == OVERDUE
    assert status(2025, due, date(2026, 4, 1), furnished=True) == FURNISHED


SLIPS = {
    "a citation in another spelling": ('cite = "26 USC 6103(c)"', 'cite = "26 U.S.C. 6103(c)"', "exempt"),
    "an exemption given twice": ('cite = "26 USC 6103(e)"', 'cite = "26 USC 6103(c)"', "given twice"),
    "a field that there is not": ('["agency_code", "Agency code"]', '["agency_number", "Agency code"]', "form `5466-b`"),
    "a key mistyped": ("due_days = 90", "due_dayz = 90", "due_dayz"),
    "a table that there is not": ("[breach]", "[breech]", "breech"),
    "years without a number": ('retention = "permanent"', 'retention = "years"', "retention"),
    "a line of no kind": ('lines = ["request",', 'lines = ["asked",', "asked"),
}


@pytest.mark.parametrize(("old", "new", "says"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = Path(shutil.copytree(TAX, tmp_path / "tax"))
    text = (folder / accounting.FILE).read_text()
    assert old in text
    (folder / accounting.FILE).write_text(text.replace(old, new, 1))
    with pytest.raises(LawError, match=re.escape(says)):
        accounting.load(tmp_path, folder)


def test_a_form_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InputError) as caught:
        accounting.load(SHIPPED, TAX).form("5466")
    assert "5466-b" in caught.value.remedy
