"""Made-up people and the register that holds them. Nobody in it exists.

Names are drawn by the frequencies of the United States Census of 1990 (package ``names``); one household in five draws from a shorter list
with a heavier head, as groups with few surnames do, and an agency's requests are mostly about such households. That is what makes
namesakes as likely here as among real people. Also like life: households, twins (a quarter of them with nearly the same name), parents and
children of one name, births heaped on 1 January, moves between periods, numbers borrowed within a household, numbers and birth dates
that are missing. ZIP codes, cities and states are real (``zipcodes``); streets are not. The rates are chosen, not
measured: they prove nothing about a real register.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import polars as pl
import zipcodes
from chance import Chance, drawn, scramble

CHUNK = 500_000  # people in one file of the register; a multiple of the household pattern
PERIODS = (2021, 2022, 2023)
HELD = 0.55  # chance that a period of a person is held, besides 2022 for everybody
CROWDED = 0.2  # households that share few names
# Ten people live in six houses: three alone, two couples, one family of three.
HOUSES = pl.DataFrame({"place": range(10), "house": [0, 1, 2, 3, 3, 4, 4, 5, 5, 5], "member": [0, 0, 0, 0, 1, 0, 1, 0, 1, 2]}).cast(
    pl.UInt64
)
LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
WAYS = ("ST", "AVE", "RD", "DR", "LN", "CT", "BLVD", "PL")


def words(count: int, heads: str, middles: str, tails: str) -> list[str]:
    """Distinct made-up words of four letters or more from syllables, short ones first."""
    h, m, t = heads.split(), middles.split(), tails.split()
    made = [a + c for c in t for a in h] + [a + b + c for c in t for b in m for a in h]
    order = pl.DataFrame({"word": [word for word in made if len(word) > 3]}).unique(maintain_order=True).with_row_index()
    return order.sort(pl.col("word").str.len_chars() // 4, scramble(pl.col("index"), 1))["word"].head(count).to_list()


STREETS = words(
    1_500,
    "OAK ELM PINE MAPLE CEDAR LAKE HILL RIVER MILL PARK SPRING NORTH ASH BIRCH FOREST STONE",
    "VIEW WOOD SIDE FIELD CREST BROOK GLEN",
    "LAND TON DALE WAY RIDGE HAVEN SHORE GATE MONT BURY",
)


@cache
def surnames() -> tuple[pl.Series, pl.Series]:
    """88,799 surnames and their weights. A name too rare for the table's three decimals gets a weight all the same."""
    table = _census("last")
    return table["name"], table["share"].clip(lower_bound=0.0004)


@cache
def first_names() -> tuple[pl.Series, pl.Series]:
    """5,163 first names, women's and men's together."""
    both = pl.concat([_census("female"), _census("male")]).group_by("name", maintain_order=True).agg(pl.col("share").sum())
    return both["name"], both["share"]


@cache
def few(kind: str) -> tuple[pl.Series, pl.Series]:
    """Names of the households that share few: every seventh of the common ones, by Zipf's law."""
    name = (
        (surnames if kind == "last" else first_names)()[0].gather_every(7 if kind == "last" else 5).head(3_000 if kind == "last" else 600)
    )
    flat = 5 if kind == "last" else 4
    return name, pl.Series([1 / (rank + flat) for rank in range(name.len())])


def _census(kind: str) -> pl.DataFrame:
    file = files("names") / f"dist.{kind}{'' if kind in ('all', 'last') else '.first'}"
    text = (files("names") / "dist.all.last" if kind == "last" else file).read_text(encoding="utf-8")
    rows = [line.split()[:2] for line in text.splitlines() if line.strip()]
    return pl.DataFrame({"name": [row[0] for row in rows], "share": [float(row[1]) for row in rows]})


@cache
def near_names() -> dict[str, str]:
    """For each first name another real one that a single letter tells from it, or the name with an A where there is none."""
    names = first_names()[0].to_list()
    holes: dict[str, list[str]] = {}
    for name in names:
        for at in range(len(name)):
            holes.setdefault(f"{name[:at]}_{name[at + 1 :]}", []).append(name)
    near: dict[str, str] = {}
    for alike in holes.values():
        if len(alike) > 1:
            for one, other in zip(alike, [*alike[1:], alike[0]], strict=True):
                near.setdefault(one, other)
    return {name: near.get(name, f"{name}A") for name in names}


