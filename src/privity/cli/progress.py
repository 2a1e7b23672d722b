"""How far a command has come: a bar a step on a terminal, with rate and remaining time; silent where nobody watches."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Task, TaskID

BYTES = ("look",)  # steps that are counted in bytes
UNCOUNTED = ("count",)  # and those of which nothing is known but that they run; all others are counted in rows


class Done(ProgressColumn):
    """How much of a step is done, in its own unit."""

    def render(self, task: Task) -> Text:
        """See rich."""
        if task.description in BYTES:
            return Text(f"{decimal(int(task.completed))} of {decimal(int(task.total or 0))}")
        return Text("" if task.description in UNCOUNTED else f"{int(task.completed):,} of {int(task.total or 0):,}")


class Rate(ProgressColumn):
    """How much a second, over the last while."""

    def render(self, task: Task) -> Text:
        """See rich."""
        speed = task.finished_speed or task.speed
        if not speed or task.description in UNCOUNTED:
            return Text("")
        return Text(f"{decimal(int(speed))}/s" if task.description in BYTES else f"{speed:,.0f} rows/s")


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Yields what to tell: a step, how much of it is done, how much there is."""
    if quiet or not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    columns = (TextColumn("{task.description:12}"), BarColumn(), Done(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=120.0) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield show
