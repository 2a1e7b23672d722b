"""The regime of docs/writing-law.md, as written there, is law that decides."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from docs.pages import ROOT
from privity.determine import Asked, determine
from privity.rules.book import LawBook, in_force, open_book
from privity.rules.facts import facts_schema
from privity.terms import Facts, Outcome, Source, Stage

if TYPE_CHECKING:
    from pathlib import Path

AUGUST, OCTOBER = date(2025, 8, 1), date(2025, 10, 1)


@pytest.fixture
def book(tmp_path: Path) -> LawBook:
    """Every fenced part whose first line is a comment with a file's name becomes that file."""
    for kind, text in re.findall(r"^```(toml|cedar)\n(.*?)^```", (ROOT / "docs/writing-law.md").read_text(), re.DOTALL | re.MULTILINE):
        mark = "#" if kind == "toml" else "//"
        named = re.match(rf"{mark} (\S+)\n", text)
        assert named
        path = tmp_path / named[1]
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return open_book(tmp_path)


def decided(book: LawBook, day: date, **facts: object) -> tuple[str, list[tuple[str, str]]]:
    """Outcome and findings of one row at the record stage, signed by a clerk."""
    row = {"shelf_marked": True, "purpose": "court-case", "decision_day": day, "identity": "unique", **facts}
    rulebook = in_force(book, day)
    row["reading_room_counts"] = rulebook.switches["reading_room_counts"]
    table = pl.DataFrame([{"ordinal": 0, **row}], schema=facts_schema(book.vocabulary, Stage.RECORD))
    made = determine(rulebook, Facts(table), Stage.RECORD, Asked("a", "loan", {"a": frozenset({"clerk"})}))
    return made.outcomes.frame["outcome"].item(), sorted(made.reasons.frame.select("requirement", "kind").rows())


def test_the_page_has_every_kind_of_file(book: LawBook) -> None:
    assert set(book.files) >= {"facts.toml", "rules.cedar", "readings/high-court.toml", "halts/closed.toml"}


def test_a_row_that_meets_it_passes(book: LawBook) -> None:
    assert decided(book, AUGUST) == (Outcome.REFERRED, [])


def test_a_missing_fact_refuses(book: LawBook) -> None:
    assert decided(book, AUGUST, identity=None) == (Outcome.REFUSED, [("loan.person", "error")])


def test_a_question_does_not_refuse(book: LawBook) -> None:
    assert decided(book, AUGUST, shelf_marked=False) == (Outcome.REFERRED, [("loan.shelf", "refer")])


def test_a_court_interpretation_sets_its_switch_from_its_first_day(book: LawBook) -> None:
    assert decided(book, date(2025, 5, 31), purpose="leisure") == (Outcome.REFUSED, [("loan.purpose", "failed")])
    assert decided(book, AUGUST, purpose="leisure") == (Outcome.REFERRED, [])


def test_a_court_order_withholds_from_its_first_day(book: LawBook) -> None:
    outcome, found = decided(book, OCTOBER)
    assert (outcome, found) == (Outcome.REFUSED, [("closed-2025", "failed")])
    assert in_force(book, OCTOBER).requirement("closed-2025").source is Source.HALT
