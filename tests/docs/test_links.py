"""What a document points to exists: files, headings, commands and their options, tests."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from docs.pages import PAGES, ROOT, commands, table

LINK = re.compile(r"\]\(([^)\s]+)\)")
NO_TEST = ("**not protected**", "**no test yet**")


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        if "://" in link:
            continue
        name, _, heading = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not heading or heading in anchors(target), link


def shown(page: Path) -> list[str]:
    """Lines of a page that call the program: indented lines, and what stands between backticks."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    inner = re.findall(r"\$\((privity [^)|]+)", text)
    text = re.sub(r'"?\$\([^)]*\)"?', "X", text)
    return re.findall(r"^    (privity .+)$", text, re.MULTILINE) + re.findall(r"`(privity [^`]+)`", text) + inner


def command_of(line: str) -> tuple[list[str], list[str]]:
    """The commands that a line may mean (``a|b`` is two), and the options that it gives."""
    parts = shlex.split(line.split(" #", maxsplit=1)[0].replace("…", ""))[1:]
    names = [""]
    for part in parts:
        longer = [f"{name} {one}".strip() for name in names for one in part.split("|")]
        if not all(name in commands() for name in longer):
            break
        names = longer
    return names, [part.split("=")[0] for part in parts if part.startswith("-")]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_shown_exists_with_its_options(page: Path) -> None:
    for line in shown(page):
        names, options = command_of(line)
        assert names != [""], line
        assert all(set(options) <= commands()[name] for name in names), line


def test_a_command_that_does_not_exist_would_be_found() -> None:
    assert command_of("privity divine office")[0] == [""]
    assert "--as-of" in commands()["submit"]
    assert "--divine" not in commands()["submit"]


def test_every_threat_names_a_test_that_exists_or_says_that_there_is_none() -> None:
    rows = [row for row in table((ROOT / "docs/threats.md").read_text()) if row[0] != "threat"]
    assert len(rows) > 30
    for threat, _, last in rows:
        if last in NO_TEST:
            continue
        named = re.findall(r"`([^`]+)`", last)
        assert named, threat
        for path, _, test in (name.partition("::") for name in named):
            assert (ROOT / path).is_file(), threat
            assert not test or f"def {test}(" in (ROOT / path).read_text(), threat
