"""Taxable periods as people write them into the years that they name.

``2021``, ``TY 2021``, ``2019, 2020 and 2021``, ``2021-2023``, ``2021-23``, ``2021 through 2023``, and a period named by the month
in which it ends: ``202112``, ``12/2021``, ``2021-12``, ``12/31/2021``, ``2021-12-31``, ``December 31, 2021``. A month-ended period
counts as the year in which it ends; the day of the month is not kept. `read` gives the parts, `periods` the years.

Open-ended words (``all years``, ``2018 to present``, ``since``, ``last three years``) name no period and give no years: a request
has to state them (26 USC 6103(i)(2)(B)(ii)). Cannot know: a taxpayer's own fiscal year, or whether a return was due for a year.
Two-digit years, quarters and ``2010-12`` (December, or a span?) are unreadable rather than guessed.
"""

from __future__ import annotations

import polars as pl

from privity.fields.name import plain

FIRST_YEAR = 1913  # the first income tax under the Sixteenth Amendment; nothing earlier is a period of Title 26
LONGEST = 40  # years in one cell; a longer list or span is a way of saying all years, and is not read as a statement

DECEMBER = 12
_MONTHS = (
    *("JAN(?:UARY)?", "FEB(?:RUARY)?", "MAR(?:CH)?", "APR(?:IL)?", "MAY", "JUNE?", "JULY?", "AUG(?:UST)?"),
    *("SEPT?(?:EMBER)?", "OCT(?:OBER)?", "NOV(?:EMBER)?", "DEC(?:EMBER)?"),
)
_YEAR = r"(?:1[89]|2[0-9]|9[0-9])[0-9]{2}"
_OPEN = (
    r"\b(?:ALL|ANY|EVERY|EACH|PRESENT|CURRENT|CURRENTLY|NOW|TODAY|ONGOING|OPEN|SINCE|ONWARDS?|FORWARD|AFTER|BEFORE|PRIOR|"
    r"UNTIL|TO DATE|LATEST|"
    r"RECENT|LAST|PAST|PREVIOUS|PRECEDING|NEXT|FUTURE|AVAILABLE|ENTIRE|LIFETIME|VARIOUS|MULTIPLE|MOST|EARLIER|LATER|ON|UP)\b"
    rf"|\+ ?(?:$|[,;])|\bFROM (?:[A-Z]+ )*{_YEAR} ?(?:$|[,;])"
)
_NOISE = (
    r"\b(?:TAXABLE|TAX|INCOME|CALENDAR|FISCAL|YEARS?|YRS?|PERIODS?|MONTHS?|ENDING|ENDED|ENDS?|FORM|FOR|FROM|THE|OF|IN|BETWEEN|DURING|"
    r"INCLUSIVE)\b[.:]?|\b[TCF]YS? ?"
)


def read(cells: pl.DataFrame) -> pl.DataFrame:
    """Every part of every cell of the one column of ``cells``.

    Returns ``cell`` (position), ``open`` (says that it has no end), ``first`` and ``last`` (YYYYMM of the last month of the first
    and of the last period; both null if the part cannot be read). An empty cell has no parts.
    """
    text = pl.col(cells.columns[0])
    parts = cells.lazy().select(_ordinary(text).alias("text")).with_row_index("cell").drop_nulls("text")
    parts = parts.with_columns(pl.col("text").str.contains(_OPEN).alias("open"), _tidy(pl.col("text")).str.split(";").alias("part"))
    parts = parts.drop("text").explode("part", empty_as_null=True).with_columns(pl.col("part").str.strip_chars())
    parts = parts.filter(pl.col("open") | (pl.col("part") != "") | (pl.col("part").len().over("cell") == 1))
    return parts.with_columns(pl.col("open") | _dangles(pl.col("part")), *_ends(pl.col("part"))).drop("part").collect()


def periods(cells: pl.Expr) -> pl.Expr:
    """The years that a cell names, ascending, as List[Int32]; null if any part of it is open-ended or unreadable."""
    return cells.map_batches(_periods, return_dtype=pl.List(pl.Int32()), is_elementwise=True)


