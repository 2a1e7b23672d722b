"""What kind of provision is the stated authority? 26 USC 6103(i)(2)(B)(iii) with (i)(1)(A)(i).

``standing`` is the kind that law/us/provisions.toml gives to the longest listed prefix of each provision cited: criminal, civil,
tax-administration, not-an-enforcement-provision; ``not-listed`` where counsel has not classed it; ``unreadable`` where any part of
the cell cannot be read as a citation. All provisions of a cell must be criminal, else the worst of them stands. ``predicate`` is the
declared predicate that any of them is part of (so that its own elements are asked for), else ``other``; null when unreadable.

Cannot know: whether an investigation under the provision exists, whether the provision was in force on the day of the acts, or what
an Act's own section number (``INA 243(a)``) is in the Code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from privity.elements.element import Element, Given, once
from privity.fields.citation import citations, prefixes, slug

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.terms import Citation

UNREADABLE, NOT_LISTED = "unreadable", "not-listed"
WORST_FIRST = (UNREADABLE, NOT_LISTED, "not-an-enforcement-provision", "tax-administration", "civil", "criminal")


def judge(requests: pl.DataFrame, _tally: pl.DataFrame | None, given: Given, /) -> pl.DataFrame:
    """``ordinal``, ``standing``, ``predicate``. Reads each distinct cell once: a file cites few provisions."""
    return once(requests, ("authority",), lambda cells: _judge(cells, given))


def _judge(cells: pl.DataFrame, given: Given) -> pl.DataFrame:
    cited = [citations(cell) if cell and cell.strip() else None for cell in cells["authority"]]
    standing = [None if some is None else kind(some, given.provisions) for some in cited]
    predicate = [predicate_of(some, given.predicates) if some else None for some in cited]
    return pl.DataFrame({"standing": standing, "predicate": predicate}, schema=dict(ELEMENT.gives))


def kind(cited: tuple[Citation, ...], provisions: Mapping[str, str]) -> str:
    """The worst kind among the provisions cited."""
    kinds = {next((provisions[prefix] for prefix in prefixes(one) if prefix in provisions), NOT_LISTED) for one in cited}
    return min(kinds, key=_rank, default=UNREADABLE)


def predicate_of(cited: tuple[Citation, ...], predicates: tuple[str, ...]) -> str:
    """The first declared predicate that a provision is, or is part of."""
    slugs = [f"{slug(one)}-" for one in cited]
    return next((known for known in predicates if any(one.startswith(f"{known}-") for one in slugs)), "other")


def _rank(one: str) -> int:
    return WORST_FIRST.index(one) if one in WORST_FIRST else 0  # a kind that this module does not know is the worst


ELEMENT = Element(name="authority", reads=("authority",), gives={"standing": pl.String(), "predicate": pl.String()}, judge=judge)