def zips() -> pl.DataFrame:
    """Real ZIP codes with a street delivery, with city and state."""
    rows = [
        z
        for z in zipcodes.list_all()
        if z["zip_code_type"] == "STANDARD" and z["active"] and z["state"] not in ("AE", "AP", "AA", "GU", "VI")
    ]
    return pl.DataFrame(
        {"zip": [z["zip_code"] for z in rows], "city": [z["city"].upper() for z in rows], "state": [z["state"] for z in rows]}
    )


# ---------------------------------------------------------------- people


def people(numbers: pl.Series, chance: Chance) -> pl.DataFrame:
    """The people of these numbers (UInt64): name, birth, number, house. A person of the same number is always the same."""
    found = pl.DataFrame({"person": numbers.cast(pl.UInt64)}).with_columns((pl.col("person") % 10).alias("place"))
    found = found.join(HOUSES, on="place", how="left", maintain_order="left")
    found = found.with_columns(house_of(pl.col("person"), pl.col("house")), (pl.col("person") - pl.col("member")).alias("head"))
    partner = pl.col("member") > 0
    twin = partner & (chance("twin") < 0.015)
    heir = partner & ~twin & (chance("heir") < 0.04)
    found = found.with_columns(twin.alias("twin"), heir.alias("heir"), crowded(chance).alias("crowded"))
    found = found.with_columns(_births(chance, pl.col("member") == 2).alias("born"), *_names(chance))
    return found.with_columns(_tins(chance).alias("tin"))


