"""Does what counsel wrote in cases/ come of each request, for exactly these citations; and does a second reading of the statute agree?"""

from __future__ import annotations

from functools import cache

import pytest

import reference
from cases import golden
from privity.terms import Duty, Outcome

CASES = golden.load()
MOU = "treasury-dhs-2025-04-07"
every_case = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])


@cache
def came_of(place):
    return golden.decided(CASES[place])


def decided(case):
    """What came of a case; a case of the files is decided once."""
    return came_of(CASES.index(case)) if case in CASES else golden.decided(case)


@every_case
def test_the_case_comes_out_as_counsel_wrote(case):
    found = decided(case)
    assert (found.outcome, sorted(found.because)) == (case["outcome"], sorted(case.get("because", [])))
    if "questions" in case:
        assert found.questions == set(case["questions"])
    if "duty" in case:
        assert found.duty == case["duty"]
    if "stage" in case:
        assert found.stage == case["stage"]


@every_case
def test_a_second_reading_of_the_statute_finds_the_same(case):
    agreement = case["envelope"].get("agreement", "")
    if agreement not in ("", MOU):
        pytest.skip("the second reading knows one agreement")
    found = decided(case)
    unmet = reference.unmet(found.facts, found.facts["offices"], found.stage, bool(agreement))
    assert found.unmet == {(source, name) for source, names in unmet.items() for name in names}


def test_every_case_has_a_name_of_its_own_and_says_a_word_that_there_is():
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) > 40
    assert {case["outcome"] for case in CASES} <= set(Outcome)
    assert {case["duty"] for case in CASES if "duty" in case} <= set(Duty)
    assert all(bool(case.get("because")) == (case["outcome"] == "refused") for case in CASES)


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "refused"},
        {"because": ["STATUTE 26 USC 6103(i)(2)(B)(i)"]},
        {"questions": ["policy.asked-before"]},
        {"duty": "may"},
    ],
)
def test_a_case_that_is_wrong_fails(change):
    with pytest.raises(AssertionError):
        test_the_case_comes_out_as_counsel_wrote({**CASES[0], **change})
