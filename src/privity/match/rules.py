"""By what a person may be identified: seven discrete rules, each on one anchor, and in each nobody else in the register may be meant.

match.sql says which rule a candidate meets; here stands what else has to hold before it counts. R1 to R5 are the strict
operating point: besides name and birth date a number or an address agrees. R6 and R7 have nothing else, so they count only where
namesakes are so rare that one with the same birth date is unlikely (``limit``, expected number; 0 switches them off).
What each rule lets through that it should not is measured in evaluation, not assumed here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Rule:
    """``anchor`` is what ties the rule to one person.

    ``sole``: nobody may hold the number written. ``spares``: how many times rarer a coincidence is than the expected namesakes say; None
    where namesakes do not matter.
    """

    id: str
    anchor: str
    says: str
    sole: bool = True
    spares: float | None = None


NUMBER, ADDRESS, NAME = ANCHORS = ("number", "address", "name")
RULES = (
    Rule("R1", NUMBER, "the number, and first name, last name and birth date with one slip at most", sole=False),
    Rule("R2", ADDRESS, "no other number, the whole address, and name and birth date with one slip at most"),
    Rule("R3", NUMBER, "a number one slip off that nobody else holds, and name and birth date exactly"),
    Rule("R4", ADDRESS, "no other number, the building, and name and birth date exactly"),
    Rule("R5", ADDRESS, "another surname; the address, first name and birth date exactly, and the number or the middle name", sole=False),
    # A stranger's middle initial agrees in one case of eight at most: A and M are the commonest, at about one in ten.
    Rule("R6", NAME, "no number; name and birth date exactly, the middle name too, and few namesakes", spares=8.0),
    Rule("R7", NAME, "no number; name and birth date exactly, and very few namesakes", spares=1.0),
)
ANCHOR = {rule.id: rule.anchor for rule in RULES}


def meant(limit: float) -> pl.Expr:
    """Whether a judged probe (columns of query ``judged``, and ``namesakes``) means the one person accepted; never null.

    ``limit``: the office's largest expected number of namesakes with the same birth date, for rules that rest on the name alone.
    """
    alone = (pl.col("accepted") == 1) & (pl.col("possible") == 1)
    held = [(pl.col("rule") == rule.id) & _holds(rule, limit) for rule in RULES]
    return (alone & pl.any_horizontal(held)).fill_null(False)


def _holds(rule: Rule, limit: float) -> pl.Expr:
    sole = pl.col("bearers") == 0 if rule.sole else pl.lit(True)
    if rule.spares is None:
        return sole
    return sole & (pl.col("namesakes") <= limit * rule.spares) & (limit > 0)
