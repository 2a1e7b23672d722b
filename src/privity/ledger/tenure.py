"""Which key signs a ledger at which size, and how trust goes from one key to the next.

A *tenure* is a key and the sizes of the checkpoints that it may sign. A key ends in an entry that names it and the next; the checkpoint of
exactly that entry (size = its index + 1) bears both signatures, every later one the new key's alone. So whoever trusts the old key learns
the new one from a checkpoint that the old one signed, with the entry's opening and its inclusion proof: `follow`.

A key that was *revoked* is believed, on notes that come from outside, only up to the size that its revocation names. In the ledger itself
its checkpoints up to the revocation remain; the new key signed the tree that holds them all. Whoever stole a key can sign such an entry
too, in a history of their own: between two histories decide the sizes that witnesses signed, not this module.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from privity.errors import TamperError
from privity.ledger import entry as entries
from privity.ledger import tlog
from privity.ledger.note import Checkpoint, Note, Proof, Verifier, open_checkpoint

ROTATED, REVOKED = "rotated", "revoked"


@dataclass(frozen=True, slots=True)
class Tenure:
    """A key and the sizes that it may sign: from ``first`` to ``last`` (None: it still signs); from outside believed to ``trusted``."""

    verifier: Verifier
    first: int = 0
    last: int | None = None
    trusted: int | None = None

    def signs(self, size: int, *, kept: bool = False) -> bool:
        """Whether a checkpoint of this size may be this key's. ``kept``: it stands in the ledger, and later ones cover it."""
        end = self.last if kept or self.trusted is None else self.trusted
        return self.first <= size and (end is None or size <= end)


Known = Sequence[Verifier | Tenure]
"""Keys that may have signed: a bare verifier for every size."""


def open_at(note: str, known: Known, origin: str, *, kept: bool = False) -> Checkpoint:
    """The checkpoint in a note that a key in force at its size signed for this ledger, or raise TamperError.

    A line by a key that was not in force at that size spoils the note, whatever other lines it has.
    """
    parsed, size = Note.parse(note), unsigned(note).size
    tenures = [each if isinstance(each, Tenure) else Tenure(each) for each in known]
    now = [each.verifier for each in tenures if each.signs(size, kept=kept)]
    others = {(each.verifier.name, each.verifier.key_id) for each in tenures} - {(each.name, each.key_id) for each in now}
    if any((line.name, line.key_id) in others for line in parsed.signatures):
        raise TamperError(
            f"the checkpoint of size {size} is signed by a key that was not in force at that size",
            remedy="ask the office for a proof under its newest checkpoint",
        )
    return open_checkpoint(note, now, origin)


def unsigned(note: str) -> Checkpoint:
    """The checkpoint in a note, whoever signed it."""
    return Checkpoint.parse(Note.parse(note).text)


def signs_on(note: str, verifier: Verifier) -> bool:
    """Whether this key goes on from a checkpoint as the ledger keeps it: the last line is its own, and holds."""
    parsed = Note.parse(note)
    line = parsed.signatures[-1]
    return (line.name, line.key_id) == (verifier.name, verifier.key_id) and verifier.accepts(parsed.text.encode(), line.signature)


# ---------------------------------------------------------------- from one key to the next


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the ledger's key as given out: salt and row that open the entry, and its proof under the checkpoint of both keys."""

    salt: bytes
    row: bytes
    entry: bytes
    proof: str


def follow(known: Verifier, changes: Sequence[Change], origin: str) -> tuple[Tenure, ...]:
    """The keys of a ledger from one that is trusted onwards. ``changes``: all, in order; those before the known key are passed over.

    Raises:
        TamperError: a change is not proved by the key before it, or the changes do not fit together.
    """
    began, tenures, verifier = 0, list[Tenure](), known
    for change in changes:
        said = json.loads(change.row)
        if said.get("old") == verifier.vkey:
            new = Verifier.parse(said["new"])
            _proved(change, said, verifier, new, origin)
            tenures.append(Tenure(verifier, began, said["start"], said["trusted"]))
            began, verifier = said["start"], new
        elif tenures:
            raise _broken("it does not begin with the key before it")
        elif said.get("new") == verifier.vkey:
            began = said["start"]
    return (*tenures, Tenure(verifier, began))


def _proved(change: Change, said: dict[str, object], old: Verifier, new: Verifier, origin: str) -> None:
    proof = Proof.parse(change.proof)
    for verifier in (old, new):
        signed = open_checkpoint(proof.checkpoint, [verifier], origin)
        if not tlog.verify_inclusion(tlog.leaf_hash(change.entry), proof.index, signed.size, proof.hashes, signed.root):
            raise _broken("its entry is not in the checkpoint")
        if not said["start"] == signed.size == proof.index + 1:
            raise _broken("it does not stand where it says")
    kept = entries.decode(change.entry)
    if kept.kind is not entries.Kind.KEY or kept.commitment != sha256(change.salt + change.row).digest():
        raise _broken("its opening does not open its entry")


def _broken(why: str) -> TamperError:
    return TamperError(
        f"a change of the ledger's key cannot be followed: {why}", remedy="ask for the list of keys again, and compare with a witness"
    )
