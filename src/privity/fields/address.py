"""Five address columns → what stands in them, and a key that two spellings of one delivery point share.

`key` adds a standing (complete, or what is wrong), the key and its parts; `agreement` says of two keyed addresses whether they are
the same, different, or cannot be told apart. Follows USPS Publication 28; the standings are those of fact ``address_standing``
(26 USC 6103(i)(2)(B)(i) needs an address; FACTS §3 lists what was accepted for one in 2025).
What it cannot know: whether the address exists or anyone lives there; that two names are one street (Avenue of the Americas, 6 Ave).
"Same" is never a guess: only equal keys are the same, and a key holds every word and digit of the lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from privity.fields.address_fillers import FILLER_ANYWHERE, FILLER_AROUND, FILLER_CORE, FILLER_PHRASES, INSTITUTION
from privity.fields.address_leftover import rewrite
from privity.fields.address_parts import PARTS, READ, parts_of
from privity.fields.address_place import read_places
from privity.fields.address_text import distinct, put, read_lines
from privity.fields.address_words import DIRECTIONS
from privity.fields.zips import city_name

if TYPE_CHECKING:
    from collections.abc import Callable

STANDINGS = (
    *("complete", "placeholder", "no-number", "no-street", "no-city", "no-state", "no-zip", "zip-unknown", "zip-not-in-state"),
    *("institution", "care-of", "general-delivery", "unparsed"),
)
AGREEMENTS = ("same", "different", "cannot-tell")
ADDED = ("standing", "key", "building", "has_unit", "has_suffix", "zip5", "state2", "town", "place", *PARTS)  # by `key`, in this order
COMPARED = ("standing", "key", "zip5", "state2", "town", "place", *PARTS)  # what `agreement` reads on each side

_ANY_CORE, _FILLER = "|".join(FILLER_CORE), "|".join((*FILLER_CORE, *FILLER_AROUND))
_ALL_FILLER = rf"^(?:(?:{_FILLER}|X{{2,}}|\S*[\d#]\S*)(?: |$))+$"
_HAS_CORE = rf"(?:^| )(?:{_ANY_CORE}|X{{2,}})(?: |$)"
_NO_LETTERS = r"^[X0 .-]*$|^X{3,}"
_PHRASE = rf"(?:^| )(?:{'|'.join(FILLER_PHRASES)})(?: |$)"
_ANYWHERE = rf"(?:^| )(?:{'|'.join(FILLER_ANYWHERE)})(?: |$)"
_CARE_OF = r"(?:^| )(?:C/O|CARE OF|ATTN|ATTENTION)(?: |$)|^%|^C/O|\bC / O\b"
_GENERAL_DELIVERY = r"^(?:GENERAL DELIVERY|GEN(?:L)? DEL(?:IVERY)?|GENERAL DEL)\b"
_INSTITUTION = rf"(?:^| )(?:{'|'.join(INSTITUTION)})(?: |$)"
_SIGNS = (
    *("C/O", "C / O", "CARE OF", "ATTN", "ATTENTION", "%", "GEN", "WHEREABOUTS", "UNABLE", "ABOVE", "BELOW", "SEE "),
    *("SIN D", "DOMICILIO", "APLICA", "DESCONOCE"),
)  # with the words of the tables
_NAMED_FIRST = r"^([^0-9]+) (\d.*)$"

TEXTS = ("line", "extra", "whole")
_REWRITTEN = {"line": pl.String(), "beside": pl.String()}


def key(frame: pl.DataFrame) -> pl.DataFrame:
    """``line1, line2, city, state, zip`` (String, null allowed; other columns are kept) → the same rows with a standing and a key.

    Order and other columns stay. Adds ``standing`` (String, one of `STANDINGS`; null if and only if all five cells are blank), ``key``
    and ``building`` (String; null unless complete; ``building`` leaves the unit out), ``zip5``, ``has_unit``, ``has_suffix`` (Boolean)
    and the parts that `agreement` reads.
    """
    place = read_places(frame)
    lines = _worded(read_lines(frame, place).hstack(place))
    parts = _leftovers(lines.hstack(parts_of(lines)))
    judged = parts.with_columns(_standing(parts, frame))
    return frame.with_columns(judged.with_columns(**_keys()).select(ADDED))


def agreement(left: str = "", right: str = "right_") -> pl.Expr:
    """Whether two keyed addresses on one row are the same delivery point: ``same``, ``different`` or ``cannot-tell``; never null.

    ``left`` and ``right`` are the prefixes of the `COMPARED` columns of each side. Anything but two complete addresses cannot be told.
    """

    def a(name: str) -> pl.Expr:
        return pl.col(left + name)

    def b(name: str) -> pl.Expr:
        return pl.col(right + name)

    complete = ((a("standing") == "complete") & (b("standing") == "complete")).fill_null(value=False)
    towns = a("place").is_not_null() & b("place").is_not_null() & (a("place") != b("place"))
    nameless_block = (a("state2") == "PR") & a("street").str.starts_with("CALLE") & (a("urbanization") == "")
    apart = [_apart(a(name), b(name)) for name in ("suffix", "predirection", "postdirection", "urbanization")]
    apart += [_numbers_apart(a("number"), b("number")), _units_apart(a("unit"), b("unit")), _units_apart(a("outer"), b("outer"))]
    apart += [_loose_street(a("street")) != _loose_street(b("street")), (a("kind") != b("kind")) & ~_rerouted(a, b)]
    apart += [(a("zip5") != b("zip5")) & ((a("town") != b("town")) | (a("state2") != b("state2")))]
    rerouted = _rerouted(a, b) & (a("zip5") == b("zip5"))
    return (
        pl.when(~complete)
        .then(pl.lit("cannot-tell"))
        .when(a("key") == b("key"))
        .then(pl.when(towns | nameless_block).then(pl.lit("cannot-tell")).otherwise(pl.lit("same")))
        .when(pl.any_horizontal(apart) & ~rerouted)
        .then(pl.lit("different"))
        .otherwise(pl.lit("cannot-tell"))
        .fill_null("cannot-tell")
    )


def compare(left: pl.DataFrame, right: pl.DataFrame) -> pl.Series:
    """`agreement` of two keyed frames of equal height, row by row."""
    renamed = right.select(pl.col(name).alias(f"right_{name}") for name in COMPARED)
    return left.select(COMPARED).hstack(renamed).select(agreement=agreement()).to_series()


# ---------------------------------------------------------------- what stands in the lines


def _worded(lines: pl.DataFrame) -> pl.DataFrame:
    """``said``: what the words say by themselves; ``named``: an institution; ``doubtful``: words that no address has.

    Looked for only in lines that hold one of the words, be it as part of another.
    """
    odd = lines.select(
        pl.col("whole").str.contains_any([*_SIGNS, *FILLER_CORE, *INSTITUTION, "XX"]) | pl.col("line").str.contains(_NO_LETTERS)
    ).to_series()
    plain = lines.with_columns(said=pl.lit(None, dtype=pl.String), named=pl.lit(value=False), doubtful=pl.lit(value=False))
    some, whole = plain.filter(odd).select(TEXTS), pl.col("whole")
    met = some.unique().with_columns(named=whole.str.contains(_INSTITUTION), doubtful=whole.str.contains(_ANYWHERE))
    moved = _institution_street(met.with_columns(pl.col(TEXTS).name.prefix("was_"))).with_columns(said=_said())
    worded = some.join(moved, left_on=TEXTS, right_on=[f"was_{name}" for name in TEXTS], how="left", maintain_order="left", suffix="_now")
    return put(plain, odd.arg_true(), worded.select("said", "named", "doubtful", line="line_now", extra="extra_now"))


def _institution_street(lines: pl.DataFrame) -> pl.DataFrame:
    """``COUNTY JAIL 210 MAIN ST`` names a building with a street number: the name goes beside the line."""
    first = pl.col("line").str.extract_groups(_NAMED_FIRST).struct
    moved = first[0].str.contains(_INSTITUTION).fill_null(value=False) & ~pl.col("line").str.contains("BOX")
    extra = pl.concat_str(pl.col("extra"), pl.lit(" "), first[0]).str.strip_chars()
    return lines.with_columns(
        line=pl.when(moved).then(first[1]).otherwise(pl.col("line")), extra=pl.when(moved).then(extra).otherwise(pl.col("extra"))
    )


def _said() -> pl.Expr:
    """What the words of the lines say by themselves, before anything is parsed; null if nothing."""
    whole, line = pl.col("whole"), pl.col("line")
    filler = line.str.contains(_ALL_FILLER) & line.str.contains(_HAS_CORE)
    return (
        pl.when(whole.str.contains(_CARE_OF))
        .then(pl.lit("care-of"))
        .when(line.str.contains(_GENERAL_DELIVERY))
        .then(pl.lit("general-delivery"))
        .when(whole.str.contains(_PHRASE) | ((line != "") & line.str.contains(_NO_LETTERS)) | filler)
        .then(pl.lit("placeholder"))
        .otherwise(None)
    )


def _standing(parts: pl.DataFrame, cells: pl.DataFrame) -> pl.Series:
    """The standing of each row; only rows where something was found are looked at closely."""
    found = pl.col("said").is_not_null() | pl.col("fault").is_not_null() | pl.col("misplaced").is_not_null()
    found |= _town_alone() | pl.col("line").str.starts_with(pl.col("zip5")).fill_null(value=False)
    found |= pl.col("named") | pl.col("doubtful") | pl.col("filler")
    complete = pl.repeat("complete", parts.height, eager=True).alias("standing")
    rows = parts.select(found).to_series()
    if not rows.any():
        return complete
    blank = pl.all_horizontal(pl.col(name).fill_null("").str.strip_chars() == "" for name in ("line1", "line2")).alias("blank_lines")
    some = parts.filter(rows).hstack(cells.filter(rows).select(blank))
    return complete.scatter(rows.arg_true(), some.select(_judged()).to_series())


def _judged() -> pl.Expr:
    """First what the words say, then what is wrong with the street, then with city, state and ZIP code, and last that it cannot be read."""
    fault, street = pl.col("fault"), pl.col("street")
    bare = pl.col("suffix").is_in(["", "CTR"]) & (pl.col("kind") == "street")  # 12 COUNTY DETENTION CENTER has no street
    institution = pl.col("named") & (fault.is_not_null() | (bare & street.str.contains(_INSTITUTION)))
    junk = pl.col("doubtful") & (
        (pl.col("line").str.contains(_ANYWHERE) & (fault.is_not_null() | (bare & street.str.contains(_ANYWHERE))))
        | pl.col("extra").str.contains(_ANYWHERE)
    )
    return (
        pl.when(pl.col("blank_lines") & pl.col("nowhere"))
        .then(None)
        .when(pl.col("said").is_not_null())
        .then(pl.col("said"))
        .when(junk | pl.col("filler"))
        .then(pl.lit("placeholder"))
        .when(institution)
        .then(pl.lit("institution"))
        .when(fault.is_not_null() & (fault != "unparsed"))
        .then(fault)
        .when(_town_alone() | _zip_and_town())
        .then(pl.lit("no-street"))
        .when(pl.col("misplaced").is_not_null())
        .then(pl.col("misplaced"))
        .when(fault.is_not_null())
        .then(fault)
        .otherwise(pl.lit("complete"))
    )


def _town_alone() -> pl.Expr:
    """``12 CHICAGO`` in Chicago: the town, not a street called like it."""
    return (pl.col("suffix") == "") & (pl.col("predirection") == "") & (pl.col("kind") == "street") & (pl.col("street") == pl.col("town"))


def _zip_and_town() -> pl.Expr:
    """``07028 GLEN RIDGE``: the ZIP code is no house number, whatever suffix the town's name ends with."""
    begun = pl.when(pl.col("line").str.starts_with(pl.col("zip5"))).then(pl.col("line").str.slice(5))
    return (city_name(begun) == pl.col("town")).fill_null(value=False)


