"""What class is asked for? 26 USC 6103(i)(2)(A) and (C), with the definitions of 6103(b).

``identity-only``: name, mailing address, number: (b)(6). ``other-return-information``: what a third party furnished or the Secretary
recorded, named as such: (b)(2)(A) less (b)(3). ``taxpayer-return-information``: what the taxpayer furnished, or could have (income,
wages, dependents, bank): (b)(3). ``return``: a return, its schedules or attachments, or everything held: (b)(1). Several things are
separated by commas, semicolons, slashes, lines or *and*; the worst of them governs, and one that is not in these lists makes the
cell ``unreadable``, unless a return or taxpayer return information is asked for beside it.

Only words that can be classed with certainty are listed. ``W-2`` alone is not: the copy on the return is part of the return, the
employer's is not. Cannot know: where the custodian got the item that answers; the register says that (`data_class`).
"""

from __future__ import annotations

import polars as pl

from privity.elements.element import Element, Given, once
from privity.fields.name import plain

WORST_FIRST = ("return", "taxpayer-return-information", "unreadable", "other-return-information", "identity-only")

IDENTITY = (
    *(
        "name",
        "full name",
        "first name",
        "last name",
        "first and last name",
        "address",
        "mailing address",
        "home address",
        "street address",
    ),
    *("street", "city", "state", "zip", "zip code", "postal code", "tin", "ssn", "itin", "social security number", "tax id", "taxpayer id"),
    *("taxpayer identifying number", "taxpayer identification number", "individual taxpayer identification number"),
    *("taxpayer identity", "taxpayer identity information", "identity", "address of record", "number and street"),
)
OTHER = (
    *("return information other than taxpayer return information", "other return information", "third party information"),
    *("third party return information", "information from third parties", "information furnished by third parties"),
    *(
        "information reported by third parties",
        "wages reported by employer",
        "wages reported by employers",
        "wages reported by the employer",
    ),
    *("employer reported wages", "employer as reported by employer", "employer per employer filed w 2", "payments reported by payers"),
    *("income reported by payers", "income reported by third parties", "interest reported by payers", "payer information"),
    *("examination status", "audit status", "collection status", "deficiencies", "overassessments", "penalties assessed", "notices issued"),
    *("whether the return was examined", "assessments made by the secretary"),
)
TAXPAYER = (
    *(
        "taxpayer return information",
        "return information",
        "income",
        "gross income",
        "adjusted gross income",
        "agi",
        "total income",
        "wages",
    ),
    *("income and wages", "salary", "employer", "employers", "employer name", "employer address", "occupation", "dependent", "dependents"),
    *("dependant", "dependants", "children", "names of dependents", "dependent names", "spouse", "spouse name", "filing status"),
    *(
        "bank",
        "banks",
        "bank name",
        "bank names",
        "bank account",
        "bank accounts",
        "bank account number",
        "bank information",
        "account number",
    ),
    *("routing number", "direct deposit", "direct deposit information", "refund account", "deductions", "exemptions", "credits", "refund"),
    *("refunds", "refund amount", "business income", "self employment income", "assets", "phone on return", "signature", "preparer"),
)
RETURN = (
    *(
        "return",
        "returns",
        "tax return",
        "tax returns",
        "income tax return",
        "income tax returns",
        "tax information return",
        "form",
        "forms",
    ),
    *(
        "form 1040",
        "forms 1040",
        "1040",
        "1040s",
        "1040nr",
        "1040 nr",
        "form 1040nr",
        "form 1040 nr",
        "1040x",
        "1040 x",
        "form 1040x",
        "form w 7",
    ),
    *(
        "w 7",
        "w7",
        "return transcript",
        "return transcripts",
        "tax return transcript",
        "1040 transcript",
        "amended return",
        "amended returns",
    ),
    *("schedule", "schedules", "attachments", "schedule a", "schedule b", "schedule c", "schedule d", "schedule e", "schedule se"),
    *(
        "everything",
        "all",
        "entire file",
        "complete file",
        "full file",
        "file",
        "tax file",
        "record",
        "records",
        "tax records",
        "tax record",
    ),
    *("information", "data", "tax information", "tax data", "documents", "complete record", "entire record", "all available"),
)
CLASS = {"identity-only": IDENTITY, "other-return-information": OTHER, "taxpayer-return-information": TAXPAYER, "return": RETURN}
CLASSED = {phrase: one for one, phrases in CLASS.items() for phrase in phrases}

_QUALIFIES = (
    r"^(?:(?:the|all|any|his|her|their|taxpayer s|taxpayers|subject s|person s|individual s|current|present|most recent|"
    r"latest|last known|last|"
    r"known|most|recent|filed|full|complete|certified|copy of|copies of|a|an|of|and|or|available|(?:19|20)[0-9]{2})\b ?)+"
)


def judge(requests: pl.DataFrame, _tally: pl.DataFrame | None, _given: Given, /) -> pl.DataFrame:
    """``ordinal``, ``standing``."""
    return once(requests, ("items",), _standing)


def _standing(cells: pl.DataFrame) -> pl.DataFrame:
    line = plain(pl.col("items")).str.to_lowercase().str.replace_all(r"[^a-z0-9,;/|&+\n]+", " ").str.strip_chars()
    lines = cells.lazy().select(line.alias("line")).with_row_index("cell")
    lines = lines.with_columns(pl.when(cells["items"].str.strip_chars() != "").then("line").alias("line")).drop_nulls("line")
    whole = _classed(pl.col("line"))
    split = pl.when(whole.is_null()).then(pl.col("line").str.replace_all(r"\band\b", ";")).otherwise("line")
    parts = lines.select("cell", split.str.replace_all(r"[,/|&+\n]", ";").str.split(";").alias("part")).explode("part", empty_as_null=True)
    ranked = parts.with_columns(pl.col("part").str.strip_chars()).filter((pl.col("part") != "") | (pl.len().over("cell") == 1))
    worst = ranked.group_by("cell").agg(_rank(_classed(pl.col("part")).fill_null("unreadable")).min().alias("rank"))
    named = worst.select("cell", pl.col("rank").replace_strict(dict(enumerate(WORST_FIRST)), return_dtype=pl.String).alias("standing"))
    return (
        cells.select("items").with_row_index("cell").join(named.collect(), on="cell", how="left", maintain_order="left").select("standing")
    )


def _classed(phrase: pl.Expr) -> pl.Expr:
    """The class of a phrase as it stands, else without the words before it that qualify nothing; null if it is in no list."""
    known = phrase.replace_strict(CLASSED, default=None, return_dtype=pl.String)
    bare = phrase.str.replace(_QUALIFIES, "").str.strip_chars()
    plural = bare.str.replace(r"(address)es$|(name|number)s$", "$1$2")
    return pl.coalesce(known, *(one.replace_strict(CLASSED, default=None, return_dtype=pl.String) for one in (bare, plural)))


def _rank(one: pl.Expr) -> pl.Expr:
    return one.replace_strict({word: rank for rank, word in enumerate(WORST_FIRST)}, return_dtype=pl.UInt8)


ELEMENT = Element(name="items", reads=("items",), gives={"standing": pl.String()}, judge=judge)
