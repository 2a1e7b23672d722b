"""What follows the house number → directional, street, suffix, directional, and the units at the end.

Turns ``rest`` (``N OAK STREET APT 4``) and ``state2`` into ``predirection``, ``street``, ``suffix``, ``postdirection``, ``outer``,
``unit`` and ``fault``. Follows USPS Publication 28 (sections 23 and 24, appendices C and F).
Every distinct text is read once, because streets repeat where house numbers do not. It never drops a word or a digit.
What it cannot know: whether the street exists; whether ``E AVE J`` is Avenue J, east, or apartment J of E Avenue: equal text gets
equal parts.
"""

from __future__ import annotations

from string import ascii_uppercase

import polars as pl

from privity.fields.address_fillers import FILLER_STREET, FILLER_STREET_AROUND, FILLER_TOWN_STREET, KEYBOARD_RUNS
from privity.fields.address_text import distinct, only_where, put, standard_words
from privity.fields.address_words import (
    DIRECTION_WORDS,
    DIRECTIONS,
    ROAD_LETTERS,
    STATE_NAMES,
    STREET_FIRST,
    SUFFIX_THEN_UNIT,
    SUFFIXES,
    UNIT_ALONE,
    UNIT_ANY,
    UNIT_OUTER,
    UNIT_WITH_NUMBER,
    UNIT_WITH_WORD,
)

STREET_PARTS = ("predirection", "street", "suffix", "postdirection", "outer", "unit")
WAY = pl.concat_str("predirection", "street", "suffix", "postdirection", separator="|")  # their part of a key
SUFFIXED = (pl.col("suffix") != "") | pl.col("street").str.contains(r"\d$")
BLOCK = "block"  # a fault with a house number in round hundreds: 1200 BLOCK OAK AVE is no address, 12 BLOCK HOUSE RD is
COMPASS = "compass"  # a fault that only a house number of four digits heals: 99 AVE N is more likely 99th Avenue without its house number

_D = "|".join(sorted(DIRECTION_WORDS, key=len, reverse=True))
_S = "|".join(sorted(SUFFIXES, key=len, reverse=True))
_ID = r"\d[A-Z0-9]*(?:-[A-Z0-9]+)*(?: [A-Z])?|[A-Z]{1,2}-?\d[A-Z0-9]*(?:-[A-Z0-9]+)*|[A-Z](?: \d+)?"

_WORD_UNIT, _NUMBER_UNIT = "|".join(UNIT_WITH_WORD), "|".join(UNIT_WITH_NUMBER)
_UNIT = rf"^(.*?) ?\b?(?:(?:^| )({_WORD_UNIT}|{_NUMBER_UNIT})(?: NO)?(?: #)*) ({_ID}|[A-Z]{{2,}})$"
_ALONE = rf"^(.* (?:ST|AVE|RD|DR|LN|BLVD|CT|PL|TER|WAY|CIR|PKWY|HWY|SQ|LOOP|TRL)(?: (?:{_D}))?) ({'|'.join(UNIT_ALONE)})$"
_BARE = rf"^(.+) ({'|'.join(SUFFIX_THEN_UNIT)})((?: (?:{_D}))?) ([A-Z]?-?\d{{1,4}}(?:-?[A-Z])?|\d{{1,4}}-[A-Z0-9]+|[A-DF-MO-RT-VX-Z])$"

_DESIGNATORS = [*(f"{word} " for word in (*UNIT_WITH_WORD, *UNIT_WITH_NUMBER)), *UNIT_ALONE]

