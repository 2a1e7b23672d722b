"""What people and machines write where an address should be → a million rows, each of which must be refused.

Every kind is a small grammar over numbers, words and places, drawn with a fixed seed. No row holds a number and a plausible street of a
real place with its own city, state and ZIP code; where a kind uses a plausible street, its place is wrong. ``DEVELOPMENT`` kinds were looked at
row by row while the rules were mended. Of ``BLIND`` kinds, written at the same time and before any result, only counts were until the
first mends were in; then their rows were looked at too. ``FRESH`` kinds were written after that, and mended once more after a look; ``LAST`` kinds were written after that, and
mended after a look as well: what the first run over each group let through is in docs/addresses.md.
Taken out after the first run, because such streets are real: ``SAMPLE RD``, ``MY RD``.

The kinds are made up, so a rate over them says how the rules do on these shapes, not how often such a row occurs or passes in life.
"""

# ruff: noqa: SIM905  (tables of words)

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING

import polars as pl
import zipcodes

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 6103
SCHEMA = {"junk": pl.String(), "group": pl.String(), **dict.fromkeys(("line1", "line2", "city", "state", "zip"), pl.String())}
Row = tuple[str | None, str | None, str | None, str | None, str | None]
_R = random.Random(SEED)  # reproducible by intent; `rows` sets it anew

_PLACES = [
    (z["city"], z["state"], z["zip_code"])
    for z in zipcodes.list_all()
    if z["active"] and z["zip_code_type"] == "STANDARD" and z["state"] not in ("PR", "GU", "VI", "AA", "AE", "AP")
]
_SUFFIX = "ST AVE RD DR LN CT BLVD PL WAY CIR TER STREET AVENUE ROAD DRIVE LANE COURT St. Rd Ave Street Lane".split()
_SOUND = "OAK MAPLE CEDAR PARK LAKE HILL MILL RIVER SPRING CHURCH WALNUT ELM PINE WASHINGTON LINCOLN JACKSON HIGHLAND MEADOW".split()
_WAYS = "N S E W NORTH SOUTH EAST WEST NE NW SE SW".split()
_GIVEN = "JOSE MARIA JUAN ANA LUIS CARLOS ROSA PEDRO JOHN MARY DAVID KAREN MINH WEI AHMED FATIMA OLGA IVAN".split()
_FAMILY = "GARCIA LOPEZ HERNANDEZ MARTINEZ SMITH JOHNSON NGUYEN CHEN PEREZ RAMIREZ FLORES IVANOV KHAN DIAZ CRUZ".split()
_COUNTY = "ADAMS ORANGE KERN POLK LEE COOK HARRIS WEBB CLAY DADE MARION PULASKI".split()
_LANDS = "MEXICO;GUATEMALA;HONDURAS;EL SALVADOR;CUBA;COLOMBIA;CANADA;INDIA;CHINA;BRAZIL;ECUADOR;VENEZUELA;PERU;HAITI".split(";")


def _one(words: list[str]) -> str:
    return _R.choice(words)


def _of(text: str) -> str:
    return _R.choice(text.split(";"))


def _number(most: int = 99_999) -> str:
    return str(_R.randint(1, int(10 ** _R.uniform(0.1, len(str(most)))) % most + 1))


def _digits(count: int) -> str:
    return "".join(_R.choice(string.digits) for _ in range(count))


def _street() -> str:
    return f"{_number()} {_one(_SOUND)} {_one(_SUFFIX)}"


def _written(text: str) -> str:
    """As typed: any case, now and then a stop or a double space."""
    text = _R.choice((str.upper, str.lower, str.title, str))(text)
    return _R.choice((text, text, text, f"{text}.", f" {text}", text.replace(" ", "  ", 1), f"{text},"))


