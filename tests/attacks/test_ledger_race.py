"""A halt entered while packages leave: nothing that was entered after it discloses anything."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from office.small import ANSWERED, Small
from office.test_release import STAY, few_rows, law_with
from privity.office import enrol, law, record
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.verify import verify
from privity.sample import world
from privity.seal.age import AgeSealer


def intents(office: Office) -> list[tuple[int, int]]:
    """(entry, rows disclosed) of each package, in the ledger's order."""
    with office.store.read() as tx:
        found = [(row["entry"], json.loads(record.opened(office, tx, row["entry"], 1)[0])) for row in tx.rows("package")]
    return sorted((entry, len(said["disclosed"])) for entry, said in found)


def stop_by_halt(office: Office, place: Path) -> int:
    law.install(office, law_with(place / "halted", "halts/a-stay.toml", STAY.format(day=ANSWERED)), "a stay")
    with office.store.read() as tx:
        return int(tx.now("in_force", kind="law")[0]["entry"])


def stop_by_safeguards(office: Office, place: Path) -> int:
    return enrol.determine_safeguards(office, world.AGENCY, "lapsed", "a finding")


@pytest.mark.parametrize(
    ("stop", "after"), [pytest.param(stop_by_halt, 9, marks=pytest.mark.invariant), (stop_by_halt, 1), (stop_by_safeguards, 9)]
)
def test_every_package_entered_after_the_stop_discloses_nothing(made: Small, tmp_path: Path, stop, after: int) -> None:
    root = made.copy("approved", tmp_path)
    office = open_office(root, ANSWERED)
    law.install(office, few_rows(tmp_path, 2), "small packages")
    begun = Event()

    def progress(_step: str, done: int, _total: int) -> None:
        if done >= after:
            begun.set()
            sleep(0.05)  # so that the stop has packages left to stop

    with ThreadPoolExecutor(2) as threads:
        sending = threads.submit(release, office, made.of(office), tmp_path / "out", AgeSealer(), progress)
        assert begun.wait(60)
        stopped = stop(open_office(root, ANSWERED), tmp_path)  # the release goes on meanwhile
        sending.result()
    found = intents(office)
    earlier, later = [rows for entry, rows in found if entry < stopped], [rows for entry, rows in found if entry > stopped]
    assert sum(later) == 0, "something was disclosed after the stop"
    assert later, "the stop came too late to show anything"
    assert sum(earlier) > 0, "the stop came too early to show anything"
    assert verify(office).problems == ()