_UNTIDY = r"#|[0-9](?:ST|ND|RD|TH) |^[NS] [EW] | [NS] [EW]$|(?:NORTH|SOUTH) (?:EAST|WEST)$"
_LETTERS_OF_STATE = 2
_FEW, _MANY = 3, 5  # words in the name of a street: with no suffix, with one
_ROAD_CLASS = "HWY|RTE|RD|LOOP|SPUR|TPKE|FWY|EXPY|BYP|TRL|PKWY"
_ROAD_LIKE = r"[A-Z][ -]?\d+[A-Z]?(?: [A-Z]+){0,2}$|A1A|(?:HWY|RTE|RD|TRUNK|CTH) [A-Z]{1,2}$"
_STATE_NAME = "|".join(STATE_NAMES)
_ROAD = (
    rf"^(?:({_D}) )?((?:[A-Z]+ ){{0,3}}(?:{_ROAD_CLASS})"
    rf"|SR|CR|SH|FM|RM|TR|CTH|STH|CSAH|I|INTERSTATE|US|U S|[A-Z]{{2}}|{_STATE_NAME})(?: NO)?[ -]?#? ?(\d{{1,5}}[A-Z]?|A1A)"
    rf"(?: HWY)?(?: ({_D}|BYP|BUS|BUSINESS|ALT|SPUR|LOOP))?$"
)
_LETTERED_ROAD = rf"^(?:({_D}) )?((?:STATE|ST|COUNTY|CO|[A-Z]{{2}}) (?:HWY|RTE|RD|TRUNK)|HWY|RTE|CTH) ([A-Z]{{1,2}})()$"
_BARE_ROAD = r"^(.+) (RD)( (?:NE|NW|SE|SW|(?:NORTH|SOUTH)(?:EAST|WEST))) (\d{1,4}[A-Z]?)$"  # RD N 35 may be a road's name
_ANY_FILLER, _FILLER = "|".join(FILLER_STREET), "|".join((*FILLER_STREET, *FILLER_STREET_AROUND))
_FILLER_NAME = rf"^(?:(?:{_FILLER})(?: |$))+$"
_HAS_FILLER = rf"(?:^| )(?:{_ANY_FILLER})(?: |$)"
_NO_NAME = rf"^XX|^(?:{'|'.join(f'{letter}{{4,}}' for letter in ascii_uppercase)}|(?:{'|'.join(KEYBOARD_RUNS)})[A-Z]*)(?: |$)"
_STREET = rf"^(?:({_D}) )?(.+?)(?: ({_S}))?(?: ({_D}))?$"


def street_parts(rest: pl.Series, state2: pl.Series) -> pl.DataFrame:
    """Two String columns without nulls → ``STREET_PARTS``, ``way``, ``suffixed``, ``filler`` and ``fault`` of each row, in order."""
    texts, at = distinct(rest)
    words = texts.to_frame("rest").select(rest=standard_words(pl.col("rest")))
    words = words.with_columns(rest=only_where(words, pl.col("rest").str.contains(_UNTIDY), _tidy(pl.col("rest")), words["rest"]))
    split = _bare_unit(_units(words)).with_columns(like=pl.col("rest").str.contains(_ROAD_LIKE))
    read = _read(split.with_columns(**_NO_ROAD))
    like = split["like"].gather(at)
    rows = read.select(pl.all().gather(at))
    if not like.any():
        return rows
    pairs = pl.DataFrame({"text": at.filter(like), "state2": state2.filter(like)})
    met = pairs.unique(maintain_order=True)
    roads = _read(_roads(split.select(pl.all().gather(met["text"])).hstack([met["state2"]])))
    where = pairs.join(met.with_row_index("nth"), on=["text", "state2"], how="left", maintain_order="left")["nth"]
    return put(rows, like.arg_true(), roads.select(pl.all().gather(where)))


_NO_ROAD = dict.fromkeys(("road", "road_pre", "road_post"), pl.lit(None, dtype=pl.String))


def _read(split: pl.DataFrame) -> pl.DataFrame:
    return _faults(_named(split)).select(*STREET_PARTS, "filler", "fault", way=WAY, suffixed=SUFFIXED)