def _filler() -> str:
    phrase = _of(
        "FAILED TO PROVIDE;FAILED TO PROVIDE ADDRESS;FTP;DONT CARE;DON'T CARE;UNKNOWN ADDRESS;ADDRESS UNKNOWN;NO ADDRESS;NO FIXED ADDRESS;"
        "NO KNOWN ADDRESS;NOT PROVIDED;NOT GIVEN;NONE PROVIDED;NONE GIVEN;REFUSED TO PROVIDE;HOMELESS;TRANSIENT;UNDOMICILED;UNK;UNKNOWN;"
        "N/A;NA;NONE;NULL;TBD;PENDING;ADDRESS PENDING;NO PERMANENT ADDRESS;LAST KNOWN ADDRESS UNKNOWN;DOES NOT KNOW;UNABLE TO PROVIDE"
    )
    return _R.choice(
        (phrase, f"{phrase} {_number()}", f"{_number()} {phrase}", f"{phrase} {_digits(5)}", f"{phrase} {_digits(5)}-{_digits(4)}")
    )


def _filler_street() -> str:
    word = _of(
        "UNKNOWN;TBD;TBA;UNK;N/A;NA;NONE;NULL;HOMELESS;UNDISCLOSED;UNSPECIFIED;REFUSED;UNKN;TRANSIENT;NO ADDRESS;NOT PROVIDED;PENDING"
    )
    number = _R.choice((_number(), "0", "1", "123", "000", "999"))
    return f"{number} {word} {_one(_SUFFIX)}{_R.choice(('', '', '', f' APT {_number(99)}'))}"


def _number_street() -> str:
    number, suffix, way = _number(199), _one(_SUFFIX), _one(_WAYS[:4])
    return _R.choice(
        (
            f"{number} {suffix}",
            f"{number} {suffix} {way}",
            f"{number} {way}",
            f"{way} {number}",
            f"{number}TH {suffix}",
            f"{number} {number}",
        )
    )


def _model() -> str:
    word = _of("ANY;ANYSTREET;FAKE;YOUR;EXAMPLE;SOME;STREET;ADDRESS;STREET NAME;YOUR STREET;TEST;TESTING;DUMMY;PLACEHOLDER")
    return f"{_R.choice(('123', '1234', '1', '111', '12345', _number()))} {word} {_one(['ST', 'STREET', 'AVE', 'Street', 'RD'])}"


def _repeated() -> str:
    letter = _one(list("ABCDEFGHJKLMNOPQRSTUVWYZX"))
    run = letter * _R.randint(4, 12)
    return _R.choice(
        (run, f"{_number()} {run}", f"{_number()} {run} {_one(_SUFFIX)}", f"{_R.choice('123456789') * 5} {run} ST", "X" * _R.randint(2, 20))
    )


def _keyboard() -> str:
    run = _of("ASDF;ASDFG;ASDFGH;ASDFASDF;QWERTY;QWER;QWERTYUIOP;ZXCV;ZXCVBN;SDFG;DFGH;FGHJ;HJKL;LKJH;POIU;MNBV;ASDFJKL")
    return _R.choice((run, f"{_number()} {run}", f"{_number()} {run} {_one(_SUFFIX)}", f"{run} {run}", f"{run} {_one(_SUFFIX)}"))


def _jail() -> str:
    name = _of(
        "COUNTY JAIL;COUNTY DETENTION CENTER;COUNTY SHERIFF;CORRECTIONAL FACILITY;STATE PRISON;PROCESSING CENTER;FCI;USP;ICE FIELD OFFICE"
    )
    return _R.choice(
        (
            f"{_one(_COUNTY)} {name}",
            name,
            f"{_number()} {name}",
            f"INMATE {_digits(6)} {_one(_COUNTY)} {name}",
            f"{_one(_COUNTY)} {name} {_digits(5)}",
        )
    )


def _person() -> str:
    given, family = _one(_GIVEN), _one(_FAMILY)
    return _R.choice(
        (
            f"{given} {family}",
            f"{family}, {given}",
            f"C/O {given} {family}",
            f"ATTN: {given} {family} {_street()}",
            f"{given} {family} {_digits(9)}",
        )
    )


def _same() -> str:
    return f"{_of(';12 ;1 ;123 ')}{_of('SAME AS ABOVE;SAME;SAME ADDRESS;SAME AS MAILING;AS ABOVE;SEE ABOVE;SAME AS LINE 1;SAME AS LAST;SEE FILE')}"


