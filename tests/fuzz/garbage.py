"""Requests and registers of a frozen seed: sound rows, sound rows with cells spoilt, parts of several people in one row, and rubbish.

Everything is drawn with NumPy and joined in Polars, so that a million rows take seconds. Every request says what it was made of (``Made``),
so that a test needs no second matcher: nobody may be found without the three cells that name a person, and nobody but the origin.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from privity.match.prepare import ASKS, REGISTER

LONG, ENDLESS = 1_000, 100_000  # letters
CITIES = ("Albany", "NY", "12203"), ("Tampa", "FL", "33602"), ("Houston", "TX", "77002"), ("Fresno", "CA", "93721")
STREETS = ("Oak St", "Maple Ave", "Lincoln Blvd", "N Main St", "County Road 12", "W 42nd St", "Elm Ct", "Rosewood Dr")
CLASSES = ("taxpayer-identity", "other-return-information", "taxpayer-return-information", "return", "", "unheard of")

# Cells in which nothing can be read that names anybody, though most of them are not empty.
HOLLOW = (
    *("", " ", "\t", "\u00a0\u2003", "\x00", "\x00\x00", "\x07\x1b[2", "\u200b\u200d\ufeff", "\u202e\u2066\u2069", "\u0301\u0308\u0323"),
    *("12345", "1.23E+08", "---", "'';--", '"', "\\", "%", "*", "?", "&#", "\ue000\uf8ff", "\U0010ffff", "\ufffd", "\ufdd0"),
    *("\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2665", "\u2603\ufe0f", "\U0001f1fa\U0001f1f8"),
)
# Names, or what could be one, in the scripts of the world, and in forms that look like Latin and are not.
SCRIPTS = (
    *("José", "Peña-O’Neill", "Łukasz", "Ðorđe", "Nguyễn", "Müller", "Straße", "İbrahim", "ıspartalı", "Søren", "Þór", "Œuvre"),
    *("Юрий", "Иванов", "Володимир", "Ђорђе", "Γιώργος", "Παπαδόπουλος", "Հակոբ", "გიორგი", "יוסף", "כהן", "محمد", "عبد الله", "فاطمه"),
    *("علی‌رضا", "اسلام", "राम", "श्रीमती", "রহিম", "ਗੁਰਪ੍ਰੀਤ", "முருகன்", "శ్రీనివాస", "ಕೃಷ್ಣ", "മോഹൻ", "සුනිල්", "สมชาย", "ສົມ", "မောင်"),
    *("ភិរម្យ", "王伟", "汪玮", "李", "諸葛亮", "たなか", "タナカ", "ｱﾅ", "김철수", "박", "ᠮᠣᠩᠭᠣᠯ", "ᏣᎳᎩ", "አበበ", "ⵎⵓⵃⴰ", "ߡߊ߬", "𞤀𞤣𞤤𞤢𞤥"),
    *("Ａｎａ", "𝓐𝓷𝓪", "Ⓐⓝⓐ", "ﬁona", "Аnа", "Ana\u0301", "A\u0301\u0302\u0303\u0304" * 12, "A\x00na", "\u202eanA", "A\u200bn\u200da", "ﷺ"),
    *(
        "John & Mary",
        "Smith; DROP TABLE asks",
        "=1+1",
        "O''Neil",
        "d'",
        "X Æ A-12",
        "Jr",
        "III",
        "de la",
        "Y",
        "NULL",
        "nan",
        "True",
        "None",
    ),
)
NO_DAYS = (
    *("2025-02-30", "2023-02-29", "0000-00-00", "0001-01-01", "9999-12-31", "1900-01-01", "1980-02-231", "\u202e1980-02-23", "1E3", "inf"),
    *("1899-12-3", "45123", "45123.75", "-1", "1980-13-01", "1980-00-10", "1980-1-5", "23/02/1980", "02/23/80", "1980", "Feb 23, 1980"),
    *("昭和55年2月23日", "１９８０-０２-２３", "١٩٨٠-٠٢-٢٣", "5740-12-06", "tomorrow", "+1980-02-23", "1980–02–23", "19800223", "0"),
)
ODD_DAYS = (
    "1000-01-01",
    "1899-12-30",
    "1904-01-01",
    "2024-02-29",
    "2999-12-31",
    "1400-05-31",
    "1980-02-23T25:61:61",
    "1980-02-23 ",
    "1980-02-23\x00",
)
NUMBERS = (
    *(
        "41255678",
        "4125567889",
        "412-55-678A",
        "4l2-55-6788",
        "O12-55-6788",
        "４１２５５６７８８",
        "٤١٢٥٥٦٧٨٨",
        "4.12556788E8",
        "412556788.0",
    ),
    *(
        "000-00-0000",
        "123-45-6789",
        "999999999",
        "XXX-XX-6788",
        "***-**-1234",
        "none",
        "n/a",
        "412 55",
        "412/55/6788",
        "412-55-6788 / 412-55-6789",
    ),
    *("-412556788", "+412556788", "412\u200b556788", "412556788\x00", "⁴¹²⁵⁵⁶⁷⁸⁸", "①②③④⑤⑥⑦⑧⑨", "412－55－6788", "ABCDEFGHI"),
)
PERIODS = (
    *(
        "all years",
        "2018 to present",
        "1900-2100",
        "2022-1913",
        "99999",
        "20221",
        "2022;;",
        ";",
        ",",
        "2022, banana",
        "FY22",
        "Q3 2022",
        "2010-12",
    ),
    *(
        "２０２２",
        "٢٠٢٢",
        "2022\x00",
        "13/2022",
        "2022-00",
        "0000",
        "1800",
        "2022.0",
        "2.022E3",
        "2022-2021",
        "minus one",
        "2022 - 2022 - 2022",
    ),
)
PLACES = (
    *(
        "unknown",
        "homeless",
        "general delivery",
        "c/o Rosa",
        "PO Box",
        "P.O. Box 00000",
        "0 Nowhere",
        "12",
        "12203",
        "Oak St",
        "#",
        "APT 000002",
    ),
    *(
        "１２ Oak St",
        "ул. Ленина, 1",
        "東京都千代田区1-1",
        "12 Oak St\x00",
        "½ Oak St",
        "1/2",
        "12-14-16-18 Oak St",
        "12 \u202eOak St",
        "\U0001f3e0 1",
    ),
    *(
        "12 Oak St Apt " + "9" * 400,
        "A" * LONG,
        "12 " + "Oak " * 500 + "St",
        "12;DROP TABLE register",
        "12 12 12 12 12",
        "-1 Oak St",
        "NaN",
    ),
)
ZIPS = ("00000", "12203-", "1220", "122033", "ABCDE", "１２２０３", "12203-0000", "99999", "\x00", "12203\n")
BARS = ("i-6-informant", "i-6-impairment", "i-6-informant; ", ";;;", "what?", " ", "\x00", "I-6-INFORMANT", "i-6-informant;" * 50)
SPOILT = {"first_name": HOLLOW, "last_name": HOLLOW, "date_of_birth": NO_DAYS}  # named by their cells, a person needs all three


@dataclass(frozen=True)
class Made:
    """``asks``: the request file's columns. ``truth``, a row for each: ``kind``, ``origin`` (record_id; null if nobody), ``named``."""

    asks: pl.DataFrame
    truth: pl.DataFrame


