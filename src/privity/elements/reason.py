"""Is the reason specific to this case? 26 USC 6103(i)(2)(B)(iv): the specific reason why the disclosure is or may be relevant.

``civil-aim``: it speaks of removal, deportation, detention or civil enforcement, and of no crime. ``locate-only``: it speaks of
finding the person or the address, and of no crime. ``too-short``: fewer than `FEWEST` words that say anything. ``boilerplate``: the same
words, or nearly (`likeness`), serve as many cases as the office's policy allows for none: at least ``boilerplate_rows`` of them
and at least ``boilerplate_share`` of the batch's cases. Otherwise ``specific``; null if the cell is empty. In that order.

What a row says about itself is masked before texts are compared: its names, address, case number, the engaged person's name, and every
word with a digit in it; so are months, days and words without content. Cases are counted, not rows: five people of one case may share
a reason. ``criminal alien``, ``not a criminal matter`` and ``order of removal`` describe and are no aim: they count on neither side.

Cannot know: whether a reason is true, sufficient in law, or written by someone who knows the case; nor that two texts
say the same in other words. Specific here means only that nothing above was found.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import polars as pl

from privity.elements.element import Element, Given
from privity.elements.likeness import crowds, stems
from privity.fields.name import plain
from privity.terms import ORDINAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OWN = (
    *("first_name", "middle_name", "last_name", "address_line1", "address_line2", "city", "state"),
    *("case_id", "engaged_person", "request_id"),
)
READS = ("reason", *OWN)
SLICE = 125_000  # rows read at a time: two threads are busy, and memory is bounded
FEWEST = 4  # informative words; "needed for investigation" has two

EMPTY_WORDS = (  # noqa: SIM905 - one word a line would be no clearer
    "a an and any are as at be been being but by can could did do does for from had has have he her hers him his how i if "
    "in into is it its may "
    "might more most must no nor not of on or other our out over she should so some such than that the their them then "
    "there these they this "
    "those through to under up upon us was we were what when where which while who whom whose why will with within would "
    "you your about above "
    "after all also am because before below between both during each few further here itself just me my only own same too very "
    "january february march april june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec "
    "monday tuesday wednesday thursday friday saturday sunday mr mrs ms dr jr sr st ave rd apt pursuant herein thereof "
    "hereby please regarding "
    "subject person individual taxpayer information request requested needed need needs necessary data records record "
    "return case file number"
).split()
_EMPTY = r"(?:\b(?:" + "|".join(sorted(EMPTY_WORDS, key=len, reverse=True)) + r"|[a-z])\b[ -]*)+"

# Descriptions, not aims.
DESCRIBES = (
    r"\b(?:(?:final |administrative |outstanding )*orders? of (?:removal|deportation)|(?:final |administrative )*(?:removal|"
    r"deportation) orders?|"
    r"ordered (?:to be )?(?:removed|deported)|removal period|(?:criminal|illegal|removable|deportable) (?:aliens?|"
    r"immigrants?|noncitizens?)|"
    r"(?:no|not|non|without|neither|nor)[ -]+(?:an? |any |the )?(?:pending |current |active )*(?:crim\w*|prosecut\w*)|"
    r"(?:not|never) (?:been )?(?:charged|convicted|indicted|prosecuted)(?: with (?:an? |any )?crimes?)?|"
    r"criminal (?:history|record) (?:none|unknown)|noncriminal|crime rates?|(?:failed|failure|refus\w+) to (?:depart|"
    r"appear)|file(?:d)? a false)"
)
CRIME = (
    r"\b(?:crim|prosec|indict|felon|misdemean|grand jur|jury|offen[cs]e|offend|convict|defendant|fraud|forg|counterfeit|"
    r"false (?:stat|claim|doc|ident|pass|sta)"
    r"|falsif|perjur|conspir|smuggl|traffick|launder|narcot|drug|cocaine|heroin|fentanyl|methamph|weapon|firearm|arson|robb|"
    r"burgl|theft|thief"
    r"|steal|stole|larcen|embezzl|brib|extort|murder|homicid|kidnap|abduct|assault|rape|sexual|exploitation|racket|cartel|"
    r"terror|espionage|sabotag"
    r"|reent|re-ent|illegal(?:ly)? ent|improper(?:ly)? ent|illegal re|unlawful(?:ly)? ent|harbor|willful|wilful|knowingly|"
    r"intentional|wire tran|"
    r"scheme|identity theft|stolen|sham marriage|marriage fraud|visa fraud|evade|evasion|connive|hamper|contraband|ransom|"
    r"blackmail|hack|victim)"
)
CIVIL = (
    r"\b(?:deport|removal|remove|removing|civil|detain|detention|expel|expuls|repatriat|ero\b|immigration enforcement|"
    r"enforcement and removal|"
    r"enforcement operation|immigration (?:court|proceeding|violation|status|law|hold|arrest|benefit)|custody|take into custody|overstay|"
    r"inadmissib|asylum|visa status|out of status|unlawful(?:ly)? present|unlawful presence|undocumented|"
    r"illegal(?:ly)? present|illegal alien)"
)
# To find a person is said outright ...
LOCATE = (
    r"\b(?:locat|relocat|whereabout|(?:to|and|or|can|could|may) find\b|finding (?:the|this|him|her|them)|last known"
    r"|track(?:ing)? (?:down|the|him|her|them)"
    r"|trace (?:the|him|her|them)|skip ?trac|apprehen|abscond|fugitive|at large|(?:current|new|present) (?:address|residence|location)"
    r"|where (?:he|she|they|the (?:subject|person|alien|individual)) (?:is|lives?|resides?|stays?|works?|can)"
    r"|(?:need|want|request|requir|obtain|provid|confirm|verif|updat|furnish|suppl|seek|get)\w* "
    r"(?:(?:the|an|his|her|their|for|of|subject|person|taxpayer|s) )*address"
    r"|address\w* (?:(?:is|are|was) )?(?:need|want|request|requir|sought))"
)
# ... or a few words speak of nothing but where somebody lives. In a longer text an address can be evidence.
# Whatever else is said: an address wanted for removal is wanted for removal.
FOR_REMOVAL = (
    r"(?:locat|find|address|whereabout|pick\w* up)[a-z -]{0,60}\b(?:for|to|by) (?:[a-z]+ ){0,3}(?:removal|deport|detain|detention|ero\b)"
    r"|\b(?:for|to) (?:removal|deportation) (?:operation|purpose)|not for prosecution"
)
ELSEWHERE = r"\b(?:see|per) (?:the )?attach|attached (?:memo|letter|list|document|sheet)|as stated (?:in|above)|lorem ipsum"
LIVES = r"\b(?:address|resid|home\b|domicil|found at|arrest|contact)"
FEW = 10  # informative words
ALONE = ("civil-aim", "locate-only", "too-short")  # what a reason can be without a look at the others


def tally(requests: pl.DataFrame, /) -> pl.DataFrame:
    """The texts of a shard by digest: (text, case) for each distinct pair, (text, words) for each text, (ordinal, text, said) for each row.

    ``said``: what can be said of a row by itself, as a place in ``ALONE``; null if its text has to be compared with the others.
    """
    texts = _texts(requests)
    case = requests["case_id"].str.to_uppercase().str.replace_all(r"\s+", " ").str.strip_chars().replace("", None)
    own = pl.when(pl.col("case").is_null()).then(pl.col("ordinal").hash(1)).otherwise(pl.col("case").hash(2))  # no case: one of its own
    written = texts.with_columns(case.alias("case")).filter(pl.col("text").is_not_null())
    cases = written.select("text", own.alias("case")).unique()
    long = pl.col("words").list.len() >= FEWEST
    distinct = texts.select("text", "words").filter(long).unique("text", keep="any")
    said = pl.coalesce("aim", pl.when(~long).then(pl.lit("too-short"))).replace_strict(ALONE, range(len(ALONE)), return_dtype=pl.UInt64)
    rows = written.select(pl.col("ordinal").cast(pl.UInt64), "text", said.alias("said"))
    return pl.concat([cases, distinct, rows], how="diagonal").select("text", "case", "words", "ordinal", "said")


def merge(tallies: Sequence[pl.DataFrame], /) -> pl.DataFrame:
    """The distinct rows of all shards."""
    every = pl.concat(tallies)
    cases = every.filter(pl.col("case").is_not_null()).unique(["text", "case"])
    distinct = every.filter(pl.col("words").is_not_null()).unique("text")
    return pl.concat([cases, distinct, every.filter(pl.col("ordinal").is_not_null())])


def settle(counts: pl.DataFrame, given: Given, /) -> pl.DataFrame:
    """``ordinal``, ``standing`` of every row with a text."""
    copied = boilerplate(counts, given.numbers)
    compared = pl.when(pl.col("text").is_in(copied.implode())).then(pl.lit("boilerplate")).otherwise(pl.lit("specific"))
    rows = counts.filter(pl.col("ordinal").is_not_null())
    alone = pl.col("said").replace_strict(range(len(ALONE)), ALONE, return_dtype=pl.String)
    return rows.select(pl.col("ordinal").cast(ORDINAL), pl.coalesce(alone, compared).alias("standing"))


def judge(requests: pl.DataFrame, settled: pl.DataFrame | None, given: Given, /) -> pl.DataFrame:
    """``ordinal``, ``standing``."""
    known = settle(tally(requests), given) if settled is None else settled
    return requests.select("ordinal").join(known, on="ordinal", how="left", maintain_order="left")


def boilerplate(counts: pl.DataFrame, numbers: Mapping[str, float]) -> pl.Series:
    """The texts that serve too many cases under the office's numbers."""
    cases = counts.filter(pl.col("case").is_not_null()).select("text", "case")
    share = ceil(numbers["boilerplate_share"] * cases["case"].n_unique() - 1e-9)
    need = max(int(numbers["boilerplate_rows"]), min(share, int(numbers.get("boilerplate_most", share))))
    return crowds(counts.filter(pl.col("words").is_not_null()).select("text", "words"), cases, max(need, 2))


