"""One line of an address → its parts: number, directionals, street, suffix, unit; or box; or route and box; or military box.

Turns ``line`` and ``state2`` (see ``address_text``, ``address_place``) into the columns of ``PARTS`` and ``fault``: null if every word of
the line found a part, else no-number, no-street or unparsed. Follows USPS Publication 28 (sections 23-28, appendices C and F).
Whole columns at a time; it never drops a word or a digit, so two lines of different digits cannot get the same parts.
What follows the house number is read in ``address_street``.
"""

from __future__ import annotations

import polars as pl

from privity.fields.address_fillers import NO_BOX
from privity.fields.address_street import BLOCK, COMPASS, STREET_PARTS, street_parts
from privity.fields.address_text import only_where, put
from privity.fields.address_words import MILITARY_STATES

PARTS = ("kind", "number", "urbanization", *STREET_PARTS)
READ = ("way", "suffixed", "filler")  # the street's part of the key; whether it has a suffix or needs none; whether a filler names it

_PLAIN = r"^[1-9][0-9]{0,5} [A-Z]"  # a house number of digits only: nearly every line

_BOX = (
    r"^(?:(?:P ?O ?|POST OFFICE |POSTAL )?(BOX|BX|DRAWER|DRWR|LOCKBOX|CALLER|BIN)|POB)"
    r"(?:(?: NO| NUMBER)\b)? ?(?:# ?)?([A-Z]?-?\d+(?:-?[A-Z])?(?:-\d+)?|[A-Z]{1,2})$"
)
_ROUTE_WORD = r"(?:RURAL (?:ROUTE|RTE|RT)|R ?R|R ?F ?D|ROUTE|RTE|RT|R ?D|R)|(?:H ?C ?R?|(?:HIGHWAY|HWY) CONTRACT(?: ROUTE)?|STAR ROUTE)"
_RURAL = rf"^({_ROUTE_WORD}) ?(?:# ?)?(\d+[A-Z]?) (?:BOX|BX) ?(?:# ?)?(\d+(?:-?[A-Z])?(?:-\d+)?)$"
_RURAL_BARE = rf"^(?:{_ROUTE_WORD}) ?(?:# ?)?\d+[A-Z]?$"
_MILITARY = r"^(PSC|CMR|UNIT|OMC) ?(?:# ?)?(\d+[A-Z]?) (?:BOX|BX) ?(?:# ?)?(\d+[A-Z]?)$"

_NUMBER = r"^((?:[NSEW] ?\d{1,6} ?[NSEW] ?\d{1,6}|[NSEW]\d{1,6}|\d{1,6}(?:-\d{1,6}){0,2})(?:-?[A-Z])?(?: \d/\d{1,2})?) (.+)$"
_URBANIZATION = r"^URB(?:ANIZACION)? ([A-Z][A-Z ]*?) (\d.*)$"


def parts_of(lines: pl.DataFrame) -> pl.DataFrame:
    """``line``, ``state2`` → ``PARTS``, ``READ`` and ``fault`` of each row, in order."""
    text, state2 = lines["line"], lines["state2"]
    halves = text.str.splitn(" ", 2).struct.unnest().select(number="field_0", rest="field_1")
    split = halves.select(pl.lit("street").alias("kind"), "number", pl.lit("").alias("urbanization"), "rest")
    others = (~text.str.contains(_PLAIN)).arg_true()
    odd = _odd(lines.select(pl.col("line", "state2").gather(others)))
    split = put(split, others, odd.select(split.columns))
    parts = split.hstack(street_parts(split["rest"], state2))
    parts = put(parts, others, _odd_parts(odd.hstack(parts.select(pl.col("street", "fault", "way", "suffixed").gather(others)))))
    return _judged(parts.drop("rest"), text)


def _judged(parts: pl.DataFrame, text: pl.Series) -> pl.DataFrame:
    """The faults of a street that its number decides, and of a line in another script."""
    wrong = (
        pl.when(pl.col("fault") == COMPASS).then(~pl.col("number").str.contains(r"\d{4}")).otherwise(pl.col("number").str.ends_with("00"))
    )
    fault = only_where(parts, pl.col("fault").is_in([COMPASS, BLOCK]), pl.when(wrong).then(pl.lit("no-street")), parts["fault"])
    foreign = text.str.len_bytes() != text.str.len_chars()  # a digit of another script reads as a digit here and would not compare
    return parts.with_columns(fault.set(foreign, "unparsed").alias("fault"))


# ---------------------------------------------------------------- lines that do not begin with a plain number


