"""Rows with one defect each: what a request under 26 USC 6103(i)(2) must not look like, and the bulk block.

The kinds follow the checklist of the paragraph: who receives, what for, name, address, periods, authority, reason, items, predicate.
The address words `Failed to Provide`, `Unknown Address`, `NA NA`, `Don't Care 12345` and `00000` are reported of the 2025 release.
Each entry of `DEFECTS` says which requirement of law/ must be among the findings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from privity.sample.asks import Ask, complete
from privity.sample.cases import BULK_OFFICER, UNSIGNED_OFFICER, of_ground
from privity.sample.streets import written

if TYPE_CHECKING:
    from privity.sample.asks import Desk

_NAME, _ADDRESS, _PERIOD = "i-2.B.i.name", "i-2.B.i.address", "i-2.B.ii.period"
_STATUTE, _AUTHORITY, _REASON = "i-1.A.i.criminal-statute", "i-2.B.iii.authority", "i-2.B.iv.reason"
_ENGAGED, _KIND, _PURPOSE, _CLASS = "i-2.A.engaged-person", "i-2.A.engaged-kind", "i-2.A.purpose", "i-2.A.class"


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong. ``cells`` replace cells of a complete row; ``{zip}`` ``{city}`` ``{street}`` ``{number}`` are filled in.

    ``ground``: the row must rest on 8 USC 1253(a)(1), this clause (empty string: any clause; None: no matter).
    """

    kind: str
    expected: str
    cells: dict[str, str]
    ground: str | None = None
    address: str = "held"


def _line(kind: str, line1: str, **cells: str) -> Defect:
    return Defect(f"address-{kind}", _ADDRESS, {"address_line1": line1, "address_line2": "", **cells}, address="incomplete")


_BLANK = {"city": "", "state": ""}
_BROAD = "any other information that assists the investigation"

DEFECTS = (
    Defect("engaged-contractor", _KIND, {"engaged_kind": "contractor"}),
    Defect("engaged-other-agency", _KIND, {"engaged_kind": "task force officer"}),
    Defect("engaged-missing", _ENGAGED, {"engaged_person": ""}),
    Defect("engaged-class", _ENGAGED, {"engaged_person": "All assigned officers"}),
    Defect("engaged-unsigned", "i-2.A.engaged-directly", {"engaged_person": UNSIGNED_OFFICER}),
    Defect("purpose-civil", _PURPOSE, {"purpose": "civil removal"}),
    Defect("purpose-locate", _PURPOSE, {"purpose": "locate"}),
    Defect("purpose-missing", _PURPOSE, {"purpose": ""}),
    Defect("name-first-missing", _NAME, {"first_name": "", "middle_name": ""}),
    Defect("name-last-missing", _NAME, {"last_name": ""}),
    Defect("name-placeholder", _NAME, {"first_name": "Unknown", "middle_name": "", "last_name": "Unknown"}),
    Defect("name-class", _NAME, {"first_name": "All", "middle_name": "", "last_name": "Occupants"}),
    _line("failed-to-provide", "Failed to Provide"),
    _line("unknown", "Unknown Address {zip}", **_BLANK, zip=""),
    _line("dont-care", "Don't Care 12345"),
    _line("na-na", "NA NA"),
    _line("bare-zip", "", **_BLANK),
    _line("zip-as-street", "{zip}", **_BLANK),
    _line("zip-00000", "{number} {street}", zip="00000"),
    _line("homeless", "Homeless"),
    _line("jail", "{city} County Jail"),
    _line("detention", "Federal Detention Center {city}"),
    _line("no-number", "{street}"),
    _line("no-street", "{number}"),
    _line("no-city", "{number} {street}", city=""),
    _line("no-zip", "{number} {street}", zip=""),
    _line("zip-not-in-state", "{number} {street}", state="{other}"),
    _line("care-of", "c/o R. Castellane, {number} {street}"),
    _line("general-delivery", "General Delivery"),
    Defect("period-missing", _PERIOD, {"tax_periods": ""}),
    Defect("period-all-years", _PERIOD, {"tax_periods": "all years"}),
    Defect("period-open-ended", _PERIOD, {"tax_periods": "2019 to present"}),
    Defect("period-not-closed", _PERIOD, {"tax_periods": "2025"}),
    Defect("authority-civil", _STATUTE, {"authority": "8 USC 1229a"}),
    Defect("authority-civil-penalty", _STATUTE, {"authority": "8 U.S.C. 1325(b)"}),
    Defect("authority-not-listed", _STATUTE, {"authority": "42 USC 408(a)(7)(B)"}),
    Defect("authority-1360", _STATUTE, {"authority": "8 U.S.C. 1360(b)"}),
    Defect("authority-tax", _STATUTE, {"authority": "26 USC 7201"}),
    Defect("authority-missing", _AUTHORITY, {"authority": ""}),
    Defect("authority-prose", _AUTHORITY, {"authority": "immigration laws of the United States"}),
    Defect("reason-locate", _REASON, {"reason": "To locate the subject so that officers in {city} can arrest the subject at home."}),
    Defect("reason-civil", _REASON, {"reason": "To effect removal from {city} under the civil order; a removal proceeding is pending."}),
    Defect("reason-short", _REASON, {"reason": "Needed for case."}),
    Defect("reason-missing", _REASON, {"reason": ""}),
    Defect("items-employer-and-bank", _CLASS, {"items": "address, employer, bank account numbers, wages reported on the return"}),
    Defect("items-return", _CLASS, {"items": "complete Form 1040 return with all schedules and dependents"}),
    Defect("items-unreadable", _CLASS, {"items": _BROAD}),
    Defect("predicate-inadmissible", "8-1253.a-1.class", {"predicate_class": "1182"}, ground=""),
    Defect("predicate-clock", "8-1253.a-1-A.clock", {"predicate_date": "2025-04-18", "predicate_court_date": ""}, ground="A"),
    Defect("case-missing", "i-2.A.case", {"case_id": ""}),
    Defect("case-not-open", "i-2.A.case-opened", {"case_opened": "2025-07-15"}),
)