def _periods(cells: pl.Series) -> pl.Series:
    distinct = cells.alias("text").to_frame().unique(maintain_order=True)
    years = pl.int_ranges(pl.col("first") // 100, pl.col("last") // 100 + 1, dtype=pl.Int32)
    unsure = (pl.col("open") | pl.col("first").is_null()).any()
    parts = read(distinct).with_columns(years.alias("years"))
    named = parts.group_by("cell").agg(pl.when(~unsure).then(pl.col("years").explode().unique().sort().implode()).first().alias("years"))
    bounded = named.with_columns(pl.when(pl.col("years").list.len().is_between(1, LONGEST)).then("years"))
    known = distinct.with_row_index("cell").join(bounded, on="cell", how="left", maintain_order="left").drop("cell")
    joined = cells.alias("text").to_frame().join(known, on="text", how="left", nulls_equal=True, maintain_order="left")
    return joined["years"].cast(pl.List(pl.Int32())).alias(cells.name)


def _ordinary(text: pl.Expr) -> pl.Expr:
    """Capitals; one kind of dash; months as ``M12``."""
    line = plain(text).str.to_uppercase().str.replace_all(r"[\u2010-\u2015\u2212]", "-").str.replace_all(r"\s+", " ").str.strip_chars()
    for number, month in enumerate(_MONTHS, start=1):
        line = line.str.replace_all(rf"\b{month}\b\.?", f"M{number:02}")
    return line.replace("", None)


def _tidy(line: pl.Expr) -> pl.Expr:
    """Dates to ``YYYYMM``, words that say nothing away, every separator to a semicolon."""
    for pattern, instead in (
        (rf"\bM([0-9]{{2}}) ?[0-9]{{1,2}},? ({_YEAR})\b", "${2}${1}"),
        (rf"\b[0-9]{{1,2}} M([0-9]{{2}}),? ({_YEAR})\b", "${2}${1}"),
        (rf"\bM([0-9]{{2}}),? ?({_YEAR})\b", "${2}${1}"),
        (rf"\b([0-9])[/-][0-9]{{1,2}}[/-]({_YEAR})\b", "${2}0${1}"),
        (rf"\b([0-9]{{2}})[/-][0-9]{{1,2}}[/-]({_YEAR})\b", "${2}${1}"),
        (rf"\b({_YEAR})[/-]([0-9]{{2}})[/-][0-9]{{2}}\b", "${1}${2}"),
        (rf"\b([0-9])/({_YEAR})\b", "${2}0${1}"),
        (rf"\b(0[0-9]|1[0-2])[/-]({_YEAR})\b", "${2}${1}"),
        (_NOISE, " "),
        (r"\b(?:THROUGH|THRU|TO)\b", "-"),
        (r"\b(?:AND|PLUS)\b|[,&+\n/|]", ";"),
        (r" ?-+ ?", "-"),
        (r"[()\[\]']", " "),
        (rf"({_YEAR}) +({_YEAR})", "${1};${2}"),
        (rf"({_YEAR}) +({_YEAR})", "${1};${2}"),
    ):
        line = line.str.replace_all(pattern, instead)
    return line


def _dangles(part: pl.Expr) -> pl.Expr:
    """A span with one end: ``2018-``, ``-2018``."""
    return part.str.contains(rf"^(?:-{_YEAR}|{_YEAR}-)$")


def _ends(part: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The first and the last period of one part, or nulls."""
    group = part.str.extract_groups(rf"^({_YEAR})(0[1-9]|1[0-2])?(?:-({_YEAR})(0[1-9]|1[0-2])?)?$").struct
    short = part.str.extract_groups(rf"^({_YEAR})-([0-9]{{2}})$").struct
    first = _month(group[0], group[1])
    last = pl.when(group[2].is_null()).then(first).otherwise(_month(group[2], group[3]))
    year, two = short[0].cast(pl.Int32), short[1].cast(pl.Int32)
    span = (two > year % 100) & (two > DECEMBER)  # 2021-23
    month = two.is_between(1, DECEMBER) & (two <= year % 100)  # 2021-12 can only be December
    first = pl.coalesce(first, pl.when(span).then(year * 100 + DECEMBER), pl.when(month).then(year * 100 + two))
    last = pl.coalesce(last, pl.when(span).then(year // 100 * 10000 + two * 100 + DECEMBER), pl.when(month).then(year * 100 + two))
    sane = (first <= last) & (first // 100 >= FIRST_YEAR) & (last // 100 - first // 100 < LONGEST)
    return pl.when(sane).then(first).alias("first"), pl.when(sane).then(last).alias("last")


def _month(year: pl.Expr, month: pl.Expr) -> pl.Expr:
    """``YYYYMM``; a bare year ends in December."""
    return year.cast(pl.Int32) * 100 + month.cast(pl.Int32).fill_null(DECEMBER)
