"""A date as people write it into ``YYYY-MM-DD``, or the name of what is wrong with it.

``03/04/2021`` is two days. Which one is meant is never assumed from the country: it takes a cell of the same column that can only be read
one way (a part above 12), or an order that the sender stated. Read are ISO 8601 calendar dates, ``YYYYMMDD``, numbers with / - . between,
and English month names. A day outside 1850-2199 is no day of a living person's file. No clock: whether a day is yet to come is not known
here.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from privity.intake import grid

EARLIEST, LATEST = 1850, 2199
SERIAL = (20_000, 60_000)  # 1954-10-03 to 2064-04-08, as spreadsheets count days

_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMES: Final = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_CLOCK: Final = r"[Tt ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?$"
_MIDNIGHT: Final = r"[Tt ]+0?0:00(?::00(?:\.0+)?)?(?:[Zz]|\+|[+-]\d{2}:?\d{2})$"
_ISO: Final = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$"
_PACKED: Final = r"^(\d{4})(\d{2})(\d{2})$"
_PARTED: Final = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$"
_DAY_FIRST: Final = rf"(?i)^(\d{{1,2}})(?:st|nd|rd|th)?[ /.-]*{_NAMES}\.?,?[ /.-]*(\d{{4}})$"
_MONTH_FIRST: Final = rf"(?i)^{_NAMES}\.? *(\d{{1,2}})(?:st|nd|rd|th)?(?:, *| +)(\d{{4}})$"
_SHORT: Final = rf"(?i)^(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-]'?\d{{2}}|\d{{1,2}}[ /.-]*{_NAMES}[ /.-]*'?\d{{2}})$"


def read_days(cells: pl.DataFrame, order: str = "") -> pl.DataFrame:
    """``text, nature`` → ``text, nature, value`` (ISO day or null) and ``kind`` (of defect, or null), a row for each distinct cell.

    ``order``: ``mdy``, ``dmy`` or empty if the sender did not say.
    """
    frame = cells.unique(maintain_order=True).with_columns(_bare().alias("bare"))
    frame = frame.with_columns(_unmistakable().alias("sure"), _parts("mdy").alias("mdy"), _parts("dmy").alias("dmy"))
    frame = _in_order(frame, order or _proven(frame))
    suspect = (
        (pl.col("nature") == grid.DAY) & (pl.lit(not order) & (pl.col("nature") == grid.TEXT) & _only("dmy")).any() & _may_be_swapped()
    )
    value = pl.when(~suspect).then(_within(pl.coalesce("sure", "read")))
    frame = frame.with_columns(value.alias("value"))
    return frame.with_columns(pl.when(pl.col("value").is_null()).then(_kind(suspect)).alias("kind")).select(
        "text", "nature", "value", "kind"
    )


def _bare() -> pl.Expr:
    """Without a time of day. A time with a zone only at midnight: at other hours the day depends on who reads it."""
    return pl.col("text").str.replace(_MIDNIGHT, "").str.replace(_CLOCK, "")


def _day(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    text = year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
    return text.str.to_date("%Y-%m-%d", strict=False)


def _group(pattern: str, number: int) -> pl.Expr:
    return pl.col("bare").str.extract(pattern, number)


def _month(name: pl.Expr) -> pl.Expr:
    """The number of a month's name, by its first three letters."""
    numbers = {month: str(i) for i, month in enumerate(_MONTHS, 1)}
    return name.str.to_lowercase().str.head(3).replace_strict(numbers, default=None, return_dtype=pl.String())


def _unmistakable() -> pl.Expr:
    """Spellings that have one reading."""
    return pl.coalesce(
        _day(_group(_ISO, 1), _group(_ISO, 2), _group(_ISO, 3)),
        _day(_group(_PACKED, 1), _group(_PACKED, 2), _group(_PACKED, 3)),
        _day(_group(_DAY_FIRST, 3), _month(_group(_DAY_FIRST, 2)), _group(_DAY_FIRST, 1)),
        _day(_group(_MONTH_FIRST, 3), _month(_group(_MONTH_FIRST, 1)), _group(_MONTH_FIRST, 2)),
    )


def _parts(order: str) -> pl.Expr:
    month, day = (1, 2) if order == "mdy" else (2, 1)
    return _day(_group(_PARTED, 3), _group(_PARTED, month), _group(_PARTED, day))


def _only(order: str) -> pl.Expr:
    other = "dmy" if order == "mdy" else "mdy"
    return pl.col(order).is_not_null() & pl.col(other).is_null()


def _proven(frame: pl.DataFrame) -> str:
    """The order that the column proves; empty if nothing does, or if it contradicts itself."""
    month_first, day_first = frame.select(_only("mdy").any().alias("m"), _only("dmy").any().alias("d")).row(0)
    if bool(month_first) == bool(day_first):
        return ""
    return "mdy" if month_first else "dmy"


def _in_order(frame: pl.DataFrame, order: str) -> pl.DataFrame:
    """``read``: by the order if there is one; otherwise only what has one reading."""
    if order:
        return frame.with_columns(pl.col(order).alias("read"))
    same = pl.col("mdy") == pl.col("dmy")
    one = pl.when(_only("mdy")).then(pl.col("mdy")).when(_only("dmy") | same).then(pl.col("dmy"))
    return frame.with_columns(one.alias("read"))


def _may_be_swapped() -> pl.Expr:
    """A date cell that a spreadsheet may have made from text with day and month the wrong way round.

    It makes one where month first gives a day, and leaves the text where it does not: so text that can only be read day first,
    in a column of date cells, means that those cells were read the wrong way.
    """
    return (pl.col("sure").dt.day() <= len(_MONTHS)) & (pl.col("sure").dt.day() != pl.col("sure").dt.month())


def _within(day: pl.Expr) -> pl.Expr:
    return pl.when(day.dt.year().is_between(EARLIEST, LATEST)).then(day).dt.strftime("%Y-%m-%d")


def _kind(suspect: pl.Expr) -> pl.Expr:
    number = pl.when(pl.col("bare").str.contains(r"^\d{5}(\.\d+)?$")).then(pl.col("bare")).cast(pl.Float64(), strict=False)
    both = pl.col("mdy").is_not_null() & pl.col("dmy").is_not_null() & pl.col("read").is_null()
    plausible = pl.max_horizontal(pl.col("mdy").dt.year(), pl.col("dmy").dt.year()).is_between(EARLIEST, LATEST)
    return (
        pl.when(number.is_between(*SERIAL))
        .then(pl.lit("serial-date"))
        .when(suspect | (both & plausible))
        .then(pl.lit("ambiguous-date"))
        .when(pl.col("bare").str.contains(_SHORT))
        .then(pl.lit("two-digit-year"))
        .otherwise(pl.lit("bad-date"))
    )
