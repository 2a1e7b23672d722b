"""Name cells → keys by which two spellings of one person's name can be compared: letters, parts, sound, suffix, initial.

``Peña-O'Neill`` → letters ``PENAONEILL``, parts ``PENA`` and ``ONEILL``. Other scripts are put into Latin letters first (``anyascii``).
``sound`` is what different transliterations of one name share (Mohammed, Muhamad; Yuri, Iurii; Nikolai, Nicolay); unlike names may share it
too, so that equal sound is a slip like a typing error and never an agreement.
A name of more than 60 letters, or with a digit, is unreadable. Every key is of the cell alone: who bears the name is unknown here, and
nothing is inferred from a name. Each distinct cell is read once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from anyascii import anyascii

from privity.fields.name import fold

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 60  # letters; longer is no name, and edit distance of such cells costs without end
SHORTEST_SOUND = 3
_SUFFIX = r"[\s,]+(JR|SR|II|III|IV|V|2ND|3RD|4TH)\.?\s*$"
_SUFFIXES = {"JUNIOR": "JR", "SENIOR": "SR", "2ND": "II", "3RD": "III", "4TH": "IV"} | {
    name: name for name in ("JR", "SR", "II", "III", "IV")
}
# Words that stand before a surname and come and go between registers.
_PARTICLES = r"\b(?:DE|LA|LAS|LOS|DEL|DELA|DA|DAS|DO|DOS|DI|DU|VAN|VON|VANDER|DER|DEN|TER|EL|AL|BIN|IBN|BEN|ABU|Y|E)\b"
# In this order. Vowels fall into two classes, since transliterations of one name agree on no more: A E I Y, and O U.
_SOUNDS = (
    ("DZH|ZH|DJ", "J"),
    ("TSCH|TCH|SCH|CH|SH", "2"),
    ("KH|GH", "H"),
    ("PH", "F"),
    ("CK|QU|Q|C", "K"),
    ("X", "KS"),
    ("W", "V"),
    ("OU|OO|OE|[OU]", "U"),
    ("[AEIYJ]*[AEIY][AEIYJ]*", "A"),
    ("H$", ""),
)
_SIGNS = r"[^\p{ASCII}\p{L}\p{M}\p{P}\p{Z}]"
_DOUBLED = {letter * 2: letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ2"}
_SEVERAL = r"[^\p{L}'.]"  # in a name of one word there is nothing else


def letters(cells: pl.Expr) -> pl.Expr:
    """Latin letters only, in capitals, without accents; null if none is left, or more than ``LONGEST``."""
    return _by_value(cells, lambda text: _letters(_latin(text)))


def parts(cells: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The first and the last word of a surname of several (``García López``, ``Smith-Jones``, ``de la Cruz``); null if it has one."""
    several = pl.when(cells.str.strip_chars().str.contains(_SEVERAL)).then(cells)
    return _by_value(several, lambda text: _part(text, 0)), _by_value(several, lambda text: _part(text, -1))


def first_part(cells: pl.Expr) -> pl.Expr:
    """The first of several given names in one cell (``Maria Elena``); null if there is one."""
    return _by_value(cells, lambda text: _letters(_latin(text).str.extract(r"^\s*(\S+) +\S")))


def initial(middle: pl.Expr, first: pl.Expr) -> pl.Expr:
    """The first letter of the middle name, or of the second given name where none is given."""
    second = _by_value(first, lambda text: _letters(_latin(text).str.extract(r"^\s*\S+ +(\S.*)")))
    return pl.coalesce(letters(middle), second).str.slice(0, 1)


def sound(keys: pl.Expr) -> pl.Expr:
    """Of `letters`: what transliterations of one name share; null if fewer than three sounds are left: Lee and Li would be one."""
    return _by_value(keys, _sound)


def family(cells: pl.Expr) -> pl.Expr:
    """The last name without a suffix written behind it."""
    return cells.str.to_uppercase().str.replace(_SUFFIX, "")


def suffix(own: pl.Expr, last_name: pl.Expr) -> pl.Expr:
    """JR, SR, II, III, IV, from its own column or from behind the last name; null for anything else."""
    word = own.str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    behind = last_name.str.to_uppercase().str.extract(_SUFFIX).replace(_SUFFIXES)
    return word.replace_strict(_SUFFIXES, default=None, return_dtype=pl.String).fill_null(behind)


def _by_value(cells: pl.Expr, read: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """``read`` applied once to each distinct cell: a shard of the register has far fewer names than rows."""

    def once(series: pl.Series) -> pl.Series:
        distinct = pl.DataFrame({"cell": series.unique().drop_nulls()}).with_columns(read(pl.col("cell")).alias("key"))
        return series.alias("cell").to_frame().join(distinct, on="cell", how="left", maintain_order="left")["key"].alias(series.name)

    return cells.map_batches(once, return_dtype=pl.String, is_elementwise=True)


def _latin(text: pl.Expr) -> pl.Expr:
    """`fold`, and what is still of another script in Latin letters."""
    return fold(text).map_batches(_transliterated, return_dtype=pl.String, is_elementwise=True)


def _transliterated(cells: pl.Series) -> pl.Series:
    """Signs and pictures go first: ``anyascii`` would spell them out, and a heart is no part of a name."""
    foreign = cells.str.len_bytes() != cells.str.len_chars()
    if not foreign.any():
        return cells
    written = pl.Series([anyascii(cell).upper() for cell in cells.filter(foreign).str.replace_all(_SIGNS, "")], dtype=pl.String)
    return cells.clone().scatter(foreign.arg_true(), written)


def _letters(text: pl.Expr) -> pl.Expr:
    plain = text.str.replace_all(r"[^A-Z]", "")
    return pl.when(plain.str.len_bytes().is_between(1, LONGEST) & ~text.str.contains("[0-9]")).then(plain)


def _part(text: pl.Expr, at: int) -> pl.Expr:
    """Of several words the one at the place, particles left out; the only word besides particles counts for both."""
    words = _latin(text).str.replace_all(r"[^A-Z']+", " ").str.replace_all("'", "").str.strip_chars()
    core = words.str.replace_all(_PARTICLES, " ").str.strip_chars().str.extract_all(r"\S+")
    several = words.str.contains(" ") & (core.list.len() > 0) & ~_latin(text).str.contains("[0-9]")
    return pl.when(several).then(_letters(core.list.get(at, null_on_oob=True)))


def _sound(key: pl.Expr) -> pl.Expr:
    for pattern, instead in _SOUNDS:
        key = key.str.replace_all(pattern, instead)
    single = key.str.replace_many(list(_DOUBLED), list(_DOUBLED.values()))
    return pl.when(single.str.len_bytes() >= SHORTEST_SOUND).then(single)