def _no_number() -> str:
    way, sound = _one(_WAYS), _one(_SOUND)
    return _R.choice((f"{sound} {_one(_SUFFIX)}", f"{way} {sound} {_one(_SUFFIX)}", f"{_R.randint(1, 99)}TH {_one(_SUFFIX)}", f"0 {sound} {_one(_SUFFIX)}",
                      f"000 {sound} {_one(_SUFFIX)}", f"{sound} {_one(_SUFFIX)} APT {_number(99)}", f"CORNER OF {sound} AND {_one(_SOUND)}"))  # fmt: skip


def _phone() -> str:
    a, b, c = _digits(3), _digits(3), _digits(4)
    return _R.choice(
        (f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"1-{a}-{b}-{c}", f"{a}{b}{c}", f"CALL {a}-{b}-{c}", f"{a}-{_digits(2)}-{c}")
    )


def _mail() -> str:
    given, family = _one(_GIVEN).lower(), _one(_FAMILY).lower()
    return _R.choice(
        (
            f"{given}.{family}@example.com",
            f"{given}{_digits(2)}@mail.example",
            f"www.{family}.example",
            f"https://{family}.example/{_number()}",
        )
    )


# ---------------------------------------------------------------- blind kinds


def _box() -> str:
    return f"{_of('PO BOX;P.O. BOX;P O BOX;POB;BOX')} {_of(';0;00;000;N/A;NA;UNKNOWN;UNK;NONE;X;XX;XXX;TBD;#;NUMBER;?')}"


def _partial() -> str:
    return _R.choice((f"APT {_number(99)}", f"UNIT {_number(99)}", f"STE {_number(999)}", f"# {_number(99)}", f"RR {_number(9)}", f"HC {_number(9)}",
                      f"{_number(99)}TH FLOOR", f"LOT {_number(99)}", "GENERAL DELIVERY", "GEN DELIVERY", f"BLDG {_number(9)} APT {_number(99)}"))  # fmt: skip


def _note() -> str:
    return _R.choice((
        f"MOVED TO {_one(_LANDS)}", f"DEPORTED {_date()}", "SUBJECT IS HOMELESS", f"LIVES WITH {_of('SISTER;FRIEND;FAMILY;MOTHER')}", "BAD ADDRESS",
        f"RETURNED MAIL {_R.randint(2010, 2025)}", f"{_number(20)} {_of('MILES;BLOCKS')} {_of('WEST;NORTH;FROM CHURCH;FROM TOWN')} OF {_one(_SOUND)}",
        f"INCARCERATED SINCE {_R.randint(2010, 2025)}", "VERIFY WITH ATTORNEY", "LIVING ON THE STREETS",
        f"CASE {_digits(6)} PENDING", f"UNDER BRIDGE AT {_one(_SOUND)} {_one(_SUFFIX)}", "SHELTER", "IN CAR", "MOTEL", f"SEE CASE {_digits(5)}"))  # fmt: skip


def _date() -> str:
    return f"{_R.randint(1, 12):02}/{_R.randint(1, 28):02}/{_R.randint(1940, 2024)}"


def _identifier() -> str:
    return _R.choice((f"A{_digits(9)}", f"A# {_digits(3)} {_digits(3)} {_digits(3)}", f"{_digits(3)}-{_digits(2)}-{_digits(4)}", _date(), _digits(9), f"DOB {_date()}",
                      f"FBI {_digits(7)}", f"{_digits(5)}-{_digits(4)}", f"{_digits(2)}.{_digits(4)}, -{_digits(3)}.{_digits(4)}", f"SSN {_digits(9)}"))  # fmt: skip


def _machine() -> str:
    return _R.choice(("#REF!", "#N/A", "#NAME?", "NaN", "nan", "undefined", "[object Object]", "None", "null", "(null)", "\\N", "<br>", "&nbsp;", f"={_one(['A', 'B'])}{_number()}",
                      f"{_R.random() * 1e6:.3E}", "-", "--", "?", "???", "...", "*", "0", "'", f"{_number()}.0", "TRUE", "FALSE", "[REDACTED]", "***", "ADDRESS LINE 1"))  # fmt: skip