def _leftovers(parts: pl.DataFrame) -> pl.DataFrame:
    """Rows that only lack a reading of the line: the labeller rearranges each distinct line once, and our rules read it again."""
    asked = (pl.col("fault") == "unparsed") & pl.col("said").is_null() & pl.col("misplaced").is_null()
    asked &= ~pl.col("named") & ~pl.col("doubtful")
    rows = parts.select(asked.fill_null(value=False)).to_series().arg_true()
    if not rows.len():
        return parts
    lines, at = distinct(parts["line"].gather(rows))
    answers = pl.DataFrame([rewrite(line) or (None, None) for line in lines.to_list()], schema=_REWRITTEN, orient="row")
    again = parts.select(pl.col("extra", "state2").gather(rows)).hstack(answers.select(pl.all().gather(at)))
    extra = pl.concat_str(pl.col("extra"), pl.lit(" "), pl.col("beside")).str.strip_chars()
    again = again.with_columns(extra=extra, row=rows).drop_nulls("line")
    read = again.hstack(parts_of(again)).filter(pl.col("fault").is_null())
    return put(parts, read["row"], read.select("line", "extra", *PARTS, *READ, "fault"))


# ---------------------------------------------------------------- the key


def _keys() -> dict[str, pl.Expr]:
    outer = _outer()
    complete = pl.col("standing") == "complete"
    building = pl.concat_str("kind", "number", "urbanization", "way", "zip5", separator="|")
    whole = pl.concat_str(building, outer, pl.col("unit"), separator="|")
    return {
        "outer": outer,
        "building": pl.when(complete).then(building),
        "key": pl.when(complete).then(whole),
        "has_unit": ((pl.col("unit") != "") | (outer != "")).fill_null(value=False),
        "has_suffix": pl.col("suffixed").fill_null(value=False),
    }


