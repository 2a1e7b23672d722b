"""The lines of an address, made readable: capitals, plain punctuation, one line of street or box, and what else was written.

Turns columns line1, line2, city, state, zip into ``line`` (what names the delivery point), ``extra`` (text beside it that is neither
a unit nor a street: kept, because dropping it could make two places one), ``whole`` (both lines), ``town``, ``state2``, ``zip5``.
Follows USPS Publication 28 for order and punctuation. A letter outside ASCII loses its accent; any other character
outside ASCII stays and makes the line unreadable later, rather than being guessed at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from privity.fields.address_words import NOTHING, REWRITES, STATES, UNIT_ALONE, UNIT_WITH_NUMBER, UNIT_WITH_WORD
from privity.fields.zips import city_name

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = ("line1", "line2", "city", "state", "zip")

_WORDED, _NUMBERED, _ALONE = ("|".join(words) for words in (UNIT_WITH_WORD, UNIT_WITH_NUMBER, UNIT_ALONE))
_UNIT_LINE = rf"^(?:{_WORDED}) |^(?:{_NUMBERED})(?: #)? [A-Z]?-?\d|^(?:{_NUMBERED}) [A-Z]$|^(?:{_ALONE})$|^\d+(?:[A-Z]{{2}})? FL$"
_BARE_UNIT = r"^(?:[A-Z]|[A-Z]{0,2}-?\d{1,5}(?:-?[A-Z])?)$"
_FRACTIONS = {
    "\N{VULGAR FRACTION ONE HALF}": " 1/2",
    "\N{VULGAR FRACTION ONE QUARTER}": " 1/4",
    "\N{VULGAR FRACTION THREE QUARTERS}": " 3/4",
}


def read_lines(frame: pl.DataFrame) -> pl.DataFrame:
    """Five String columns → the same rows, same order, with the text columns of this module and ``blank``, ``no_zip``, ``at``."""
    cells = frame.select(pl.col(name).fill_null("") for name in LINES)
    plain = cells.select(
        one=_plain(cells["line1"]),
        two=_plain(cells["line2"]),
        town=by_value(cells["city"], city_name),
        state2=by_value(cells["state"], lambda text: city_name(text).replace(STATES)),
        zip5=pl.col("zip").str.extract(r"^\s*([0-9]{5})(?:-?[0-9]{4})?\s*$", 1),
        blank=pl.all_horizontal(pl.col(name).str.strip_chars() == "" for name in LINES),
        no_zip=pl.col("zip").str.strip_chars() == "",
    ).with_row_index("at")
    alone = pl.col("two") == ""
    one_line = plain.filter(alone).with_columns(whole=pl.col("one"), line=pl.col("one"), extra=pl.lit(""))
    lines = pl.concat([one_line, _two_lines(plain.filter(~alone))]).drop("one", "two")
    return _without_city(lines).sort("at")


def by_value(cells: pl.Series, read: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """``read`` applied once to each distinct cell: there are few cities."""
    distinct = pl.DataFrame({"cell": cells.unique()}).with_columns(read(pl.col("cell")).alias("value"))
    return pl.DataFrame({"cell": cells}).join(distinct, on="cell", how="left", maintain_order="left")["value"]


def only_where(frame: pl.DataFrame, mask: pl.Expr, value: pl.Expr, otherwise: pl.Series) -> pl.Series:
    """``value`` on the rows of the mask and ``otherwise`` elsewhere, evaluated on those rows only (``when`` evaluates it on every row)."""
    chosen = frame.select(mask.fill_null(value=False)).to_series()
    if not chosen.any():
        return otherwise
    return otherwise.clone().scatter(chosen.arg_true(), frame.filter(chosen).select(value).to_series())


def standard_words(text: pl.Expr) -> pl.Expr:
    """Each word → its standard abbreviation. Doubled spaces give every word its own pair, so one pass replaces neighbours too."""
    spaced = pl.concat_str(pl.lit(" "), text.str.replace_all(" ", "  ", literal=True), pl.lit(" "))
    words = spaced.str.replace_many([f" {word} " for word in REWRITES], [f" {short} " for short in REWRITES.values()])
    return words.str.replace_all("  ", " ", literal=True).str.strip_chars()


def _plain(cells: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"text": cells.str.to_uppercase()})
    rough = pl.col("text").str.contains(r"[^A-Z0-9 /&%-]|  |- | -|[A-Z]-|^ |[ -]$")
    return only_where(frame, rough, _punctuated(_ascii(pl.col("text"))), frame["text"])


def _ascii(text: pl.Expr) -> pl.Expr:
    for sign, spelled in _FRACTIONS.items():
        text = text.str.replace_all(sign, spelled, literal=True)
    text = text.str.replace_all(r"[\x{2010}-\x{2015}\x{2212}]", "-").str.replace_all(r"[\x{2018}\x{2019}\x{02BC}]", "")
    return text.str.normalize("NFD").str.replace_all(r"\p{M}", "")


def _punctuated(text: pl.Expr) -> pl.Expr:
    text = text.str.replace_all(r"\b([A-Z])\. ?([A-Z])\.", "$1$2 ").str.replace_all(r"['`]", "")
    text = text.str.replace_all(r"[\x00-\x1F .,;:()\[\]{}\x22*_!?|+=<>~^$@\\]+", " ").str.replace_all("#", " # ", literal=True)
    text = text.str.replace_all(r"([A-Z]{2})-([A-Z]{2})", "$1 $2").str.replace_all(r"-+ | -+|^-+|-+$|\s{2,}", " ").str.strip_chars()
    return text.str.replace_all(r" {2,}", " ")


def _two_lines(plain: pl.DataFrame) -> pl.DataFrame:
    """Which of the two lines names the delivery point, and where the other goes."""
    one, two = pl.col("one"), pl.col("two")
    plain = plain.with_columns(
        whole=pl.concat_str(one, pl.lit(" "), two).str.strip_chars(),
        one=pl.when(one.is_in(NOTHING) & two.str.contains(r"\d")).then(pl.lit("")).otherwise(one),
        two=pl.when(two.is_in(NOTHING)).then(pl.lit("")).otherwise(two),
    )
    unit_below, unit_above = standard_words(two).str.contains(_UNIT_LINE), standard_words(one).str.contains(_UNIT_LINE)
    swapped = unit_above & two.str.contains(r"^\d|BOX")
    joined = (one == "") | (two == "") | unit_below | one.str.contains(r"^URB(?:ANIZACION)? ")
    named_above = ~one.str.contains(r"\d") & two.str.contains(r"\d")
    bare = two.str.contains(_BARE_UNIT)
    line = (
        pl.when(swapped)
        .then(pl.concat_str(two, pl.lit(" "), one))
        .when(joined)
        .then(pl.concat_str(one, pl.lit(" "), two))
        .when(bare)
        .then(pl.concat_str(one, pl.lit(" UNIT "), two))
        .when(named_above)
        .then(two)
        .otherwise(one)
    )
    extra = pl.when(swapped | joined | bare).then(pl.lit("")).when(named_above).then(one).otherwise(two)
    return plain.with_columns(line=line.str.strip_chars(), extra=extra)


def _without_city(plain: pl.DataFrame) -> pl.DataFrame:
    """A line that repeats the city, state and ZIP of its own columns says them once. Nothing else is taken off."""
    tail = pl.concat_str(pl.lit(" "), pl.col("town"), pl.lit(" "), pl.col("state2"))
    full = pl.concat_str(tail, pl.lit(" "), pl.col("zip5").fill_null("?"))
    stated = (pl.col("town") != "") & (pl.col("state2") != "")
    return plain.with_columns(
        line=pl.when(stated).then(pl.col("line").str.strip_suffix(full).str.strip_suffix(tail)).otherwise(pl.col("line"))
    )
