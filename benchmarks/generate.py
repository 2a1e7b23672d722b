"""Made-up requests about made-up people (people.py), with the truth beside them, for measuring.

Every value is a fixed function of a row's number and the seed. What an agency gets wrong is here too: typing errors, short names, swapped names,
one surname of two, a name changed since, swapped days and months, filler addresses, mistyped numbers, numbers of other people, relatives and
strangers who are not in the register. The rates are chosen, not measured: they prove nothing about a real file.

    python benchmarks/generate.py --requests 1280000 --register-rows 5000000 --out DIR --seed 7

writes DIR/register/NNN.parquet, DIR/requests.parquet (no truth in it) and DIR/truth.parquet (ordinal, record_id or null, kind).
``--one-period`` gives every person one row: as many people as rows.
"""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path

import nicknames
import polars as pl
from chance import Chance
from people import (
    CHUNK,
    HELD,
    PERIODS,
    addresses,
    crowded,
    first_names,
    house_of,
    lived,
    people,
    record_id,
    register,
    surnames,
    words,
    zips,
)

# Of a hundred requests; the shares of those about somebody held follow the file that the prototypes were measured with.
KINDS = {"same": 0.40, "moved": 0.20, "stranger": 0.16, "relative": 0.04, "filler-address": 0.15, "borrowed-tin": 0.05}
CROWDED_ASKED = 0.6  # requests drawn again and again until they are about a household that shares few names
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
THINGS = [
    word.lower()
    for word in words(
        4_000,
        "AB BEL COR DRU FAL GIM HUS KEB LUD MOG NUR PEL RIX SOB TUG VOM WEB ZIL",
        "A E I O U AN EB IS OK UM",
        "DAN FEL GOR KIM LUP MOT NAB PIR ROX SUD TEK VIB",
    )
]  # of goods, ships, firms
LONG = {"ST": "STREET", "AVE": "AVENUE", "RD": "ROAD", "DR": "DRIVE", "LN": "LANE", "CT": "COURT", "BLVD": "BOULEVARD", "PL": "PLACE"}


# ---------------------------------------------------------------- whom a request is about


