"""A ledger with an office round it, and what outsiders hold of it: keys, a witness, an export in a folder or in memory."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privity.ledger import Kind, encode_all, log
from privity.ledger.note import Signature
from privity.office.init import init
from privity.office.place import Office
from privity.rules.facts import SHIPPED
from privity.verifier.command import run
from privity.verifier.note import WITNESS, Key

DAY = date(2026, 11, 23)
WHEN = 1_764_115_200


class Witness:
    """Signs what it is given, as a witness that has checked it would."""

    def __init__(self, name: str = "witness.example/w1", mark: int = 1) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([mark]) * 32)
        self.key = Key(name, WITNESS, self._key.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        return self.key.text

    def line(self, note: str, when: int = WHEN) -> str:
        text = note.partition("\n\n")[0].encode() + b"\n"
        signed = when.to_bytes(8, "big") + self._key.sign(b"cosignature/v1\ntime %d\n" % when + text)
        return str(Signature(self.key.name, self.key.id, signed))


def office(root: Path, entries: int = 0) -> Office:
    """An office in service of nobody, whose ledger has so many entries at least; they have no openings, which an outsider cannot see."""
    made = init(
        root, custodian="Disclosure Office", origin="d.example.gov/ledger", law_root=SHIPPED, regime="us/26-usc-6103", trial=True, as_of=DAY
    )
    return grow(made, entries)


def grow(made: Office, entries: int, kind: Kind = Kind.LOOK) -> Office:
    with made.store.write() as tx:
        size = tx.head().size
        commitments = [i.to_bytes(32, "big") for i in range(size, entries)]
        if commitments:
            log.append(tx, made.signer, made.origin, encode_all(kind, "b" * 32, DAY, commitments))
    return made


def note(made: Office) -> str:
    with made.store.read() as tx:
        return tx.head().note or ""


def length(made: Office) -> int:
    with made.store.read() as tx:
        return tx.head().size


def files(root: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path in it."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def verified(made: Office, *arguments: object) -> int:
    """The exit code of the verifier, with the office's key."""
    return run([*map(str, arguments), "--vkey", made.verifier.vkey])
