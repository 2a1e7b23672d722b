"""An empty office with witnesses: made once and copied, its policy's quorum set by installing law, as an operator does."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from privity.ledger import entry as entries_of
from privity.ledger.entry import Kind
from privity.office import law, record, witness_roster
from privity.office.init import init
from privity.office.place import Office, open_office
from privity.rules.facts import SHIPPED
from witness.honest import Honest, serving

DAY = date(2025, 8, 7)


@cache
def _empty() -> Path:
    root = Path(tempfile.mkdtemp(prefix="privity-witness-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    office = init(
        root / "office",
        custodian="Disclosure",
        origin="witness.test/ledger",
        law_root=SHIPPED,
        regime="us/26-usc-6103",
        trial=True,
        as_of=DAY,
    )
    office.store.close()
    return root / "office"


def fresh(place: Path) -> Office:
    return open_office(Path(shutil.copytree(_empty(), place / "office")), DAY)


def set_quorum(office: Office, needed: int) -> None:
    """The law in force, with another number of witnesses."""
    with office.store.read() as tx:
        digest = law.in_force(office, tx)[0]
    changed = office.root.parent / f"law-{needed}"
    shutil.copytree(office.root / "law" / digest, changed)
    policy = changed / "policy" / "policy.toml"
    lines = [line for line in policy.read_text().splitlines() if not line.startswith("witness_quorum")]
    policy.write_text("\n".join([*lines, f"witness_quorum = {needed}", ""]))
    law.install(office, changed, "for a test")
    shutil.rmtree(changed)


def grow(office: Office, entries: int = 1) -> int:
    """Some more entries; returns the index of the last."""
    rows = [entries_of.canonical({"look": i}) for i in range(entries)]
    with office.store.write() as tx:
        return record.enter_rows(office, tx, Kind.LOOK, rows, office.salts(entries), entries_of.NO_BATCH).end - 1


def enrolled(office: Office, *witnesses: Honest) -> None:
    for one in witnesses:
        witness_roster.add(office, one.name, one.vkey, one.url)


@contextmanager
def witnessed(office: Office, names: int, quorum: int) -> Iterator[list[Honest]]:
    """So many honest witnesses, serving and enrolled, and the quorum in force."""
    made = [Honest(f"w{i}.test/one", {office.origin: office.verifier}) for i in range(names)]
    with serving(*made):
        enrolled(office, *made)
        set_quorum(office, quorum)
        yield made
