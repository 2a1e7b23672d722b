"""One line of an address → its parts: number, directionals, street, suffix, unit; or box; or route and box; or military box.

Turns ``line`` and ``state2`` (see ``address_text``) into the columns of ``PARTS`` and ``fault``: null if every word of the line found
a part, else no-number, no-street or unparsed. Follows USPS Publication 28 (sections 23-28, appendices C and F).
Whole columns at a time; it never drops a word or a digit, so two lines of different digits cannot get the same parts.
What it cannot know: whether the street exists; whether ``E AVE J`` is Avenue J, east, or apartment J of E Avenue: equal text gets
equal parts.
"""

from __future__ import annotations

import polars as pl

from privity.fields.address_text import only_where, standard_words
from privity.fields.address_words import (
    DIRECTION_WORDS,
    DIRECTIONS,
    MILITARY_STATES,
    ROAD_LETTERS,
    STREET_FIRST,
    SUFFIX_THEN_UNIT,
    SUFFIXES,
    UNIT_ALONE,
    UNIT_ANY,
    UNIT_OUTER,
    UNIT_WITH_NUMBER,
    UNIT_WITH_WORD,
)

PARTS = ("kind", "number", "urbanization", "predirection", "street", "suffix", "postdirection", "outer", "unit")

_D = "|".join(sorted(DIRECTION_WORDS, key=len, reverse=True))
_S = "|".join(sorted(SUFFIXES, key=len, reverse=True))
_ID = r"\d[A-Z0-9]*(?:-[A-Z0-9]+)*(?: [A-Z])?|[A-Z]{1,2}-?\d[A-Z0-9]*(?:-[A-Z0-9]+)*|[A-Z](?: \d+)?"

_BOX = (
    r"^(?:(?:P ?O ?|POST OFFICE |POSTAL )?(BOX|BX|DRAWER|DRWR|LOCKBOX|CALLER|BIN)|POB)"
    r"(?: NO| NUMBER)? ?(?:# ?)?([A-Z]?-?\d+(?:-?[A-Z])?(?:-\d+)?|[A-Z]{1,2})$"
)
_ROUTE_WORD = r"(?:RURAL (?:ROUTE|RTE|RT)|R ?R|R ?F ?D|ROUTE|RTE|RT|R ?D|R)|(?:H ?C ?R?|(?:HIGHWAY|HWY) CONTRACT(?: ROUTE)?|STAR ROUTE)"
_RURAL = rf"^({_ROUTE_WORD}) ?(?:# ?)?(\d+[A-Z]?) (?:BOX|BX) ?(?:# ?)?(\d+(?:-?[A-Z])?(?:-\d+)?)$"
_RURAL_BARE = rf"^(?:{_ROUTE_WORD}) ?(?:# ?)?\d+[A-Z]?$"
_MILITARY = r"^(PSC|CMR|UNIT|OMC) ?(?:# ?)?(\d+[A-Z]?) (?:BOX|BX) ?(?:# ?)?(\d+[A-Z]?)$"

_NUMBER = r"^((?:[NSEW] ?\d{1,6} ?[NSEW] ?\d{1,6}|[NSEW]\d{1,6}|\d{1,6}(?:-\d{1,6}){0,2})(?:-?[A-Z])?(?: \d/\d{1,2})?) (.+)$"
_URBANIZATION = r"^URB(?:ANIZACION)? ([A-Z][A-Z ]*?) (\d.*)$"

_WORD_UNIT, _NUMBER_UNIT = "|".join(UNIT_WITH_WORD), "|".join(UNIT_WITH_NUMBER)
_UNIT = rf"^(.*?) ?\b?(?:(?:^| )({_WORD_UNIT}|{_NUMBER_UNIT})(?: NO)?(?: #)*) ({_ID}|[A-Z]{{2,}})$"
_ALONE = rf"^(.* (?:ST|AVE|RD|DR|LN|BLVD|CT|PL|TER|WAY|CIR|PKWY|HWY|SQ|LOOP|TRL)(?: (?:{_D}))?) ({'|'.join(UNIT_ALONE)})$"
_BARE = rf"^(.+) ({'|'.join(SUFFIX_THEN_UNIT)})((?: (?:{_D}))?) ([A-Z]?-?\d{{1,4}}(?:-?[A-Z])?|\d{{1,4}}-[A-Z0-9]+|[A-DF-MO-RT-VX-Z])$"

