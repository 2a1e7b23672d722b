"""A release that was killed, anywhere, and started again: the same bytes go out again, and no row is answered twice."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from office import killed
from office.small import ANSWERED, Small
from privity.office import determinations
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.office.verify import verify
from privity.seal import age

POINTS = {  # → packages entered when the process is dead
    "before the intent is committed": (("commit", "before", 1), 0),
    "between the commit and the copy": (("commit", "after", 1), 1),
    "while the files are copied": (("file", "after", 3), 1),
    "copied and not noted": (("commit", "before", 2), 1),
    "between two packages": (("commit", "after", 2), 1),
    "before the second intent is committed": (("commit", "before", 3), 1),
}


def entered(office: Office) -> dict[str, str]:
    with office.store.read() as tx:
        return {row["package"]: row["digest"] for row in tx.rows("package")}


@pytest.mark.parametrize("point", POINTS)
def test_a_release_killed_and_started_again_answers_each_row_once_with_the_bytes_that_were_entered(
    made: Small, tmp_path: Path, point: str
) -> None:
    where, on_record = POINTS[point]
    root, out = made.copy("approved", tmp_path), tmp_path / "out"
    assert killed.was_killed(killed.run("release", root, ANSWERED, where, made.batch, out))
    office = open_office(root, ANSWERED)
    before = entered(office)
    assert len(before) == on_record, "killed elsewhere than the test says"
    release(office, made.of(office), out, age.AgeSealer())
    after = entered(office)
    assert before.items() <= after.items()
    assert {path.stem: sha256(path.read_bytes()).hexdigest() for path in out.glob("*.age")} == after
    with office.store.read() as tx:
        officers = {row["package"]: row["officer"] for row in tx.rows("package")}
        states = {name: [row["state"] for row in tx.rows("custody", package=name)] for name in after}
        size = tx.head().size
    assert set(map(tuple, states.values())) == {("intent", "sent")}
    said = [json.loads(age.open_sealed(path.read_bytes(), made.agency.identities[officers[path.stem]])) for path in out.glob("*.age")]
    answered = [(row["request_id"], row["answer"]) for one in said for row in one["rows"]]
    eligible = determinations.load(office, made.of(office)).filter(stage="record").height
    assert len(answered) == len(dict(answered)) == eligible
    assert sum(answer == "same" for _, answer in answered) == 24
    assert verify(office).problems == ()
    with open_office(made.folder("released"), ANSWERED).store.read() as tx:
        assert size == tx.head().size, "as many entries as without the kill"


def test_two_releases_at_once_answer_each_row_once(made: Small, tmp_path: Path) -> None:
    root = made.copy("approved", tmp_path)
    both = [killed.start("release", root, ANSWERED, "never", "", 0, made.batch, tmp_path / f"out{number}") for number in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    office = open_office(root, ANSWERED)
    with office.store.read() as tx:
        ordinals = [row["ordinal"] for row in tx.rows("package_row")]
    assert len(ordinals) == len(set(ordinals)) == determinations.load(office, made.of(office)).filter(stage="record").height
    for number in range(2):
        assert {path.stem: sha256(path.read_bytes()).hexdigest() for path in (tmp_path / f"out{number}").glob("*.age")}.items() <= entered(
            office
        ).items()
    assert verify(office).problems == ()
