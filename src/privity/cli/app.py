"""The program and its exit codes: 0 done, 1 refused or a check that failed, 2 bad usage or input.

Commands import what they need when they run, so that ``privity --help`` answers at once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from privity.cli import (
    backups,
    custody,
    evidence,
    files,
    halts,
    holds,
    keys,
    law,
    offices,
    people,
    reports,
    requester,
    reviewing,
    subjects,
    witnesses,
)
from privity.errors import InputError, LawError, PrivityError

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, REFUSED, USAGE = 0, 1, 2

app = typer.Typer(
    name="privity",
    help="Answers what the law allows, refuses what it does not and names the paragraph, discloses the least, and leaves proof.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
GROUPS = (files, offices, people, requester, reviewing, custody, halts, holds, law, evidence, witnesses, backups, keys, reports, subjects)
for group in GROUPS:
    group.add_to(app)


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    try:
        app(args=list(arguments))
    except PrivityError as problem:
        _complain(problem, as_json="--json" in arguments)
        return USAGE if isinstance(problem, InputError | LawError) else REFUSED
    except SystemExit as leave:  # the parser's own: 0 after --help, 2 for bad usage, or what a command asked for
        return leave.code if isinstance(leave.code, int) else REFUSED
    return DONE


def _complain(problem: PrivityError, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"error": str(problem), "remedy": problem.remedy}, ensure_ascii=False), err=True)
        return
    typer.echo(f"privity: {problem}", err=True)
    if problem.remedy:
        typer.echo(f"  to mend: {problem.remedy}", err=True)