_DESIGNATORS = [*(f"{word} " for word in (*UNIT_WITH_WORD, *UNIT_WITH_NUMBER)), *UNIT_ALONE]

_UNTIDY = r"#|[0-9](?:ST|ND|RD|TH) |^[NS] [EW] | [NS] [EW]$"
_LETTERS_OF_STATE = 2
_FEW, _MANY = 3, 5  # words in the name of a street: with no suffix, with one
_ROAD_CLASS = "HWY|RTE|RD|LOOP|SPUR|TPKE|FWY|EXPY|BYP|TRL|PKWY"
_ROAD = (
    rf"^(?:({_D}) )?((?:[A-Z]+ ){{0,3}}(?:{_ROAD_CLASS})"
    rf"|SR|CR|SH|FM|RM|TR|CTH|STH|CSAH|I|INTERSTATE|US|U S|[A-Z]{{2}})[ -]?#? ?(\d{{1,5}}[A-Z]?)"
    rf"(?: ({_D}|BYP|BUS|ALT|SPUR|LOOP))?$"
)
_LETTERED_ROAD = r"^()((?:STATE|ST|COUNTY|CO|[A-Z]{2}) (?:HWY|RTE|RD|TRUNK)|HWY|RTE|CTH) ([A-Z]{1,2})()$"
_STREET = rf"^(?:({_D}) )?(.+?)(?: ({_S}))?(?: ({_D}))?$"


def parts_of(lines: pl.DataFrame) -> pl.DataFrame:
    """``line``, ``state2`` → the same rows with ``PARTS`` and ``fault``, in the same order."""
    lines = lines.with_row_index("nth")
    boxed = pl.col("line").str.contains_any(["BOX", "BX", "POB", "DRAWER", "DRWR", "CALLER", "BIN "]) | pl.col("line").str.contains(
        _RURAL_BARE
    )
    boxes, streets = _boxes(lines.filter(boxed)), lines.filter(~boxed)
    missed = boxes.filter(pl.col("fault") == "street?").select(lines.columns)
    found = boxes.filter(pl.col("fault").ne_missing("street?"))
    parts = pl.concat([found, _streets(pl.concat([streets, missed]))]).sort("nth").drop("nth")
    foreign = pl.col("line").str.contains(r"[^\x00-\x7F]")  # a digit of another script reads as a digit here and would not compare
    return parts.with_columns(fault=pl.when(foreign).then(pl.lit("unparsed")).otherwise(pl.col("fault")))


# ---------------------------------------------------------------- boxes and routes


