"""The office of the README, step by step, with the commands that stand there."""

from __future__ import annotations

import re
import shlex
import shutil
from typing import TYPE_CHECKING

import pytest

from docs.pages import ROOT, between
from privity.cli.app import run

if TYPE_CHECKING:
    from pathlib import Path

STEPS = [line.strip() for line in between(ROOT / "README.md", "office").splitlines() if line.strip() and not line.strip().startswith("#")]


class Shell:
    """What the lines need of a shell: the program, its output in place of ``$(…)``, one variable, a star, a copy."""

    def __init__(self, place: Path, read: pytest.CaptureFixture[str]) -> None:
        self.place, self.read, self.said, self.batch = place, read, list[str](), ""

    def privity(self, line: str) -> str:
        words = [str(next(self.place.glob(word))) if "*" in word else word for word in shlex.split(line)[1:]]
        assert run(words) == 0, line
        return self.read.readouterr().out.strip()

    def line(self, line: str) -> None:
        filled = re.sub(r"\$\((privity [^)|]+)\)", lambda inner: self.privity(inner[1]), line.replace("$BATCH", self.batch))
        if line.startswith("BATCH="):
            self.batch = re.findall(r'"batch": "([0-9a-f]{32})"', self.privity("privity batches office --json"))[0]
        elif line.startswith("privity "):
            self.said.append(self.privity(filled))
        else:
            assert line.startswith(("cp docs/example/", "export PRIVITY_PASSPHRASE=")), line


def test_the_office_of_the_readme_answers_as_the_readme_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in (ROOT / "docs/example").glob("*.csv"):
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRIVITY_PASSPHRASE", "for trying out only")
    shell = Shell(tmp_path, capsys)
    for step in STEPS:
        shell.line(step)
    whole = "\n".join(shell.said)
    assert (
        '"rows":[{"answer":"same","case_id":"OIG-25-0412","request_id":"1"},{"answer":"no disclosure","case_id":"OIG-25-0414","request_id":"3"}]'
        in whole
    )
    assert "verified: every entry, opening, signature and file is as the ledger says" in whole
    assert re.search(r"not met +STATUTE +26 USC 6103\(i\)\(2\)\(B\)\(i\) +i-2\.B\.i\.address-of-the-taxpayer", whole)
