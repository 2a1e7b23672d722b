"""A line that the whole-column rules could not read → the same words, rearranged so that they can; or nothing.

The ``usaddress`` labeller (a conditional random field trained on US addresses) only says which words are number, street, unit
and recipient. Its answer is written out as a line and read again by our own rules, so no key rests on a library's labels alone,
and an answer that loses or adds a digit, repeats a label or calls anything "not address" is thrown away.
Row by row and slow (about 5,000 lines a second): only for the distinct lines that are left.
"""

from __future__ import annotations

import re

import usaddress

from privity.fields.address_words import REWRITES, SUFFIXES

_STREET = (
    *("AddressNumberPrefix", "AddressNumber", "AddressNumberSuffix", "StreetNamePreDirectional", "StreetNamePreModifier"),
    *("StreetNamePreType", "StreetName", "StreetNamePostType", "StreetNamePostDirectional"),
)
_UNIT = ("SubaddressType", "SubaddressIdentifier", "OccupancyType", "OccupancyIdentifier")
_SUFFIXED = re.compile(rf" (?:{'|'.join((*SUFFIXES, *REWRITES))})$")
_ROAD = re.compile(r"\b(?:INTERSTATE|HIGHWAY|HWY|ROUTE|RTE|RT|ROAD|RD|SR|CR|FM|US|COUNTY|EXIT|MILE)\b|^I$")
_BESIDE = ("Recipient", "BuildingName", "LandmarkName")


def rewrite(line: str) -> tuple[str, str] | None:
    """``OAK TERRACE APARTMENTS 12 OAK ST`` → (``12 OAK ST``, ``OAK TERRACE APARTMENTS``); None if any word has no clear place."""
    try:
        labels, kind = usaddress.tag(line)
    except usaddress.RepeatedLabelError:
        return None
    if kind != "Street Address" or not {"AddressNumber", "StreetName"} <= labels.keys() or labels.keys() - {*_STREET, *_UNIT, *_BESIDE}:
        return None
    if next(label for label in labels if label in _STREET) not in _STREET[:2]:  # ROUTE 160 NEAR MILL: a house number comes first
        return None
    text = _joined(labels, (*_STREET, *_UNIT))
    beside = _joined(labels, _BESIDE)
    if _second_street(labels, beside) or _ROAD.search(beside):  # the number of INTERSTATE 85 is not a house number
        return None
    return (text, beside) if _words(f"{text} {beside}") == _words(line) and text != line else None


def _second_street(labels: dict[str, str], beside: str) -> bool:
    """``12 OAK ST 190 ELM CT`` may be two addresses, not unit 190 of a building called Elm Court."""
    bare_unit = "OccupancyIdentifier" in labels and "OccupancyType" not in labels
    return bool(re.search(r"\d", beside)) or (bare_unit and bool(_SUFFIXED.search(beside)))


def _joined(labels: dict[str, str], names: tuple[str, ...]) -> str:
    return " ".join(labels[name] for name in names if name in labels)


def _words(text: str) -> list[str]:
    return sorted(re.findall(r"[A-Z0-9/-]+", text))
