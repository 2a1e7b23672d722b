"""One cell of a request into one value of a fact, by the fact's type. Strict: what is not certain is null, and null refuses.

Enum words match a value or an alias of the vocabulary, whatever their case, spaces, hyphens and punctuation. Booleans are
yes/no/y/n/true/false/1/0. Whole numbers are digits with at most a sign. Days are ``YYYY-MM-DD``, as intake leaves them.

Not here: which column a fact reads (facts.toml), and cells whose meaning takes more than a look (the elements).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from privity.errors import LawError
from privity.fields.day import day
from privity.fields.name import plain
from privity.terms import FactType

if TYPE_CHECKING:
    from privity.terms import Fact

UNREADABLE = "unreadable"
YES_NO = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}
_SAYS_NOTHING = (
    r"^(?:N/?A|N\.A\.?|NONE|NIL|NULL|UNKNOWN|UNK|UNKN|TBD|TBA|SEE (?:ABOVE|BELOW|ATTACHED)|VARIOUS|MULTIPLE|PENDING"
    r"|NO CASE|ALL(?: CASES)?|SAME"
    r"|NOT (?:ASSIGNED|OPEN|OPENED|PROVIDED|GIVEN|AVAILABLE|APPLICABLE|KNOWN)|FAILED TO PROVIDE|X+|[0-]+)(?: ?\(.*\))?$"
)


def value(fact: Fact, cells: pl.Expr) -> pl.Expr:
    """The cells of a column as values of ``fact``, in the fact's type."""
    text = cells.str.strip_chars()
    match fact.type:
        case FactType.BOOL:
            return text.str.to_lowercase().replace_strict(YES_NO, default=None, return_dtype=pl.Boolean)
        case FactType.WHOLE:
            return pl.when(text.str.contains(r"^[+-]?[0-9]{1,18}$")).then(text).cast(pl.Int64, strict=False)
        case FactType.DAY:
            return day(text)
        case FactType.ENUM:
            bare = plain(text).str.to_lowercase().str.replace_all(r"[^a-z0-9]", "")
            # A fact that may be absent must not become so by a word that nobody knows: its vocabulary has a value for that.
            other = pl.when(bare != "").then(pl.lit(UNREADABLE)) if UNREADABLE in fact.values else pl.lit(None, pl.String)
            known = bare.replace_strict(spellings(fact), default=None, return_dtype=pl.String)
            return pl.coalesce(known, other).cast(pl.Enum(fact.values))


def present(cells: pl.Expr) -> pl.Expr:
    """Whether a cell says something: false when empty, without a letter or digit, or a word that stands for nothing."""
    text = cells.str.strip_chars().str.to_uppercase()
    return (text.str.contains(r"[\p{L}\p{N}]") & ~text.str.contains(_SAYS_NOTHING)).fill_null(value=False)


def spellings(fact: Fact) -> dict[str, str]:
    """Every word that means a value of an enum, bare of case, spaces and punctuation.

    Raises:
        LawError: one word would mean two values.
    """
    known: dict[str, str] = {}
    for word, meant in (*((one, one) for one in fact.values), *fact.aliases.items()):
        if known.setdefault(_bare(word), meant) != meant:
            raise LawError(f"fact {fact.name}: the alias `{word}` means two values", remedy="give each alias one value in facts.toml")
    return known


def _bare(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())