def _odd(lines: pl.DataFrame) -> pl.DataFrame:
    """``kind``, ``number``, ``urbanization``, ``rest`` (empty if no street), ``box`` (how it is called), ``bare``, ``line``."""
    found = lines.with_columns(**_boxes()).with_columns(**_numbers())
    street = pl.col("kind").is_null() & ~pl.col("bare")
    return found.select(
        "line",
        "bare",
        "box",
        kind=pl.when(street).then(pl.lit("street")).otherwise(pl.col("kind")),
        number=_number(pl.when(street).then(pl.col("found").struct[0]).otherwise(pl.col("number"))),
        urbanization=pl.when(street).then(pl.col("urbanization")).otherwise(pl.lit("")),
        rest=pl.when(street).then(pl.col("found").struct[1]).fill_null(""),
    )


def _boxes() -> dict[str, pl.Expr]:
    """``kind`` and ``number`` of a box (null if it is none), ``box``, what it is called, and ``bare``: a route without a box."""
    line = pl.col("line")
    text = pl.when(line.str.contains_any(["BOX", "BX", "POB", "DRAWER", "DRWR", "CALLER", "BIN "])).then(line)
    box, rural, military = (text.str.extract_groups(pattern).struct for pattern in (_BOX, _RURAL, _MILITARY))
    nothing = box[1].is_in(NO_BOX)  # PO BOX NA
    is_box, is_rural = (text.str.contains(_BOX) & ~nothing).fill_null(value=False), rural[1].is_not_null()
    is_military = military[1].is_not_null() & pl.col("state2").is_in(MILITARY_STATES)
    drawer = pl.when(box[0].is_in(["DRAWER", "DRWR"])).then(pl.lit("PO DRAWER")).otherwise(pl.lit("PO BOX"))
    contract = rural[0].str.contains("^H|^STAR")
    route = pl.concat_str(pl.when(contract).then(pl.lit("HC ")).otherwise(pl.lit("RR ")), rural[1].str.strip_chars_start("0"))
    post = pl.concat_str(military[0], pl.lit(" "), military[1])
    return {
        "kind": pl.when(is_box).then(pl.lit("box")).when(is_rural).then(pl.lit("rural")).when(is_military).then(pl.lit("military")),
        "number": pl.when(is_box).then(box[1]).when(is_rural).then(rural[2]).when(is_military).then(military[2]),
        "box": pl.when(is_box).then(drawer).when(is_rural).then(route).when(is_military).then(post),
        "bare": line.str.contains(_RURAL_BARE),
    }


def _numbers() -> dict[str, pl.Expr]:
    """``urbanization`` (a Puerto Rican one, before the number: two in one ZIP code may have the same street and number) and ``found``."""
    line = pl.col("line")
    urban = pl.when(line.str.starts_with("URB")).then(line).str.extract_groups(_URBANIZATION).struct
    text = urban[1].fill_null(line).str.replace(r"^(\d+)-(\d/\d)", "$1 $2")
    return {"urbanization": urban[0].fill_null(""), "found": text.str.extract_groups(_NUMBER)}


def _odd_parts(odd: pl.DataFrame) -> pl.DataFrame:
    """``street``, ``way``, ``suffixed`` and ``fault`` of these lines, from those that the rest by itself would have."""
    number, street = pl.col("number"), pl.col("kind") == "street"
    return odd.select(
        street=pl.when(street).then(pl.col("street")).otherwise(pl.col("box")),
        way=pl.when(street).then(pl.col("way")).otherwise(pl.concat_str(pl.lit("|"), pl.col("box"), pl.lit("||"))),
        suffixed=pl.when(street).then(pl.col("suffixed")).otherwise(pl.col("kind").is_not_null()),
        fault=pl.when(pl.col("bare") & pl.col("box").is_null())
        .then(pl.lit("no-number"))
        .when(number.str.contains(r"^[0-]+(?:[A-Z]|$)"))
        .then(pl.lit("no-number"))
        .when(pl.col("box").is_not_null())
        .then(None)
        .when(number.is_null())
        .then(_numberless(pl.col("line")))
        .otherwise(pl.col("fault")),
    )


def _number(text: pl.Expr) -> pl.Expr:
    """``0012-a`` → ``12A``; the hyphen between two numbers stays (12-34 is not 1234), and so does a fraction."""
    return (
        text.str.replace(r"^0+(\d)", "$1")
        .str.replace(r"(\d)-([A-Z])$", "$1$2")
        .str.replace(r"([NSEW]) ?(\d+) ?([NSEW]) ?(\d+)", "$1$2$3$4")
    )


def _numberless(text: pl.Expr) -> pl.Expr:
    ordinal = text.str.contains(r"^(?:(?:N|S|E|W|NORTH|SOUTH|EAST|WEST) )?\d+(?:ST|ND|RD|TH)\b")
    return (
        pl.when(text == "")
        .then(pl.lit("no-street"))
        .when(text.str.contains(r"^[#\d /-]+$|^\d+ ?[A-Z]?$"))
        .then(pl.lit("no-street"))
        .when(~text.str.contains(r"\d") | ordinal)
        .then(pl.lit("no-number"))
        .otherwise(pl.lit("unparsed"))
    )
