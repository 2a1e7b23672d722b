"""A load that was killed, anywhere, and run again: it goes on where it stopped, and what is half written is taken for nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from privity import sample
from privity.office import register
from privity.office.init import init
from privity.office.place import Office, open_office
from privity.office.register import Loaded, load
from privity.office.verify import verify
from privity.rules.facts import SHIPPED

DAY = date(2025, 8, 7)
FILES = 4
SCRIPT = """
import os, signal, sys
from datetime import date
from pathlib import Path
from privity.office import disk, register, register_parts, register_snapshot
from privity.office.place import open_office
from privity.store import Store

root, folder, what, when, turn = sys.argv[1:6]

def dies(owner, name):
    does, seen = getattr(owner, name), [0]
    def wrapped(*args, **named):
        seen[0] += 1
        if when == "before" and seen[0] == int(turn):
            os.kill(os.getpid(), signal.SIGKILL)
        done = does(*args, **named)
        if when == "after" and seen[0] == int(turn):
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    setattr(owner, name, wrapped)

hooks = {"row": (register_parts, "prepare_register"), "part": (register_parts, "_describe"), "place": (disk, "place_folder"),
         "count": (register_snapshot, "count"), "find": (register_snapshot, "findings"), "commit": (Store, "_commit")}
if what in hooks:
    dies(*hooks[what])
print("begun", flush=True)
register.load(open_office(Path(root), date(2025, 8, 7)), [Path(folder)])
"""
# Where it is killed → how many files are left to prepare.
POINTS = {
    "before the first row": (("row", "before", 1), 4),
    "with rows prepared and not described": (("row", "after", 1), 4),
    "described and not in place": (("place", "before", 1), 4),
    "after the first part": (("place", "after", 1), 3),
    "in the middle of the third": (("row", "after", 3), 2),
    "with the third half described": (("part", "before", 3), 2),
    "with all parts and no count": (("count", "before", 1), 0),
    "with counts and no manifest": (("find", "after", 1), 0),
    "before the register is in its place": (("place", "before", 5), 0),
    "between its place and the entry": (("place", "after", 5), 0),
    "before the entry is committed": (("commit", "before", 1), 0),
    "after the entry is committed": (("commit", "after", 1), 0),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("snapshot")
    for number in range(FILES):
        sample.register().slice(number * 150, 150).write_parquet(place / f"{number}.parquet")
    return place


def fresh(root: Path) -> Office:
    return init(root, custodian="D", origin="d.example/ledger", law_root=SHIPPED, regime="us/26-usc-6103", trial=True, as_of=DAY)


@pytest.fixture(scope="module")
def undisturbed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    office = fresh(tmp_path_factory.mktemp("undisturbed") / "office")
    return what_is_left(office, load(office, [folder]))


def what_is_left(office: Office, loaded: Loaded) -> tuple[object, ...]:
    made = register.of(office, loaded.digest)
    rows = pl.read_parquet(made.rows).sort("record_id", "tax_period")
    counts = [pl.read_parquet(path).sort(pl.all()).rows() for path in (made.names, made.births)]
    whole = {path.relative_to(office.root).as_posix() for path in (office.root / "register").rglob("*")}
    assert list((office.root / "scratch").iterdir()) == [office.root / "scratch" / "load.lock"]
    return loaded.digest, loaded.found, rows.rows(), counts, whole


def start(office: Office, folder: Path, *point: object) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", SCRIPT, office.root, folder, *(point or ("never", "", 0))]
    return subprocess.Popen([str(word) for word in words], env=dict(os.environ), stdout=subprocess.PIPE)


def test_a_load_killed_anywhere_goes_on_at_the_first_missing_part(folder: Path, undisturbed: tuple[object, ...], tmp_path: Path) -> None:
    for number, (name, (point, left)) in enumerate(POINTS.items()):
        office = fresh(tmp_path / str(number))
        assert start(office, folder, *point).wait() == -signal.SIGKILL, name
        office = open_office(tmp_path / str(number), DAY)
        assert verify(office).problems == (), f"what is on record is whole, {name}"
        again = load(office, [folder])
        assert again.prepared == left, name
        assert what_is_left(office, again) == undisturbed, name
        assert verify(office).problems == (), name


def test_a_load_killed_again_and_again_at_any_instant_arrives(folder: Path, undisturbed: tuple[object, ...], tmp_path: Path) -> None:
    office = fresh(tmp_path / "office")
    killed, waits = 0, (0.02, 0.15, 0.3, 0.5, 0.2, 0.4)
    for wait in waits:
        running = start(office, folder)
        assert running.stdout is not None
        assert running.stdout.readline() == b"begun\n"
        time.sleep(wait)
        running.kill()
        killed += running.wait() == -signal.SIGKILL
        assert verify(office).problems == ()
    assert killed, "none was killed in time"
    assert what_is_left(office, load(office, [folder])) == undisturbed
    assert verify(office).problems == ()


def test_two_loads_at_once_leave_one_register(folder: Path, undisturbed: tuple[object, ...], tmp_path: Path) -> None:
    office = fresh(tmp_path / "office")
    both = [start(office, folder) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    again = load(office, [folder])
    assert (again.prepared, what_is_left(office, again)) == (0, undisturbed)
