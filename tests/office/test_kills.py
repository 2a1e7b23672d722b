"""Killed anywhere, a dozen times on each store: nothing leaves without its entry, nothing acknowledged is lost. Five hundred: ``evaluation/kills.py``."""

from __future__ import annotations

import pytest

from office.kills import Tally, kills
from store.servers import KINDS


@pytest.mark.slow  # each kill needs a process that has started
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_killed_nothing_is_outside_without_its_entry_and_nothing_told_is_lost(kind: str) -> None:
    servers = 2 if kind == "postgres" else 0
    tally = Tally(kind)
    for _ in kills(tally, 12, servers, seed=1):
        assert not tally.faults, tally.line()
    assert (tally.kills >= 12, tally.server_kills) == (True, servers)
    assert tally.packages_outside >= 3 * tally.releases > 0
    assert tally.checkpoints_told > tally.releases
    assert tally.intents_seen_open > 0
