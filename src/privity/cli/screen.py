"""What a command prints: tables on a terminal, one JSON object with ``--json``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

WIDTH = 120  # where there is no terminal to ask


def console() -> Console:
    """Standard output; plain and wide enough where it is not a terminal."""
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, soft_wrap=False)


def say(text: str = "") -> None:
    """One line."""
    typer.echo(text)


def answer(as_json: bool, found: Mapping[str, object], show: Callable[[], None]) -> None:
    """One JSON object, or what ``show`` prints."""
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, default=str, sort_keys=True))
    else:
        show()


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> None:
    """A table; ``right``: positions of columns of numbers."""
    drawn = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, heading in enumerate(headings):
        drawn.add_column(heading, justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell) for cell in row))
    console().print(drawn)


def citations(counted: pl.DataFrame, title: str) -> None:
    """Rows by citation, with a bar: what stands in the way."""
    if counted.is_empty():
        return
    most = max(counted["rows"].to_list())
    rows = [
        (one["rows"], "█" * max(1, round(18 * one["rows"] / most)), one["source"], one["cite"], one["fails"])
        for one in counted.iter_rows(named=True)
    ]
    table(title, ("rows", "", "source", "citation", "what is missing or wrong"), rows, right=(0,))