# ---------------------------------------------------------------- cells


@cache
def rubbish(column: str) -> pl.Series:
    """Cells that could stand in a column: what is special to it, what may stand anywhere, and text of code points drawn by lot."""
    own = {
        "date_of_birth": (*NO_DAYS, *ODD_DAYS),
        "tin": NUMBERS,
        "tax_periods": PERIODS,
        "tax_period": PERIODS,
        "address_line1": PLACES,
        "zip": ZIPS,
    }
    own |= {"address_line2": PLACES, "bars": BARS, "data_class": CLASSES}
    anywhere = (*HOLLOW, *SCRIPTS, "A" * LONG, "é" * LONG, "\u0301" * LONG, "ab " * (LONG // 3), "\U0001f600" * LONG)
    return pl.Series([*own.get(column, SCRIPTS) * 4, *anywhere, *_by_lot(300, len(column))], dtype=pl.String)


def _by_lot(count: int, seed: int) -> list[str]:
    """Text of any code points but surrogates, of one to fourteen."""
    draw = np.random.default_rng([seed, count])
    points = draw.integers(1, 0x110000 - 0x800, size=(count, 14))
    points = np.where(draw.random(points.shape) < 0.6, points % 0x3100 + 1, points)  # most scripts lie low
    points = np.where(points >= 0xD800, points + 0x800, points)
    return ["".join(map(chr, row[: 1 + row[0] % 14])) for row in points.tolist()]


def _take(cells: pl.Series | tuple[str, ...], count: int, draw: np.random.Generator) -> pl.Series:
    """As many cells as wanted, drawn by lot; one in ten is null."""
    pool = pl.Series(cells, dtype=pl.String)
    at = draw.integers(0, len(pool), count)
    return pool.gather(pl.Series(np.where(draw.random(count) < 0.1, -1, at)).replace(-1, None).cast(pl.UInt32))


# ---------------------------------------------------------------- people


def people(count: int, seed: int) -> pl.DataFrame:
    """Sound people: each with a number, a surname and a house that nobody shares."""
    draw = np.random.default_rng([seed, 1])
    nth = pl.int_range(count, eager=True).cast(pl.Int64)
    born = pl.Series(draw.integers(-16_000, 13_000, count)).cast(pl.Int32).cast(pl.Date)
    town = pl.Series(draw.integers(0, len(CITIES), count))
    first = pl.Series(["Ana", "Luis", "Rosa", "Juan", "Olga", "Ivan", "Emma", "Paul"])
    given = pl.Series(_words(600, 4, seed)).gather(draw.integers(0, 600, count))
    return pl.DataFrame(
        {
            "record_id": nth.cast(pl.String).str.zfill(8),
            "tin": (nth * 7_919 % 800_000_000 + 100_000_000).cast(pl.String),
            "first_name": given,
            "middle_name": first.gather(draw.integers(0, len(first), count)),
            "last_name": pl.Series(_words(count, 9, seed + 1)),
            "date_of_birth": pl.select(pl.when(born.dt.ordinal_day() != 1).then(born).otherwise(born.dt.offset_by("3d")))
            .to_series()
            .dt.to_string("%Y-%m-%d"),
            "address_line1": (nth + 1).cast(pl.String) + " " + pl.Series(STREETS).gather(draw.integers(0, len(STREETS), count)),
            **{name: pl.Series([each[at] for each in CITIES]).gather(town) for at, name in enumerate(("city", "state", "zip"))},
        }
    )


def _words(count: int, length: int, seed: int) -> list[str]:
    """Words of as many letters, by lot: nine of them are nobody's typing error."""
    letters = np.array(list(string.ascii_lowercase))
    drawn = letters[np.random.default_rng([seed, length]).integers(0, 26, (count, length))]
    return ["".join(row).capitalize() for row in drawn.tolist()]


def register(folder: Path, held: pl.DataFrame, seed: int, garbage: float = 0.3) -> list[Path]:
    """Files of a register: each person twice, rows twice, rows of rubbish under ids of their own, two people under one id, unknown bars."""
    draw, count = np.random.default_rng([seed, 2]), held.height
    years = [
        held.with_columns(tax_period=pl.lit(str(year)), data_class=pl.lit("taxpayer-identity"), bars=pl.lit(None, pl.String))
        for year in (2021, 2022)
    ]
    sound = pl.concat(years)
    extra = max(1, int(count * garbage))
    spoilt = pl.DataFrame({name: _take(rubbish(name), extra, draw) for name in REGISTER if name != "record_id"})
    spoilt = spoilt.with_columns(record_id=pl.Series([f"z{number}" for number in range(extra)]))
    again = pl.concat([year.tail(doubled(count)) for year in years]).with_columns(record_id=pl.lit("z") + pl.col("record_id"))
    again = again.with_columns(
        last_name=pl.when(pl.int_range(pl.len()) % 2 == 0).then("last_name").otherwise(_take(rubbish("last_name"), again.height, draw))
    )
    torn = sound.tail(2).with_columns(record_id=pl.lit("two people"))  # two people under one id
    whole = pl.concat([sound, sound.head(extra), spoilt, again, torn], how="diagonal")
    whole = whole.select(*(name if name in whole.columns else pl.lit(None, pl.String).alias(name) for name in REGISTER))
    whole = whole.sample(whole.height, shuffle=True, seed=seed)
    paths = [folder / "held0.parquet", folder / "held1.parquet"]
    whole.head(whole.height // 2).write_parquet(paths[0])
    whole.slice(whole.height // 2).write_parquet(paths[1])
    return paths


# ---------------------------------------------------------------- requests


KINDS = {"sound": 0.2, "spoilt": 0.4, "mixed": 0.1, "doubled": 0.05, "rubbish": 0.2, "nothing": 0.05}


def doubled(count: int) -> int:
    """How many of so many people, the last ones, are held under two ids: nobody may say which is meant."""
    return max(2, count // 10)


def requests(count: int, held: pl.DataFrame, seed: int) -> Made:
    """Requests of every kind, in an order by lot."""
    draw = np.random.default_rng([seed, 3])
    kind = pl.Series("kind", draw.choice(list(KINDS), count, p=list(KINDS.values())))
    single = held.height - doubled(held.height)
    twice = draw.integers(single, held.height, count)
    whose = [held[pl.Series(np.where(kind == "doubled", twice, draw.integers(0, single, count)))] for _ in range(3)]
    asks = (
        whose[0]
        .select(name for name in ASKS if name in held.columns)
        .with_columns(
            *(pl.lit(None, pl.String).alias(name) for name in ASKS if name not in held.columns and name != "tax_periods"),
            tax_periods=pl.Series(draw.choice(["2022", "2021; 2022", "TY 2021", "2019-2023"], count)),
        )
        .select(ASKS)
    )
    first, second, third = (one["record_id"] for one in whose)
    mixed = (kind == "mixed") & (first != second) & (first != third)
    kind = pl.select(
        pl.when((kind == "mixed") & ~mixed).then(pl.lit("sound")).otherwise(kind).alias("kind")
    ).to_series()  # one person's after all
    asks = _mixed(asks, whose, mixed)
    asks, hollow = _spoilt(asks, kind, draw)
    truth = pl.DataFrame({"kind": kind, "origin": whose[0]["record_id"], "hollow": hollow, "mixed": mixed}).with_columns(
        origin=pl.when((pl.col("kind").is_in(["sound", "spoilt"])) & ~pl.col("hollow")).then("origin"),
    )
    return Made(_endless(asks, kind), truth)


def _mixed(asks: pl.DataFrame, whose: list[pl.DataFrame], mixed: pl.Series) -> pl.DataFrame:
    """The birth date of a second person and the number and house of a third: nobody."""
    other = {"date_of_birth": whose[1], "tin": whose[2], "address_line1": whose[2], "city": whose[2], "state": whose[2], "zip": whose[2]}
    return asks.with_columns(pl.when(mixed).then(frame[name]).otherwise(name).alias(name) for name, frame in other.items())


def _spoilt(asks: pl.DataFrame, kind: pl.Series, draw: np.random.Generator) -> tuple[pl.DataFrame, pl.Series]:
    """Of a spoilt row one or two cells, of rubbish all, are what could stand there; ``hollow``: one of the three that name a person is not."""
    count, columns = asks.height, asks.columns
    hits = np.zeros((count, len(columns)), dtype=bool)
    for _ in range(2):
        hits[np.arange(count), draw.integers(0, len(columns), count)] = True
    hits = (hits & (kind == "spoilt").to_numpy()[:, None]) | (kind == "rubbish").to_numpy()[:, None]
    empty = pl.lit(None, pl.String)
    nothing = pl.Series(kind == "nothing")
    made, hollow = [], pl.Series(np.zeros(count, dtype=bool))
    for at, name in enumerate(columns):
        hit = pl.Series(hits[:, at])
        void = pl.Series(draw.random(count) < 0.3) & hit if name in SPOILT else pl.Series(np.zeros(count, dtype=bool))
        cells = pl.select(
            pl.when(void).then(_take(SPOILT.get(name, HOLLOW), count, draw)).otherwise(_take(rubbish(name), count, draw))
        ).to_series()
        made.append(pl.when(nothing).then(empty).when(hit).then(cells).otherwise(name).alias(name))
        hollow |= void
    return asks.with_columns(made), hollow | nothing


def _endless(asks: pl.DataFrame, kind: pl.Series) -> pl.DataFrame:
    """A few names of 100,000 letters, of several scripts."""
    at = (kind == "rubbish").arg_true().gather_every(max(1, int((kind == "rubbish").sum()) // 12))
    names = pl.Series(["A" * ENDLESS, "ж" * ENDLESS, "王" * ENDLESS, "a " * (ENDLESS // 2), "\u0301" * ENDLESS, "\U0001f600" * ENDLESS])
    cells = names.gather(pl.int_range(len(at), eager=True) % len(names))
    return asks.with_columns(asks["first_name"].scatter(at, cells), asks["last_name"].scatter(at, cells.reverse()))
