"""Commands on backup and restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def add_to(_app: typer.Typer) -> None:
    """Register the commands."""
