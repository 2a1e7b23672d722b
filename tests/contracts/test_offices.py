"""The same requests through an office on each store: the same answers, the same entries, and the same alterations named."""

from __future__ import annotations

from pathlib import Path

import pytest

from office.small import ANSWERED, Small, small, tamper
from privity.ledger import entry, log
from privity.office import accounting, determinations
from privity.office.place import Office, open_office
from privity.office.verify import verify
from privity.store import schema
from store.servers import KINDS

CHANGED = {  # what the owner of the tables does → the entry's row that verify names
    "a package sent to another": ("UPDATE package SET recipient_key = 'age1other'", "package", "says otherwise"),
    "a disposition taken away": ("DELETE FROM act_row", "act", "says otherwise"),
    "a state added": ("INSERT INTO custody (package, state, day, note) SELECT package, 'acknowledged', day, '' FROM custody", "custody", "rests on no entry"),
    "an appointment taken away": ("DELETE FROM appointment", "appointment", "is gone"),
}  # fmt: skip


def kinds(office: Office) -> list[str]:
    """What was entered, in order."""
    with office.store.read() as tx:
        return [str(entry.decode(raw).kind) for raw in log.read_entries(tx, 0, tx.head().size)]


def counted(office: Office) -> dict[str, int]:
    with office.store.read() as tx:
        return {name: len(tx.rows(name)) for name in schema.metadata.tables if name != "map_node"}  # labels fall by chance


def test_both_answer_the_same_requests_the_same_way() -> None:
    found = []
    for kind in KINDS:
        made = small(kind)
        office = open_office(made.folder("released"), ANSWERED)
        decided = determinations.load(office, made.of(office)).select("ordinal", "outcome", "stage", "entry")
        year = accounting.for_year(office, 2025)
        found.append((kinds(office), counted(office), decided.rows(), year.agencies.rows(), year.reconciled.rows(), year.gaps))
        assert verify(office).problems == ()
        office.store.close()
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_owner_of_the_tables_changes_is_named(kind: str, tmp_path: Path) -> None:
    made: Small = small(kind)
    for number, (statement, table, said) in enumerate(CHANGED.values()):
        (tmp_path / str(number)).mkdir()
        office = made.office("released", tmp_path / str(number), ANSWERED)
        tamper(office.root, statement)
        named = [problem for problem in verify(office).problems if f"`{table}`" in problem and said in problem]
        office.store.close()
        assert named, statement
