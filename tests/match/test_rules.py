"""Each rule bites and each guard holds: by what a person may be identified, and what must never be enough. Names the rule that did it."""

from __future__ import annotations

import polars as pl
import pytest

from privity.match import retrieve as retrieval
from privity.match.alike import alike
from privity.match.rules import ANCHORS, RULES

from .conftest import OTHER, Ask, Cells, asked, held, one

MIDDLE = {"middle_name": "Maria"}


def by_rule(ask: Ask, register: list[Cells], request: Cells, limit: float = 0.0) -> object:
    found = one(ask(register, [request], namesake_limit=limit))
    return found["rule"] if found["identity"] == "unique" else found["identity"]


def test_every_rule_has_an_anchor() -> None:
    assert [rule.id for rule in RULES] == [f"R{n}" for n in range(1, 8)]
    assert {rule.anchor for rule in RULES} == set(ANCHORS)
    assert [rule.id for rule in RULES if rule.spares is not None] == [rule.id for rule in RULES if rule.anchor == "name"]


STRICT: dict[str, tuple[str, Cells, Cells]] = {
    "number": ("R1", held("ana"), asked(**OTHER)),
    "number, a short name": ("R1", held("bill", first_name="William"), asked(first_name="Bill")),
    "address, a short name of one name alone": ("R2", held("jim", first_name="James"), asked(first_name="Jim", tin=None)),
    "number, a Spanish short name": ("R1", held("pepe", first_name="José"), asked(first_name="Pepe")),
    "number, one surname of two": ("R1", held("ana", last_name="Gomez Ruiz"), asked(last_name="Ruiz", **OTHER)),
    "number, a second surname": ("R1", held("ana"), asked(last_name="Gomez-Ruiz", **OTHER)),
    "number, surnames the other way round": ("R1", held("ana", last_name="Gomez Ruiz"), asked(last_name="Ruiz Gomez", **OTHER)),
    "number, a particle more": ("R1", held("ana", last_name="de la Cruz"), asked(last_name="Cruz", **OTHER)),
    "number, names swapped": ("R1", held("ana"), asked(first_name="Gomez", last_name="Ana", **OTHER)),
    "number, day and month swapped": ("R1", held("ana", date_of_birth="1980-02-03"), asked(date_of_birth="1980-03-02", **OTHER)),
    "number, another transliteration": ("R1", held("x", last_name="Muhammad"), asked(last_name="Mohamed", **OTHER)),
    "number, another script": (
        "R1",
        held("x", first_name="Yurii", last_name="Ivanov"),
        asked(first_name="Юрий", last_name="Иванов", **OTHER),
    ),
    "address": ("R2", held("ana"), asked(tin=None)),
    "address, a surname two letters off": ("R2", held("x", last_name="Hernandez"), asked(last_name="Hernadnez", tin=None)),
    "address, day and month swapped": ("R2", held("ana", date_of_birth="1980-02-03"), asked(date_of_birth="1980-03-02", tin=None)),
    "address, a day off and the middle name": (
        "R2",
        held("ana", **MIDDLE),
        asked(date_of_birth="1980-02-24", tin=None, middle_name="M"),
    ),
    "address, held without a number": ("R2", held("ana", tin=None), asked()),
    "a number one digit off": ("R3", held("ana"), asked(tin="412-55-6789", **OTHER)),
    "a number with two digits swapped": ("R3", held("ana"), asked(tin="412-55-7688", **OTHER)),
    "the building": ("R4", held("ana", address_line1="12 Oak St Apt 4"), asked(tin=None)),
    "a surname since changed, number": ("R5", held("ana", last_name="Okafor"), asked()),
    "a surname since changed, middle name": ("R5", held("ana", last_name="Okafor", **MIDDLE), asked(tin=None, middle_name="M")),
}


@pytest.mark.parametrize("name", STRICT)
def test_a_person_is_identified_by_the_rule(ask: Ask, name: str) -> None:
    rule, row, request = STRICT[name]
    assert by_rule(ask, [row], request) == rule


NEVER: dict[str, tuple[list[Cells], Cells]] = {
    "a near name and the number: a twin's, perhaps": ([held("x", first_name="Maria")], asked(first_name="Mario")),
    "a near name, the address and the middle initial": (
        [held("x", first_name="Theresa", **MIDDLE)],
        asked(first_name="Therese", tin=None, middle_name="M"),
    ),
    "a short name that is nearly the name": ([held("x", first_name="Theresa")], asked(first_name="Therese", tin=None)),
    "a short name of several names, and no number": ([held("x", first_name="Christopher")], asked(first_name="Chris", tin=None)),
    "two first names that begin alike": ([held("x", first_name="Maria Luisa")], asked(first_name="Maria Elena", tin=None)),
    "a mistyped number that somebody holds": (
        [held("ana"), held("eva", first_name="Eva", last_name="Okafor", date_of_birth="1991-01-07", tin="412-55-6789")],
        asked(tin="412-55-6789", **OTHER),
    ),
    "a mistyped number and a slip besides": ([held("ana")], asked(tin="412-55-6789", last_name="Gomes", **OTHER)),
    "a changed surname, number, and another address": ([held("ana", last_name="Okafor")], asked(**OTHER)),
    "a changed surname, no number, no middle name": ([held("ana", last_name="Okafor")], asked(tin=None)),
    "a changed surname and a near first name": ([held("ana", first_name="Anna", last_name="Okafor")], asked()),
    "parent and child of one name in one house": (
        [held("old", first_name="Juan", date_of_birth="1950-06-01")],
        asked(first_name="Juan", date_of_birth="1975-06-01", tin=None),
    ),
    "a suffix of the other generation, with the number": ([held("old", name_suffix="Sr")], asked(name_suffix="Jr")),
    "a shared surname and dwelling": ([held("ana")], asked(first_name="Eva", tin=None)),
    "the building, and a slip": ([held("ana", address_line1="12 Oak St Apt 4")], asked(tin=None, last_name="Gomes")),
    "a name and a birth date": ([held("ana", **MIDDLE)], asked(tin=None, middle_name="M", **OTHER)),
    "another number, all else right": ([held("ana")], asked(tin="900-12-3456")),
    "held without a number, somebody else has the one written": (
        [held("ana", tin=None), held("eva", first_name="Eva", last_name="Okafor", date_of_birth="1991-01-07", **OTHER)],
        asked(),
    ),
}


