"""What has to hold for any request and any register, however bad: one outcome a request, and nobody found who was not named."""

from __future__ import annotations

import polars as pl

from privity.match import Identified
from privity.terms import ORDINAL, Eligible

from .garbage import Made

WORDS = {"unique", "several", "absent"}


def eligible(asks: pl.DataFrame) -> Eligible:
    """The requests as `determine` would hand them over."""
    rows = asks.with_row_index("ordinal").with_columns(pl.col("ordinal").cast(ORDINAL))
    return Eligible(rows.with_columns(row=pl.col("ordinal") + 2))


def holds(found: Identified, made: Made) -> dict[str, int]:
    """Asserts all of it; how many requests of each kind were found, and how many in all."""
    people, facts, count = found.identifications.frame, found.record_facts, made.asks.height
    every = list(range(count))
    assert people["ordinal"].to_list() == every
    assert facts["ordinal"].to_list() == every
    assert set(people["identity"].unique()) <= WORDS
    assert facts["identity"].equals(people["identity"])
    assert people.select("ordinal", "identity", "rival_excluded").null_count().sum_horizontal().item() == 0
    one = people["identity"] == "unique"
    for name in ("record_id", "rule", "agreed"):
        assert (people[name].is_not_null() == one).all(), name
    assert (facts["period_held"].is_not_null() == one).all()
    assert (people["rival_excluded"] == one).all()
    assert found.read.is_sorted()
    assert found.read.is_unique().all()
    assert people.filter(one)["ordinal"].is_in(found.read.implode()).all(), "whoever is found was asked for"
    assert found.bounds.frame.null_count().sum_horizontal().item() == 0
    assert found.bounds.frame["limit"].is_between(0, 1).all()
    judged = pl.concat([made.truth, people], how="horizontal")
    wrong = judged.filter(one & pl.col("record_id").ne_missing(pl.col("origin")))
    assert wrong.is_empty(), wrong.select("ordinal", "kind", "rule").head(5).rows()
    sound = judged.filter(pl.col("kind") == "sound")
    lost = sound.filter(pl.col("record_id").ne_missing(pl.col("origin")))
    assert lost.is_empty(), lost.select("ordinal", "identity").head(5).rows()
    answered = judged.filter(one).group_by("kind").len()
    return {"requests": count, "looked_up": len(found.read), **dict(answered.sort("kind").iter_rows())}
