"""A legal citation as people write it into `terms.Citation`.

Reads ``8 U.S.C. § 1253(a)(1)``, ``8 USC 1253 (a) (1)(A)``, ``18usc1546``, ``Title 8 Section 1326``, ``section 1326 of title 8``,
``8 U.S. Code 1325(a) and (c)``, ``8 USC 1325, 1326``, ``8 CFR 241.4`` and several of these in one cell. Words after a citation
(``illegal reentry``) are passed over; a digit or a bracket that belongs to no citation makes the whole cell unreadable, and so
do words that change what is cited (``not``, ``except``, ``et seq.``): half a citation is worse than none.

Cannot know: popular names and section numbers of an Act (``INA 243(a)``), ranges, whether the provision exists or is in force.
"""

from __future__ import annotations

import re
import unicodedata

from privity.terms import Citation

_I = re.IGNORECASE
_MARK = r"(?:,? ?(?:§+|sections?\b|secs?\b\.?))? ?"
_PATH = r"(?: ?\([0-9a-z]{1,5}\))*"
_SECTION = r"[0-9]+[a-z]{0,3}(?:-[0-9]+[a-z]?)?(?:\.[0-9]+[a-z]?(?:-[0-9]+)?)?"
_AND = r" ?(?:[,;&/]|,? ?\band\b|,? ?\bor\b) ?"
_CODE = re.compile(r"(?<=[0-9])[ .,]*(United States Code|U\.? ?S\.? ?C(?:ode)?|C\.? ?F\.? ?R)(?:\.? ?A\b)?\.?(?![a-z])", _I)
_TITLE_FIRST = re.compile(rf"\btitle ([0-9]{{1,2}}),? ?(?:of the )?(?:United States Code|U\.? ?S\.? ?C(?:ode)?\.?)?{_MARK}(?=[0-9])", _I)
_TITLE_LAST = re.compile(
    rf"(?:§+|\bsections?\b|"
    rf"\bsecs?\b\.?) ?({_SECTION}{_PATH}),? of title ([0-9]{{1,2}})(?:,? (?:of the )?(?:United States Code|U\.? ?S\.? ?C\b\.?))?",
    _I,
)
_FULL = re.compile(rf"(?<![0-9])(?P<title>[0-9]{{1,2}}) (?P<code>USC|CFR){_MARK}(?P<section>{_SECTION})(?P<path>{_PATH})(?![0-9a-z])", _I)
_MORE_SECTION = re.compile(rf"{_AND}(?:§+ ?)?(?P<section>{_SECTION})(?P<path>{_PATH})(?! ?(?:USC|CFR)|[0-9a-z])", _I)
_MORE_PATH = re.compile(rf"{_AND}(?P<path>(?:\([0-9a-z]{{1,5}}\) ?)+)", _I)
_CHANGES = re.compile(  # words that may take back what is cited, or set something else beside it
    r"\b(?:not|non|no|never|nor|neither|except|excluding|other than|seq|without|unless|etc|civil\w*|administrative\w*|removal"
    r"|declin\w*|dismiss\w*"
    r"|inapplicable|former|repealed|n ?/ ?a|INA)\b",
    _I,
)
_ASIDE = re.compile(r"\([A-Za-z][A-Za-z ,'-]{5,}\)")  # "(failure to depart)": words too long to be a paragraph
_UNREAD = re.compile(r"[0-9()§\[\]]|\bUSC\b|\bCFR\b|\bTITLE\b|\bSECTION", _I)
_LIMIT = 400  # characters; no authority needs more, and what is longer is not read


def citations(text: str) -> tuple[Citation, ...]:
    """Every provision that the text cites, in order, in the one canonical spelling; empty when any part of it cannot be read.

    Letters are given the case that the Code uses at their level: ``(a)(1)(A)(i)(I)``.
    """
    if len(text) > _LIMIT:
        return ()
    line = _line(text)
    found: list[Citation] = []
    rest: list[str] = []
    at = 0
    while match := _FULL.search(line, at):
        rest.append(line[at : match.start()])
        at = _read(line, match, found)
    said = " ".join((*rest, line[at:]))
    return () if _CHANGES.search(said) or _UNREAD.search(_ASIDE.sub(" ", said)) else tuple(_leveled(one) for one in found)


def slug(citation: Citation) -> str:
    """``8-usc-1253-a-1``: a citation as a word of a vocabulary."""
    return "-".join((str(citation.title), citation.code, citation.section, *citation.path)).lower()


def prefixes(citation: Citation) -> tuple[str, ...]:
    """The citation and everything that it is a part of, longest first, down to the bare title (``26 USC``)."""
    parts = range(len(citation.path), -1, -1)
    whole = (str(Citation(citation.title, citation.code, citation.section, citation.path[:n])) for n in parts)
    return (*whole, f"{citation.title} {citation.code}")


def _line(text: str) -> str:
    """One space between words, and the code named in one way. Case is kept: ``(a)`` and ``(A)`` are two levels."""
    line = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    line = _TITLE_LAST.sub(r"\2 USC \1", line)
    line = _TITLE_FIRST.sub(r"\1 USC ", line)
    return _CODE.sub(lambda found: " CFR " if found[1][0] in "Cc" else " USC ", line).replace("  ", " ")


def _read(line: str, match: re.Match[str], found: list[Citation]) -> int:
    """Take the citation and what continues it (``, 1326``; ``and (c)``); return where reading stopped."""
    title, code = int(match["title"]), match["code"].upper()
    found.append(Citation(title, code, match["section"].lower(), _parts(match["path"])))
    at = match.end()
    while True:
        if (more := _MORE_PATH.match(line, at)) and (beside := _beside(found[-1], _parts(more["path"]))):
            found.append(beside)
        elif more := _MORE_SECTION.match(line, at):
            found.append(Citation(title, code, more["section"].lower(), _parts(more["path"])))
        else:
            return at
        at = more.end()


def _beside(last: Citation, path: tuple[str, ...]) -> Citation | None:
    """``1253(a)(1)(A), (B)``: the path goes on at the one level of its kind (number, small, capital); None if that is not one level."""
    levels = [level for level, part in enumerate(last.path) if _kind(part) == _kind(path[0])]
    return Citation(last.title, last.code, last.section, (*last.path[: levels[0]], *path)) if len(levels) == 1 else None


def _kind(part: str) -> str:
    return "number" if part.isdigit() else "small" if part.islower() else "capital"


def _parts(path: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\(([0-9A-Za-z]+)\)", path))


def _leveled(citation: Citation) -> Citation:
    """Levels of the Code run a, 1, A, i, I: capitals at the third and fifth, small letters elsewhere."""
    cased = tuple(part.upper() if level in {2, 4} else part.lower() for level, part in enumerate(citation.path))
    return Citation(citation.title, citation.code, citation.section, cased)
