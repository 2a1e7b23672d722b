"""What class is asked for, and does the worst of a list govern?"""

from __future__ import annotations

import pytest

from privity.elements import items

CASES = {
    "identity-only": ["address", "last known mailing address", "name, address, and TIN", "Taxpayer's most recent address", "city, state and zip", "addresses"],
    "other-return-information": ["wages reported by employer", "address; wages reported by employer", "Third-party information",
                                 "return information other than taxpayer return information", "whether the return was examined"],
    "taxpayer-return-information": ["wages", "income", "dependents", "bank names, employers", "address & dependents", "return information", "foo; income"],
    "return": ["tax return", "copy of 2021 return", "Form 1040", "all records", "everything", "any and all information", "foo; return", "wages, 1040"],
    "unreadable": ["foo", "address; foo", "W-2", "date of birth", "phone", "address on the return", "情報"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "standing"),
    [*((cell, standing) for standing, cells in CASES.items() for cell in cells), ("", None), (None, None), (" ", None)],
)
def test_the_worst_item_governs(rows, given_, cell, standing):
    assert items.judge(rows(items=[cell]).frame, None, given_)["standing"].item() == standing


def test_no_phrase_is_in_two_classes():
    phrases = [phrase for one in items.CLASS.values() for phrase in one]
    assert len(phrases) == len(set(phrases))
