"""Who is shown what an accounting, or the routing of notices, says about a person: named, of this office, with a ground; and entered first.

Like ``privity explain``. The look is an entry before anything is read, so that nobody learns without one whether a person is in the
ledger. It counts as notice that was given: what a person's accounting showed cannot be delayed afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.errors import InputError
from privity.ledger.entry import Kind
from privity.office import dispose, record
from privity.office.reports import forms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.office.reports.forms import Page


def about(office: Office, name: str, span: tuple[date, date], record_id: str, person: str, ground: str) -> Page:
    """A form about one person, shown to somebody of this office.

    Raises:
        InputError: nobody is named, or no ground; or the form is not given about one person.
        RefusedError: the person holds no office here today.
    """
    enter(office, person, ground, {"purpose": f"form {name} about a person", "record": record_id})
    return forms.lines_page(office, name, *span, record_id)


def enter(office: Office, person: str, ground: str, said: Mapping[str, Json]) -> int:
    """Enter a look; returns the entry.

    Raises:
        InputError: nobody is named, or no ground.
        RefusedError: the person holds no office here today. Nothing is entered, and nothing may be shown.
    """
    if not person.strip() or not ground.strip():
        raise InputError("who looks, and why?", remedy="say with --as and --ground; a look is an entry in the ledger")
    row: dict[str, Json] = {**said, "person": person, "ground": ground, "day": office.day.isoformat()}
    with office.store.write() as tx:
        dispose.holds_an_office(office, tx, person)
        return record.enter(office, tx, Kind.LOOK, row)
