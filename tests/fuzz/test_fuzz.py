"""The small slice of `make fuzz`: twenty thousand requests, most of them rubbish, in the normal run."""

from __future__ import annotations

from pathlib import Path

from .million import run


def test_rubbish_has_a_clear_outcome_and_nothing_is_lost(tmp_path: Path) -> None:
    told = run(20_000, 4_000, tmp_path)
    assert told["requests"] == 20_000
    assert int(str(told["sound"])) > 1_000
