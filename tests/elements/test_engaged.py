"""Is one person engaged, did they sign, and how many cases do they carry?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.elements import engaged

NAMED = {
    "person": ["Ana Ruiz", "RUIZ, ANA", "Special Agent Ana Ruiz", "SA Ana Ruiz", "A. Ruiz", "Do Nguyen", "Badge 17"],
    "class": [
        "ERO Miami",
        "John Smith; Ana Ruiz",
        "Ana Ruiz and Bo Li",
        "all officers",
        "Duty Officer",
        "Ana Ruiz/Bo Li",
        "A. Ruiz, B. Li",
        "Ana Ruiz, Bo Li, Cy Ng",
    ],
    "placeholder": ["SA", "Deportation Officer", "Ruiz", "J. R.", "12345", "Badge 99", "N/A", "TBD", "unknown", "John Doe"],
}


@pytest.mark.parametrize(
    ("cell", "named"), [*((cell, named) for named, cells in NAMED.items() for cell in cells), ("", None), (None, None)]
)
def test_a_person_is_named_or_not(rows, given_, cell, named):
    assert engaged.judge(rows(engaged_person=[cell]).frame, None, given_)["named"].item() == named


@pytest.mark.parametrize(
    ("person", "case", "signed"),
    [
        ("ana  ruiz ", "c-1", True),
        ("Ana Ruiz", "C-9", False),
        ("Bo Li", "C-1", False),
        ("Ruiz, Ana", "C-1", False),
        ("Ana Ruiz", None, None),
        (None, "C-1", None),
    ],
)
def test_a_case_is_signed_for_only_by_the_person_as_written(rows, given_, person, case, signed):
    frame = rows(engaged_person=[person], case_id=[case]).frame
    assert engaged.judge(frame, None, given_)["signed"].to_list() == [signed]


def test_without_an_envelope_nothing_is_known_of_signatures(rows, given_):
    frame = rows(engaged_person=["Ana Ruiz"], case_id=["C-1"]).frame
    assert engaged.judge(frame, None, replace(given_, engaged=None))["signed"].to_list() == [None]
    assert engaged.judge(frame, None, replace(given_, engaged={}))["signed"].to_list() == [False]


def test_no_spelling_splits_a_load(rows, given_):
    people = ["Ana Ruiz", "ANA RUIZ", "Ruiz, Ana", "Special Agent Ana Ruiz", "ana  ruiz.", "Ana Ruíz", "Bo Li"]
    frame = rows(engaged_person=people, case_id=["1", "2", "3", "4", "5", "1 ", "1"]).frame
    assert engaged.judge(frame, None, given_)["cases"].to_list() == [5, 5, 5, 5, 5, 5, 1]


def test_rows_without_a_case_count_each(rows, given_):
    frame = rows(engaged_person=["Ana Ruiz"] * 3, case_id=[None, None, "1"]).frame
    assert engaged.judge(frame, None, given_)["cases"].to_list() == [3, 3, 3]