def _intersection() -> str:
    a, b = f"{_one(_SOUND)} {_one(_SUFFIX)}", f"{_one(_SOUND)} {_one(_SUFFIX)}"
    return _R.choice(
        (
            f"{a} & {b}",
            f"{a} AND {b}",
            f"{a} / {b}",
            f"{a} @ {b}",
            f"{_number()} {a} & {b}",
            f"{_number()} {a} AND {b}",
            f"I-{_number(99)} EXIT {_number(99)}",
        )
    )


def _two_streets() -> str:
    return _R.choice(
        (f"{_street()} {_street()}", f"{_street()} OR {_street()}", f"{_street()}, {_street()}", f"{_number()} {_number()} {_number()}")
    )


def _business() -> str:
    return _R.choice((f"{_one(_FAMILY)} ROOFING LLC", "WALMART", f"{_one(_SOUND)} MOTEL", f"{_one(_LANDS)}", f"{_one(_LANDS)} {_digits(5)}", "USA", "U.S.A.", "CITY", "STATE", "ZIP CODE",
                      f"{_one(_SOUND)} TRAILER PARK", f"{_one(_COUNTY)} COUNTY", f"{_one(_SOUND)} CHURCH"))  # fmt: skip


# ---------------------------------------------------------------- fresh kinds


def _spanish() -> str:
    phrase = _of("SIN DIRECCION;SIN DOMICILIO;DESCONOCIDO;DESCONOCIDA;NO TIENE;NO SABE;NO APLICA;NINGUNA;DOMICILIO CONOCIDO;SE DESCONOCE")
    return _R.choice((phrase, f"{phrase} {_digits(5)}", f"{_number()} {phrase}", f"{_number()} DESCONOCIDO {_one(_SUFFIX)}"))


def _filler_unit() -> str:
    unit = _R.choice(
        (
            f"APT {_number(99)}",
            f"# {_number(99)}",
            f"UNIT {_number(99)}",
            f"LOT {_number(99)}",
            f"FL {_number(9)}",
            "REAR",
            f"BLDG {_number(9)}",
        )
    )
    return f"{_of('UNKNOWN;UNK;N/A;NONE;HOMELESS;TBD;NULL;TRANSIENT;FTP;NO ADDRESS;REFUSED')} {unit}"


def _spaced() -> str:
    word = _of(
        "U N K N O W N;N O N E;N.A.;N / A;-NA-;N-A;UNKNOWN-UNKNOWN;UNKNOWN/UNKNOWN;UNKNOWN, UNKNOWN;FAILEDTOPROVIDE;NOADDRESS;UNKOWN;HOMLESS;(UNKNOWN);*UNKNOWN*"
    )
    return _R.choice((word, word, f"{word} {_digits(5)}"))


def _pointed() -> str:
    word = _of("UNKNOWN;UNK;TBD;NONE;HOMELESS;NULL;N/A;UNDISCLOSED")
    return _R.choice((f"{_number()} {_one(_WAYS)} {word} {_one(_SUFFIX)}", f"{_number()} {word} {_one(_SUFFIX)} {_one(_WAYS)}", f"{_number()}-{_number(9)} {word} {_one(_SUFFIX)}",
                      f"{_number()} 1/2 {word} {_one(_SUFFIX)}", f"{_number()}B {word} {_one(_SUFFIX)}"))  # fmt: skip


def _zero() -> str:
    return f"{_of('0;00;000;0000;00000;0-0;#0;# 0;0A;No 0')} {_of(';N ;S ;E ;W ')}{_one(_SOUND)} {_one(_SUFFIX)}{_of(';; APT 4')}"


def _suffix_only() -> str:
    suffix = _one(_SUFFIX)
    return _R.choice(
        (
            f"{suffix} {_number()}",
            f"{suffix} APT {_number(99)}",
            suffix,
            f"{_number()} {suffix} APT {_number(99)}",
            f"{_one(_WAYS)} {suffix}",
            f"{suffix} {_one(_WAYS)}",
        )
    )


def _town() -> Row:
    city, state, code = _R.choice(_PLACES)
    line = _R.choice(
        (
            f"{city} {state} {code}",
            f"{city} {code}",
            f"{code} {city}",
            f"{city}",
            f"{city}, {state}",
            f"{_number()} {city} {state} {code}",
            f"{city} {state}",
        )
    )
    return _written(line), None, city, state, code