def _outer() -> pl.Expr:
    """The part of the building, with any other words of the lines: they may be what tells two places apart."""
    extra = pl.concat_str(pl.col("outer"), pl.lit("? "), pl.col("extra"))
    return pl.when(pl.col("extra") != "").then(extra).otherwise(pl.col("outer"))


# ---------------------------------------------------------------- two addresses


def _apart(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Both stated, and not alike. One missing is not a difference."""
    return (a != "") & (b != "") & (a != b)


def _numbers_apart(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """12-34 and 1234, 12 and 12A, 12 and 12 1/2 may be one house; 12 and 13, 12A and 12B are not."""
    digits = [text.str.extract(r"^([A-Z0-9]*?\d+(?:-\d+)*)(?:[A-Z]| \d/\d+)?$", 1).str.replace_all("-", "") for text in (a, b)]
    tails = [text.str.extract(r"\d([A-Z]| \d/\d+)$", 1).fill_null("") for text in (a, b)]
    return (digits[0] != digits[1]) | _apart(tails[0], tails[1])


def _units_apart(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Apartment 3 and suite 3 may be one door, and so may 3 and 3 in building B; 3 and 4 are not."""
    bare = [text.str.replace_all(r"[A-Z]+ ", "").str.replace_all("-", "", literal=True) for text in (a, b)]
    partly = a.str.contains(r"[+?]") | b.str.contains(r"[+?]")
    return _apart(a, b) & (bare[0] != bare[1]) & ~partly


def _loose_street(name: pl.Expr) -> pl.Expr:
    """What two spellings of one street surely share: MC DONALD and MCDONALD, NORTH and N as a whole name, any class of road 116."""
    folded = name.replace(DIRECTIONS).str.replace(
        r"^(?:[A-Z]+ )*(?:HWY|RTE|RD|SR|CR|SH|FM|RM|TR|I|CTH|STH|CSAH) (\d+[A-Z]?|[A-Z]{1,2})$", "$1"
    )
    folded = folded.str.replace("^PO DRAWER$", "PO BOX")
    return folded.str.replace_all(" ", "", literal=True)


def _rerouted(a: Callable[[str], pl.Expr], b: Callable[[str], pl.Expr]) -> pl.Expr:
    """A rural route that was given street names is one place under two kinds of address."""
    kinds = ["rural", "street"]
    return (a("kind").is_in(kinds) & b("kind").is_in(kinds) & (a("kind") != b("kind"))).fill_null(value=False)
