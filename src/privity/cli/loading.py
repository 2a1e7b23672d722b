"""What `load` is given and what it shows: files, folders or a table; afterwards what was prepared and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.cli import screen
from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from privity.office.place import Office
    from privity.office.register import Loaded
    from privity.office.register import Progress as Told

ADDRESSES = ("postgresql://", "postgres://")


def from_source(office: Office, given: Sequence[str], table: str, told: Told, engine: str) -> Loaded:
    """Load files, folders, or one table of a database.

    Raises:
        InputError: a table without a database or the other way round; or as `load` and `load_table` say.
    """
    from pathlib import Path

    from privity.office import register

    databases = [one for one in given if _is_address(one)]
    if bool(databases) != bool(table) or (databases and len(given) > 1):
        raise InputError(
            "a table goes with one database, and files with none", remedy="privity load OFFICE postgresql://host/name --table schema.name"
        )
    if databases:
        return register.load_table(office, databases[0], table, told, engine=engine)
    return register.load(office, [Path(one) for one in given], told, engine=engine)


def _is_address(text: str) -> bool:
    """Whether it names a database. One of another form is not repeated: a password may stand in it.

    Raises:
        InputError: it names one in another form than Privity reads.
    """
    if text.startswith(ADDRESSES):
        return True
    if "://" in text or "password=" in text.lower():
        raise InputError("a database is named as postgresql://user@host/name", remedy="see docs/formats/register.md")
    return False


def show(done: Loaded) -> None:
    """In words."""
    found = done.found
    screen.say(f"register {done.digest[:12]} in force, ledger entry {done.entry}")
    screen.say(f"files: {done.prepared:,} prepared, {done.files - done.prepared:,} reused")
    screen.say(f"{found.row_count:,} rows of {found.people:,} people")
    if found.conflicting_keys:
        keys, people = found.conflicting_keys, found.conflicting_people
        screen.say(f"keys (record_id, tax_period) whose rows differ: {keys:,}, of {people:,} ids; all rows are kept")
    if found.several_people:
        screen.say(f"ids that bear several birth dates and several numbers: {found.several_people:,}; each looks like two people")


def said(done: Loaded) -> dict[str, object]:
    """The same as one object."""
    found = done.found
    return {
        "register": done.digest,
        "entry": done.entry,
        "files": done.files,
        "prepared": done.prepared,
        "reused": done.files - done.prepared,
        "rows": found.row_count,
        "people": found.people,
        "conflicting_keys": found.conflicting_keys,
        "conflicting_people": found.conflicting_people,
        "several_people": found.several_people,
    }
