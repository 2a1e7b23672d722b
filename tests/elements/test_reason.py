"""Does a reason belong to its case, or to every row of the file?"""

from __future__ import annotations

import random

import polars as pl
import pytest

from privity.elements import reason

TEMPLATE = "Wage statements are required to prove willful failure to depart and that the employer knew of it in the months charged"
DICE = random.Random(7)

AIMS = {
    "civil-aim": ["Locate for removal", "Final order of removal; deport", "Address needed to arrest criminal alien for deportation",
                  "This is not a criminal matter; removal only of person", "Civil immigration enforcement operation next week in the city"],
    "locate-only": ["Current address needed to find the person", "Last known whereabouts", "Subject failed to depart after final order of removal; address needed"],
    "too-short": ["Needed", "Relevant to investigation", "12345 678"],
    "specific": ["Willfully failed to depart after order of removal; wage records show presence in March",
                 "Payer reports contradict the sworn statement made before the magistrate",
                 "Wage records from the employer show work on the dates of the robbery in Tulsa"],
}  # fmt: skip


def nonsense() -> str:
    return "".join(DICE.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(8))


def genuine() -> str:
    return "fraud " + " ".join(nonsense() for _ in range(6)) + " grand jury payroll employer statement"


def standings(rows, given_, texts, **cells):
    cells = {"case_id": [f"K{n}" for n in range(len(texts))]} | cells
    return reason.judge(rows(reason=texts, **cells).frame, None, given_)["standing"].to_list()


@pytest.mark.parametrize(
    ("text", "standing"), [*((text, standing) for standing, texts in AIMS.items() for text in texts), ("", None), (None, None)]
)
def test_what_a_reason_is_for(rows, given_, text, standing):
    assert standings(rows, given_, [text]) == [standing]


@pytest.mark.parametrize("count", [5, 40])
@pytest.mark.parametrize(
    "vary",
    [
        lambda n: TEMPLATE,
        lambda n: f"{TEMPLATE}, case {n}-{n}A of 2021",
        lambda n: f"{nonsense()} {TEMPLATE} {nonsense()}",
        lambda n: TEMPLATE.replace(("Wage", "employer", "months", "charged")[n % 4], nonsense()),
        lambda n: " ".join(DICE.sample(TEMPLATE.split(), len(TEMPLATE.split()))),
        lambda n: TEMPLATE.replace("e", "е", n % 4),
        lambda n: TEMPLATE.upper() if n % 2 else TEMPLATE.replace(" ", "  "),
    ],
)
def test_one_text_for_many_cases_is_boilerplate_however_it_is_dressed(rows, given_, vary, count):
    assert set(standings(rows, given_, [vary(n) for n in range(count)])) == {"boilerplate"}


def test_four_cases_may_say_the_same(rows, given_):
    assert set(standings(rows, given_, [TEMPLATE] * 4)) == {"specific"}


def test_people_of_one_case_may_share_a_reason(rows, given_):
    assert set(standings(rows, given_, [TEMPLATE] * 30, case_id=["K1", " k1"] * 15)) == {"specific"}
    assert set(standings(rows, given_, [TEMPLATE] * 30, case_id=[None] * 30)) == {"boilerplate"}


def test_what_a_row_says_of_itself_makes_no_text_its_own(rows, given_):
    names = ["Alba", "Bruno", "Chidi", "Dagny", "Eero", "Fumiko"]
    texts = [f"Payroll statements prove wire fraud; {one} of {one}ville {one} Road seen by agent {one}" for one in names]
    cells = {"first_name": names, "city": [f"{one}ville" for one in names], "address_line1": [f"1 {one} Road" for one in names]}
    assert set(standings(rows, given_, texts, **cells)) == {"boilerplate"}


def test_different_reasons_do_not_collide_and_copies_among_them_are_found(rows, given_):
    texts = [genuine() for _ in range(300)] + [f"{TEMPLATE} {nonsense()}" for _ in range(30)]
    assert standings(rows, given_, texts) == ["specific"] * 300 + ["boilerplate"] * 30


def test_the_share_of_the_batch_counts(rows, given_):
    texts = [genuine() for _ in range(294)] + [TEMPLATE] * 6
    assert standings(rows, given_, texts)[-1] == "boilerplate"
    assert standings(rows, given_, [genuine() for _ in range(60)] + texts)[-1] == "specific"  # six of 360 are less than one in fifty


@pytest.mark.invariant
def test_a_tally_holds_no_word(rows):
    tally = reason.tally(rows(reason=["Canary zebra reads Xylophone quartz"], case_id=["canary-1"]).frame)
    assert set(tally.dtypes) <= {pl.UInt64, pl.List(pl.UInt64)}
