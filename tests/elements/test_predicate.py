"""Do the two clocks start where the statute says?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.elements import predicate


@pytest.mark.parametrize(
    ("order", "court", "release", "since", "period"),
    [
        ("2026-08-03", None, None, 90, 90),
        ("2026-01-01", "2026-08-03", None, 90, 90),
        ("2026-08-03", "2026-01-01", None, 304, 90),  # 1253 counts from the court's order, 1231 from the latest
        ("2026-01-01", None, "2026-08-03", 304, 90),
        (None, "2026-08-03", None, 90, 90),
        (None, None, "2026-08-03", None, None),
        ("2026-11-02", None, None, -1, -1),
        ("2026-08-03", "unreadable", None, None, None),  # never taken for an absent one
        (None, None, None, None, None),
    ],
)
def test_the_clocks(rows, given_, order, court, release, since, period):
    frame = rows(predicate_date=[order], predicate_court_date=[court], predicate_release_date=[release]).frame
    assert predicate.judge(frame, None, given_).row(0) == (0, since, period)


def test_a_request_without_a_date_is_counted_to_the_day_of_the_decision(rows, given_):
    frame = rows(predicate_date=["2026-11-22"]).frame
    assert predicate.judge(frame, None, replace(given_, request_day=None))["days_since_final_order"].item() == 1
