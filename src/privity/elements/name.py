"""Does the row name one person? 26 USC 6103(i)(2)(B)(i); a basis that requires a named person refuses a class.

``class``: words for more than one (et al., occupants, family, all persons), wildcards, several persons in one cell. ``placeholder``:
a word that stands for a name that is not there (unknown, N/A, FNU, John Doe, test), or no letters at all. ``incomplete``: no first
or no last name, or a bare initial for one. Otherwise ``person``. Null when no cell of the name holds anything. In that order.

A word that is also a real surname is a person where a given name of two letters or more that is no such word stands beside it:
Null, Na, All, Any, Person, Persons, People, Peoples, Members, Doe (but not John Doe). A match would still have to find somebody of that
name. Test, None, Unknown, Household and Family are refused whatever stands beside them: they are placeholders and classes far more often
than names, and a person so named is served by a letter. Names of one letter pass as surnames only if they are O, E or U.

Cannot know: whether such a person exists, is alive, or goes by one name only (who is refused as incomplete); an organisation's name.
"""

from __future__ import annotations

import re

import polars as pl

from privity.elements.element import Element, Given, once
from privity.fields.name import fold, words

CELLS = ("first_name", "middle_name", "last_name", "name_suffix")

CLASS_WORDS = (
    r"\b(?:ET ?AL|ET ?UX|ET ?VIR|OTHERS|OCCUPANTS?|HOUSEHOLDS?|RESIDENTS?|TENANTS?|INHABITANTS?|FAMILY|FAMILIES|FAMILIA|"
    r"EVERYONE|EVERYBODY|ANYONE|"
    r"ANYBODY|EMPLOYEES|WORKERS|VARIOUS|SEVERAL|MULTIPLE|SUBJECTS|ALIENS|INDIVIDUALS|RELATIVES|CHILDREN|PARENTS|SIBLINGS|NEIGHBORS|OWNERS|"
    r"DEPENDENTS|MEMBERS OF|ALL (?:PERSONS|PEOPLE|OF|OTHER|THE|ADULTS?|MALES?|FEMALES?|NAMES?|MEMBERS)|ANY (?:PERSON|"
    r"PERSONS|OF|OTHER|NAME)|"
    r"EACH|EVERY|LLC|INC|CORP|COMPANY|ESTATE|DECEASED|ALIEN|MINOR|SPONSOR|"
    r"(?:WIFE|HUSBAND|SPOUSE|SON|DAUGHTER|BROTHER|SISTER|MOTHER|FATHER|HIJ[OA]|ESPOS[OA]) OF|"
    r"(?:ADULT|HISPANIC|UNIDENTIFIED|WHITE|BLACK|MEXICAN|VENEZUELAN|GANG) (?:MALE|FEMALE|NATIONAL|MEMBER)|"
    r"PERSON OF|OF INTEREST|SOMEONE|TARGET|"
    r"(?:HIS|HER|AND|Y) (?:WIFE|HUSBAND|SPOUSE|FAMILY))\b"
)
WILDCARDS = r"[*%?_#@<>=~^$\\]|\.\.\."
SEVERAL = r"[;&+|\n]|\S ?/ ?\S|\S (?:AND|OR) \S"
NOT_SEVERAL = r"\b(?:A/?K/?A|F/?K/?A|N/?M/?N|N/A|NÉE|NEE)\b"  # one person with two names; no middle name