def _tidy(words: pl.Expr) -> pl.Expr:
    """N E together are NE, and NORTH EAST after the name; 1ST before a word is 1 (at the end, 2ND may be a floor); # APT is APT."""
    words = words.str.replace(r"^([NS]) ([EW]) ([A-Z0-9]{2,} [A-Z])", "$1$2 $3").str.replace(r" ([NS]) ([EW])$", " $1$2")
    words = words.str.replace(r" (NORTH|SOUTH) (EAST|WEST)$", " $1$2")
    words = words.str.replace_all(r"\b([0-9]+)(?:ST|ND|RD|TH) FL\b", "FL $1").str.replace_all(rf"# ({_WORD_UNIT}|{_NUMBER_UNIT}) ", "$1 ")
    return words.str.replace_all(r"\b0*([0-9]+)(?:ST|ND|RD|TH) ", "$1 ")


# ---------------------------------------------------------------- units


def _units(words: pl.DataFrame) -> pl.DataFrame:
    """Take off up to three units at the end, last first: adds ``outer`` and ``unit``."""
    split = words.with_columns(outer=pl.lit(""), unit=pl.lit(""))
    marked = split["rest"].str.contains_any(_DESIGNATORS).arg_true()
    for _ in range(3):
        if not marked.len():
            break
        before = split["rest"].gather(marked)
        split = put(split, marked, _unit_off(split.select(pl.all().gather(marked))))
        after = split["rest"].gather(marked)
        marked = marked.filter((before != after) & after.str.contains_any(_DESIGNATORS))
    return split


def _unit_off(split: pl.DataFrame) -> pl.DataFrame:
    split = split.with_columns(found=pl.col("rest").str.extract_groups(_UNIT), alone=pl.col("rest").str.extract_groups(_ALONE))
    found, alone = pl.col("found").struct, pl.col("alone").struct
    word, number = found[1], found[2]
    right = number.str.contains(r"\d|^[A-Z]$") | word.is_in(UNIT_WITH_WORD)
    taken = pl.when(right).then(_unit(word, number)).otherwise(alone[1])
    left = pl.when(right).then(found[0].str.strip_chars()).otherwise(alone[0])
    is_outer = pl.when(right).then(word.is_in(UNIT_OUTER)).otherwise(pl.lit(value=False))
    split = split.with_columns(taken=taken.fill_null(""), left=left, is_outer=is_outer.fill_null(value=False))
    return split.select(
        rest=pl.when(pl.col("taken") != "").then(pl.col("left")).otherwise(pl.col("rest")),
        outer=_added("outer", pl.col("is_outer")),
        unit=_added("unit", ~pl.col("is_outer")),
    )


def _added(name: str, here: pl.Expr) -> pl.Expr:
    text, taken = pl.col(name), pl.col("taken")
    joined = pl.when(text == "").then(taken).otherwise(pl.concat_str(taken, pl.lit("+"), text))
    return pl.when((taken != "") & here).then(joined).otherwise(text)


def _unit(word: pl.Expr, number: pl.Expr) -> pl.Expr:
    """``APT``, ``0012-b`` → ``12B``; ``FL``, ``3`` → ``FL 3``. A hyphen goes only between a digit and a letter: 1-1 is not 11."""
    plain = number.str.replace_all(" ", "", literal=True).str.replace(r"^0+(\d)", "$1")
    plain = plain.str.replace(r"^(\d+)-([A-Z]+)$", "$1$2").str.replace(r"^([A-Z]+)-(\d+)$", "$1$2")
    return pl.when(word.is_in(UNIT_ANY)).then(plain).otherwise(pl.concat_str(word, pl.lit(" "), plain))


def _bare_unit(split: pl.DataFrame) -> pl.DataFrame:
    """``OAK ST 4B``, ``OAK RD NE 35``: a unit. Not where the word before the suffix is a directional: AVENUE 52, AVENUE J."""
    like = split.select(pl.col("rest").str.contains(r" (?:[A-Z]?-?\d[0-9A-Z-]*|[A-Z])$") & (pl.col("unit") == "")).to_series()
    found = [pl.col("rest").str.extract_groups(pattern).struct for pattern in (_BARE, _BARE_ROAD)]
    some = split.filter(like)
    name, suffix, after, number = (pl.coalesce(one[i] for one in found) for i in range(4))
    taken = (name.is_not_null() & ~name.is_in([*DIRECTION_WORDS, "COUNTY", "STATE"])).fill_null(value=False)
    taken_off = some.select(
        rest=pl.when(taken).then(pl.concat_str(name, pl.lit(" "), suffix, after)).otherwise(pl.col("rest")),
        unit=pl.when(taken).then(_unit(pl.lit("APT"), number)).otherwise(pl.col("unit")),
    )
    return put(split, like.arg_true(), taken_off)