def _texts(requests: pl.DataFrame) -> pl.DataFrame:
    """``ordinal``; ``words``, the digests of a row's informative words; ``text``, one digest of them all; ``aim`` or null."""
    slices = [_slice(part) for part in requests.iter_slices(SLICE)] or [_slice(requests)]
    return pl.concat(pl.collect_all(slices))


def _slice(requests: pl.DataFrame) -> pl.LazyFrame:
    reasons = requests.lazy().select("reason").unique().filter(pl.col("reason").str.strip_chars() != "")
    lines = reasons.with_columns(_line(pl.col("reason")).alias("line"))
    lines = lines.with_columns(_words(pl.col("line").str.replace_all(_EMPTY, " ")).alias("words"))
    read = lines.select("reason", _aim(pl.col("line"), pl.col("words").list.len()).alias("aim"), "words")
    own = pl.concat_str([name for name in OWN if name in requests.columns], separator=" ", ignore_nulls=True)
    rows = requests.lazy().select("ordinal", "reason", _words(_line(own) + " ").alias("own"))  # the space: an empty word, to take away
    joined = rows.join(read, on="reason", how="left", maintain_order="left")
    masked = joined.select("ordinal", "aim", pl.col("words").list.set_difference("own").alias("words"))
    return masked.with_columns(pl.col("words").list.sum().alias("text"))