PLACEHOLDER_WORDS = (
    r"\b(?:UNKNOWN|UNKNWN|UNKN|UNK|FNU|LNU|FNULNU|NFN|NLN|UNNAMED|UNIDENTIFIED|ANONYMOUS|TBD|TBA|NIL|NONE|TEST|TESTING|"
    r"TESTER|DUMMY|EXAMPLE|REDACTED|"
    r"WITHHELD|X{2,}|ASDF\w*|QWERTY\w*|FIRSTNAME|LASTNAME|SURNAME|FORENAME|NONAME|NO (?:FIRST|LAST|NAME|GIVEN|SURNAME)|"
    r"NAME UNKNOWN|(?:FIRST|LAST|GIVEN|FAMILY|FULL) NAME|"
    r"NOT (?:PROVIDED|GIVEN|AVAILABLE|APPLICABLE|KNOWN|STATED|LISTED|ON FILE)|FAILED TO PROVIDE|REFUSED(?: TO)?|DECLINED|"
    r"UNAVAILABLE|MISSING|"
    r"DESCONOCID[OA]|JOHN Q PUBLIC|BABY (?:BOY|GIRL)|(?:JOHN|JANE|JON|JUAN|JUANA|JAMES|BABY|INFANT|RICHARD|MARY) (?:\w+ )?(?:DOE|ROE)\d*)\b"
)
NOT_APPLICABLE = r"\bN ?/ ?A\b|\bN\.\s?A\.?$"
SAME_LETTER = "^(?:" + "|".join(f"{letter}{{3,}}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ") + ")$"
DOUBTFUL = (
    "NULL",
    "NA",
    "ALL",
    "ANY",
    "PERSON",
    "PERSONS",
    "PEOPLE",
    "PEOPLES",
    "MEMBERS",
    "DOE",
    "ROE",
    "SAME",
    "SELF",
    "SUBJECT",
    "MALE",
    "FEMALE",
    "LAST",
    "FIRST",
    "NAME",
)
SHORTEST = 2  # letters; one letter is an initial
SURNAMES_OF_ONE_LETTER = ("O", "E", "U")
# Every word of the patterns above, with and without its optional letters, since a phrase may be split between cells.
_OPTIONAL = re.compile(r"\w\?")
_PATTERNS = (
    " ".join((CLASS_WORDS, PLACEHOLDER_WORDS, NOT_SEVERAL, *DOUBTFUL, "AND OR ETAL ETUX ETVIR")).replace(r"\b", " ").replace(r"\w*", " ")
)
LISTED = (
    r"\b(?:"
    + "|".join(sorted(set(re.findall(r"[A-Z]{2,}", f"{_PATTERNS.replace('?', '')} {_OPTIONAL.sub('', _PATTERNS)}"))))
    + rf")\b|{PLACEHOLDER_WORDS}|{CLASS_WORDS}"
)


def judge(requests: pl.DataFrame, _tally: pl.DataFrame | None, _given: Given, /) -> pl.DataFrame:
    """``ordinal``, ``standing``."""
    # Most rows hold nothing but ordinary words; the patterns are for the others. A test holds both ways to one answer.
    ordinary = pl.select(pl.all_horizontal(_ordinary(requests[name]) for name in CELLS)).to_series()
    persons = requests.filter(ordinary).select("ordinal", pl.lit("person").alias("standing"))
    return pl.concat([persons, once(requests.filter(~ordinary), CELLS, by_patterns)]).sort("ordinal")


def _ordinary(cells: pl.Series) -> pl.Series:
    """Ordinary letters, at least two, and no word that stands in a list of this module; middle name and suffix may be empty."""
    distinct = cells.unique().alias("cell").to_frame()
    word = pl.col("cell").str.to_uppercase()
    listed = word.str.contains(LISTED) | word.str.contains(SAME_LETTER)
    fine = word.str.contains(r"^[A-Z]{2,}(?:[ '-][A-Z]{2,})*$") & ~listed
    blank = pl.lit(cells.name not in {"first_name", "last_name"}) & pl.col("cell").is_null()
    known = distinct.with_columns((fine.fill_null(value=False) | blank).alias("fine"))
    return (
        cells.alias("cell").to_frame().join(known, on="cell", how="left", nulls_equal=True, maintain_order="left")["fine"].alias(cells.name)
    )


