"""Is a street called plain only if every part is known, and do all spellings of it mean the same?"""

from random import Random

import pytest

from privity.sample.places import Place
from privity.sample.streets import Street, home, written

HERE = Place("WA", "98101", "Seattle")


@pytest.mark.parametrize(
    ("text", "parts"),
    [("maple dr", ("", "maple", "dr", "")), ("north cherry avenue", ("n", "cherry", "ave", "")), ("66th street", ("", "66th", "st", "")),
     ("black hawk ln sw", ("", "black hawk", "ln", "sw"))],
)  # fmt: skip
def test_a_plain_street_has_parts(text, parts):
    assert Street.parse(text) == Street(*parts)


@pytest.mark.parametrize(
    "text",
    ["", "broadway", "willow raod", "nrthw 66th street", "southwest 28th stre", "s hwy 701", "lakeside club blvd 7", "st john st", "east 7 street",
     "n main st e", "park avenue", "8 st n"],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_not_plain(text):
    assert Street.parse(text) is None


def test_a_box_is_kept_and_is_not_plain():
    box = home(None, None, None, 1234.0, HERE)
    assert (box.line1, box.plain) == ("PO BOX 1234", False)


def test_an_odd_unit_is_kept_and_makes_an_address_not_plain():
    odd = home("12", "maple dr", "3rd fl no 78", None, HERE)
    assert (odd.line1, odd.line2, odd.plain) == ("12 MAPLE DR", "3RD FL NO 78", False)


def test_spellings_differ_and_keep_number_name_unit_and_place():
    there = home("1200", "north cherry avenue", "apartment 4b", None, HERE)
    ways = [written(there, Random(seed)) for seed in range(60)]
    assert len({(way["address_line1"], way["address_line2"]) for way in ways}) > 15
    for way in ways:
        line = f"{way['address_line1']} {way['address_line2']}".lower()
        assert line.startswith("1200 n")
        assert "cherry ave" in line
        assert line.endswith(" 4b") or " 4b " in f"{line} "
        assert (way["city"].lower(), way["state"], way["zip"]) == ("seattle", "WA", "98101")
