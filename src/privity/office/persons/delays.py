"""``privity delay``: a delay of notice for one package, on an authority, until a day.

While it runs, the package's disclosures stand in the lists that are kept back; on its day it has ended, without an act, and the next
root of the map shows them. It is never extended: another delay is another entry on another authority. What was already shown to
somebody cannot be delayed. How long a delay may be, by form, is a number of the access law's policy; where there is none, none is known.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from privity.errors import InputError, RefusedError
from privity.ledger.entry import Kind
from privity.office import record
from privity.office.persons import classes, disclosures, mapping, officers

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.store import Tx

FORMS = ("written", "oral")
OFFICES = ("approver", "counsel")


def delay(office: Office, package: str, authority: str, form: str, until: date, person: str, key: Ed25519PrivateKey) -> int:
    """Enter a delay and draw up the map again; returns the entry.

    Raises:
        InputError: no such package, no authority, another form, or a day that does not lie ahead.
        RefusedError: longer than the rules let it be, the same authority again, or somebody was already shown it.
    """
    if form not in FORMS or not authority.strip() or until <= office.day:
        raise InputError("a delay needs an authority, a form (written or oral) and a day to come", remedy="see `privity delay --help`")
    with office.store.write() as tx:
        name, intent = _package(tx, package)
        _short_enough(office, tx, form, until)
        if any(row["authority"] == authority for row in tx.rows("notice_delay", package=name)):
            raise RefusedError(
                "this authority already delayed notice of this package", remedy="a delay is not extended; a new one has a new authority"
            )
        if _told(office, tx, intent):
            raise RefusedError(
                "a person of this package was already given their account, or a notice", remedy="notice that was given cannot be delayed"
            )
        said: dict[str, Json] = {"package": name, "authority": authority, "form": form, "until": until.isoformat()}
        row = officers.signed(office, tx, person, key, said, OFFICES)
        index = record.enter(office, tx, Kind.NOTICE, row)
        kept = {"package": name, "authority": authority, "form": form, "until": until, "person": person, "day": office.day}
        tx.add_one("notice_delay", **kept, signature=bytes.fromhex(str(row["signature"])), entry=index)
    mapping.bring_up_to_date(office)
    return index


def listed(office: Office, tx: Tx) -> list[dict[str, Any]]:
    """Every delay, oldest first, for the inspector: package, authority, form, who, from, until, and whether it runs. It names no person."""
    found = tx.rows("notice_delay")
    newest = {row["package"]: row["seq"] for row in found}
    names = ("package", "authority", "form", "person", "day", "until", "entry")
    return [{**{name: row[name] for name in names}, "state": "runs" if _runs(row, newest, office.day) else "ended"} for row in found]


def _runs(row: dict[str, Any], newest: dict[str, int], day: date) -> bool:
    return bool(newest[row["package"]] == row["seq"] and day < row["until"])


def _package(tx: Tx, beginning: str) -> tuple[str, int]:
    found = [row for row in tx.rows("package") if str(row["package"]).startswith(beginning)] if beginning else []
    if len(found) != 1:
        raise InputError(f"no one package `{beginning}`", remedy="`privity packages OFFICE` lists them")
    return found[0]["package"], found[0]["entry"]


def _short_enough(office: Office, tx: Tx, form: str, until: date) -> None:
    most = int(classes.access(office, tx).number(f"delay_{form}_most_days"))
    if until > office.day + timedelta(days=most):
        raise RefusedError(f"a delay on {form} authority is at most {most} days", remedy="a longer one is a new entry with a new authority")


def _told(office: Office, tx: Tx, intent: int) -> bool:
    """Whether anybody in the package was given an account or a notice since; a look that led to none counts too."""
    about = set(disclosures.opening(office, tx, intent)["records"])
    kinds = (Kind.LOOK.value, Kind.STATEMENT.value)
    told = [row["first"] for kind in kinds for row in tx.rows("opening_file", kind=kind) if row["first"] > intent]
    return any(disclosures.opening(office, tx, first).get("record") in about for first in told)
