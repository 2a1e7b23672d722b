"""The address key: what it refuses, what it takes for one place, and that it never takes two places for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.fields.address import AGREEMENTS, STANDINGS, compare, key

if TYPE_CHECKING:
    import random

LINES = ("line1", "line2", "city", "state", "zip")
Row = tuple[str | None, str | None, str | None, str | None, str | None]


def rows(*cells: Row) -> pl.DataFrame:
    return key(pl.DataFrame(cells, schema=dict.fromkeys(LINES, pl.String), orient="row"))


def at(*lines: str) -> pl.DataFrame:
    """Addresses in Springfield, Illinois 62701; `|` begins the second line."""
    halves = (line.partition("|") for line in lines)
    return rows(*((first, second or None, "Springfield", "IL", "62701") for first, _, second in halves))


COMPLETE = """123 Main St
123 N. Main Street, Apt. 4
12 UNKNOWN SOLDIER WAY
45 SAMPLE RD
7 NOWHERE RD
7 JAIL HOUSE RD
210 DETENTION CENTER DR
COUNTY JAIL 210 MAIN ST
COUNTY JAIL|210 MAIN ST
500 W ICE HOUSE LN
100 NONE SUCH RD
12 NO NAME RD
12 HOMESTEAD LN
PO BOX 12
P.O. Box 0123
POB 77
RR 2 BOX 15
Rural Route 2, Box 15
HC 1 BOX 99
123 CA HIGHWAY 116
123 US HWY 1 N
123 COUNTY ROAD E
2201 FM 1960 W
12 I-10
1 1/2 MAIN ST
12½ MAIN ST
12-34 30th Ave
N123 W456 MAIN ST
455 SOUTH 300 EAST
12 34TH ST
1702 AVENUE N
12 AVENUE OF THE AMERICAS
133 20th Street Dr NW
9401 3rd Street Road
1130 Center Point Rd NE 35
8358 WB&A Road
3035 S Highway A1A #3B
4969 U S 401 HWY S
820 N Highway 71 Business
7441 E County Road Y
517.5 Bridge St
12 BROADWAY
12 BLOCK HOUSE RD
12 E WEST HWY
12 N ST NW
12 ST JAMES PL
12 FRONT ST
12 MAIN ST|REAR
OAK TERRACE APARTMENTS|12 OAK ST
12 MAIN ST SPRINGFIELD IL 62701"""

INCOMPLETE = {
    "placeholder": "Don't Care 12345|00000|Unknown Address 90012|Failed to Provide|NA NA|UNK|N/A|NONE|HOMELESS|TRANSIENT|SAME|XXXX|"
    "99 FAILED TO PROVIDE|HOMELESS 12 MAIN ST|12 MAIN ST HOMELESS|123 UNKNOWN|UNKNOWN 123|123 UNKNOWN ST|No Fixed Address|NOT PROVIDED|"
    "REFUSED|IN CUSTODY|12 SAME AS ABOVE|TBD|ADDRESS UNKNOWN 62701|test|123 XXXX ST|1 TBD St|0 Unknown Rd|100 UNKNOWN WAY|12 TEST RD|45 SAME ST|123 Any Street|1 FAKE ST APT 2|123 Street Name St|"
    "12 DDDD AVE|5 asdf ln|12 QWERTY|SEE ABOVE|12 as above|Sin direccion|9 DESCONOCIDO|7 N NONE ST|3 NONE GIVEN BLDG 1 APT 27|5 TBD APT 4|Do not know|12345 DON’T CARE",
    "institution": "COUNTY JAIL|210 COUNTY JAIL|ADELANTO DETENTION FACILITY|INMATE 123 COUNTY JAIL|ICE FIELD OFFICE|STATE PRISON 12345|FCI|11 COUNTY DETENTION CENTER",
    "care-of": "C/O JOHN ROE 12 MAIN ST|ATTN ROE 12 MAIN ST|% J ROE 12 MAIN ST",
    "general-delivery": "GENERAL DELIVERY|Gen. Del.",
    "no-number": "MAIN ST|8TH ST|N MAIN STREET|RR 2|0 MAIN ST|0-0 MAIN ST|SPRINGFIELD|PO BOX 0|PO BOX 000|PO BOX NA|PO BOX NONE",
    "no-street": "12345|12345 67890|12 34|123|123 APT 4|8 ST N|99 AVENUE|99 AVENUE N|12 N|5 COURT|12 B|62701-1234|#12|.|3 MILES WEST OF MILL|1200 BLOCK OAK AVE",
    "unparsed": "12 MAIN ST 5 OAK AVE|１２ MAIN ST|12 MAIN ST PO BOX 5|12 OAK ST AND ELM AVE|12 OAK ST 190 ELM CT|INTERSTATE 85 NEAR HILL",
}


def test_a_number_and_a_street_are_complete_whatever_words_the_street_is_named_with() -> None:
    lines = COMPLETE.split("\n")
    assert dict(zip(lines, at(*lines)["standing"], strict=True)) == dict.fromkeys(lines, "complete")


def test_what_stands_in_the_line_is_named() -> None:
    expected = {line: standing for standing, lines in INCOMPLETE.items() for line in lines.split("|")}
    keyed = rows(*((line, None, "Springfield", "IL", "62701") for line in expected))
    assert dict(zip(expected, keyed["standing"], strict=True)) == expected
    assert keyed["key"].null_count() == keyed.height


@pytest.mark.parametrize("place", [(None, None, None), ("Los Angeles", "CA", "90012"), ("NA", "NA", "90012")])
def test_five_digits_anywhere_never_make_an_address(place: tuple[str | None, str | None, str | None]) -> None:
    lines = [line for lines in INCOMPLETE.values() for line in lines.split("|")]
    assert "complete" not in rows(*((line, None, *place) for line in lines))["standing"].to_list()
    known = [line for line in lines if line != "RR 2"]
    with_zip = rows(*((f"{line} 90012", None, *place) for line in known))["standing"].to_list()
    assert [line for line, standing in zip(known, with_zip, strict=True) if standing == "complete"] == []


def test_the_town_is_not_a_street() -> None:
    assert set(at("62701 SPRINGFIELD", "12 Springfield")["standing"]) == {"no-street"}
    assert at("12 SPRINGFIELD AVE")["standing"][0] == "complete"
    assert rows(("07028 Glen Ridge", None, "Glen Ridge", "NJ", "07028"))["standing"][0] == "no-street"


PLACES: list[tuple[Row, str | None]] = [
    (("12 MAIN ST", None, None, "IL", "62701"), "no-city"),
    (("12 MAIN ST", None, "UNKNOWN", "IL", "62701"), "no-city"),
    (("12 MAIN ST", None, "Springfield", None, "62701"), "no-state"),
    (("12 MAIN ST", None, "Springfield", "ILLINOI", "62701"), "no-state"),
    (("12 MAIN ST", None, "Springfield", "Illinois", "62701"), "complete"),
    (("12 MAIN ST", None, "Springfield", "IL", None), "no-zip"),
    (("12 MAIN ST", None, "Springfield", "IL", "00000"), "zip-unknown"),
    (("12 MAIN ST", None, "Springfield", "IL", "99999"), "zip-unknown"),
    (("12 MAIN ST", None, "Springfield", "IL", "2701"), "zip-unknown"),
    (("12 MAIN ST", None, "Springfield", "IL", "Unknown Address 62701"), "zip-unknown"),
    (("12 MAIN ST", None, "Springfield", "IL", "90012"), "zip-not-in-state"),
    (("12 MAIN ST", None, "Elsewhere", "IL", "62701-1234"), "complete"),
    ((None, None, "Springfield", "IL", "62701"), "no-street"),
    ((None, None, None, None, None), None),
    (("", " ", "", "", ""), None),
    (("PSC 802 BOX 74", None, "APO", "AE", "09499"), "complete"),
    (("PSC 802 BOX 74", None, "Springfield", "IL", "62701"), "unparsed"),
    (("URB LAS GLADIOLAS", "150 CALLE A", "San Juan", "PR", "00926"), "complete"),
]


def test_city_state_and_zip_are_needed_and_the_zip_lies_in_the_state() -> None:
    cells, standings = zip(*PLACES, strict=True)
    assert list(zip(cells, rows(*cells)["standing"], strict=True)) == list(zip(cells, standings, strict=True))


SPELLINGS = [
    "123 North Main Street|123 N MAIN ST|123 n. main st.|123  N  Main  Str",
    "12 OAK AVENUE APT 4B|12 Oak Ave #4B|12 oak ave unit 4-b|12 OAK AVE, Apt. # 04B|12 OAK AV 4B|12 OAK AVE APT 4 B",
    "12 MAIN ST APT 12 BLDG 4|12 MAIN ST BLDG 4 APT 12|12 MAIN STREET BUILDING 4 #12",
    "12 First Ave|12 1ST AVENUE|0012 1st ave",
    "12 ST JAMES PL|12 Saint James Place",
    "12 MAIN ST 2ND FLOOR|12 Main Street Fl 2|12 MAIN ST, SECOND FLOOR",
    "PO BOX 123|P.O. Box 123|Post Office Box 0123|POB 123|P O BOX #123",
    "RR 2 BOX 15|Rural Route 2 Box 15|RR2 BOX 15|R.R. 2, Box #15",
    "5 IL HIGHWAY 116|5 STATE HWY 116|5 IL-116",
    "5 US HIGHWAY 1|5 U.S. HWY 1|5 US 1|5 US ROUTE 1",
    "5 COUNTY ROAD 12|5 CR 12|5 CO RD 12",
    "12 N E 5TH ST|12 NE 5th Street|12 Northeast Fifth St",
    "12 O'BRIEN RD|12 OBRIEN ROAD|12 O’Brien Rd",
    "N123W456 MAIN ST|n123 w456 Main Street",
    "12 1/2 MAIN ST|12½ MAIN ST|12-1/2 MAIN ST",
]


def test_spellings_of_one_address_are_the_same() -> None:
    pairs = [(forms.split("|")[0], form) for forms in SPELLINGS for form in forms.split("|")]
    answers = compare(at(*(one for one, _ in pairs)), at(*(form for _, form in pairs)))
    assert [pair for pair, answer in zip(pairs, answers, strict=True) if answer != "same"] == []


PAIRS = [
    ("115 W MAIN", "115 W MAIN ST", "cannot-tell"),
    ("115 W MAIN ST", "115 MAIN ST", "cannot-tell"),
    ("12 OAK ST APT 3", "12 OAK ST", "cannot-tell"),
    ("12 OAK ST APT 3", "12 OAK ST STE 3", "cannot-tell"),
    ("12 OAK ST BLDG 2 APT 3", "12 OAK ST APT 3", "cannot-tell"),
    ("12 NORTH ST", "12 N ST", "cannot-tell"),
    ("12-34 30TH AVE", "1234 30TH AVE", "cannot-tell"),
    ("5 HIGHWAY 116", "5 US HWY 116", "cannot-tell"),
    ("12 MC DONALD RD", "12 MCDONALD RD", "cannot-tell"),
    ("RR 2 BOX 15", "4410 COUNTY ROAD 12", "cannot-tell"),
    ("12 OAK ST|TOWER GARDENS", "12 OAK ST", "cannot-tell"),
    ("HOMELESS", "HOMELESS", "cannot-tell"),
    ("12 OAK ST APT 14A", "12 OAK ST APT 14C", "different"),
    ("12 OAK ST APT 1-1", "12 OAK ST APT 11", "cannot-tell"),
    ("12 OAK ST FL 3", "12 OAK ST APT 4", "cannot-tell"),
    ("12 OAK ST", "14 OAK ST", "different"),
    ("12 OAK ST", "12 OAK AVE", "different"),
    ("12 N OAK ST", "12 S OAK ST", "different"),
    ("12 OAK ST", "PO BOX 12", "different"),
    ("12 N AVENUE 52", "12 N AVE APT 52", "different"),
    ("5 CA HIGHWAY 116", "5 CA HIGHWAY 117", "different"),
    ("RR 2 BOX 15", "RR 3 BOX 15", "different"),
    ("12 E ST", "12 W ST", "different"),
]


def test_what_is_missing_cannot_be_told_and_what_contradicts_is_different() -> None:
    left, right = at(*(one for one, _, _ in PAIRS)), at(*(other for _, other, _ in PAIRS))
    assert list(zip(PAIRS, compare(left, right), strict=True)) == [(pair, pair[2]) for pair in PAIRS]
    assert compare(right, left).to_list() == compare(left, right).to_list()


def test_another_zip_in_the_same_city_cannot_be_told_and_in_another_city_is_different() -> None:
    here = rows(("12 OAK ST", None, "Chicago", "IL", "60601"))
    assert compare(here, rows(("12 OAK ST", None, "Chicago", "IL", "60602")))[0] == "cannot-tell"
    assert compare(here, rows(("12 OAK ST", None, "Peoria", "IL", "61602")))[0] == "different"


def test_two_towns_that_share_a_zip_may_each_have_the_street() -> None:
    forms = [("100 VINE ST", None, city, "CA", "90028") for city in ("Los Angeles", "Hollywood")]
    assert compare(rows(forms[0]), rows(forms[1]))[0] in {"cannot-tell", "same"}
    assert compare(rows(forms[0]), rows(forms[0]))[0] == "same"


def test_a_calle_without_its_urbanization_cannot_be_told() -> None:
    block = ("150 CALLE A", None, "San Juan", "PR", "00926")
    named = ("URB LAS GLADIOLAS 150 CALLE A", None, "San Juan", "PR", "00926")
    other = ("URB SANTA CLARA 150 CALLE A", None, "San Juan", "PR", "00926")
    assert compare(rows(block), rows(block))[0] == "cannot-tell"
    assert compare(rows(named), rows(block))[0] == "cannot-tell"
    assert compare(rows(named), rows(named))[0] == "same"
    assert compare(rows(named), rows(other))[0] == "different"


# ---------------------------------------------------------------- properties

_NAMES = st.sampled_from(
    ["OAK", "MAIN", "LAKE SHORE", "5TH", "ST JAMES", "NORTH", "E", "AVENUE OF THE ARTS", "MARTIN LUTHER KING JR", "20TH STREET", "WB&A"]
)
_TYPES = st.sampled_from(["ST", "AVE", "RD", "BLVD", "LN", "CIR", "HWY", "LOOP", "", "PKWY"])
_NUMBERS = st.one_of(st.integers(1, 99_999).map(str), st.from_regex(r"\A[1-9][0-9]{0,2}(-[0-9]{1,2}|[A-C]| 1/2|-[AB])\Z"))
_UNITS = st.one_of(st.just(""), st.from_regex(r"\A(APT |# ?|UNIT |STE |LOT |FL |BLDG |BLDG 2 APT |)[0-9]{1,3}(-?[A-D])?\Z"))
_STREETS = st.builds(
    lambda *parts: " ".join(" ".join(parts).split()), _NUMBERS, st.sampled_from(["", "N", "S", "SW"]), _NAMES, _TYPES, _UNITS
)
_ROADS = st.from_regex(
    r"\A[1-9][0-9]{0,3} (US HWY|CA HIGHWAY|IL ROUTE|COUNTY RD|CR|FM|STATE ROAD|HIGHWAY|I-|OLD HWY|PARK ROAD|ILLINOIS|HIGHWAY NO|20TH STREET|MAIN RD NE)"
    r" ?[0-9]{1,3}( [NS])?( APT [0-9])?\Z"
)
_BOXES = st.from_regex(r"\A(PO BOX |P\.O\. BOX |BOX |RR [0-9]{1,2} BOX |HC [0-9] BOX |PO DRAWER )[0-9]{1,4}[AB]?\Z")
ADDRESSES = st.one_of(_STREETS, _ROADS, _BOXES)


MANY = st.lists(ADDRESSES, min_size=60, max_size=120)  # a frame at a time: a call costs the same for one row as for a hundred
FEW = settings(max_examples=8, deadline=None)


@FEW
@given(MANY, st.randoms(use_true_random=False))
def test_changing_any_digit_is_never_the_same_address(lines: list[str], choice: random.Random) -> None:
    places = [choice.choice([n for n, sign in enumerate(line) if sign.isdigit()]) for line in lines]
    changed = [
        line[:place] + choice.choice([digit for digit in "0123456789" if digit != line[place]]) + line[place + 1 :]
        for line, place in zip(lines, places, strict=True)
    ]
    before, after = at(*lines), at(*changed)
    assert [pair for pair, answer in zip(zip(lines, changed, strict=True), compare(before, after), strict=True) if answer == "same"] == []
    assert not (before["key"] == after["key"]).any()


_SMALL = st.integers(1, 999).map(str)
_ELSEWHERE = st.one_of(
    st.tuples(st.sampled_from(["PSC {} BOX {}", "CMR {} BOX {}", "UNIT {} BOX {}"]), _SMALL, _SMALL, st.just(("APO", "AE", "09499"))),
    st.tuples(st.just("URB LAS FLORES {} CALLE {}"), _SMALL, _SMALL, st.just(("San Juan", "PR", "00926"))),
    st.tuples(st.sampled_from(["{} N {} E", "{} S {} W APT 3"]), _SMALL, _SMALL, st.just(("Salt Lake City", "UT", "84101"))),
)


@FEW
@given(st.lists(_ELSEWHERE, min_size=30, max_size=60), st.randoms(use_true_random=False))
def test_nor_in_military_puerto_rican_and_grid_addresses(
    made: list[tuple[str, str, str, tuple[str, str, str]]], choice: random.Random
) -> None:
    lines = [form.format(one, two) for form, one, two, _ in made]
    spots = [choice.choice([n for n, sign in enumerate(line) if sign.isdigit()]) for line in lines]
    changed = [
        line[:spot] + choice.choice([digit for digit in "0123456789" if digit != line[spot]]) + line[spot + 1 :]
        for line, spot in zip(lines, spots, strict=True)
    ]
    before, after = (rows(*((line, None, *place) for line, (*_, place) in zip(found, made, strict=True))) for found in (lines, changed))
    assert before["key"].null_count() == 0
    assert not (before["key"] == after["key"]).any()
    assert "same" not in compare(before, after).to_list()


@FEW
@given(MANY)
def test_case_spaces_and_stops_change_nothing(lines: list[str]) -> None:
    keys = at(*lines)["key"].to_list()
    assert at(*(line.lower() for line in lines))["key"].to_list() == keys
    assert at(*(f"  {line.replace(' ', '   ')}, " for line in lines))["key"].to_list() == keys


_LONG = {
    "ST": "Street",
    "AVE": "Avenue",
    "RD": "Road",
    "BLVD": "Boulevard",
    "LN": "Lane",
    "CIR": "Circle",
    "PKWY": "Parkway",
    "DR": "Drive",
}
_WAYS = {"": "", "N": "North", "S": "South", "E": "East", "W": "West", "NE": "Northeast", "SW": "Southwest"}
_DESIGNATORS = {
    "APT": ("Apartment", "#"),
    "STE": ("Suite", "Suite"),
    "BLDG": ("Building", "Bldg."),
    "RM": ("Room", "RM"),
    "TRLR": ("Trailer", "trlr"),
}
_FORMED = st.tuples(
    st.integers(1, 99_999).map(str),
    st.sampled_from(sorted(_WAYS)),
    st.sampled_from(["Oak", "Lake Shore", "5th", "Saint James", "Martin Luther King Jr"]),
    st.sampled_from(sorted(_LONG)),
    st.sampled_from(sorted(_WAYS)),
    st.sampled_from(sorted(_DESIGNATORS)),
    st.from_regex(r"\A[1-9][0-9]{0,3}[A-D]?\Z"),
)


@FEW
@given(st.lists(_FORMED, min_size=40, max_size=80))
def test_long_and_short_words_zip4_and_the_order_of_lines_change_nothing(parts: list[tuple[str, ...]]) -> None:
    def form(line: str) -> str:
        return " ".join(line.split())

    place = ("Springfield", "IL", "62701")
    lines = [(form(f"{number} {pre} {name} {kind} {post}"), f"{unit} {which}") for number, pre, name, kind, post, unit, which in parts]
    spelled = [
        (form(f"{number} {_WAYS[pre]} {name} {_LONG[kind]}. {_WAYS[post]}").lower(), [f"{word} {which}" for word in _DESIGNATORS[unit]])
        for number, pre, name, kind, post, unit, which in parts
    ]
    keys = rows(*((f"{line} {unit}".upper(), None, *place) for line, unit in lines))["key"]
    others = [
        *((line, unit, *place) for line, unit in lines),
        *((unit, line, *place) for line, unit in lines),
        *((f"{line}, {units[0]}", "", "SPRINGFIELD", "Illinois", "62701-1234") for line, units in spelled),
        *((line, units[1], "springfield", "il", "627011234") for line, units in spelled),
    ]
    assert keys.null_count() == 0
    found = rows(*others)["key"]
    assert [other for other, key, expected in zip(others, found, pl.concat([keys] * 4), strict=True) if key != expected] == []


@FEW
@given(st.lists(st.one_of(ADDRESSES, st.text(max_size=30).map(lambda text: text.replace("|", ""))), min_size=20, max_size=80))
def test_the_key_of_a_row_does_not_depend_on_the_other_rows(lines: list[str]) -> None:
    together = at(*lines)
    assert together.equals(at(*reversed(lines)).reverse())
    assert at(*lines[:1]).equals(together.head(1))


@FEW
@given(MANY)
def test_agreement_is_symmetric_and_the_same_means_an_equal_key(lines: list[str]) -> None:
    left, right = at(*lines), at(*reversed(lines))
    answers, turned = compare(left, right), compare(right, left)
    assert answers.to_list() == turned.to_list()
    assert set(answers) <= set(AGREEMENTS)
    assert all(a == b for a, b, answer in zip(left["key"], right["key"], answers, strict=True) if answer == "same")


@FEW
@given(st.lists(st.tuples(*[st.one_of(st.none(), st.text(max_size=40))] * 5), min_size=20, max_size=60))
def test_any_text_has_a_standing_and_only_blanks_have_none(cells: list[Row]) -> None:
    keyed = rows(*cells)
    blank = [all(not (cell or "").strip(" \t\n\r") for cell in row) for row in cells]
    assert set(keyed["standing"]) <= {*STANDINGS, None}
    assert all(standing is None for standing, empty in zip(keyed["standing"], blank, strict=True) if empty)
    assert (keyed["key"].is_not_null() == keyed["standing"].eq_missing("complete")).all()


def test_other_columns_and_the_order_stay() -> None:
    frame = pl.DataFrame({"ordinal": [9, 3, 7], **{name: ["PO BOX 1", "12 OAK ST", None] for name in LINES}})
    assert key(frame)["ordinal"].to_list() == [9, 3, 7]
    assert key(frame.clear()).height == 0
