"""An office that shows people their accounts: the small office, with the custodian's determination under 26 USC 6103(e)(7) in its policy."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from office.small import ANSWERED, Small, small
from privity.office import law
from privity.office.persons import giving
from privity.office.persons.classes import Asker
from privity.office.persons.giving import Given
from privity.office.place import Office, open_office
from privity.office.release import release
from privity.sample import world
from privity.seal.age import AgeSealer

ASKER = Asker("passport seen by the clinic's officer")


@dataclass(frozen=True)
class Open:
    """The folder before and after the release, and who is in it."""

    made: Small
    root: Path

    def office(self, to: Path, step: str = "released", day=ANSWERED) -> Office:
        return open_office(Path(shutil.copytree(self.root / step, to / f"office-{step}")), day)


def change_policy(office: Office, work: Path, old: str, new: str) -> None:
    """Put a version of the law in force that differs in the policy on accounts."""
    with office.store.read() as tx:
        digest = law.in_force(office, tx)[0]
    folder = Path(shutil.copytree(office.root / "law" / digest, work / f"law-{len(list(work.iterdir()))}"))
    path = folder / "us/5-usc-552a/policy/policy.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    law.install(office, folder, "a test")


@cache
def opened() -> Open:
    root = Path(tempfile.mkdtemp(prefix="privity-persons-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    made = small()
    shutil.copytree(made.folder("approved"), root / "approved")
    office = open_office(root / "approved", ANSWERED)
    change_policy(office, root, "impairment_ruled_out = 0", "impairment_ruled_out = 1")
    office.store.close()
    office = open_office(Path(shutil.copytree(root / "approved", root / "released")), ANSWERED)
    release(office, made.of(office), root / "out", AgeSealer())
    office.store.close()
    return Open(made, root)


def give(office: Office, record_id: str, asker: Asker = ASKER) -> Given:
    clerk = world.official(office, world.REVIEWER)
    return giving.give(office, record_id, asker, clerk.person, clerk.key)


def folder_of(office: Office, record_id: str, to: Path) -> Path:
    giving.write(give(office, record_id), to)
    return to
