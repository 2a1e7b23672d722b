"""What kind of provision is the stated authority, and which predicate does it bring in?"""

from __future__ import annotations

import pytest

from privity.elements import authority


@pytest.mark.parametrize(
    ("cell", "standing", "predicate"),
    [
        ("8 U.S.C. § 1253(a)(1)", "criminal", "8-usc-1253-a-1"),
        ("8 USC 1253(a)(1)(A)", "criminal", "8-usc-1253-a-1"),
        ("8 USC 1253", "not-an-enforcement-provision", "other"),
        ("8 USC 1253(a)(2)", "not-an-enforcement-provision", "other"),
        ("8 USC 1253(a)(10)", "not-an-enforcement-provision", "other"),  # not a part of (a)(1)
        ("8 USC 1326(a)", "criminal", "other"),
        ("8 USC 1325", "not-listed", "other"),
        ("8 USC 1325(b)(2)", "civil", "other"),
        ("8 USC 1326; 18 USC 1546", "criminal", "other"),
        ("8 USC 1326; 8 USC 1182", "civil", "other"),
        ("8 USC 1326, 8 USC 1253(a)(1)", "criminal", "8-usc-1253-a-1"),  # its elements are asked for
        ("26 USC 7201", "tax-administration", "other"),
        ("26 USC 7201; 8 USC 1326", "tax-administration", "other"),
        ("8 USC 1373; 8 USC 1182", "not-an-enforcement-provision", "other"),
        ("99 USC 1", "not-listed", "other"),
        ("to be determined", "unreadable", None),
        ("8 USC 1326 and INA 237", "unreadable", None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_the_worst_provision_stands(rows, given_, cell, standing, predicate):
    judged = authority.judge(rows(authority=[cell]).frame, None, given_)
    assert judged.row(0) == (0, standing, predicate)
