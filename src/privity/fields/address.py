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

from privity.fields.address_leftover import rewrite
from privity.fields.address_parts import PARTS, parts_of
from privity.fields.address_text import read_lines
from privity.fields.address_words import (
    DIRECTIONS,
    FILLER_ANYWHERE,
    FILLER_AROUND,
    FILLER_AS_STREET,
    FILLER_CORE,
    FILLER_PHRASES,
    INSTITUTION,
)
from privity.fields.zips import places, states

if TYPE_CHECKING:
    from collections.abc import Callable

STANDINGS = (
    *("complete", "placeholder", "no-number", "no-street", "no-city", "no-state", "no-zip", "zip-unknown", "zip-not-in-state"),
    *("institution", "care-of", "general-delivery", "unparsed"),
)
AGREEMENTS = ("same", "different", "cannot-tell")
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
_SIGNS = ("C/O", "C / O", "CARE OF", "ATTN", "ATTENTION", "%", "GEN", "WHEREABOUTS", "UNABLE")  # with the words of the tables
_NAMED_FIRST = r"^([^0-9]+) (\d.*)$"

_NO_CITY = ("", "NA", "N A", "NONE", "NULL", "UNKNOWN", "UNK", "X", "XX", "XXX", "XXXX", "TBD", "CITY", "UNKNOWN CITY", "NO CITY", "SAME")


def key(frame: pl.DataFrame) -> pl.DataFrame:
    """``line1, line2, city, state, zip`` (String, null allowed; other columns are kept) → the same rows with a standing and a key.

    Order and other columns stay. Adds ``standing`` (String, one of `STANDINGS`; null if and only if all five cells are blank), ``key``
    and ``building`` (String; null unless complete; ``building`` leaves the unit out), ``zip5``, ``has_unit``, ``has_suffix`` (Boolean)
    and the parts that `agreement` reads.
    """
    lines = read_lines(frame).join(states(), on="zip5", how="left", maintain_order="left")
    odd = lines.select(
        pl.col("whole").str.contains_any([*_SIGNS, *FILLER_CORE, *INSTITUTION, "XX"]) | pl.col("line").str.contains(_NO_LETTERS)
    )
    worded = pl.concat([_ordinary(lines.filter(~odd.to_series())), _worded(lines.filter(odd.to_series()))])
    parts = _leftovers(parts_of(worded))
    judged = parts.with_columns(standing=_standing()).join(places(), left_on=["zip5", "town"], right_on=["zip5", "city"], how="left")
    outputs = judged.sort("at").with_columns(**_keys()).select("standing", "key", "building", "has_unit", "has_suffix", *COMPARED[2:])
    return frame.with_columns(outputs)


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


def _ordinary(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with none of the words that are looked for below, not even as part of another word."""
    return lines.with_columns(said=pl.lit(None, dtype=pl.String), named=pl.lit(value=False), doubtful=pl.lit(value=False))


def _worded(lines: pl.DataFrame) -> pl.DataFrame:
    """``said``: what the words say by themselves; ``named``: an institution; ``doubtful``: words that no address has."""
    whole = pl.col("whole")
    return _institution_street(lines).with_columns(
        said=_said(), named=whole.str.contains(_INSTITUTION), doubtful=whole.str.contains(_ANYWHERE)
    )


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


def _standing() -> pl.Expr:
    fault, street = pl.col("fault"), pl.col("street")
    bare = (pl.col("suffix") == "") & (pl.col("kind") == "street")
    institution = pl.col("named") & (fault.is_not_null() | (bare & street.str.contains(_INSTITUTION)))
    junk = pl.col("doubtful") & (
        (pl.col("line").str.contains(_ANYWHERE) & (fault.is_not_null() | (bare & street.str.contains(_ANYWHERE))))
        | pl.col("extra").str.contains(_ANYWHERE)
    )
    junk |= (pl.col("suffix") == "ST") & (street.is_in(FILLER_AS_STREET) | street.str.starts_with("XX"))  # UNKNOWN ST
    state = pl.col("state2")
    return (
        pl.when(pl.col("blank"))
        .then(None)
        .when(pl.col("said").is_not_null())
        .then(pl.col("said"))
        .when(junk)
        .then(pl.lit("placeholder"))
        .when(institution)
        .then(pl.lit("institution"))
        .when(fault.is_not_null() & (fault != "unparsed"))
        .then(fault)
        .when(pl.col("town").is_in(_NO_CITY))
        .then(pl.lit("no-city"))
        .when(~state.str.contains("^[A-Z]{2}$"))
        .then(pl.lit("no-state"))
        .when(pl.col("no_zip"))
        .then(pl.lit("no-zip"))
        .when(pl.col("zip_state").is_null())
        .then(pl.lit("zip-unknown"))
        .when(pl.col("zip_state") != state)
        .then(pl.lit("zip-not-in-state"))
        .when(fault.is_not_null())
        .then(fault)
        .otherwise(pl.lit("complete"))
    )


def _leftovers(parts: pl.DataFrame) -> pl.DataFrame:
    """Rows that only lack a reading of the line: the labeller rearranges each distinct line once, and our rules read it again."""
    asked = (pl.col("fault") == "unparsed") & pl.col("said").is_null() & (pl.col("zip_state") == pl.col("state2"))
    asked &= ~pl.col("named") & ~pl.col("doubtful")
    open_rows = parts.filter(asked.fill_null(value=False))
    if not open_rows.height:
        return parts
    distinct = open_rows["line"].unique(maintain_order=True).to_list()
    answers = [(line, *found) for line in distinct if (found := rewrite(line))]
    table = pl.DataFrame(answers, schema={"line": pl.String(), "text": pl.String(), "beside": pl.String()}, orient="row")
    again = open_rows.drop(*PARTS, "fault").join(table, on="line", how="inner")
    extra = pl.concat_str(pl.col("extra"), pl.lit(" "), pl.col("beside")).str.strip_chars()
    read = parts_of(again.with_columns(line=pl.col("text"), extra=extra).drop("text", "beside"))
    read = read.filter(pl.col("fault").is_null()).select(parts.columns)
    return pl.concat([parts.join(read.select("at"), on="at", how="anti"), read])


# ---------------------------------------------------------------- the key


def _keys() -> dict[str, pl.Expr]:
    outer = _outer()
    complete = pl.col("standing") == "complete"
    building = pl.concat_str("kind", "number", "urbanization", "predirection", "street", "suffix", "postdirection", "zip5", separator="|")
    whole = pl.concat_str(building, outer, pl.col("unit"), separator="|")
    suffixed = (pl.col("suffix") != "") | (pl.col("kind") != "street") | pl.col("street").str.contains(r"\d$")
    return {
        "outer": outer,
        "building": pl.when(complete).then(building),
        "key": pl.when(complete).then(whole),
        "has_unit": ((pl.col("unit") != "") | (outer != "")).fill_null(value=False),
        "has_suffix": suffixed.fill_null(value=False),
    }


def _outer() -> pl.Expr:
    """The part of the building, with any other words of the lines: they may be what tells two places apart."""
    extra = pl.when(pl.col("extra") != "").then(pl.concat_str(pl.lit("? "), pl.col("extra"))).otherwise(pl.lit(""))
    return pl.concat_str(pl.col("outer"), extra)


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