def _spoilt() -> str:
    return "".join(_R.choice("\ufffdÃ©Â¿Ã±â\u20ac™\U0001f600\U0001f3e0中文路地址жд") for _ in range(_R.randint(2, 14))) + _of(
        f"; {_number()};{_number()} "
    )


# ---------------------------------------------------------------- last kinds


def _road_alone() -> str:
    road = _of("COUNTY ROAD;HWY;HIGHWAY;STATE ROUTE;FM;US HIGHWAY;CR;SR;INTERSTATE;I;ROUTE;RURAL ROUTE;FARM ROAD")
    return _R.choice(
        (
            f"{road} {_number(999)}",
            f"{road} {_number(999)} {_one(_WAYS[:4])}",
            f"{_one(_WAYS[:4])} {road} {_number(999)}",
            f"{road} {_number(999)} NEAR {_one(_SOUND)}",
        )
    )


def _building_alone() -> str:
    name = f"{_one(_SOUND)} {_of('TERRACE;VILLAGE;MANOR;GARDENS;PARK')}"
    return f"{name} {_of('APARTMENTS;APTS;TRAILER PARK;MOBILE HOME PARK;MOTEL;INN')}{_of(';; # 12; APT 4; UNIT 9; ROOM 12; LOT 3')}"


def _block() -> str:
    hundred = _R.randint(1, 99) * 100
    return _R.choice(
        (
            f"{hundred} BLOCK OF {_one(_SOUND)} {_one(_SUFFIX)}",
            f"{hundred} BLOCK {_one(_SOUND)} {_one(_SUFFIX)}",
            f"{hundred} BLK {_one(_WAYS[:4])} {_one(_SOUND)} {_one(_SUFFIX)}",
        )
    )


def _question() -> str:
    return f"{_of('ASK ATTORNEY;CALL FOR ADDRESS;WILL PROVIDE LATER;TO FOLLOW;SEE PRIOR REQUEST;ON RECORD;NOT SURE;MAYBE;PER DATABASE;SEE SYSTEM;WITH CONSULATE')}{_of(';; 1; 555;?;??; - ')}"


def _both() -> Row:
    city, state, code = _R.choice(_PLACES)
    return _written(_filler()), _written(_R.choice((_filler, _jail, _person, _partial))()), city, state, code


def _with_place() -> Row:
    city, state, code = _R.choice(_PLACES)
    return _written(f"{_filler()} {city} {state}{_R.choice(('', f' {code}'))}"), None, city, state, code


# ---------------------------------------------------------------- rows


def _lines(make: Callable[[], str]) -> Callable[[], Row]:
    def row() -> Row:
        line = _written(make())
        city, state, code = _R.choice(_PLACES)
        one, two = _R.choice(((line, None), (line, None), (line, ""), (None, line)))
        return one, two, city, state, code

    return row


def _wrong_zip() -> Row:
    city, state, _ = _R.choice(_PLACES)
    other = _R.choice([place for place in (_R.choice(_PLACES) for _ in range(40)) if place[1] != state])[2]
    code = _R.choice((other, other, "00000", "99999", "11111", _digits(4), _digits(3), "XXXXX", None, "UNKNOWN", f"{_digits(6)}"))
    if code == "11111" and state == "NY":
        code = "00000"
    return _written(_street()), None, city, state, code


def _reversed() -> Row:
    city, state, code = _R.choice(_PLACES)
    line = _street()
    return _R.choice(((city, None, line, state, code), (code, None, city, state, line), (state, None, city, line, code), (line, None, code, state, city),
                      (line, None, state, city, code), (f"{city} {state}", None, line, code, state), (f"{city}, {state} {code}", None, city, state, code)))  # fmt: skip


