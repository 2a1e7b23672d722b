"""A change of a key that was killed at any step: does the office go on under exactly one key?"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from office import keyed
from office.keyed import again, problems
from privity.errors import RefusedError
from privity.office.keys import changes, files
from privity.office.place import Office, open_office
from privity.sample import world


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    return keyed.office(tmp_path_factory.mktemp("keys") / "office").root


@pytest.fixture
def office(plain: Path, tmp_path: Path) -> Office:
    return open_office(Path(shutil.copytree(plain, tmp_path / "office")), keyed.DAY)


def test_a_key_file_that_is_pruned_before_the_change_is_entered_stops_the_change(office: Office, monkeypatch) -> None:
    proposal = changes.propose(office, "rotated", "ledger", keyed.by(office, world.COUNSEL), "a reason")
    makes = changes._prepared

    def pruned_meanwhile(*args):
        secret = makes(*args)
        assert len(changes.prune(again(office))) == 1
        return secret

    monkeypatch.setattr(changes, "_prepared", pruned_meanwhile)
    with pytest.raises(RefusedError, match="gone"):
        changes.confirm(office, proposal, keyed.by(office, world.APPROVER))
    monkeypatch.undo()
    keyed.write(again(office))
    changes.confirm(again(office), proposal, keyed.by(office, world.APPROVER))
    assert problems(office) == ""


SCRIPT = """
import os, signal, sys
from datetime import date
from pathlib import Path
from office import keyed
from privity.errors import RefusedError
from privity.office.keys import changes, files
from privity.office.place import open_office
from privity.sample import world
from privity.store import Store, archive

root, key, proposal, what, when = sys.argv[1:6]

def dies(owner, name):
    does = getattr(owner, name)
    def wrapped(*args, **named):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = does(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(owner, name, wrapped)

dies(*{"secret": (files, "write_secret"), "placed": (files, "add"), "opening": (archive, "write"), "commit": (Store, "_commit"), "removed": (changes, "_remove")}[what])
office = open_office(Path(root), date(2025, 8, 7))
changes.confirm(office, int(proposal), keyed.by(office, world.APPROVER))
"""
POINTS = [(what, when) for what in ("secret", "placed", "opening", "commit", "removed") for when in ("before", "after")]


@pytest.mark.invariant
@pytest.mark.parametrize(
    ("key", "point"),
    [(key, point) for key in ("ledger", "archive") for point in POINTS if (key, point[0]) != ("archive", "removed")],
    ids=str,
)
def test_killed_at_any_step_the_office_goes_on_under_exactly_one_key(office: Office, key: str, point: tuple[str, str]) -> None:
    old = changes.present(office, key)
    proposal = changes.propose(office, "rotated", key, keyed.by(office, world.COUNSEL), "a reason")
    env = dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(office.root), key, str(proposal), *point], env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    committed = point in (("commit", "after"), ("removed", "before"), ("removed", "after"))
    after = again(office)
    assert (changes.present(after, key) == old) is not committed
    keyed.write(after)
    assert problems(after) == ""
    if not committed:
        changes.confirm(after, proposal, keyed.by(after, world.APPROVER))
    after = again(after)
    assert changes.present(after, key) != old
    keyed.write(after)
    changes.prune(after)
    assert len(files.read(after.root, key)) == (1 if key == "ledger" else 2)
    assert [path.name for path in (after.root / "keys").iterdir() if path.name.startswith(".")] == []
    assert problems(after) == ""