def requests(count: int, persons: int, chance: Chance, table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A request file in the columns of 26 USC 6103, and the truth: whom each row means (null: nobody who is held), and its kind."""
    draw = pl.DataFrame({"ordinal": pl.int_range(count, dtype=pl.UInt32, eager=True)})
    outside = pl.col("kind").is_in(["stranger", "relative"])
    draw = draw.with_columns(_kind(chance).alias("kind"), _drawn_person(persons, chance).alias("known"))
    # A relative of somebody held is a person past the register's end who lives in that house under that surname.
    draw = draw.with_columns(
        pl.when(outside).then(_drawn_person(persons, chance, "out") + _beyond(persons)).otherwise("known").alias("person")
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


def _beyond(persons: int) -> int:
    """Numbers from here on are nobody's who is held."""
    return (persons // CHUNK + 2) * CHUNK


def _drawn_person(persons: int, chance: Chance, stream: str = "in") -> pl.Expr:
    """A person by lot; for most rows the first of eight who is of a household that shares few names."""
    tries = [(chance(f"{stream}{n} who", "ordinal") * persons).cast(pl.UInt64) for n in range(8)]
    shift = 0 if stream == "in" else _beyond(persons)
    homes = [crowded(chance, house_of((one + shift), _house_within(one + shift))) for one in tries]
    sought = pl.coalesce(*(pl.when(home).then(one) for home, one in zip(homes, tries, strict=True)), tries[0])
    return pl.when(chance(f"{stream} sought", "ordinal") < CROWDED_ASKED).then(sought).otherwise(tries[0])


def _house_within(person: pl.Expr) -> pl.Expr:
    """The house, of six, of the person's place among ten (``people.HOUSES``)."""
    return (person % 10).replace_strict({0: 0, 1: 1, 2: 2, 3: 3, 4: 3, 5: 4, 6: 4, 7: 5, 8: 5, 9: 5}, return_dtype=pl.UInt64)


def _kind(chance: Chance) -> pl.Expr:
    """One of ``KINDS``, each as often as its share."""
    names, edges = list(KINDS), pl.Series(list(KINDS.values())).cum_sum().to_list()
    return pl.coalesce(
        *(pl.when(chance("kind", "ordinal") < edge).then(pl.lit(name)) for name, edge in zip(names, edges, strict=True)), pl.lit(names[0])
    )


# ---------------------------------------------------------------- as an agency would write it


def _written(rows: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """The rows as an agency would write them, with its errors."""
    filler = pl.col("kind") == "filler-address"
    junk = chance.one("junk", FILLERS, "ordinal")
    case = pl.format("{}-{}", chance.whole("office", 90, "ordinal") + 10, pl.col("ordinal").cast(pl.String).str.zfill(7))
    ordered = pl.when(pl.col("authority").str.starts_with("8 USC 1253"))
    rows = rows.with_columns(chance.one("authority", AUTHORITIES, "ordinal").alias("authority"), *_names(chance))
    return rows.select(
        pl.format("R{}", pl.col("ordinal").cast(pl.String).str.zfill(8)).alias("request_id"),
        pl.when("swapped").then("written_last").otherwise("written_first").alias("first_name"),
        pl.when(chance("gives middle", "ordinal") < 0.6).then("middle").alias("middle_name"),
        pl.when("swapped").then("written_first").otherwise("written_last").alias("last_name"),
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
        officer().alias("engaged_person"),
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


def _names(chance: Chance) -> list[pl.Expr]:
    """First and last name as written: a short name, one surname of two or a second beside one, another since married, a slip."""
    short = pl.col("first").replace_strict(_short_names(), default=None, return_dtype=pl.String)
    called = pl.when(chance("short", "ordinal") < 0.04).then(pl.coalesce(short, "first")).otherwise("first")
    second = pl.format("{} {}", "last", drawn_surname(chance))
    family = pl.when(pl.col("crowded") & (chance("doubled", "ordinal") < 0.02)).then(second).otherwise("last")
    family = pl.when(chance("changed", "ordinal") < 0.01).then(drawn_surname(chance)).otherwise(family)
    return [
        _typed(called, "first", chance).alias("written_first"),
        _typed(family, "last", chance).alias("written_last"),
        (chance("swaps", "ordinal") < 0.01).alias("swapped"),
    ]


def drawn_surname(chance: Chance) -> pl.Expr:
    """Anybody's surname, by lot."""
    name, weights = surnames()
    edges = weights.cum_sum() / weights.sum()
    return chance("new name", "ordinal").map_batches(
        lambda at: name.gather(edges.search_sorted(at).clip(0, name.len() - 1)), return_dtype=pl.String
    )


@cache
def _short_names() -> dict[str, str]:
    """One short name for each first name that has any."""
    namer = nicknames.NickNamer()
    found = {name: sorted(namer.nicknames_of(name)) for name in first_names()[0].to_list()}
    return {name: options[len(name) % len(options)].upper() for name, options in found.items() if options}


def _typed(name: pl.Expr, what: str, chance: Chance) -> pl.Expr:
    """One name in twenty has a letter dropped, doubled, in another's place, or two swapped."""
    at = chance.whole(f"{what} at", 4, "ordinal") + 1
    letter, next_letter, rest = name.str.slice(at, 1), name.str.slice(at + 1, 1), name.str.slice(at + 2)
    other = chance.one(f"{what} by", tuple("AEIOURSTNL"), "ordinal")
    slip, start, fits = chance(f"{what} slip", "ordinal"), name.str.slice(0, at), at + 1 < name.str.len_chars()
    return (
        pl.when((slip < 0.0125) & fits)
        .then(start + next_letter + rest)
        .when((slip < 0.025) & fits)
        .then(start + other + next_letter + rest)
        .when((slip < 0.0375) & fits)
        .then(start + next_letter + letter + rest)
        .when((slip < 0.05) & fits)
        .then(start + letter + letter + next_letter + rest)
        .otherwise(name)
    )


def _reason(chance: Chance) -> pl.Expr:
    """What is known, what it shows and what it is for, with a dozen words that only this case has: no two rows say nearly the same."""
    own = [chance.whole(f"word {n}", len(THINGS), "ordinal").map_batches(_thing, return_dtype=pl.String) for n in range(12)]
    said = [chance.one(name, of, "ordinal") for name, of in (("knows", KNOWS), ("needs", NEEDS), ("steps", STEPS))]
    frame = "{}, {}, {} and {}: {}; {} {}, {}, {} {}, {}, {} {}, {} {}"
    return pl.format(frame, *own[:4], *said[:2], *own[4:8], said[2], *own[8:]).alias("reason")


def _thing(rows: pl.Series) -> pl.Series:
    return pl.Series(THINGS).gather(rows)


def officer() -> pl.Expr:
    """A name of its own for every 180 rows: what one person can be engaged in."""
    number = pl.col("ordinal") // 180
    return pl.format("{} {}", _nth(first_names()[0][:800], number // 800 + number % 800), _nth(surnames()[0][:800], number % 800))


def _nth(of: pl.Series, number: pl.Expr) -> pl.Expr:
    return (number % of.len()).map_batches(of.gather, return_dtype=pl.String)


def _two(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(2)


def _dated(chance: Chance) -> pl.Expr:
    """Of a hundred birth dates two have day and month swapped, three are some days off, three say 1 January, one is missing."""
    slip, born = chance("date slip", "ordinal"), pl.col("born")
    swapped = pl.format("{}-{}-{}", born.dt.year(), _two(born.dt.day()), _two(born.dt.month()))
    near = pl.when(chance("days off", "ordinal") < 0.5).then(born.dt.offset_by("1d")).otherwise(born.dt.offset_by("10d"))
    return (
        pl.when((slip < 0.02) & (born.dt.day() <= 12))
        .then(swapped)
        .when(slip > 0.97)
        .then(near.cast(pl.String))
        .when(slip > 0.94)
        .then(born.dt.truncate("1y").cast(pl.String))
        .when(slip > 0.93)
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
    """Four rows in ten bear a number; one in twenty-five of those has a wrong digit; some bear somebody else's."""
    own = pl.when(chance("gives number", "ordinal") < 0.4).then("tin")
    wrong = own.str.slice(0, 4) + ((own.str.slice(4, 1).cast(pl.UInt32) + 3) % 10).cast(pl.String) + own.str.slice(5)
    slip = pl.when(chance("number slip", "ordinal") < 0.04).then(wrong).otherwise(own)
    tin = pl.when(pl.col("kind") == "borrowed-tin").then("lent").otherwise(slip)
    return tin.str.slice(0, 3) + "-" + tin.str.slice(3, 2) + "-" + tin.str.slice(5)


def main(arguments: list[str] | None = None) -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_280_000)
    parser.add_argument("--register-rows", type=int, default=5_000_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--one-period", action="store_true")
    given = parser.parse_args(arguments)
    chance, table, periods = Chance(given.seed), zips(), (2022,) if given.one_period else PERIODS
    persons = max(10, int(given.register_rows / (1 + HELD * (len(periods) - 1))) // 10 * 10)
    (given.out / "register").mkdir(parents=True)
    for first in range(0, persons, CHUNK):
        numbers = pl.int_range(first, min(first + CHUNK, persons), dtype=pl.UInt64, eager=True)
        register(numbers, chance, table, periods).write_parquet(given.out / "register" / f"{first // CHUNK:03d}.parquet")
    asked, truth = requests(given.requests, persons, chance, table)
    asked.write_parquet(given.out / "requests.parquet")
    truth.write_parquet(given.out / "truth.parquet")


if __name__ == "__main__":
    main()
