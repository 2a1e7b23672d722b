"""Made-up people → a register and a request file with the truth beside it, for measuring. Nobody in them exists.

Every value is a fixed function of a person's number and the seed, so that any part can be made alone and twice alike. What is like life:
names by Zipf's law (built from syllables), households, twins (some with nearly the same name), parents and children of one name, births
heaped on 1 January, moves between periods, numbers borrowed within a household, numbers and birth dates that are missing; in the requests
typing errors, swapped days and months, filler addresses, numbers of other people, relatives and strangers who are not in the register.
ZIP codes, cities and states are real (``zipcodes``); streets are not. The rates are chosen, not measured: they
prove nothing about a real register.

    python benchmarks/generate.py --requests 1280000 --register-rows 5000000 --out DIR --seed 7

writes DIR/register/NNN.parquet, DIR/requests.parquet (no truth in it) and DIR/truth.parquet (ordinal, record_id or null, kind).
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import polars as pl
import zipcodes

CHUNK = 500_000  # people in one file of the register; a multiple of the household pattern
PERIODS = (2021, 2022, 2023)
HELD = 0.55  # chance that a period of a person is held, besides 2022 for everybody
# Ten people live in six houses: three alone, two couples, one family of three.
HOUSES = pl.DataFrame({"place": range(10), "house": [0, 1, 2, 3, 3, 4, 4, 5, 5, 5], "member": [0, 0, 0, 0, 1, 0, 1, 0, 1, 2]}).cast(
    pl.UInt64
)
KINDS = {"same": 0.62, "moved": 0.10, "stranger": 0.12, "relative": 0.04, "filler-address": 0.08, "borrowed-tin": 0.04}
FILLERS = ("FAILED TO PROVIDE", "UNKNOWN", "N/A", "HOMELESS", "NONE", "UNK UNK", "TRANSIENT", "XXXX", "GENERAL DELIVERY", "COUNTY JAIL")
KNOWS = ("a witness places the person at the site", "payroll of the employer lists the person", "a bank record bears the person's name",
         "a lease was signed in the person's name", "a vehicle at the scene is registered to the person", "a co-defendant names the person",
         "letters to the person were found", "a phone of the person called the suspect", "a border crossing was recorded",
         "a prior file describes the person", "a neighbour saw the person", "an application carries the person's signature")  # fmt: skip
NEEDS = ("income of the year shows who paid for the travel", "filing status shows who lived in the household", "wages show the employer",
         "dependents claimed show the family that is charged", "the return's date shows presence in the country",
         "the payer shows who employed the person", "interest shows the account that was used", "the refund shows where money went",
         "the amounts contradict the statement given", "the filing shows which name was used", "the claim shows which number was used",
         "deductions show the business that is a front")  # fmt: skip
STEPS = ("before the grand jury meets", "for the charge of reentry", "to test an alibi", "to establish identity at trial",
         "for the indictment", "to corroborate the informant's account", "to rule the person out", "for the plea hearing",
         "to link two aliases", "for the affidavit", "for the sentencing memorandum", "to confirm the period of presence")  # fmt: skip
AUTHORITIES = ("8 USC 1326(a)", "18 USC 1546(a)", "8 USC 1325(a)", "18 USC 1028(a)", "8 USC 1253(a)(1)")


# ---------------------------------------------------------------- chance


def scramble(number: pl.Expr, seed: int) -> pl.Expr:
    """SplitMix64: a fixed shuffle of whole numbers, the same in every version of every library."""
    mixed = (number.cast(pl.UInt64) + _word(1)) * _word(0x9E3779B97F4A7C15) + _word(seed * 0xD1342543DE82EF95 + 0x2545F4914F6CDD1D)
    mixed = (mixed ^ (mixed // _word(2**30))) * _word(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed // _word(2**27))) * _word(0x94D049BB133111EB)
    return mixed ^ (mixed // _word(2**31))


def _word(value: int) -> pl.Expr:
    return pl.lit(value % 2**64, dtype=pl.UInt64)


class Chance:
    """Independent draws for each number: ``chance("name", of)`` is uniform in [0, 1)."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, what: str, of: pl.Expr | str = "person") -> pl.Expr:
        """Uniform in [0, 1), of one thing and one number."""
        stream = int.from_bytes(what.encode()[:12].ljust(12, b"."), "big")
        number = pl.col(of) if isinstance(of, str) else of
        return (scramble(number, self.seed * 1_000_003 + stream) // 2**11).cast(pl.Float64) / 2**53

    def whole(self, what: str, below: int, of: pl.Expr | str = "person") -> pl.Expr:
        """A whole number from 0 to ``below`` - 1."""
        return (self(what, of) * below).cast(pl.UInt32)


def zipf(words: list[str], drawn: pl.Expr, flat: float = 60.0) -> pl.Expr:
    """The word whose share of the whole the draw falls in; the first is about as common as the commonest American name."""
    weights = pl.Series([1 / (rank + flat) for rank in range(len(words))])
    edges = (weights.cum_sum() / weights.sum()).alias("edges")
    return drawn.map_batches(lambda at: pl.Series(words).gather(edges.search_sorted(at).clip(0, len(words) - 1)), return_dtype=pl.String)


def words(count: int, heads: str, middles: str, tails: str) -> list[str]:
    """Distinct made-up names of four letters or more from syllables, short ones first."""
    h, m, t = heads.split(), middles.split(), tails.split()
    made = [a + c for c in t for a in h] + [a + b + c for c in t for b in m for a in h]
    order = pl.DataFrame({"word": [word for word in made if len(word) > 3]}).unique(maintain_order=True).with_row_index()
    return order.sort(pl.col("word").str.len_chars() // 4, scramble(pl.col("index"), 1))["word"].head(count).to_list()


SURNAMES = words(
    5_000,
    "AL BAR CAS DEL EST FER GAR HER IB JIM KOR LOP MAR NAV ORT PER QUIN ROD SAN TOR UR VAL WES YAN ZAM BRO CLA DAW",
    "A E I O AN EN IR OR AM EL",
    "EZ ES A ON ERO SON LEY MAN TON ARO INO ADA ICK ELL ILLO FORD ETTE OVA",
)
FIRSTS = words(
    1_200, "A BE CAR DA EL FA GA HE I JO KA LU MA NA O PA RA SO TE VI WIL YO", "NI RI LI MI SA DE TO", "NA RO LA S TH NE IA O TA N LIO DRA"
)
STREETS = words(
    1_500,
    "OAK ELM PINE MAPLE CEDAR LAKE HILL RIVER MILL PARK SPRING NORTH ASH BIRCH FOREST STONE",
    "VIEW WOOD SIDE FIELD CREST BROOK GLEN",
    "LAND TON DALE WAY RIDGE HAVEN SHORE GATE MONT BURY",
)
THINGS = [
    word.lower()
    for word in words(
        4_000,
        "AB BEL COR DRU FAL GIM HUS KEB LUD MOG NUR PEL RIX SOB TUG VOM WEB ZIL",
        "A E I O U AN EB IS OK UM",
        "DAN FEL GOR KIM LUP MOT NAB PIR ROX SUD TEK VIB",
    )
]  # of goods, ships, firms
WAYS = ("ST", "AVE", "RD", "DR", "LN", "CT", "BLVD", "PL")
LONG = {"ST": "STREET", "AVE": "AVENUE", "RD": "ROAD", "DR": "DRIVE", "LN": "LANE", "CT": "COURT", "BLVD": "BOULEVARD", "PL": "PLACE"}


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
    found = found.with_columns(
        (pl.col("person") // 10 * 6 + pl.col("house")).alias("house"), (pl.col("person") - pl.col("member")).alias("head")
    )
    child, partner = pl.col("member") == 2, pl.col("member") > 0
    twin = partner & (chance("twin") < 0.015)
    heir = partner & ~twin & (chance("heir") < 0.04)
    found = found.with_columns(twin.alias("twin"), heir.alias("heir"))
    found = found.with_columns(_births(chance, child).alias("born"), *_names(chance))
    return found.with_columns(_tins(chance).alias("tin"))


def _births(chance: Chance, child: pl.Expr) -> pl.Expr:
    whose = pl.when("twin").then("head").otherwise("person")
    age = 18 + 37 * (chance("age", whose) + chance("age2", whose))
    younger = pl.when(child | pl.col("heir")).then(age / 2).otherwise(age)
    day = pl.lit(date(2021, 1, 1)).cast(pl.Int32) - (pl.when("twin").then(age).otherwise(younger) * 365.25).cast(pl.Int32)
    exact = day.cast(pl.Date)
    return pl.when(chance("heaped", whose) < 0.015).then(exact.dt.truncate("1y")).otherwise(exact)


def _names(chance: Chance) -> list[pl.Expr]:
    of_house = (pl.col("member") == 0) | pl.col("twin") | pl.col("heir") | (chance("shares name") < 0.8)
    surname = zipf(SURNAMES, pl.when(of_house).then(chance("surname", "house")).otherwise(chance("surname")))
    shared = pl.col("heir") | (pl.col("twin") & (chance("near name") < 0.25))
    first = zipf(FIRSTS, pl.when(shared).then(chance("first", "head")).otherwise(chance("first")), 12.0)
    near = pl.when(pl.col("twin") & shared).then(first + "A").otherwise(first)
    initial = pl.when(chance("has middle") < 0.75).then(
        chance.whole("middle", 26).cast(pl.UInt32).replace_strict(dict(enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), return_dtype=pl.String)
    )
    suffix = pl.when(pl.col("heir") & (chance("suffix") < 0.6)).then(pl.lit("JR"))
    return [near.alias("first"), surname.alias("last"), initial.alias("middle"), suffix.alias("suffix")]


def _tins(chance: Chance) -> pl.Expr:
    """Nine digits; one in sixty people of a household uses the head's; one in fifty has none."""
    whose = pl.when((pl.col("member") > 0) & (chance("borrows") < 0.04)).then("head").otherwise("person")
    number = (whose * pl.lit(387_420_489, dtype=pl.UInt64) + 123_456_789) % 899_999_963 + 100_000_000
    return pl.when(chance("has number") > 0.02).then(number.cast(pl.String))


def addresses(house: pl.Expr, chance: Chance, table: pl.DataFrame) -> list[pl.Expr]:
    """Street line parts, city, state and ZIP of a house number (a household that moves is another house)."""
    at = ((chance("zip", house) ** 2) * table.height).cast(pl.UInt32)
    pick = lambda name: at.map_batches(table[name].gather, return_dtype=pl.String).alias(name)  # noqa: E731
    way = chance.whole("way", len(WAYS), house).replace_strict(dict(enumerate(WAYS)), return_dtype=pl.String)
    street = chance.whole("street", len(STREETS), house).map_batches(lambda rows: pl.Series(STREETS).gather(rows), return_dtype=pl.String)
    unit = pl.when(chance("has unit", house) < 0.25).then(chance.whole("unit", 900, house) + 1)
    return [
        (chance.whole("no", 9_800, house) + 1).alias("no"),
        street.alias("street"),
        way.alias("way"),
        unit.alias("unit"),
        *map(pick, ("city", "state", "zip")),
    ]


def register(first: int, last: int, chance: Chance, table: pl.DataFrame) -> pl.DataFrame:
    """The rows held of the people ``first`` to ``last`` - 1: 2022 for everybody, the other periods for some."""
    rows = people(pl.int_range(first, last, dtype=pl.UInt64, eager=True), chance)
    rows = rows.join(pl.DataFrame({"period": PERIODS}), how="cross").with_columns(
        (pl.col("person") * 4 + pl.col("period") % 4).alias("row")
    )
    rows = rows.filter((pl.col("period") == 2022) | (chance("held", "row") < HELD))
    rows = rows.with_columns(lived(chance).alias("at")).with_columns(addresses(pl.col("at"), chance, table))
    unit = pl.when(pl.col("unit").is_not_null()).then(pl.format(" APT {}", "unit")).otherwise(pl.lit(""))
    held = pl.when(chance("class", "row") < 0.9).then(pl.lit("taxpayer-identity")).otherwise(pl.lit("other-return-information"))
    bar = pl.when(chance("bar") < 0.001).then(pl.lit("i-6-informant")).when(chance("bar") < 0.002).then(pl.lit("i-6-impairment"))
    return rows.select(
        record_id(),
        pl.col("period").cast(pl.String).alias("tax_period"),
        "tin",
        pl.col("first").alias("first_name"),
        pl.col("middle").alias("middle_name"),
        pl.col("last").alias("last_name"),
        pl.col("suffix").alias("name_suffix"),
        pl.when(chance("no birth") > 0.005).then(pl.col("born").cast(pl.String)).alias("date_of_birth"),
        pl.format("{} {} {}{}", "no", "street", "way", unit).alias("address_line1"),
        pl.lit(None, pl.String).alias("address_line2"),
        *("city", "state", "zip"),
        pl.format("{}-12-31", "period").alias("address_as_of"),
        held.alias("data_class"),
        pl.lit("1040").alias("source_document"),
        pl.when(pl.col("member") == 0)
        .then(pl.lit("primary"))
        .when(pl.col("member") == 1)
        .then(pl.lit("spouse"))
        .otherwise(pl.lit("dependent"))
        .alias("role"),
        bar.alias("bars"),
    )


def lived(chance: Chance) -> pl.Expr:
    """The house of a household in a period: one in ten moved before 2023."""
    moved = (pl.col("period") == 2023) & (chance("moves", "house") < 0.1)
    return pl.col("house") * 2 + moved.cast(pl.UInt64)


def record_id() -> pl.Expr:
    return pl.format("P{}", pl.col("person").cast(pl.String).str.zfill(10)).alias("record_id")


# ---------------------------------------------------------------- requests


def requests(count: int, persons: int, chance: Chance, table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A request file in the columns of 26 USC 6103, and the truth: whom each row means (null: nobody who is held), and its kind."""
    draw = pl.DataFrame({"ordinal": pl.int_range(count, dtype=pl.UInt32, eager=True)})
    kind = _kind(chance)
    outside = pl.col("kind").is_in(["stranger", "relative"])
    known = (chance("who", "ordinal") * persons).cast(pl.UInt64)
    # A relative of somebody held is a person past the register's end who lives in that house under that surname.
    draw = draw.with_columns(kind.alias("kind"), known.alias("known")).with_columns(
        pl.when(outside).then(pl.col("ordinal").cast(pl.UInt64) + persons + CHUNK).otherwise("known").alias("person")
    )
    who = people(draw["person"], chance)
    beside = people(draw["known"], chance).select(pl.col("last").alias("their_last"), pl.col("house").alias("their_house"))
    lender = draw.select((chance("lender", "ordinal") * persons).cast(pl.UInt64))["ordinal"]
    other = people(lender, chance).select(pl.col("tin").alias("lent"))
    rows = pl.concat([draw.drop("person"), who, beside, other], how="horizontal")
    relative = pl.col("kind") == "relative"
    rows = rows.with_columns(
        pl.when(relative).then("their_last").otherwise("last").alias("last"),
        pl.when(relative).then("their_house").otherwise("house").alias("house"),
        pl.lit(2022).alias("period"),
    )
    at = pl.when(pl.col("kind") == "moved").then(pl.col("ordinal").cast(pl.UInt64) + 10**12).otherwise(lived(chance))
    rows = rows.with_columns(at.alias("at")).with_columns(addresses(pl.col("at"), chance, table))
    truth = rows.select("ordinal", pl.when(outside).then(None).otherwise(record_id()).alias("record_id"), "kind")
    return _written(rows, chance), truth


def _kind(chance: Chance) -> pl.Expr:
    """One of ``KINDS``, each as often as its share."""
    names, edges = list(KINDS), pl.Series(list(KINDS.values())).cum_sum().to_list()
    return pl.coalesce(
        *(pl.when(chance("kind", "ordinal") < edge).then(pl.lit(name)) for name, edge in zip(names, edges, strict=True)), pl.lit(names[0])
    )


def _written(rows: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """The rows as an agency would write them, with its errors."""
    filler = pl.col("kind") == "filler-address"
    junk = chance.whole("junk", len(FILLERS), "ordinal").replace_strict(dict(enumerate(FILLERS)), return_dtype=pl.String)
    case = pl.format("{}-{}", chance.whole("office", 90, "ordinal") + 10, pl.col("ordinal").cast(pl.String).str.zfill(7))
    ordered = pl.when(pl.col("authority").str.starts_with("8 USC 1253"))
    rows = rows.with_columns(_pick(AUTHORITIES, "authority", chance))
    return rows.select(
        pl.format("R{}", pl.col("ordinal").cast(pl.String).str.zfill(8)).alias("request_id"),
        _typed(pl.col("first"), "first", chance).alias("first_name"),
        pl.when(chance("gives middle", "ordinal") < 0.6).then("middle").alias("middle_name"),
        _typed(pl.col("last"), "last", chance).alias("last_name"),
        pl.col("suffix").alias("name_suffix"),
        _dated(chance).alias("date_of_birth"),
        pl.when(filler).then(junk).otherwise(_line(chance)).alias("address_line1"),
        pl.lit(None, pl.String).alias("address_line2"),
        pl.when(filler).then(None).otherwise("city").alias("city"),
        pl.when(filler).then(None).otherwise("state").alias("state"),
        pl.when(filler).then(pl.lit("00000")).otherwise("zip").alias("zip"),
        case.alias("case_id"),
        pl.format("2023-{}-{}", _two(chance.whole("month", 12, "ordinal") + 1), _two(chance.whole("day", 28, "ordinal") + 1)).alias(
            "case_opened"
        ),
        _officer().alias("engaged_person"),
        pl.lit("officer or employee").alias("engaged_kind"),
        "authority",
        pl.lit("criminal investigation").alias("purpose"),
        _reason(chance),
        pl.lit("last known address").alias("items"),
        _tin_written(chance).alias("tin"),
        pl.when(chance("periods", "ordinal") < 0.6).then(pl.lit("2022")).otherwise(pl.lit("2021-2023")).alias("tax_periods"),
        ordered.then(pl.lit("2023-01-15")).alias("predicate_date"),
        pl.lit(None, pl.String).alias("predicate_court_date"),
        pl.lit(None, pl.String).alias("predicate_release_date"),
        ordered.then(pl.lit("1227")).alias("predicate_class"),
        ordered.then(pl.lit("B")).alias("predicate_ground"),
    )


def _pick(of: tuple[str, ...], what: str, chance: Chance, by: pl.Expr | str = "ordinal") -> pl.Expr:
    return chance.whole(what, len(of), by).replace_strict(dict(enumerate(of)), return_dtype=pl.String).alias(what)


def _reason(chance: Chance) -> pl.Expr:
    """What is known, what it shows and what it is for, with a dozen words that only this case has: no two rows say nearly the same."""
    own = [chance.whole(f"word {n}", len(THINGS), "ordinal").map_batches(_thing, return_dtype=pl.String) for n in range(12)]
    said = (_pick(KNOWS, "knows", chance), _pick(NEEDS, "needs", chance), _pick(STEPS, "steps", chance))
    frame = "{}, {}, {} and {}: {}; {} {}, {}, {} {}, {}, {} {}, {} {}"
    return pl.format(frame, *own[:4], *said[:2], *own[4:8], said[2], *own[8:]).alias("reason")


def _thing(rows: pl.Series) -> pl.Series:
    return pl.Series(THINGS).gather(rows)


def _officer() -> pl.Expr:
    """A name of its own for every 180 rows: what one person can be engaged in."""
    number = pl.col("ordinal") // 180
    return pl.format("{} {}", _nth(FIRSTS[-800:], number // 800 + number % 800), _nth(SURNAMES[-800:], number % 800))


def _nth(of: list[str], number: pl.Expr) -> pl.Expr:
    return (number % len(of)).map_batches(lambda rows: pl.Series(of).gather(rows), return_dtype=pl.String)


def _two(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(2)


def _typed(name: pl.Expr, what: str, chance: Chance) -> pl.Expr:
    """One name in twenty-five has one letter dropped or another in its place."""
    at = chance.whole(f"{what} at", 4, "ordinal") + 1
    dropped = name.str.slice(0, at) + name.str.slice(at + 1)
    other = name.str.slice(0, at) + _pick(tuple("AEIOURSTNL"), f"{what} by", chance) + name.str.slice(at + 1)
    slip = chance(f"{what} slip", "ordinal")
    return (
        pl.when((slip < 0.02) & (name.str.len_chars() > 2))
        .then(dropped)
        .when((slip < 0.04) & (at < name.str.len_chars()))
        .then(other)
        .otherwise(name)
    )


def _dated(chance: Chance) -> pl.Expr:
    """Two in a hundred birth dates have day and month in each other's place, three are some days off, one is missing."""
    slip, born = chance("date slip", "ordinal"), pl.col("born")
    swapped = pl.format("{}-{}-{}", born.dt.year(), _two(born.dt.day()), _two(born.dt.month()))
    near = born.dt.offset_by("10d").cast(pl.String)
    return (
        pl.when((slip < 0.02) & (born.dt.day() <= 12))
        .then(swapped)
        .when(slip > 0.97)
        .then(near)
        .when(slip > 0.96)
        .then(None)
        .otherwise(born.cast(pl.String))
    )


def _line(chance: Chance) -> pl.Expr:
    """The street line in one of four hands."""
    hand = chance.whole("hand", 4, "ordinal")
    way = pl.when(hand == 1).then(pl.col("way").replace(LONG)).otherwise("way")
    mark = pl.when(hand == 2).then(pl.lit(", Unit ")).when(hand == 3).then(pl.lit(" # ")).otherwise(pl.lit(" APT "))
    unit = pl.when(pl.col("unit").is_not_null()).then(pl.concat_str(mark, pl.col("unit").cast(pl.String))).otherwise(pl.lit(""))
    line = pl.format("{} {} {}{}", "no", "street", way, unit)
    return pl.when(hand == 2).then(line.str.to_titlecase()).otherwise(line)


def _tin_written(chance: Chance) -> pl.Expr:
    """Half of the rows bear a number; one in thirty of those has a wrong digit; some bear somebody else's."""
    own = pl.when(chance("gives number", "ordinal") < 0.5).then("tin")
    wrong = own.str.slice(0, 4) + ((own.str.slice(4, 1).cast(pl.UInt32) + 3) % 10).cast(pl.String) + own.str.slice(5)
    slip = pl.when(chance("number slip", "ordinal") < 0.03).then(wrong).otherwise(own)
    tin = pl.when(pl.col("kind") == "borrowed-tin").then("lent").otherwise(slip)
    return tin.str.slice(0, 3) + "-" + tin.str.slice(3, 2) + "-" + tin.str.slice(5)


def main(arguments: list[str] | None = None) -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_280_000)
    parser.add_argument("--register-rows", type=int, default=5_000_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    chance, table = Chance(given.seed), zips()
    persons = max(10, int(given.register_rows / (1 + HELD * (len(PERIODS) - 1))) // 10 * 10)
    (given.out / "register").mkdir(parents=True)
    for first in range(0, persons, CHUNK):
        register(first, min(first + CHUNK, persons), chance, table).write_parquet(given.out / "register" / f"{first // CHUNK:03d}.parquet")
    asked, truth = requests(given.requests, persons, chance, table)
    asked.write_parquet(given.out / "requests.parquet")
    truth.write_parquet(given.out / "truth.parquet")


if __name__ == "__main__":
    main()
