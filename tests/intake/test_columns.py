"""Headings are mapped by what they say, and what is left over is said."""

from __future__ import annotations

import pytest

from intake.files import COLUMNS
from privity.errors import InputError
from privity.intake import Mapping, propose
from privity.intake.columns import load, save
from privity.rules.facts import SHIPPED, load_vocabulary


@pytest.mark.parametrize("heading", ["first_name", "First Name", "FIRST-NAMES", "FirstName", " first  name ", "First name:", "FNAME"])
def test_case_punctuation_and_plural_do_not_matter(heading):
    assert propose([heading], COLUMNS).chosen == {heading: "first_name"}


def test_a_name_goes_before_an_alias_and_the_other_is_said():
    found = propose(["SSN", "tin", "zip"], COLUMNS)
    assert found.chosen == {"tin": "tin", "zip": "zip"}
    assert found.contested == ("SSN",)


def test_two_headings_that_fit_equally_well_are_both_left_for_a_person():
    found = propose(["first", "fname", "zip", "ZIP"], COLUMNS)
    assert found.chosen == {}
    assert found.contested == ("first", "fname", "zip", "ZIP")


def test_two_headings_of_one_text_are_two_headings():
    assert propose(["zip", "zip", "city"], COLUMNS).chosen == {"city": "city"}


def test_every_heading_is_chosen_unknown_or_contested():
    heads = ["id", "Colour", "first", "fname", "dob", "", "row id"]
    found = propose(heads, COLUMNS)
    assert sorted([*found.chosen, *found.unknown, *found.contested]) == sorted(head for head in heads if head)


def test_the_shipped_vocabulary_has_no_heading_that_means_two_columns():
    columns = load_vocabulary(SHIPPED).columns
    for column in columns:
        for heading in (column.name, *column.aliases):
            assert propose([heading], columns).chosen == {heading: column.name}, heading


def test_a_mapping_survives_being_saved(tmp_path):
    one = Mapping({'He said "x"': "zip", "naïve\t": "city"}, ("left",), ("two",), "mdy", "cp1252")
    assert save(one, tmp_path / "m.toml") == one.digest
    assert load(tmp_path / "m.toml") == one


def test_the_digest_is_of_what_decides():
    base = Mapping({"a": "zip"})
    assert base.digest == Mapping({"a": "zip"}, ("left over",)).digest
    assert len({base.digest, Mapping({"a": "city"}).digest, Mapping({"a": "zip"}, day_order="mdy").digest}) == 3


@pytest.mark.parametrize("text", ["[columns", 'day_order = "ymd"\n[columns]\n', "[columns]\na = 1\n", 'other = 1\n[columns]\na = "zip"\n'])
def test_a_mapping_that_is_not_one(tmp_path, text):
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(InputError, match=r"m\.toml"):
        load(tmp_path / "m.toml")
