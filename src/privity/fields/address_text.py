"""The lines of an address, made readable: capitals, plain punctuation, one line of street or box, and what else was written.

Turns columns line1, line2, city, state, zip into ``line`` (what names the delivery point), ``extra`` (text beside it that is neither
a unit nor a street: kept, because dropping it could make two places one), ``whole`` (both lines), ``town``, ``state2``, ``zip5``.
Follows USPS Publication 28 for order and punctuation. A letter outside ASCII loses its accent; any other character
outside ASCII stays and makes the line unreadable later, rather than being guessed at.
"""

from __future__ import annotations

import polars as pl

from privity.fields.address_fillers import NOTHING
from privity.fields.address_words import REWRITES, UNIT_ALONE, UNIT_WITH_NUMBER, UNIT_WITH_WORD

LINES = ("line1", "line2", "city", "state", "zip")

_WORDED, _NUMBERED, _ALONE = ("|".join(words) for words in (UNIT_WITH_WORD, UNIT_WITH_NUMBER, UNIT_ALONE))
_UNIT_LINE = rf"^(?:{_WORDED}) |^(?:{_NUMBERED})(?: #)? [A-Z]?-?\d|^(?:{_NUMBERED}) [A-Z]$|^(?:{_ALONE})$|^\d+(?:[A-Z]{{2}})? FL$"
_BARE_UNIT = r"^(?:[A-Z]|[A-Z]{0,2}-?\d{1,5}(?:-?[A-Z])?)$"
_FRACTIONS = {
    "\N{VULGAR FRACTION ONE HALF}": " 1/2",
    "\N{VULGAR FRACTION ONE QUARTER}": " 1/4",
    "\N{VULGAR FRACTION THREE QUARTERS}": " 3/4",
}


def read_lines(frame: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """``line1``, ``line2`` (String, null allowed), with what `read_places` says → ``line``, ``extra``, ``whole``; rows in order."""
    one = _plain(frame["line1"].cast(pl.String).fill_null(""))
    lines = pl.DataFrame({"line": one, "extra": pl.repeat("", one.len(), eager=True), "whole": one})
    below = frame["line2"].cast(pl.String)
    double = (below != "").fill_null(value=False).arg_true()
    pairs = pl.DataFrame({"row": double, "one": one.gather(double), "two": _plain(below.gather(double))})
    pairs = pairs.filter(pl.col("two") != "")
    lines = put(lines, pairs["row"], _two_lines(pairs))
    return lines.with_columns(line=_without_city(lines["line"], places))


def distinct(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct cells, and which of them each cell is: ``values.gather(at)`` is the cells again."""
    values = cells.unique(maintain_order=True).to_frame("cell")
    at = cells.to_frame("cell").join(values.with_row_index("at"), on="cell", how="left", maintain_order="left")["at"]
    return values["cell"], at


def put(frame: pl.DataFrame, rows: pl.Series, values: pl.DataFrame) -> pl.DataFrame:
    """The frame with other values in some rows of the columns of ``values``."""
    return frame.with_columns(frame[name].clone().scatter(rows, values[name]) for name in values.columns)


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
    foreign = pl.col("text").str.len_bytes() != pl.col("text").str.len_chars()
    frame = frame.with_columns(text=only_where(frame, foreign, _ascii(pl.col("text")), frame["text"]))
    return only_where(frame, rough, _punctuated(pl.col("text")), frame["text"])


def _ascii(text: pl.Expr) -> pl.Expr:
    for sign, spelled in _FRACTIONS.items():
        text = text.str.replace_all(sign, spelled, literal=True)
    text = text.str.replace_all(r"[\x{2010}-\x{2015}\x{2212}]", "-").str.replace_all(r"[\x{2018}\x{2019}\x{02BC}]", "")
    return text.str.normalize("NFD").str.replace_all(r"\p{M}", "")


def _punctuated(text: pl.Expr) -> pl.Expr:
    text = text.str.replace(r"^(\s*[0-9]+)\.5 ", "$1 1/2 ")
    text = text.str.replace_all(r"\b([A-Z])\.([A-Z])\.([A-Z])\b", "$1$2$3").str.replace_all(r"\b([A-Z])\. ?([A-Z])\.", "$1$2 ")
    text = text.str.replace_all(r"\b([A-Z])\.([A-Z])\b", "$1$2").str.replace_all(r"['`]", "")
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
    return plain.select(line=line.str.strip_chars(), extra=extra, whole="whole")


def _without_city(line: pl.Series, places: pl.DataFrame) -> pl.Series:
    """A line that repeats the city, state and ZIP of its own columns says them once. Nothing else is taken off."""
    frame = places.select(line, "town", "state2", "zip5")
    zip5, state = pl.col("zip5").fill_null("?"), pl.col("state2")
    stated = (pl.col("town") != "") & (state != "") & (pl.col("line").str.ends_with(state) | pl.col("line").str.ends_with(zip5))
    tail = pl.concat_str(pl.lit(" "), pl.col("town"), pl.lit(" "), state)
    full = pl.concat_str(tail, pl.lit(" "), zip5)
    return only_where(frame, stated, pl.col("line").str.strip_suffix(full).str.strip_suffix(tail), line)