def defective(desk: Desk, each: int) -> list[Ask]:
    """``each`` rows of every defect, every row in a case of its own."""
    return [_with(desk, defect) for defect in DEFECTS for _ in range(each)]


def _with(desk: Desk, defect: Defect) -> Ask:
    case = next(desk.cases) if defect.ground is None else of_ground(desk.cases, defect.ground)
    person = desk.plain()
    ask = complete(desk, person, case)
    ask = replace(ask, cells={**ask.cells, "tin": person.tin})
    if defect.expected in (_STATUTE, _AUTHORITY):  # another authority brings no predicate
        ask = replace(ask, cells={key: text for key, text in ask.cells.items() if not key.startswith("predicate")})
    if defect.kind == "predicate-clock":
        ask = replace(ask, cells={**ask.cells, "predicate_release_date": "", "case_opened": "2025-05-06"})
    return ask.but(defect.kind, defect.expected, defect.address, **_filled(defect, desk, ask))


def _filled(defect: Defect, desk: Desk, ask: Ask) -> dict[str, str]:
    held = desk.known[str(ask.record_id)].filings[-1].home
    street = str(held.street).title()
    words = {"zip": held.place.zip, "city": held.place.city, "number": held.number, "street": street, "other": _other(held.place.state)}
    return {column: text.format_map(words) for column, text in defect.cells.items()}


def _other(state: str) -> str:
    return "OH" if state in ("WA", "OR", "CA") else "WA"


# ---------------------------------------------------------------- the bulk block

_STOCK = (
    "Subject is under criminal investigation for failure to depart. Address information is relevant to the investigation.",
    "Subject is under criminal investigation for failure to depart. The address is relevant to the investigation.",
)


def bulk(desk: Desk, count: int) -> list[Ask]:
    """One engaged person, one reason, as many cases as rows: the shape of the request of June 2025.

    A quarter of the addresses are held, two fifths invented, the rest placeholders; names and numbers are true.
    """
    return [_stock(desk) for _ in range(count)]


def _stock(desk: Desk) -> Ask:
    person, case, luck = desk.anybody(), of_ground(desk.cases, ""), desk.dice.random()
    ask = complete(desk, person, case)
    cells = {"engaged_person": BULK_OFFICER, "engaged_kind": "officer", "items": "last known address", "purpose": "investigation"}
    cells |= {"authority": "8 USC 1253(a)(1)", "predicate_ground": "", "reason": desk.dice.choice(_STOCK), "tin": person.tin}
    cells |= {"predicate_court_date": "", "predicate_release_date": ""}
    if luck < 0.25:
        return ask.but("bulk", _REASON, "held", **cells)
    if luck < 0.65:
        made = written(desk.invent(person.filings[-1].home, person.record_id), desk.dice)
        return ask.but("bulk", _REASON, "not-held", **cells, **made)
    zip5 = person.filings[-1].home.place.zip
    line = desk.dice.choice(("Failed to Provide", "Unknown Address", f"Unknown Address {zip5}", "NA NA", "County Jail", "", "Unk", "None"))
    return ask.but("bulk", _REASON, "incomplete", **cells, address_line1=line, address_line2="", zip=zip5)
