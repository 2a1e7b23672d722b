"""A halt entered by one process while another releases and is killed at random: what is guaranteed, stated and tried.

- An intent that was committed after the halt's entry discloses nothing.
- A package whose intent was committed before is decided again under the lock before it is copied, by the process that committed it as by
  one that begins again: after the halt's commit nothing leaves that discloses. It is withheld, and on the recall list.

`benchmarks/halt.py` does the same with 10,000 rows, and measures.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from office import killed
from office.small import ANSWERED, Small, small
from office.test_release import STAY, few_rows
from privity.office import halt, law, record
from privity.office.place import Office
from privity.office.release import recall
from privity.office.verify import verify
from store.servers import KINDS

ENTERS = """
import sys
from datetime import date
from pathlib import Path
from privity.office import halt
from privity.office.place import open_office
from privity.sample import world
office = open_office(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
by = world.official(office, world.COUNSEL)
print("ready", flush=True)
sys.stdin.readline()
halt.add(office, Path(sys.argv[3]), by)
"""
Entering = Callable[[], None]


@pytest.fixture(params=KINDS)
def made(request: pytest.FixtureRequest) -> Small:
    """The small office on each store."""
    return small(request.param)


@pytest.fixture
def office(made: Small, tmp_path: Path) -> Office:
    """Approved, and to be answered in packages of one row."""
    office = made.office("approved", tmp_path, ANSWERED)
    law.install(office, few_rows(tmp_path, 1), "small packages")
    return office


@pytest.fixture
def enter(office: Office, tmp_path: Path) -> Iterator[Entering]:
    """Enters a halt in a process of its own that is up and waits; returns when it has."""
    stay = tmp_path / "stay.toml"
    stay.write_text(STAY.format(day=ANSWERED))
    words = [sys.executable, "-c", ENTERS, str(office.root), ANSWERED.isoformat(), str(stay)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:

        def go() -> None:
            child.communicate("go\n", timeout=60)
            assert child.returncode == 0

        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        yield go
        child.kill()


def intents(office: Office) -> dict[str, tuple[int, int]]:
    """Package → (entry, rows disclosed)."""
    with office.store.read() as tx:
        found = [json.loads(record.opened(office, tx, row["entry"], 1)[0]) | {"at": row["entry"]} for row in tx.rows("package")]
    return {one["package"]: (one["at"], len(one["disclosed"])) for one in found}


def entry_of_the_halt(office: Office) -> int:
    with office.store.read() as tx:
        (row,) = tx.rows("halt")
    return int(row["entry"])


def until_entered(office: Office, packages: int) -> None:
    end = time.monotonic() + 60
    while len(intents(office)) < packages:
        assert time.monotonic() < end, "the release does not begin"
        time.sleep(0.005)


def disclosed_after(office: Office) -> tuple[int, int, int]:
    """Rows disclosed before the halt's entry and after it, and packages after it."""
    at = entry_of_the_halt(office)
    found = intents(office).values()
    later = [rows for entry, rows in found if entry > at]
    return sum(rows for entry, rows in found if entry < at), sum(later), len(later)


def left(out: Path) -> set[str]:
    return {path.stem for path in out.glob("*.age")}


@pytest.mark.invariant
def test_no_package_whose_intent_comes_after_a_halt_of_another_process_discloses(
    made: Small, office: Office, enter: Entering, tmp_path: Path
) -> None:
    sending = killed.start("release", office.root, ANSWERED, "never", "", 0, made.batch, tmp_path / "out")
    until_entered(office, 3)
    enter()
    assert sending.wait() == 0
    earlier, later, packages = disclosed_after(office)
    assert later == 0, "something was disclosed after the halt"
    assert packages > 0, "the halt came too late to show anything"
    assert earlier > 0, "the halt came too early to show anything"
    (one,) = [each for each in halt.listing(office) if each.halt.id == "a-stay"]
    assert sum(each.rows for each in one.released) == earlier, "the recall list is what was disclosed"
    assert verify(office).problems == ()


@pytest.mark.parametrize("seed", range(2))
def test_a_release_that_is_killed_at_random_lets_nothing_out_after_the_halt(
    made: Small, office: Office, enter: Entering, tmp_path: Path, seed: int
) -> None:
    draw, out = random.Random(seed), tmp_path / "out"
    sending = killed.start("release", office.root, ANSWERED, "never", "", 0, made.batch, out)
    until_entered(office, draw.randint(2, 8))
    time.sleep(draw.random() * 0.1)
    sending.kill()
    sending.wait()
    enter()
    before = left(out)
    finish(made, office, out, draw)
    found = intents(office)
    _, later, packages = disclosed_after(office)
    assert (later, packages > 0) == (0, True)
    assert [found[name] for name in left(out) - before if found[name][1]] == [], "an interrupted package left after the halt"
    assert verify(office).problems == ()


def finish(made: Small, office: Office, out: Path, draw: random.Random) -> None:
    """Release again until it is done: killed once more, and what may no longer go is recalled."""
    for turn in range(12):
        sending = killed.start("release", office.root, ANSWERED, "never", "", 0, made.batch, out)
        if turn < 1:
            time.sleep(1.0 + draw.random())
            sending.kill()
        if sending.wait() == 0:
            return
        if sending.returncode == 1:
            for name in waiting(office):
                recall(office, name, "halted before it left")
    raise AssertionError("the release does not end")


def waiting(office: Office, state: str = "intent") -> list[str]:
    with office.store.read() as tx:
        return [row["package"] for row in tx.now("custody") if row["state"] == state]


def withheld(office: Office) -> list[str]:
    return waiting(office, "withheld")


def test_an_interrupted_package_that_discloses_does_not_leave_after_the_halt(
    made: Small, office: Office, enter: Entering, tmp_path: Path
) -> None:
    """Killed between commit and copy until a package that discloses waits; then the halt; then the release again."""
    root, out = office.root, tmp_path / "out"
    for turn in (1, 2, 2, 2, 2, 2):  # the first commit is an intent; later the copy of the one before is noted first
        assert killed.was_killed(killed.run("release", root, ANSWERED, ("commit", "after", turn), made.batch, out))
        (waits,) = waiting(office)
        if intents(office)[waits][1]:
            break
    enter()
    assert waits not in left(out)
    assert killed.run("release", root, ANSWERED, ("never", "", 0), made.batch, out) == 0
    assert waits not in left(out), "it left although it was halted"
    assert waits in withheld(office)
    recall(office, waits, "halted before it left")
    assert killed.run("release", root, ANSWERED, ("never", "", 0), made.batch, out) == 0
    assert waits not in left(out)
    assert disclosed_after(office)[1] == 0


def test_a_halt_of_tomorrow_withholds_at_midnight_and_not_before(made: Small, office: Office, tmp_path: Path) -> None:
    from privity.sample import world

    tomorrow: date = ANSWERED + timedelta(days=1)
    stay = tmp_path / "stay.toml"
    stay.write_text(STAY.format(day=tomorrow))
    halt.add(office, stay, world.official(office, world.COUNSEL))
    assert killed.was_killed(killed.run("release", office.root, ANSWERED, ("commit", "after", 6), made.batch, tmp_path / "out"))
    before = sum(rows for _, rows in intents(office).values())
    assert killed.run("release", office.root, tomorrow, ("never", "", 0), made.batch, tmp_path / "out") == 0
    assert sum(rows for _, rows in intents(office).values()) == before
