"""One witness, one question: will you sign the newest checkpoint? Its answer, judged; nothing is stored here.

A witness signs only what grew from what it signed last, so the request carries a proof from there. If it says that it is elsewhere, it is
asked once more from where it says it is: a program that was killed between answer and commit forgets a line, and a witness does
not. What cannot be proved is a finding about the ledger, and more than nothing: ``behind`` (the witness has signed more entries than there
are) or ``beside`` (it has signed other ones). Whatever else comes back is refused and named. Nothing is quoted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from privity.errors import TamperError
from privity.ledger import cosignature, log
from privity.ledger.log import Head
from privity.ledger.note import Note, Signature
from privity.office import clock, cosigned, witness_http

if TYPE_CHECKING:
    from privity.office.place import Office
    from privity.office.witness_roster import Witness

OFF_BY = 600  # seconds by which a witness's clock may differ from this office's
_TIMES = 8  # questions to one witness at once, while the ledger grows under it
_MOST_LINES = 4  # of one witness under one checkpoint: its Ed25519 line and some of newer kinds
_SIGNED, _MISMATCH, _UNPROVED = 200, 409, 422
_SAYS = {400: "calls the request malformed", 403: "does not know this ledger's key", 404: "does not know this ledger's origin"}


class Said(StrEnum):
    """What an answer comes to."""

    SIGNED = "signed"
    BEHIND = "behind"
    BESIDE = "beside"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness's answer came to, about the checkpoint of ``size`` entries, and why. ``lines``, ``time`` (seconds): if it signed."""

    witness: str
    said: Said
    size: int
    why: str = ""
    note: str = ""
    lines: tuple[Signature, ...] = ()
    time: int = 0

    @property
    def stops(self) -> bool:
        """Whether the office must not run on: the ledger is not the one that the witness has signed."""
        return self.said in (Said.BEHIND, Said.BESIDE)


def ask_one(office: Office, head: Head, witness: Witness) -> Answer:
    """Send one checkpoint to one witness; a newer one, if the ledger grew and the witness knows it already."""
    with office.store.read() as tx:
        last = cosigned.newest(tx, {witness.name: witness.key}, 1)
    old, head = last, head if last <= head.size else _head(office)
    for _ in range(_TIMES):
        try:
            status, text = witness_http.post(witness.url, _request(office, old, head).encode())
        except witness_http.Silent as error:
            return Answer(witness.name, Said.SILENT, head.size, str(error))
        elsewhere = cosignature.read_size(text) if status == _MISMATCH else None
        if elsewhere is not None and elsewhere > head.size:
            head = _head(office)
        if elsewhere is None or elsewhere == old or not last <= elsewhere <= head.size:
            return _judge(witness, head, status, text, old, last)
        old = elsewhere
    return Answer(witness.name, Said.REFUSED, head.size, "says each time that it has signed something else")


def _request(office: Office, old: int, head: Head) -> str:
    with office.store.read() as tx:
        try:
            proof = log.prove_growth(tx, old, head.size)
        except LookupError:
            raise TamperError("a hash of the ledger is missing", remedy="run `privity verify`") from None
    return str(cosignature.Request(old, tuple(proof), head.note or ""))


def _head(office: Office) -> Head:
    with office.store.read() as tx:
        return tx.head()


def _judge(witness: Witness, head: Head, status: int, text: str, old: int, last: int) -> Answer:
    """What an answer comes to that leads to no other question. ``old``: where it was asked to go on from; ``last``: its last line here."""
    if status == _SIGNED:
        return _signed(witness, head, text)
    size = cosignature.read_size(text) if status == _MISMATCH else None
    if size is not None and size > head.size:
        return Answer(witness.name, Said.BEHIND, head.size, f"has signed {size} entries of this ledger, and the office has {head.size}")
    if size is not None and size < last:
        why = f"has forgotten what it signed: it says {size}, and its line under {last} is on file"
        return Answer(witness.name, Said.REFUSED, head.size, why)
    if status == _UNPROVED or (status == _MISMATCH and old == head.size):  # from its own size: no other proof could be sent
        why = f"has signed other entries under this ledger's name: its {old} are not the first of the office's {head.size}"
        return Answer(witness.name, Said.BESIDE, head.size, why)
    said = {_MISMATCH: "says that it has signed something else, and not what"} | _SAYS
    return Answer(witness.name, Said.REFUSED, head.size, said.get(status, f"answered {status}, and nothing is followed"))


def _signed(witness: Witness, head: Head, body: str) -> Answer:
    """Its lines, if one is by its key and none of its is false, and its time is now. Lines of other names are ignored (C2SP)."""

    def refused(why: str) -> Answer:
        return Answer(witness.name, Said.REFUSED, head.size, why)

    note = head.note or ""
    text = Note.parse(note).text
    try:
        lines = tuple(line for line in cosignature.read_lines(text, body) if line.name == witness.name)
    except TamperError:
        return refused("answered something that is not signature lines")
    if not any(map(witness.key.made, lines)):
        return refused("sent no line by its enrolled key")
    time = cosignature.signed_at(witness.key, text, body)
    if time is None:
        return refused("sent a signature that does not hold")
    if abs(time - clock.seconds()) > OFF_BY:
        return refused("signed with a time that is not now")
    if len(lines) > _MOST_LINES:
        return refused("sent more lines than a witness needs")
    return Answer(witness.name, Said.SIGNED, head.size, "", note, lines, time)