def house_of(person: pl.Expr, within: pl.Expr) -> pl.Expr:
    """The number of a person's house."""
    return (person // 10 * 6 + within).alias("house")


def crowded(chance: Chance, house: pl.Expr | str = "house") -> pl.Expr:
    """Whether a household is of those that share few names."""
    return chance("crowded", house) < CROWDED


def _births(chance: Chance, child: pl.Expr) -> pl.Expr:
    whose = pl.when("twin").then("head").otherwise("person")
    age = 18 + 37 * (chance("age", whose) + chance("age2", whose))
    parent = 18 + 37 * (chance("age", "head") + chance("age2", "head"))
    younger = pl.when("heir").then(parent - 17 - 20 * chance("born after")).when(child).then(age / 2).otherwise(age)
    day = pl.lit(date(2021, 1, 1)).cast(pl.Int32) - (pl.when("twin").then(age).otherwise(younger) * 365.25).cast(pl.Int32)
    exact = day.cast(pl.Date)
    return pl.when(chance("heaped", whose) < 0.01).then(exact.dt.truncate("1y")).otherwise(exact)


def _names(chance: Chance) -> list[pl.Expr]:
    of_house = (pl.col("member") == 0) | pl.col("twin") | pl.col("heir") | (chance("shares name") < 0.8)
    last = pl.when(of_house).then(_name("last", chance, "house")).otherwise(_name("last", chance, "person"))
    shared = pl.col("heir") | (pl.col("twin") & (chance("near name") < 0.25))
    first = pl.when(shared).then(_name("first", chance, "head")).otherwise(_name("first", chance, "person"))
    alike = pl.col("twin") & (shared | (first == _name("first", chance, "head")))  # no twins are given one name
    near = pl.when(alike).then(first.replace(near_names())).otherwise(first)
    # A twin's middle initial differs, more often than not; anybody's may be missing.
    middle = pl.when(chance("has middle") < 0.75).then(chance.one("middle", LETTERS))
    suffix = pl.when(pl.col("heir") & (chance("suffix") < 0.6)).then(pl.lit("JR"))
    return [near.alias("first"), last.alias("last"), middle.alias("middle"), suffix.alias("suffix")]


def _name(kind: str, chance: Chance, whose: str) -> pl.Expr:
    of_all = drawn(*(surnames if kind == "last" else first_names)(), chance(kind, whose))
    return pl.when("crowded").then(drawn(*few(kind), chance(kind, whose))).otherwise(of_all)


def _tins(chance: Chance) -> pl.Expr:
    """Nine digits; one in sixty people of a household uses the head's; one in fifty has none."""
    whose = pl.when((pl.col("member") > 0) & (chance("borrows") < 0.04)).then("head").otherwise("person")
    number = (whose * pl.lit(387_420_489, dtype=pl.UInt64) + 123_456_789) % 899_999_963 + 100_000_000
    return pl.when(chance("has number") > 0.02).then(number.cast(pl.String))


def addresses(house: pl.Expr, chance: Chance, table: pl.DataFrame) -> list[pl.Expr]:
    """Street line parts, city, state and ZIP of a house number (a household that moves is another house)."""
    at = ((chance("zip", house) ** 2) * table.height).cast(pl.UInt32)
    pick = lambda name: at.map_batches(table[name].gather, return_dtype=pl.String).alias(name)  # noqa: E731
    street = chance.whole("street", len(STREETS), house).map_batches(lambda rows: pl.Series(STREETS).gather(rows), return_dtype=pl.String)
    unit = pl.when(chance("has unit", house) < 0.25).then(chance.whole("unit", 900, house) + 1)
    return [
        (chance.whole("no", 9_800, house) + 1).alias("no"),
        street.alias("street"),
        chance.one("way", WAYS, house).alias("way"),
        unit.alias("unit"),
        *map(pick, ("city", "state", "zip")),
    ]


# ---------------------------------------------------------------- what is held


def register(numbers: pl.Series, chance: Chance, table: pl.DataFrame, periods: tuple[int, ...] = PERIODS) -> pl.DataFrame:
    """The rows held of these people: 2022 for everybody, the other periods for some."""
    rows = people(numbers, chance).join(pl.DataFrame({"period": periods}), how="cross")
    rows = rows.with_columns((pl.col("person") * 4 + pl.col("period") % 4).alias("row"))
    rows = rows.filter((pl.col("period") == 2022) | (chance("held", "row") < HELD))
    rows = rows.with_columns(lived(chance).alias("at")).with_columns(addresses(pl.col("at"), chance, table))
    unit = pl.when(pl.col("unit").is_not_null()).then(pl.format(" APT {}", "unit")).otherwise(pl.lit(""))
    roles = {0: "primary", 1: "spouse", 2: "dependent"}
    held = pl.when(chance("class", "row") < 0.9).then(pl.lit("taxpayer-identity")).otherwise(pl.lit("other-return-information"))
    bar = pl.when(chance("bar") < 0.001).then(pl.lit("i-6-informant")).when(chance("bar") < 0.002).then(pl.lit("i-6-impairment"))
    return rows.select(
        record_id(),
        pl.col("period").cast(pl.String).alias("tax_period"),
        "tin",
        pl.col("first").alias("first_name"),
        pl.col("middle").alias("middle_name"),
        _second_surname(chance).alias("last_name"),
        pl.col("suffix").alias("name_suffix"),
        pl.when(chance("no birth") > 0.005).then(pl.col("born").cast(pl.String)).alias("date_of_birth"),
        pl.format("{} {} {}{}", "no", "street", "way", unit).alias("address_line1"),
        pl.lit(None, pl.String).alias("address_line2"),
        *("city", "state", "zip"),
        pl.format("{}-12-31", "period").alias("address_as_of"),
        held.alias("data_class"),
        pl.lit("1040").alias("source_document"),
        pl.col("member").replace_strict(roles, return_dtype=pl.String).alias("role"),
        bar.alias("bars"),
    )


def _second_surname(chance: Chance) -> pl.Expr:
    """One person in twenty-five of a crowded household is held under two surnames."""
    second = drawn(*few("last"), chance("second"))
    two = pl.when(chance("hyphen") < 0.5).then(pl.format("{} {}", "last", second)).otherwise(pl.format("{}-{}", "last", second))
    return pl.when(pl.col("crowded") & (chance("two names") < 0.04)).then(two).otherwise("last")


def lived(chance: Chance) -> pl.Expr:
    """The house of a household in a period: one in ten moved before 2023."""
    moved = (pl.col("period") == 2023) & (chance("moves", "house") < 0.1)
    return pl.col("house") * 2 + moved.cast(pl.UInt64)


def record_id() -> pl.Expr:
    """The id under which a person is held."""
    return pl.format("P{}", pl.col("person").cast(pl.String).str.zfill(10)).alias("record_id")
