"""Register rows and requests → the same plain columns, so that matching is equality, edit distance and counting.

All that a database cannot be trusted to do alike everywhere (accents, suffixes, addresses) is done here, row by row: the same
function on both sides, and on Spark through ``mapInArrow``. A cell that cannot be read becomes null, and null never agrees.

Not known here: whether a register's own cells are true. Nothing here infers anything about a person from a number or a name.
"""

from __future__ import annotations

import polars as pl

from privity.errors import InputError
from privity.fields import address, day, period, person, tin

REGISTER = (
    *("record_id", "tax_period", "tin", "first_name", "middle_name", "last_name", "name_suffix", "date_of_birth"),
    *("address_line1", "address_line2", "city", "state", "zip", "address_as_of", "data_class", "source_document", "role", "bars"),
)
ASKS = (*REGISTER[2:13], "tax_periods")  # of a request: what matching reads
# A register may hold no more than these; the rest may be absent and counts as null.
NEEDED = ("record_id", "tax_period", "first_name", "last_name", "date_of_birth", "address_line1", "data_class", "bars")
PLACE = ("building", "door")  # the two halves of an address key: most joins need only the first
PLACED = (*PLACE, "written")  # and the cells as written with the address's day, as one struct: the few that are compared are read once more
# Names as letters (fn, ln), their parts where they have several (f1; la, lz), their sound (fs, ls); middle initial; suffix; birth date.
PERSON = ("tin", "fn", "f1", "fs", "ln", "la", "lz", "ls", "mi", "sfx", "dob", "dy", "dm", "dd")

_FILLER_BIRTH = pl.date(1900, 1, 1)  # what systems put for an unknown day; agreeing on it says nothing


def prepare_register(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of the register (columns ``REGISTER``) → record_id, tax_period (year), ``PERSON``, ``PLACED``, data_class, bars.

    A row whose period cannot be read is kept: it may be a rival's or hold a bar, but it never holds an answer.

    Raises:
        InputError: a column of ``NEEDED`` is missing, or a row has no record_id.
    """
    missing = [column for column in NEEDED if column not in frame.columns]
    if missing:
        raise InputError(f"the register has no column {', '.join(missing)}", remedy="name the columns as docs/formats says")
    text = frame.select(_as_text(column, frame) for column in REGISTER)
    if text["record_id"].has_nulls():
        raise InputError("the register has rows without record_id", remedy="give every row the id of its person")
    return _with_person(_with_places(text)).select(
        "record_id",
        _one_year().alias("tax_period"),
        *PERSON,
        *PLACED,
        "data_class",
        pl.col("bars").str.split(";").list.eval(pl.element().str.strip_chars()).alias("bars"),
    )


def prepare_requests(frame: pl.DataFrame) -> pl.DataFrame:
    """Eligible requests → ordinal, tin_given (1 or 0), ``PERSON``, ``PLACED``, periods (list of years), one row for each."""
    text = frame.select("ordinal", *(_as_text(column, frame) for column in ASKS))
    given = text.with_columns(_tin_given())
    return _with_person(_with_places(given)).select("ordinal", "tin_given", *PERSON, *PLACED, _years().alias("periods"))


def _as_text(column: str, frame: pl.DataFrame) -> pl.Expr:
    """The column as text, with empty cells null; null throughout if the frame lacks it."""
    kind = frame.schema.get(column)
    if kind is None:
        return pl.lit(None, pl.String).alias(column)
    if isinstance(kind, pl.List):
        return pl.col(column).cast(pl.List(pl.String)).list.join(";").alias(column)
    text = pl.col(column).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(column)


def _with_places(text: pl.DataFrame) -> pl.DataFrame:
    """Adds ``PLACED`` from the address columns."""
    parts = text.select(pl.col("address_line1").alias("line1"), pl.col("address_line2").alias("line2"), "city", "state", "zip")
    keyed = address.key(parts).with_columns(text.with_columns(_as_of(text)).get_column("as_of"))
    written = pl.struct("line1", "line2", "city", "state", "zip", "as_of").alias("written")
    return text.drop("zip").hstack(keyed.select("building", _door(), written))


def _as_of(text: pl.DataFrame) -> pl.Expr:
    """The day of the address in ISO form; null where the register says none that can be read, and for a request."""
    if "address_as_of" not in text.columns:
        return pl.lit(None, pl.String).alias("as_of")
    return day.day(pl.col("address_as_of").str.slice(0, 10)).dt.to_string("%Y-%m-%d").alias("as_of")


def _door() -> pl.Expr:
    """What the key says beyond the building; null with it."""
    return pl.col("key").str.strip_prefix(pl.col("building")).alias("door")


def _with_person(text: pl.DataFrame) -> pl.DataFrame:
    """Adds ``PERSON`` from the columns of the person; keys first, then what is made of keys."""
    last, born = person.family(pl.col("last_name")), _birth()
    la, lz = person.parts(last)
    keyed = text.with_columns(
        tin.key(pl.col("tin")).alias("tin"),
        person.letters(pl.col("first_name")).alias("fn"),
        person.first_part(pl.col("first_name")).alias("f1"),
        person.letters(last).alias("ln"),
        la.alias("la"),
        lz.alias("lz"),
        person.initial(pl.col("middle_name"), pl.col("first_name")).alias("mi"),
        person.suffix(pl.col("name_suffix"), pl.col("last_name")).alias("sfx"),
        born.alias("dob"),
    )
    return keyed.with_columns(
        person.sound(pl.col("fn")).alias("fs"),
        person.sound(pl.col("ln")).alias("ls"),
        pl.col("dob").dt.year().cast(pl.Int32).alias("dy"),
        pl.col("dob").dt.month().cast(pl.Int32).alias("dm"),
        pl.col("dob").dt.day().cast(pl.Int32).alias("dd"),
    )


def _years() -> pl.Expr:
    """The periods asked; none if any part of the cell cannot be read."""
    return period.periods(pl.col("tax_periods")).fill_null([])


def _one_year() -> pl.Expr:
    """The period of a row held; a row that is for several, or for none that can be read, is for none."""
    years = period.periods(pl.col("tax_period"))
    return pl.when(years.list.len() == 1).then(years.list.first())


def _tin_given() -> pl.Expr:
    """Whether a number was written. One that cannot be read is not the same as none: it must not open the rule for none. A sham is none."""
    sham = tin.digits(pl.col("tin")).is_not_null() & tin.key(pl.col("tin")).is_null()
    return (pl.col("tin").str.contains(r"\p{N}") & ~sham).fill_null(False).cast(pl.Int32).alias("tin_given")


def _birth() -> pl.Expr:
    written = day.day(pl.col("date_of_birth").str.slice(0, 10))  # a register's dates may carry a time
    return pl.when(written != _FILLER_BIRTH).then(written)