# ---------------------------------------------------------------- roads and streets


def _roads(split: pl.DataFrame) -> pl.DataFrame:
    """Numbered and lettered roads: the number is the street's, never a unit's (CA HIGHWAY 116, COUNTY ROAD E)."""
    rest = pl.col("rest")
    split = split.with_columns(numbered=rest.str.extract_groups(_ROAD), lettered=rest.str.extract_groups(_LETTERED_ROAD))
    parts = [pl.coalesce(pl.col("numbered").struct[i], pl.col("lettered").struct[i]) for i in range(4)]
    of_state = parts[1].replace(
        STATE_NAMES
    )  # 653 VERMONT 12 is a road in Vermont alone, and its own class: Vermont Street may have a unit 12
    lettered = (parts[1].str.len_chars() == _LETTERS_OF_STATE) & ~parts[1].is_in(ROAD_LETTERS)
    known = (~lettered & ~parts[1].is_in(list(STATE_NAMES))) | (of_state == pl.col("state2"))
    name = pl.concat_str(_road_class(parts[1]), pl.lit(" "), parts[2].str.replace(r"^0+(\d)", "$1"))
    named = split.with_columns(road=pl.when(known).then(name), road_pre=parts[0], road_post=parts[3].replace("BUSINESS", "BUS"))
    return named.drop("numbered", "lettered")


def _road_class(text: pl.Expr) -> pl.Expr:
    """What a road is called before its number. State highway, route and road stay apart; `agreement` calls them undecided."""
    text = text.str.replace("^CO RD", "COUNTY RD")  # in Colorado too
    own = pl.when(text.str.slice(0, 2) == pl.col("state2")).then(text.str.replace(r"^[A-Z]{2}\b ?(?:STATE )?", "STATE ")).otherwise(text)
    own = (
        own.str.strip_chars()
        .str.replace(r"^(?:ST|SAINT) ", "STATE ")
        .str.replace(r"^(?:CO|CNTY|CTY) ", "COUNTY ")
        .str.replace("^U S", "US")
    )
    own = own.str.replace("^STATE$", "STATE HWY").str.replace("^US$|^US RTE$", "US HWY").str.replace("^CR$", "COUNTY RD")
    return own.str.replace("^INTERSTATE(?: HWY)?$", "I").str.replace("^FARM (?:TO )?MARKET(?: RD)?$", "FM")


def _named(split: pl.DataFrame) -> pl.DataFrame:
    """Directional, name, suffix, directional. A directional that would leave no name is the name: N ST is N Street."""
    split = split.with_columns(found=pl.when(pl.col("road").is_null()).then(pl.col("rest").str.extract_groups(_STREET)))
    pre, name, suffix, post = (pl.col("found").struct[i].fill_null("") for i in range(4))
    lone = (pre != "") & (suffix == "") & name.is_in(SUFFIXES)
    avenue = (pre == "") & (suffix == "") & (name == "AVE") & (post.str.len_chars() == 1)
    plain = pl.when(lone).then(pre).when(avenue).then(pl.concat_str(pl.lit("AVE "), post)).otherwise(name.str.replace("^ST ", "SAINT "))
    is_road = pl.col("road").is_not_null()
    return split.with_columns(
        street=pl.coalesce("road", plain),
        suffix=pl.when(is_road).then(pl.lit("")).when(lone).then(name).otherwise(suffix),
        predirection=pl.when(is_road).then(pl.col("road_pre").fill_null("")).when(lone).then(pl.lit("")).otherwise(pre).replace(DIRECTIONS),
        postdirection=pl.when(is_road)
        .then(pl.col("road_post").fill_null(""))
        .when(avenue)
        .then(pl.lit(""))
        .otherwise(post)
        .replace(DIRECTIONS),
    )