@pytest.mark.parametrize("name", NEVER)
def test_what_is_never_enough(ask: Ask, name: str) -> None:
    register, request = NEVER[name]
    assert by_rule(ask, register, request) in {"absent", "several"}


def test_two_people_under_one_id_are_nobody(ask: Ask) -> None:
    torn = [held("x"), held("x", "2021", first_name="Luis", date_of_birth="1979-05-05", tin="412-55-0001")]
    assert by_rule(ask, torn, asked()) == "several" or by_rule(ask, torn, asked()) == "absent"
    corrected = [held("x"), held("x", "2021", date_of_birth="1980-02-24")]
    assert by_rule(ask, corrected, asked()) == "R1"


def test_name_and_number_must_agree_in_one_row(ask: Ask) -> None:
    """Here the number and there the name is not the person: two rows of one id may be of two people of a household."""
    mixed = [held("x", tin="412-55-6788", first_name="Eva", last_name="Okafor"), held("x", "2021", tin="412-55-0001")]
    assert by_rule(ask, mixed, asked(**OTHER)) == "absent"


# One in ten people of this register bears the name, and one in ten was born that day.
CROWD = [
    held(
        f"p{n}",
        first_name="Ana" if n == 0 else f"Rosa{chr(65 + n)}",
        date_of_birth=f"19{50 + n}-02-23",
        tin=None,
        **(MIDDLE if n == 0 else {}),
    )
    for n in range(10)
]
BORN: Cells = {"date_of_birth": "1950-02-23", "tin": None}


@pytest.mark.parametrize(
    ("request_", "limit", "expected"),
    [
        (asked(middle_name="M", **BORN, **OTHER), 0.0, "absent"),
        (asked(middle_name="M", **BORN, **OTHER), 0.02, "R6"),
        (asked(middle_name="M", **BORN, **OTHER), 0.01, "absent"),
        (asked(**BORN, **OTHER), 0.9, "absent"),
        (asked(middle_name="Q", **BORN, **OTHER), 0.9, "absent"),
        (asked(middle_name="M", **BORN | OTHER | {"tin": "900-12-3456"}), 0.9, "absent"),
    ],
)
def test_a_name_alone_identifies_only_where_namesakes_are_few(ask: Ask, request_: Cells, limit: float, expected: str) -> None:
    assert by_rule(ask, CROWD, request_, limit) == expected


def test_somebody_of_nearly_the_name_elsewhere_is_a_rival_only_of_a_name(ask: Ask) -> None:
    """Or nobody called Smith could ever be told apart. Somebody of the very name and birth date is a rival wherever they live."""
    ana = held("ana", **MIDDLE)
    anita = held("anita", first_name="Anna", tin=None, **OTHER)
    assert by_rule(ask, [ana, anita], asked(tin=None)) == "R2"
    assert by_rule(ask, [ana, anita], asked()) == "R1"
    assert by_rule(ask, [ana, anita], asked(tin=None, middle_name="M", address_line1="978 Elm St"), 0.9) == "several"
    assert by_rule(ask, [ana, held("same", tin=None, **OTHER)], asked()) == "several"
    nearer = held("x", date_of_birth="1980-02-24", tin=None, **OTHER)
    assert by_rule(ask, [ana, nearer], asked()) == "R1"
    assert by_rule(ask, [ana, nearer], asked(date_of_birth="1980-02-24")) == "several"


def test_a_spelling_that_nobody_bears_is_a_slip_in_a_register_large_enough_to_tell(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    register = [
        held("maria", first_name="Maria", **MIDDLE),
        *(held(f"m{n}", first_name="Mario", date_of_birth=f"19{60 + n}-01-0{n}", tin=None) for n in range(1, 6)),
    ]
    misspelt, others = (asked(first_name=name, middle_name="M", tin=None) for name in ("Mraria", "Mario"))
    assert [by_rule(ask, register, one) for one in (misspelt, others)] == ["absent", "absent"]
    monkeypatch.setattr(retrieval, "ENOUGH_PEOPLE", 3)
    assert [by_rule(ask, register, one) for one in (misspelt, others)] == ["absent", "absent"]
    assert [by_rule(ask, register, one, limit=1e-9) for one in (misspelt, others)] == ["R7", "absent"]


def test_short_names_go_both_ways_and_never_to_themselves() -> None:
    table = alike()
    assert table.filter((pl.col("called") == "BILL") & (pl.col("name") == "WILLIAM")).height == 1
    assert table.filter((pl.col("called") == "WILLIAM") & (pl.col("name") == "BILL")).height == 1
    assert table.filter((pl.col("called") == "PEPE") & (pl.col("name") == "JOSE")).height == 1
    assert table.filter(pl.col("called") == pl.col("name")).is_empty()
    assert table.is_unique().all()