def _foreign() -> Row:
    city, state, code = _R.choice((("MONTERREY", "NL", "64000"), ("GUADALAJARA", "JAL", "44100"), ("TIJUANA", "BC", "22000"), ("TORONTO", "ON", "M5V 2T6"), ("LONDON", "", "SW1A 2AA"),
                                   ("CIUDAD JUAREZ", "CHIH", "32000"), ("GUATEMALA CITY", None, "01001"), ("VANCOUVER", "BC", "V6B 1A1"), ("MEXICO CITY", "DF", "06000"), ("PARIS", None, "75001"),
                                   ("TEGUCIGALPA", "FM", "11101"), ("SAN SALVADOR", "SS", "1101")))  # fmt: skip
    return (
        _of("CALLE 5;AV REFORMA;10 DOWNING STREET;RUE DE RIVOLI;CALLE JUAREZ;QUEEN ST W;BOULEVARD MORAZAN") + f" {_number()}",
        None,
        city,
        state,
        code,
    )


def _no_place() -> Row:
    city, state, code = _R.choice(_PLACES)
    missing = _R.randrange(4)
    cells = [city, state, code]
    if missing < len(cells):
        cells[missing] = _R.choice((None, "", "UNKNOWN", "N/A", "XX"))
    else:
        cells = ["ANYTOWN", *_R.choice((("USA", "12345"), ("CA", "12345"), ("US", "00000"), (state, code)))]
    return _written(_street()), None, *cells  # type: ignore[return-value]


DEVELOPMENT: dict[str, Callable[[], Row]] = {
    **{name: _lines(make) for name, make in (
        ("fillers", _filler), ("a filler for a street", _filler_street), ("a number for a street", _number_street), ("model addresses", _model),
        ("repeated letters", _repeated), ("keyboard runs", _keyboard), ("jails", _jail), ("names", _person), ("same as above", _same),
        ("no house number", _no_number), ("telephone numbers", _phone), ("mail and web", _mail))},
    "wrong ZIP code": _wrong_zip, "reversed cells": _reversed,
}  # fmt: skip
BLIND: dict[str, Callable[[], Row]] = {
    **{name: _lines(make) for name, make in (
        ("boxes without a number", _box), ("part of an address", _partial), ("notes", _note), ("identifiers and dates", _identifier),
        ("what machines write", _machine), ("intersections", _intersection), ("two addresses in one", _two_streets), ("businesses and countries", _business))},
    "foreign addresses": _foreign, "no city, state or ZIP": _no_place,
}  # fmt: skip

FRESH: dict[str, Callable[[], Row]] = {
    **{name: _lines(make) for name, make in (
        ("fillers in Spanish", _spanish), ("a filler with a unit", _filler_unit), ("fillers spaced or misspelt", _spaced),
        ("a filler street with a direction", _pointed), ("house number nought", _zero), ("a suffix for a street", _suffix_only),
        ("spoilt text", _spoilt))},
    "the town for a street": _town,
}  # fmt: skip

LAST: dict[str, Callable[[], Row]] = {
    **{name: _lines(make) for name, make in (
        ("a road without a house number", _road_alone), ("a building without a street", _building_alone), ("blocks", _block), ("put off", _question))},
    "fillers in both lines": _both, "a filler with the place": _with_place,
}  # fmt: skip
GROUPS = {"development": DEVELOPMENT, "blind": BLIND, "fresh": FRESH, "last": LAST}


def known_to_pass(count: int) -> pl.DataFrame:
    """Rows that form alone cannot refuse, because real addresses have it: a number and a word, and a street that does not exist."""
    _R.seed(SEED)
    words = "KIDS PESOS FRIENDS YEARS JOHN GARCIA DOGS WEEKS TIMES HOUSES".split()
    made = [("a number and a word", "known", f"{_number()} {_one(words)}", None, *_R.choice(_PLACES)) for _ in range(count)]
    made += [
        ("a street that does not exist", "known", f"{_number()} {_one(words)} {_one(_SUFFIX)}", None, *_R.choice(_PLACES))
        for _ in range(count)
    ]
    return pl.DataFrame(made, schema=SCHEMA, orient="row")


def rows(count: int) -> pl.DataFrame:
    """About this many rows, the kinds in equal shares: ``junk`` (its kind), ``group`` and the five cells (String)."""
    _R.seed(SEED)
    each = -(-count // sum(map(len, GROUPS.values())))
    made = [(kind, group, *make()) for group, kinds in GROUPS.items() for kind, make in kinds.items() for _ in range(each)]
    return pl.DataFrame(made, schema=SCHEMA, orient="row")
