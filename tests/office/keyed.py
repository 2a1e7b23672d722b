"""An office with people and no register, made in a second; two persons who change its keys; and what an outsider checks with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from privity.ledger import check_proof, log, note
from privity.ledger.entry import Kind, encode
from privity.ledger.note import Checkpoint, Signer
from privity.ledger.tenure import Tenure
from privity.office import enrol, keys
from privity.office.dispose import Official
from privity.office.init import init
from privity.office.keys import changes, tenures
from privity.office.keys.changes import Changed
from privity.office.place import Office, open_office
from privity.office.verify import verify
from privity.rules.facts import SHIPPED
from privity.sample import world
from privity.terms import Appointment

DAY = date(2025, 8, 7)


def office(root: Path) -> Office:
    made = init(root, custodian="Keys", origin="keys.example/ledger", law_root=SHIPPED, regime="us/26-usc-6103", trial=True, as_of=DAY)
    enrol.enrol_agency(made, enrol.CUSTODIAN, "Keys", "custodian")
    for person, held in world.STAFF.items():
        enrol.enrol_people(made, enrol.CUSTODIAN, [enrol.Person(person, keys.new_key(root / f"{person}.pem", world.PASSPHRASE))])
        enrol.appoint(made, Appointment(person, held, world.SINCE), enrol.CUSTODIAN)
    return made


def by(office: Office, person: str) -> Official:
    return world.official(office, person)


def change(office: Office, key: str = "ledger", does: str = "rotated", trusted: int | None = None) -> tuple[Changed, Office]:
    """Counsel proposes, the approver confirms; the office, opened again."""
    proposal = changes.propose(office, does, key, by(office, world.COUNSEL), "a reason", trusted)
    done = changes.confirm(office, proposal, by(office, world.APPROVER))
    return done, open_office(office.root, office.day)


def write(office: Office) -> int:
    """Any entry."""
    return enrol.enrol_agency(office, "us-dhs", "Department of Homeland Security", "federal")


def proof_of(office: Office, index: int) -> tuple[str, bytes]:
    with office.store.read() as tx:
        return log.tlog_proof(tx, index), log.read_entries(tx, index, 1)[0]


def checks(office: Office, known, proof: tuple[str, bytes]) -> int:
    return check_proof(*proof, known, office.origin)


def again(office: Office) -> Office:
    return open_office(office.root, office.day)


def problems(office: Office, held: list[str] | None = None) -> str:
    return "\n".join(verify(again(office), held or []).problems)


def known(office: Office) -> tuple[Tenure, ...]:
    with office.store.read() as tx:
        return tenures.ledger_keys(tx, office.verifier)


def size(office: Office) -> int:
    with office.store.read() as tx:
        return tx.head().size


def forged(office: Office, signers: list[Signer]) -> tuple[str, bytes]:
    """A proof of an entry that is not there, under a checkpoint one larger than the ledger, by whoever has these keys."""
    with office.store.read() as tx:
        end = tx.head()
        tree, _ = log._range(end.size, end.peaks).extend(
            [log.tlog.leaf_hash(raw := encode(Kind.RECEIPT, "ab" * 16, office.day, bytes(32)))]
        )
    text = note.sign(str(Checkpoint(office.origin, tree.size, tree.root())), *signers)
    found = tree_proof(office, raw, tree.size)
    return str(note.Proof(tree.size - 1, found, text)), raw


def tree_proof(office: Office, raw: bytes, end: int) -> tuple[bytes, ...]:
    with office.store.read() as tx:
        leaves = [*log.tlog.leaf_hashes(log.read_entries(tx, 0, end - 1)), log.tlog.leaf_hash(raw)]
    return tuple(log.tlog.prove_inclusion(lambda level, first, count: leaves[first : first + count], end - 1, end))