def _line(text: pl.Expr) -> pl.Expr:
    """Small Latin letters, hyphens and single spaces; words with a digit in them are gone."""
    return latin(plain(text).str.to_lowercase()).str.replace_all(r"(?:[a-z-]*[0-9][a-z0-9-]*|[^a-z-])+", " ")


def _words(line: pl.Expr) -> pl.Expr:
    return stems(line.str.replace_all("-", " ", literal=True).str.split(" "))


def _aim(line: pl.Expr, words: pl.Expr) -> pl.Expr:
    """``civil-aim``, ``locate-only``, ``too-short`` (the reason is said to stand elsewhere) or null."""
    said = line.str.replace_all(DESCRIBES, " ")
    locates = said.str.contains(LOCATE) | (said.str.contains(LIVES) & (words < FEW))
    aim = pl.when(said.str.contains(CIVIL)).then(pl.lit("civil-aim")).when(locates).then(pl.lit("locate-only"))
    removal = pl.when(line.str.contains(FOR_REMOVAL)).then(pl.lit("civil-aim"))
    elsewhere = pl.when(line.str.contains(ELSEWHERE)).then(pl.lit("too-short"))
    return pl.coalesce(removal, elsewhere, pl.when(~said.str.contains(CRIME)).then(aim))


def latin(cells: pl.Expr) -> pl.Expr:
    """Letters of other scripts that look like Latin ones, as Latin: a text is not another because one letter of it is Cyrillic."""
    return cells.map_batches(_latin, return_dtype=pl.String, is_elementwise=True)


LOOK_ALIKE = dict(zip("аеорсухіјѕԁһԛԝкмтвнαοερνικτυ", "aeopcyxijsdhqwkmtbhaoepviktu", strict=True))


def _latin(cells: pl.Series) -> pl.Series:
    if (cells.str.len_bytes() == cells.str.len_chars()).all():
        return cells
    return cells.str.replace_many(LOOK_ALIKE)


ELEMENT = Element(
    name="reason", reads=READS, gives={"standing": pl.String()}, judge=judge, tally=tally, merge=merge, settle=settle, rests_on=("reason",)
)