def by_patterns(cells: pl.DataFrame) -> pl.DataFrame:
    """``standing`` of each distinct name."""
    seen = cells.lazy().select(fold(pl.col(name)) for name in CELLS)
    seen = seen.with_columns(pl.concat_str(CELLS, separator=" ", ignore_nulls=True).alias("whole"))
    seen = seen.with_columns(words(pl.col(name)).alias(f"{name}.words") for name in ("first_name", "last_name", "whole"))
    first, last = pl.col("first_name.words"), pl.col("last_name.words")
    standing = (
        pl.when(pl.col("whole") == "")
        .then(pl.lit(None, dtype=pl.String))
        .when(_is_placeholder(first, last) & ~is_class(pl.col("whole"), pl.col("whole.words")))
        .then(pl.lit("placeholder"))
        .when(is_class(pl.col("whole"), pl.col("whole.words")) | _all_of(first, last) | _listed())
        .then(pl.lit("class"))
        .when(_is_part(first, ()) & _is_part(last, SURNAMES_OF_ONE_LETTER))
        .then(pl.lit("person"))
        .otherwise(pl.lit("incomplete"))
    )
    return seen.select(standing.alias("standing")).collect()


def is_class(cell: pl.Expr, bare: pl.Expr) -> pl.Expr:
    """More than one person, or a pattern: ``cell`` is `fields.name.fold`, ``bare`` the same with punctuation as spaces."""
    joined = cell.str.replace_all(NOT_SEVERAL, " ")
    return (bare.str.contains(CLASS_WORDS) | cell.str.contains(WILDCARDS) | joined.str.contains(SEVERAL)).fill_null(value=False)


def is_stand_in(cell: pl.Expr, bare: pl.Expr) -> pl.Expr:
    """A word for a name that is not there, one letter over and over, or nothing that is a letter."""
    empty = bare.is_null() | ~bare.str.contains(r"\p{L}")
    return empty | bare.str.contains(PLACEHOLDER_WORDS) | cell.str.contains(NOT_APPLICABLE) | bare.str.contains(SAME_LETTER)


def _is_placeholder(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """By cell, since the middle name and the suffix may say ``N/A``; by both, since ``John`` / ``Doe`` needs both."""
    cells = [pl.col(name).is_not_null() & is_stand_in(pl.col(name), pl.col(f"{name}.words")) for name in ("first_name", "last_name")]
    both = pl.concat_str(first, last, separator=" ", ignore_nulls=True)
    doubtful = (first.is_null() | first.is_in(DOUBTFUL)) & last.is_in(DOUBTFUL) | first.is_in(DOUBTFUL) & last.is_null()
    numbers = pl.any_horizontal(
        pl.col(name).str.contains(r"[0-9]") & ~pl.col(name).str.contains(r"^\D*\b(?:2ND|3RD|[4-9]TH)\b\D*$")
        for name in ("first_name", "last_name")
    )
    doubtful_first = first.is_in([word for word in DOUBTFUL if word not in {"ALL", "ANY", "NA"}])
    return pl.any_horizontal(*cells, both.str.contains(PLACEHOLDER_WORDS), doubtful, numbers, doubtful_first).fill_null(value=False)


def _all_of(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """``All`` for a given name, or for a surname with none beside it."""
    return ((first == "ALL") | ((last == "ALL") & (first.is_null() | (first.str.len_chars() < SHORTEST)))).fill_null(value=False)


def _listed() -> pl.Expr:
    """Several persons with a comma between. ``Smith, Jr`` is one."""
    tail = r", ?(?:JR|SR|II|III|IV|V|MD|ESQ|2ND|3RD|PHD)\b\.?"
    cells = (pl.col(name).str.replace_all(tail, "").str.contains(r"\w ?, ?\w") for name in ("first_name", "last_name"))
    return pl.any_horizontal(*cells).fill_null(value=False)


def _is_part(bare: pl.Expr, single: tuple[str, ...]) -> pl.Expr:
    """A name of two letters or more, counting all its words; ``single`` are the names of one letter that pass."""
    letters = bare.str.replace_all(r"\P{L}", "").str.len_chars()
    whole = bare.str.contains(r"[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]")  # one such letter is a whole name
    return (whole | (letters >= SHORTEST) & ~bare.str.contains(r"^\p{L}(?: \p{L})?$") | bare.is_in(single)).fill_null(value=False)


ELEMENT = Element(name="name", reads=CELLS, gives={"standing": pl.String()}, judge=judge, rests_on=("first_name", "last_name"))
