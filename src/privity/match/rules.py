"""By what a person may be identified: seven discrete rules, each on an anchor, and in each nobody else in the register may be meant.

match.sql says which rule a candidate meets, and counts who else might be meant; here stands what has to hold before a rule counts. R1 to
R5 are the strict operating point: besides name and birth date a number or an address agrees, and the first name is the person's own. R6 and
R7 are added at the bounded one, which an office chooses by a limit on expected namesakes above 0. What each rule lets through that
it should not is measured in evaluation, not assumed here.

Who is a rival depends on what is agreed. Where a number or address agrees, somebody of nearly that name elsewhere is none, or people with
common names could never be told apart; somebody of that very name and birth date is, wherever they live, and so is anybody of nearly that
name in that house or with that number.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Rule:
    """``anchor`` is what ties the rule to one person. ``rivals``: the counts of query ``judged`` of which each has to be 0.

    ``sole``: nobody may hold the number written. ``bounded``: of the bounded operating point only. ``spares``: how many times rarer a
    coincidence is than the expected namesakes say; None where namesakes do not matter.
    """

    id: str
    anchor: str
    says: str
    rivals: tuple[str, ...] = ("others_tied", "others_exact")
    sole: bool = True
    bounded: bool = False
    spares: float | None = None


NUMBER, ADDRESS, NAME = ANCHORS = ("number", "address", "name")
EXACT = 9  # strength of first name, last name and birth date without a slip; with one slip, whoever has no more slips is a rival too
RULES = (
    Rule("R1", NUMBER, "the number, and name and birth date with one slip at most, the first name with none", sole=False),
    Rule("R2", ADDRESS, "no other number; the whole address, and name and birth date with one slip at most, the first name with none"),
    Rule("R3", NUMBER, "a number one slip off that nobody else holds; name and birth date exactly"),
    Rule("R4", ADDRESS, "no other number; the building; name and birth date exactly"),
    Rule("R5", ADDRESS, "another surname; address, first name and birth date exactly, and number or middle name", ("others",), sole=False),
    # A stranger's middle initial agrees in one case of eight at most: A and M are the commonest, at about one in ten.
    Rule("R6", NAME, "no number; name, middle name and birth date exactly, and few namesakes",
         ("others_tied", "others_near", "others_undated"), bounded=True, spares=8.0),
    Rule("R7", ADDRESS, "number, or address and middle name, and a first name one slip off that nobody bears so", sole=False, bounded=True),
)  # fmt: skip
ANCHOR = {rule.id: rule.anchor for rule in RULES}


def meant(limit: float) -> pl.Expr:
    """Whether a judged probe (columns of query ``judged``, and ``namesakes``) means the one person accepted; never null.

    ``limit``: the office's largest expected number of namesakes with the same birth date; 0 is the strict operating point.
    """
    held = [(pl.col("rule") == rule.id) & _holds(rule, limit) for rule in RULES]
    return ((pl.col("accepted") == 1) & pl.any_horizontal(held)).fill_null(False)


def _holds(rule: Rule, limit: float) -> pl.Expr:
    if rule.bounded and limit <= 0:
        return pl.lit(False)
    alone = pl.all_horizontal(pl.col(rivals) == 0 for rivals in rule.rivals)
    exact = (pl.col("strength") == EXACT) | (pl.col("others_near") == 0) | pl.lit("others_exact" not in rule.rivals)
    sole = (pl.col("bearers") == 0) | pl.lit(not rule.sole)
    few = pl.lit(True) if rule.spares is None else pl.col("namesakes") <= limit * rule.spares
    return alone & exact & sole & few