def _faults(split: pl.DataFrame) -> pl.DataFrame:
    name, suffix = pl.col("street"), pl.col("suffix")
    is_road, words = pl.col("road").is_not_null(), pl.col("street").str.count_matches(" ", literal=True) + 1
    grid = name.str.contains(r"^\d+$") & (pl.col("postdirection") != "") & (pl.col("predirection") != "")
    lettered = name.str.contains(r"^AVE (?:[A-Z]{1,2}|\d{1,3})$")
    numeric = name.str.contains(r"^[\d /-]+$")
    lettered |= name.str.contains(r"^\d+ (?:ST|AVE|PL)$") & (suffix != "")  # 20TH STREET DR
    lettered |= name.str.contains(r"^[A-Z]{1,3}&[A-Z]{1,2}$")  # WB&A RD
    lettered |= name.str.contains(r"^CALLE \d{1,3}[A-Z]?$")
    odd = name.str.contains(r"[^A-Z0-9 ]| \S*\d|\d[A-Z]|^\d+ ") & ~lettered
    joined = name.str.contains(r"\S (?:ST|AVE|RD|BLVD|DR|LN|CT|PL|WAY|CIR|TER) (?:AND|OR|AT) |^(?:AND|OR) ")
    joined |= name.str.contains(r"\S (?:AVE|RD|BLVD|LN|WAY|CIR|TER) \S") & ~name.str.contains(
        rf" (?:AVE|RD|BLVD|LN|WAY|CIR|TER) (?:{_D})(?: |$)"
    )
    first = name.str.contains(rf"^(?:{'|'.join(STREET_FIRST)}) ")
    middle = name.str.contains(r"\S (?:ST|AVE|RD|BLVD|DR|LN|CT) \S")  # MAIN ST OAKVILLE: more than a street
    fault = (
        pl.when(name.is_in(["TH", "ND"]))
        .then(pl.lit("no-number"))
        .when(is_road | grid)
        .then(None)
        .when((name == "") | (numeric & (suffix == "")) | (numeric & (words > 1)))
        .then(pl.lit("no-street"))
        .when(name.str.contains(r"^(?:MILES?|MI|BLOCKS?|BLKS?) (?:.* )?(?:OF|FROM)(?: |$)"))
        .then(pl.lit("no-street"))
        .when(name.str.contains("^(?:BLOCK|BLK) "))
        .then(pl.lit(BLOCK))
        .when(name.str.contains("^AVE [NSEW]$"))
        .then(pl.lit(COMPASS))
        .when((suffix == "") & (name.is_in(SUFFIXES) | name.is_in(DIRECTION_WORDS) | name.str.contains("^.$")))
        .then(pl.lit("no-street"))
        .when((suffix == "") & name.is_in([*UNIT_WITH_WORD, *UNIT_WITH_NUMBER, *UNIT_ALONE]))
        .then(pl.lit("no-street"))
        .when(odd | joined | ((suffix == "") & ~first & (middle | (words > _FEW))) | (words > _MANY))
        .then(pl.lit("unparsed"))
        .otherwise(None)
    )
    filler = name.str.contains(_NO_NAME) | (name.str.contains(_FILLER_NAME) & name.str.contains(_HAS_FILLER))
    filler |= name.is_in(FILLER_TOWN_STREET) & suffix.is_in(["ST", "AVE"])
    filler |= name.str.contains(rf"^(?:{_ANY_FILLER}) (?:{_ROAD_CLASS}) \d")  # 12 UNKNOWN RD 90012
    filler |= name.is_in(["ST", "SAINT NAME"]) & (suffix != "")  # 123 STREET ST, STREET NAME ST
    return split.with_columns(fault=fault, filler=filler)
