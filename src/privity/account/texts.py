"""What the office signs: the text of a statement, line by line, so that a machine can read it and a person can see what it does not say.

    privity statement v1
    nothing-shared
    origin …        the ledger that is spoken of
    size N          of its first N entries, and of no others
    root BASE64     their RFC 6962 root, as in the checkpoint of that size
    since DAY       the day of its first entry
    day DAY         the day of the statement
    WORD VALUE      what this kind adds

then an empty line and sentences. The first line can begin no checkpoint's text, so a signature under one is none under the other.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from privity.errors import TamperError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST = "privity statement v1"
NOTHING_SHARED, ANNUAL_REPORT = "nothing-shared", "annual-report"
KINDS = (NOTHING_SHARED, ANNUAL_REPORT)
_HEAD = ("origin", "size", "root", "since", "day")
ANY = "any"

ONLY_HERE = "It speaks of this ledger up to that size, and not of other ways, of what is entered later, or of what nobody entered."


@dataclass(frozen=True, slots=True)
class Scope:
    """The ledger that is spoken of: its first ``size`` entries with this root (32 bytes), the first of them made on ``since``."""

    origin: str
    size: int
    root: bytes
    since: date
    day: date


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, read: its kind, its words by name, its sentences."""

    kind: str
    words: Mapping[str, str]
    sentences: tuple[str, ...]


def nothing_shared(scope: Scope, agency: str, through: date, kinds: Sequence[str]) -> str:
    """That no entry of these kinds is about an agency (`ANY`: about any) on or before a day."""
    whom = "to anybody" if agency == ANY else f"to the agency enrolled as {agency}"
    none = (
        f"Among these entries there is none of an intent to send a package {whom} on or before {through}, whatever the package would have"
        " said, and none of a disclosure recorded afterwards that was made by then."
    )
    says = (
        none,
        ONLY_HERE,
        "It does not say that nothing was asked for, that nobody here looked at a record, or that no other agency passed anything on.",
    )
    return _text(scope, NOTHING_SHARED, {"agency": agency, "through": through.isoformat(), "kinds": " ".join(kinds)}, says)


def annual_report(scope: Scope, year: int, due: date, cite: str, figures: str) -> str:
    """The yearly table as one line of JSON."""
    says = (
        f"These are the figures of {year} that {cite} asks for, folded from these entries and their openings.",
        "An intent without an acknowledgement is counted as a disclosure; what was recorded afterwards, as it was told to this office.",
        ONLY_HERE,
    )
    return _text(scope, ANNUAL_REPORT, {"year": str(year), "due": due.isoformat(), "under": cite, "figures": figures}, says)


def _text(scope: Scope, kind: str, words: Mapping[str, str], says: Sequence[str]) -> str:
    root = base64.b64encode(scope.root).decode()
    head = (scope.origin, str(scope.size), root, scope.since.isoformat(), scope.day.isoformat())
    lines = [f"{name} {value}" for name, value in (*zip(_HEAD, head, strict=True), *words.items())]
    if any("\n" in line for line in lines):
        raise TypeError("a word of a statement is one line")
    return "\n".join([FIRST, kind, *lines, "", *says]) + "\n"


def parse(text: str) -> Statement:
    """Read a statement's text.

    Raises:
        TamperError: it is no statement.
    """
    head, gap, rest = text.partition("\n\n")
    first, kind, *lines = head.split("\n") if "\n" in head else ("", "")
    words = dict(line.partition(" ")[::2] for line in lines)
    if first != FIRST or kind not in KINDS or not gap or tuple(words)[: len(_HEAD)] != _HEAD or len(words) != len(lines):
        raise TamperError("the text is no statement of this kind of office", remedy="fetch it again, unedited")
    return Statement(kind, words, tuple(rest.splitlines()))