def _boxes(lines: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("line")
    kinds = {"box": _BOX, "rural": _RURAL, "military": _MILITARY}
    found = lines.with_columns(text.str.extract_groups(pattern).alias(kind) for kind, pattern in kinds.items())
    box, rural, military = (pl.col(kind).struct for kind in kinds)
    is_box, is_rural = text.str.contains(_BOX), rural[1].is_not_null()
    is_military = military[1].is_not_null() & pl.col("state2").is_in(MILITARY_STATES)
    drawer = pl.when(box[0].is_in(["DRAWER", "DRWR"])).then(pl.lit("PO DRAWER")).otherwise(pl.lit("PO BOX"))
    contract = rural[0].str.contains("^H|^STAR")
    route = pl.concat_str(pl.when(contract).then(pl.lit("HC ")).otherwise(pl.lit("RR ")), rural[1].str.strip_chars_start("0"))
    post = pl.concat_str(military[0], pl.lit(" "), military[1])
    number = pl.when(is_box).then(box[1]).when(is_rural).then(rural[2]).when(is_military).then(military[2])
    name = pl.when(is_box).then(drawer).when(is_rural).then(route).when(is_military).then(post)
    kind = pl.when(is_box).then(pl.lit("box")).when(is_rural).then(pl.lit("rural")).when(is_military).then(pl.lit("military"))
    fault = (
        pl.when(kind.is_not_null()).then(None).when(text.str.contains(_RURAL_BARE)).then(pl.lit("no-number")).otherwise(pl.lit("street?"))
    )
    empty = {name: pl.lit("") for name in ("urbanization", "predirection", "suffix", "postdirection", "outer", "unit")}
    done = found.with_columns(kind=kind, number=_number(number), street=name, fault=fault, **empty)
    return done.select(*lines.columns, *PARTS, "fault")


def _number(text: pl.Expr) -> pl.Expr:
    """``0012-a`` → ``12A``; the hyphen between two numbers stays (12-34 is not 1234), and so does a fraction."""
    return (
        text.str.replace(r"^0+(\d)", "$1")
        .str.replace(r"(\d)-([A-Z])$", "$1$2")
        .str.replace(r"([NSEW]) ?(\d+) ?([NSEW]) ?(\d+)", "$1$2$3$4")
    )


# ---------------------------------------------------------------- streets


def _streets(lines: pl.DataFrame) -> pl.DataFrame:
    urban = pl.col("line").str.contains("^URB")
    split = pl.concat([_numbered(lines.filter(~urban), pl.lit(""), pl.col("line")), _urban(lines.filter(urban))])
    split = split.with_columns(number=pl.col("found").struct[0], rest=standard_words(pl.col("found").struct[1].fill_null(""))).drop("found")
    number = only_where(split, pl.col("number").str.contains(r"^0|\D"), _number(pl.col("number")), split["number"])
    rest = only_where(split, pl.col("rest").str.contains(_UNTIDY), _tidy(pl.col("rest")), split["rest"])
    split = split.with_columns(number=number, rest=rest)
    done = _faults(_named(_roads(_bare_unit(_units(split)))))
    return done.with_columns(pl.lit("street").alias("kind")).select(*lines.columns, *PARTS, "fault")


def _urban(lines: pl.DataFrame) -> pl.DataFrame:
    """A Puerto Rican urbanization before the number: two of them in one ZIP code may have the same street and number."""
    urban = pl.col("line").str.extract_groups(_URBANIZATION).struct
    return _numbered(lines, urban[0].fill_null(""), urban[1].fill_null(pl.col("line")))


def _numbered(lines: pl.DataFrame, urbanization: pl.Expr, text: pl.Expr) -> pl.DataFrame:
    return lines.with_columns(urbanization=urbanization, found=text.str.replace(r"^(\d+)-(\d/\d)", "$1 $2").str.extract_groups(_NUMBER))


def _tidy(words: pl.Expr) -> pl.Expr:
    """N E together are NE; 1ST before a word is 1 (after the last word, 2ND may be a floor: it stays); # APT is APT."""
    words = words.str.replace(r"^([NS]) ([EW]) ([A-Z0-9]{2,} [A-Z])", "$1$2 $3").str.replace(r" ([NS]) ([EW])$", " $1$2")
    words = words.str.replace_all(r"\b([0-9]+)(?:ST|ND|RD|TH) FL\b", "FL $1").str.replace_all(rf"# ({_WORD_UNIT}|{_NUMBER_UNIT}) ", "$1 ")
    return words.str.replace_all(r"\b0*([0-9]+)(?:ST|ND|RD|TH) ", "$1 ")


def _units(split: pl.DataFrame) -> pl.DataFrame:
    """Take off up to three units at the end, last first."""
    split = split.with_columns(outer=pl.lit(""), unit=pl.lit(""))
    done = []
    for _ in range(3):
        marked = pl.col("rest").str.contains_any(_DESIGNATORS)
        done.append(split.filter(~marked))
        split = _unit_off(split.filter(marked))
    return pl.concat([*done, split])


def _unit_off(split: pl.DataFrame) -> pl.DataFrame:
    split = split.with_columns(found=pl.col("rest").str.extract_groups(_UNIT), alone=pl.col("rest").str.extract_groups(_ALONE))
    found, alone = pl.col("found").struct, pl.col("alone").struct
    word, number = found[1], found[2]
    right = number.str.contains(r"\d|^[A-Z]$") | word.is_in(UNIT_WITH_WORD)
    taken = pl.when(right).then(_unit(word, number)).otherwise(alone[1])
    left = pl.when(right).then(found[0].str.strip_chars()).otherwise(alone[0])
    is_outer = pl.when(right).then(word.is_in(UNIT_OUTER)).otherwise(pl.lit(value=False))
    split = split.with_columns(taken=taken.fill_null(""), left=left, is_outer=is_outer.fill_null(value=False))
    return split.with_columns(
        rest=pl.when(pl.col("taken") != "").then(pl.col("left")).otherwise(pl.col("rest")),
        outer=_added("outer", pl.col("is_outer")),
        unit=_added("unit", ~pl.col("is_outer")),
    ).drop("found", "alone", "taken", "left", "is_outer")


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
    """``OAK ST 4B`` → ``OAK ST``, unit 4B. Not where the word before the suffix is a directional: AVENUE 52 and AVENUE J are streets."""
    like = pl.col("rest").str.contains(r" (?:[A-Z]?-?\d[0-9A-Z-]*|[A-Z])$") & (pl.col("unit") == "")
    others, split = split.filter(~like), split.filter(like).with_columns(found=pl.col("rest").str.extract_groups(_BARE))
    name, suffix, after, number = (pl.col("found").struct[i] for i in range(4))
    taken = (name.is_not_null() & ~name.is_in(DIRECTION_WORDS)).fill_null(value=False)
    taken_off = split.with_columns(
        rest=pl.when(taken).then(pl.concat_str(name, pl.lit(" "), suffix, after)).otherwise(pl.col("rest")),
        unit=pl.when(taken).then(_unit(pl.lit("APT"), number)).otherwise(pl.col("unit")),
    )
    return pl.concat([others, taken_off.drop("found")])


def _roads(split: pl.DataFrame) -> pl.DataFrame:
    """Numbered and lettered roads: the number is the street's, never a unit's (CA HIGHWAY 116, COUNTY ROAD E)."""
    rest = pl.col("rest")
    like = rest.str.contains(r"[A-Z][ -]?\d+[A-Z]?(?: [A-Z]+)?$|(?:HWY|RTE|RD|TRUNK|CTH) [A-Z]{1,2}$")
    none = dict.fromkeys(("road", "road_pre", "road_post"), pl.lit(None, dtype=pl.String))
    others, split = split.filter(~like).with_columns(**none), split.filter(like)
    split = split.with_columns(numbered=rest.str.extract_groups(_ROAD), lettered=rest.str.extract_groups(_LETTERED_ROAD))
    parts = [pl.coalesce(pl.col("numbered").struct[i], pl.col("lettered").struct[i]) for i in range(4)]
    known = (parts[1].str.len_chars() != _LETTERS_OF_STATE) | parts[1].is_in(ROAD_LETTERS) | (parts[1] == pl.col("state2"))
    name = pl.concat_str(_road_class(parts[1]), pl.lit(" "), parts[2].str.replace(r"^0+(\d)", "$1"))
    named = split.with_columns(road=pl.when(known).then(name), road_pre=parts[0], road_post=parts[3])
    return pl.concat([others, named.drop("numbered", "lettered")])


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
    text, name, suffix = pl.col("line"), pl.col("street"), pl.col("suffix")
    number, is_road, words = pl.col("number"), pl.col("road").is_not_null(), pl.col("street").str.count_matches(" ") + 1
    grid = name.str.contains(r"^\d+$") & (pl.col("postdirection") != "") & (pl.col("predirection") != "")
    lettered = name.str.contains(r"^AVE (?:[A-Z]{1,2}|\d{1,3})$")
    compass = name.str.contains("^AVE [NSEW]$") & ~number.str.contains(
        r"\d{4}"
    )  # 99 AVE N: more likely 99th Avenue without its house number
    numeric = name.str.contains(r"^[\d /-]+$")
    odd = name.str.contains(r"[^A-Z0-9 ]| \S*\d|\d[A-Z]|^\d+ ") & ~lettered
    first = name.str.contains(rf"^(?:{'|'.join(STREET_FIRST)}) ")
    middle = name.str.contains(r"\S (?:ST|AVE|RD|BLVD|DR|LN|CT) \S")  # MAIN ST OAKVILLE: more than a street
    fault = (
        pl.when(number.is_null())
        .then(_numberless(text))
        .when(number.str.contains(r"^0+(?:[A-Z]|$)") | name.is_in(["TH", "ND"]))
        .then(pl.lit("no-number"))
        .when(is_road | grid)
        .then(None)
        .when((name == "") | (numeric & (suffix == "")) | (numeric & (words > 1)) | compass)
        .then(pl.lit("no-street"))
        .when((suffix == "") & (name.is_in(SUFFIXES) | name.is_in(DIRECTION_WORDS) | name.str.contains("^.$")))
        .then(pl.lit("no-street"))
        .when((suffix == "") & name.is_in([*UNIT_WITH_WORD, *UNIT_WITH_NUMBER, *UNIT_ALONE]))
        .then(pl.lit("no-street"))
        .when(odd | ((suffix == "") & ~first & (middle | (words > _FEW))) | (words > _MANY))
        .then(pl.lit("unparsed"))
        .otherwise(None)
    )
    return split.with_columns(fault=fault)


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
