"""Does a row name one person?"""

from __future__ import annotations

import random
import re

import polars as pl
import pytest

from privity.elements import name

PEOPLE = [
    ("Maria", "Garcia"), ("María José", "Peña-O'Neill"), ("Jennifer", "Null"), ("Na", "Li"), ("John", "All"), ("Any", "Martinez"),
    ("Maria", "Doe"), ("John", "Smith, Jr."), ("Grace", "O"), ("John", "Smith 3rd"), ("John A/K/A Juan", "Perez"), ("Wei", "Person"),
    ("Or", "Cohen"), ("李", "王"), ("Ortega", "y Gasset"), ("Mohammed", "Al Hassan"), ("Andy", "Anderson"), ("Ming", "Ng"), ("Jo", "O'Brien"),
]  # fmt: skip
CLASSES = [
    ("All", "Occupants"), ("All", "Smith"), ("Smith", "Family"), ("Smith", "Household"), ("J*", "Smith"), ("Smith", "?"), ("John; Mary", "Smith"),
    ("John and Mary", "Smith"), ("John/Mary", "Smith"), ("John", "Smith, Mary Jones"), (None, "ALL PERSONS"), ("Ana", "Et Al"),
    ("John", "Smith et al."), ("ANY", "PERSON"), ("Sam", "Residents"), ("The", "Family of Smith"), ("John", "Smith and others"), ("John & Mary", "Smith"),
]  # fmt: skip
PLACEHOLDERS = [
    ("John", "Doe"), ("Jane Q", "Doe"), ("FNU", "Ahmed"), ("Ahmed", "LNU"), ("UNKNOWN", "Smith"), ("N/A", "N/A"), ("NA", "NA"), ("Mary", "Test"),
    ("XXX", "XXX"), ("..", "--"), ("J0hn", "Sm1th"), ("Test", None), ("Null", None), ("Not", "Provided"), ("Failed to", "Provide"), ("123", "456"),
]  # fmt: skip
INCOMPLETE = [(None, "Smith"), ("John", None), ("J", "Smith"), ("J. R.", "Smith"), ("Jo", "S")]
TABLE = [
    (pair, standing)
    for pairs, standing in ((PEOPLE, "person"), (CLASSES, "class"), (PLACEHOLDERS, "placeholder"), (INCOMPLETE, "incomplete"))
    for pair in pairs
]


@pytest.mark.parametrize(("pair", "standing"), [*TABLE, ((None, None), None), (("", " "), None)])
def test_one_person_is_a_person_and_nothing_else_is(rows, given_, pair, standing):
    request = rows(first_name=[pair[0]], last_name=[pair[1]])
    assert name.judge(request.frame, None, given_)["standing"].to_list() == [standing]


def test_a_class_in_the_suffix_is_seen(rows, given_):
    request = rows(first_name=["John"], last_name=["Smith"], name_suffix=["et al"])
    assert name.judge(request.frame, None, given_)["standing"].item() == "class"


def test_the_quick_way_and_the_patterns_give_one_answer(rows, given_):
    dice = random.Random(4)
    listed = sorted(set(re.findall(r"[A-Z]+", name.LISTED)))
    words = [*listed, *("MARIA", "GARCIA", "ET", "J", "AL", "O'NEIL", "DE LA CRUZ", "JOSÉ") * 20]
    cell = lambda: dice.choice([dice.choice(words), " ".join(dice.choices(words, k=2)), "MARIA"])  # noqa: E731
    names = {
        one: [cell() if one in {"first_name", "last_name"} or dice.random() < 0.1 else None for _ in range(20_000)] for one in name.CELLS
    }
    frame = rows(**names).frame
    assert name.judge(frame, None, given_)["standing"].equals(name.by_patterns(frame.select(name.CELLS))["standing"], null_equal=True)
    assert isinstance(frame, pl.DataFrame)
