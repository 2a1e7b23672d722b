"""The documents as the tests of this folder read them: pages, fenced parts, tables, and what the program answers to --help."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from privity.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "cases/README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)


def between(path: Path, name: str) -> str:
    """What stands between the comments ``name: begin`` and ``name: end``."""
    (found,) = re.findall(rf"<!-- {name}: begin.*?-->\n(.*?)<!-- {name}: end -->", path.read_text(), re.DOTALL)
    return str(found)


def table(text: str) -> list[list[str]]:
    """The cells of every table row of a page, without headings' rules; a bar that is escaped is not a border."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    cut = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    return [row for row in cut if not all(set(cell) <= set("-: ") for cell in row)]


@cache
def commands() -> dict[str, frozenset[str]]:
    """Every command of the program, as words, and its options."""
    return dict(_commands(typer.main.get_command(app), ()))


def _commands(command: typer.core.TyperCommand, words: tuple[str, ...]) -> Iterator[tuple[str, frozenset[str]]]:
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts) if name.startswith("-")}
    yield " ".join(words), frozenset(options | {"--help"})
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, (*words, name))
