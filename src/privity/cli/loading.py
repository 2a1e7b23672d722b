"""What `load` shows: progress with rate and remaining time; afterwards what was prepared and what was found."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from privity.cli import screen
from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import Task, TaskID

    from privity.office.place import Office
    from privity.office.register import Loaded
    from privity.office.register import Progress as Told

ROWS = ("read", "prepare")  # steps that are counted in rows
ADDRESSES = ("postgresql://", "postgres://")


class Done(ProgressColumn):
    """How much of a step is done, in its own unit."""

    def render(self, task: Task) -> Text:
        """See rich."""
        if task.description == "look":
            return Text(f"{decimal(int(task.completed))} of {decimal(int(task.total or 0))}")
        return Text(f"{int(task.completed):,} of {int(task.total or 0):,}" if task.description in ROWS else "")


class Rate(ProgressColumn):
    """How much a second, over the last while."""

    def render(self, task: Task) -> Text:
        """See rich."""
        speed = task.finished_speed or task.speed
        if not speed or task.description not in (*ROWS, "look"):
            return Text("")
        return Text(f"{decimal(int(speed))}/s" if task.description == "look" else f"{speed:,.0f} rows/s")


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """A bar a step on a terminal, with rate and remaining time; silent elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    columns = (TextColumn("{task.description:8}"), BarColumn(), Done(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=120.0) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield show


def from_source(office: Office, given: Sequence[str], table: str, told: Told) -> Loaded:
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
        return register.load_table(office, databases[0], table, told)
    return register.load(office, [Path(one) for one in given], told)


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
