"""What becomes of a package: states that only move forward, each an entry, and the map of who holds what under which authority.

A state is entered on the recipient's signed word (``acknowledgement``), or is attested by a person of the office from a letter and marked
so. An intent counts as disclosed until something better is known: `withheld` says that the office did not send it, and a copy that a
killed process made may still be out. Not here: the intent and the sending themselves (``interlock``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from privity import review
from privity.errors import RefusedError
from privity.ledger.entry import Kind
from privity.office import enrol, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.ledger.entry import Json
    from privity.office.place import Office
    from privity.store import Tx

INTENT, SENT, WITHHELD, ACKNOWLEDGED, KEPT, RECALLED, DESTROYED = (
    "intent", "sent", "withheld", "acknowledged", "kept", "recalled", "destroyed",
)  # fmt: skip

# From which state to which. A recall is answered by destruction or return, or by word that it is kept: then it stays recalled.
FORWARD: Mapping[str, frozenset[str]] = {
    INTENT: frozenset({SENT, WITHHELD, ACKNOWLEDGED, RECALLED, DESTROYED}),
    SENT: frozenset({ACKNOWLEDGED, KEPT, RECALLED, DESTROYED}),
    WITHHELD: frozenset({ACKNOWLEDGED, RECALLED, DESTROYED}),  # it had left after all; or is called back to end it
    ACKNOWLEDGED: frozenset({KEPT, RECALLED, DESTROYED}),
    KEPT: frozenset({RECALLED, DESTROYED}),
    RECALLED: frozenset({DESTROYED}),
    DESTROYED: frozenset(),
}
KINDS = {
    WITHHELD: Kind.RECALL,
    ACKNOWLEDGED: Kind.ACKNOWLEDGEMENT,
    KEPT: Kind.ACKNOWLEDGEMENT,
    RECALLED: Kind.RECALL,
    DESTROYED: Kind.DESTROYED,
}
# How the use ended, 26 USC 6103(p)(4)(F)(ii): returned (I), made undisclosable (II), kept under safeguards (III).
MANNERS: Mapping[str, frozenset[str]] = {
    DESTROYED: frozenset({"", "returned", "undisclosable"}),
    KEPT: frozenset({"safeguarded"}),
    RECALLED: frozenset({"", "answered: kept"}),
}
SIGNED, ATTESTED = "signed", "attested"


@dataclass(frozen=True, slots=True)
class Said:
    """What is entered with a state. ``form``: signed by the recipient, attested from a letter, or empty for an act of the office's own.

    ``person``: who signed or attested. ``letter``: SHA-256 of the letter, hexadecimal. ``signature``: hexadecimal. ``statement``: what was
    signed, which only the entry's opening keeps.
    """

    note: str
    manner: str = ""
    form: str = ""
    person: str = ""
    letter: str = ""
    signature: str = ""
    statement: str = ""


def state_of(tx: Tx, package: str) -> str:
    """The state of a package now."""
    return str(tx.now("custody", package=package)[0]["state"])


def states(tx: Tx) -> dict[str, str]:
    """Package → state."""
    return {row["package"]: row["state"] for row in tx.now("custody")}


def named(tx: Tx, package: str) -> dict[str, object]:
    """The row of the package whose name begins so.

    Raises:
        RefusedError: none does, or several do.
    """
    rows = [row for row in tx.rows("package") if str(row["package"]).startswith(package)] if package else []
    if len(rows) != 1:
        raise RefusedError(f"no package `{package}`", remedy="`privity packages OFFICE` lists them")
    return rows[0]


def forward(now: str, then: str, manner: str = "") -> None:
    """Return if a package may go from one state to the other.

    Raises:
        RefusedError: it may not; custody never goes back.
    """
    answered = now == then == RECALLED and manner == "answered: kept"
    if then not in FORWARD[now] and not answered:
        raise RefusedError(
            f"a package that is {now} cannot become {then}", remedy=f"from {now}: {', '.join(sorted(FORWARD[now])) or 'nothing'}"
        )
    if manner not in MANNERS.get(then, frozenset({""})):
        raise RefusedError(
            f"`{manner}` is not a manner of being {then}", remedy=f"one of: {', '.join(sorted(filter(None, MANNERS.get(then, ()))))}"
        )


def enter(office: Office, tx: Tx, package: str, state: str, said: Said) -> int:
    """Enter that a package is in a state now; returns the entry.

    Raises:
        RefusedError: it cannot come to that state from where it is.
    """
    forward(state_of(tx, package), state, said.manner)
    (row,) = tx.rows("package", package=package)
    words: dict[str, Json] = {
        "package": package, "state": state, "note": said.note, "day": office.day.isoformat(), "manner": said.manner, "form": said.form,
        "person": said.person, "letter": said.letter, "signature": said.signature,
    }  # fmt: skip
    index = record.enter(office, tx, KINDS[state], words | {"statement": said.statement}, str(row["batch"]))
    tx.add_one("custody", **words | {"day": office.day}, entry=index)
    return index


# ---------------------------------------------------------------- entered by the office


def acknowledge(office: Office, package: str, note: str) -> int:
    """Enter, from a letter, that the engaged officer has the package."""
    return attest(office, package, ACKNOWLEDGED, Said(note, form=ATTESTED))


def recall(office: Office, package: str, ground: str) -> int:
    """Enter that a package is called back: the correction path. The answer is no longer live."""
    return attest(office, package, RECALLED, Said(ground))


def destroyed(office: Office, package: str, note: str, manner: str = "") -> int:
    """Enter, from a letter, that nothing of the package is left with the recipient: returned, or made undisclosable."""
    return attest(office, package, DESTROYED, Said(note, manner=manner, form=ATTESTED))


def attest(office: Office, package: str, state: str, said: Said) -> int:
    """Enter a state that the office itself answers for.

    Raises:
        RefusedError: it cannot come to that state, or who attests it is not intake officer today.
    """
    with office.store.write() as tx:
        if said.person and not review.holds(enrol.appointments(tx, enrol.CUSTODIAN), said.person, review.INTAKE, office.day):
            raise RefusedError(
                f"`{said.person}` is not intake officer on {office.day}", remedy="the intake officer attests what a letter says"
            )
        return enter(office, tx, str(named(tx, package)["package"]), state, said)
