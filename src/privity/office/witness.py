"""Witnesses: who else signs the ledger's checkpoints, and what must wait for them.

A cosignature is a line under a checkpoint by somebody who has seen that the ledger only grew. The office's policy says how many are
needed (``witness_quorum``; 0: none, for trying out). With a quorum nothing leaves before it: a missing witness delays and never loosens.
There is no override (docs/decisions/0016-witnesses-delay-and-never-loosen.md).

Who may witness is `witness_roster`; how one is asked, `witness_ask`; whose lines count, `cosigned`; what is kept beside the
database, `witnessed`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from privity.errors import LawError, RefusedError
from privity.ledger import log
from privity.ledger.note import Checkpoint, Note, Proof
from privity.office import cosigned, disk, law, witness_roster
from privity.office import witnessed as notes
from privity.office.witness_ask import Said, ask_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from privity.office.place import Office
    from privity.office.witness_ask import Answer
    from privity.store import Tx

_AT_ONCE = 16


def quorum(office: Office, tx: Tx) -> int:
    """How many witnesses must have signed before anything leaves; 0: none.

    Raises:
        LawError: the policy's number is not a number of witnesses.
    """
    number = law.in_force(office, tx)[1].numbers.get("witness_quorum", 0)
    if number < 0 or number != int(number):
        raise LawError("`witness_quorum` is not a number of witnesses", remedy="set a whole number in policy.toml and install the law")
    return int(number)


def witnessed(tx: Tx, needed: int) -> int:
    """The size of the newest checkpoint that so many witnesses have signed; 0: none. Each signature is verified again."""
    return cosigned.newest(tx, witness_roster.keys(tx), max(needed, 1))


# ---------------------------------------------------------------- asking


def ask(office: Office) -> tuple[Answer, ...]:
    """Send the newest checkpoint to every enrolled witness, keep the lines that hold, and say what each answered.

    Raises:
        TamperError: the witnesses on file are not those of the entries. Nobody is asked.
    """
    with disk.alone(notes.folder(office) / ".asking"):  # two that ask at once would get a line each, under two checkpoints
        return _ask(office)


def _ask(office: Office) -> tuple[Answer, ...]:
    with office.store.read() as tx:
        known, head = witness_roster.enrolled(office, tx), tx.head()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = tuple(pool.map(partial(ask_one, office, head), known))
    _keep(office, [answer for answer in answers if answer.said is Said.SIGNED])
    return answers


def _keep(office: Office, signed: Sequence[Answer]) -> None:
    """The notes to their files, then the lines to their table: a note that no table names makes the office only stricter."""
    for answer in signed:
        notes.keep(office, answer.note, answer.lines)
    if not signed:
        return
    with office.store.write() as tx:
        for answer in signed:
            if not tx.rows("cosignature", size=answer.size, witness=answer.witness):
                line = "".join(map(str, answer.lines))
                tx.add_one("cosignature", size=answer.size, witness=answer.witness, line=line, day=office.day)


# ---------------------------------------------------------------- what waits


def require(office: Office, entry: int) -> None:
    """Return once a quorum has signed a checkpoint that covers the entry; the witnesses are asked if it has not.

    Raises:
        RefusedError: it has not. Nothing leaves; the step can be run again.
        TamperError: the witnesses on file are not those of the entries.
    """
    if covered(office, entry):
        return
    with disk.alone(notes.folder(office) / ".asking"):
        answers = () if covered(office, entry) else _ask(office)  # who asked before us may have covered it
    refuse_if_other(answers)
    if not covered(office, entry):
        said = "; ".join(f"`{one.witness}`: {one.why or one.said}" for one in answers) or "none is enrolled"
        raise RefusedError(
            f"too few witnesses have signed a checkpoint that covers entry {entry} ({said})",
            remedy="run the step again when they answer; nothing leaves before, and nothing is lost",
        )


def covered(office: Office, entry: int) -> bool:
    """Whether as many witnesses as the policy asks for have signed a checkpoint that covers the entry."""
    with office.store.read() as tx:
        return covers(office, tx, entry)


def covers(office: Office, tx: Tx, entry: int) -> bool:
    """The same, as this transaction sees policy, witnesses and lines.

    Raises:
        TamperError: the witnesses on file are not those of the entries.
    """
    needed = quorum(office, tx)
    if needed == 0:
        return True
    witness_roster.enrolled(office, tx)  # or refuses: the table that is counted by must be the entries'
    return cosigned.newest(tx, witness_roster.keys(tx), needed, beyond=entry) > entry


def stands(office: Office) -> None:
    """Ask the witnesses, if the policy has a quorum, whether this is still the ledger that they signed. Silence is no objection here.

    Raises:
        RefusedError: one of them has signed more entries than there are, or other ones.
    """
    with office.store.read() as tx:
        needed = quorum(office, tx)
    if needed:
        refuse_if_other(ask(office))


def refuse_if_other(answers: Sequence[Answer]) -> None:
    """Raise RefusedError if one of the witnesses has signed more entries than there are, or other ones."""
    stop = next((answer for answer in answers if answer.stops), None)
    if stop is not None:
        raise RefusedError(f"witness `{stop.witness}` {stop.why}", remedy=notes.WAY_OUT)


def seen_by(office: Office, entry: int) -> tuple[str, ...]:
    """The witnesses that have signed a checkpoint that covers the entry."""
    with office.store.read() as tx:
        known = witness_roster.keys(tx)
        return tuple(name for name, key in known.items() if cosigned.newest(tx, {name: key}, 1, beyond=entry))


# ---------------------------------------------------------------- proofs


def note_of(office: Office, tx: Tx, entry: int) -> str:
    """The best checkpoint note that covers the entry: the newest that a quorum has signed, or as many as have; or else the last.

    Raises:
        ValueError: no checkpoint covers the entry.
    """
    known = witness_roster.keys(tx)
    wanted = range(max(quorum(office, tx), min(1, len(known))), 0, -1)
    size = next((found for needed in wanted if (found := cosigned.newest(tx, known, needed, beyond=entry))), 0)
    if size:
        return cosigned.with_lines(tx, size)
    head = tx.head()
    if head.note is None or head.size <= entry:
        raise ValueError("no checkpoint covers the entry")
    return head.note


def proof_of(office: Office, tx: Tx, entry: int, extra: bytes = b"") -> str:
    """A C2SP tlog-proof of an entry under `note_of`: the part of a package that needs no office to check."""
    note = note_of(office, tx, entry)
    size = Checkpoint.parse(Note.parse(note).text).size
    return str(Proof(entry, tuple(log.prove(tx, entry, size)), note, extra))
