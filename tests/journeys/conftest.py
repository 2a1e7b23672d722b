"""The small office's files, and the command line as a person types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from office.small import Small, small
from privity.cli import app


@pytest.fixture(scope="session")
def made() -> Small:
    return small()


@dataclass(frozen=True)
class Said:
    """What a command left on the screen."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


Privity = Callable[..., Said]


@pytest.fixture
def privity(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Privity:
    """Run one command in this process: its arguments as words, the passphrase in the environment."""
    monkeypatch.setenv("PRIVITY_PASSPHRASE", "for trying out only")

    def run(*words: object) -> Said:
        capfd.readouterr()
        code = app.run([str(word) for word in words])
        shown = capfd.readouterr()
        return Said(code, shown.out, shown.err)

    return run
