"""``privity key rotate | revoke | confirm``: two persons put another key of the office in force.

One proposes, a second confirms; each signs, with their own key, exactly the row that is entered. Confirming makes the new key, in this
order: its file durable; then, in one transaction, the entry of the second signature and the entry that names both keys, the latter's
checkpoint signed by both; then the old ledger key's file is removed, for whoever gets the folder later could rewrite what it signed.
Which key is in force the committed entry decides: killed before the commit, the new file is waste; after it, the old one is.

Archive keys are only ever added: digests of what they sealed stand in entries, so nothing can be sealed anew, and the old keys are needed
to read. The link key never changes (docs/decisions/0021).
"""

from __future__ import annotations

import secrets
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privity import review
from privity.errors import InputError, RefusedError
from privity.ledger import entry as entries
from privity.ledger.entry import Kind
from privity.ledger.note import Signer
from privity.ledger.tenure import REVOKED, ROTATED
from privity.office import enrol, hold, record, witness
from privity.office.keys import files, tenures
from privity.office.keys.tenures import ARCHIVE, LEDGER
from privity.store import archive
from privity.store.archive import sync_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from privity.ledger.entry import Json
    from privity.office.dispose import Official
    from privity.office.place import Office
    from privity.store import Tx

DOES = (ROTATED, REVOKED)
SAID = ("act", "does", "key", "old", "new", "trusted", "ground", "proposal", "person", "office", "day")


@dataclass(frozen=True, slots=True)
class Changed:
    """What a confirmation did: the entry, the keys, and the packages whose proofs stand under checkpoints that are believed no more."""

    entry: int
    key: str
    old: str
    new: str
    to_prove_again: tuple[str, ...]
    removed: tuple[str, ...]  # files of the old ledger key


# ---------------------------------------------------------------- the two acts


def propose(office: Office, does: str, key: str, by: Official, ground: str, trusted: int | None = None) -> int:
    """Enter one person's proposal that a key ends; returns the entry, by which another confirms it.

    ``trusted``: of a stolen ledger key, the last size of the ledger that is believed on its signature alone; if not said, the newest that
    a witness signed.

    Raises:
        InputError: there is no such change of such a key.
        RefusedError: the person may not; or no witness signed, and no size is named.
    """
    if not ground.strip():
        raise InputError("a change of a key needs its ground", remedy="state it with --ground")
    _sound(does, key)
    with office.store.write() as tx:
        size = tx.head().size
        bound = _bound(tx, trusted, size) if does == REVOKED else None
        row: dict[str, Json] = {"act": "proposed", "does": does, "key": key, "old": present(office, key), "new": None, "trusted": bound}
        return _sign(office, tx, row | {"ground": ground, "proposal": None}, by)


def confirm(office: Office, proposal: int, by: Official) -> Changed:
    """Enter the second person's confirmation, and put a new key in force. The office must be opened again afterwards.

    Raises:
        InputError: no such proposal, or no place for the new key.
        RefusedError: the persons may not, are one, or the key ended already. Nothing changed; a key file that was made is waste.
    """
    with office.store.read() as tx:
        said = _open_proposal(office, tx, proposal, by)
    key = str(said["key"])
    secret = _prepared(office, key)
    new = _named(office, key, secret)
    with office.store.write() as tx:
        said = _open_proposal(office, tx, proposal, by)
        if new not in _files(office, key):  # `prune` removes what no entry names, and waits for this transaction
            raise RefusedError("the file of the new key is gone", remedy="run it again")
        row = {name: said[name] for name in ("does", "key", "old", "trusted", "ground")}
        _sign(office, tx, {**row, "act": "confirmed", "new": new, "proposal": proposal}, by)
        entry = _put_in_force(office, tx, said, new, Signer(office.origin, secret) if key == LEDGER else None)
        again = _packages_since(tx, said["trusted"])
    old = str(said["old"])
    removed = _remove_old(office, old) if key == LEDGER else ()
    return Changed(entry, key, old, new, again, removed)


def present(office: Office, key: str) -> str:
    """What the key of a kind is called that this office has open: a verifier key, or an archive key's id."""
    return office.verifier.vkey if key == LEDGER else tenures.archive_name(office.archive_key.current)


def _sound(does: str, key: str) -> None:
    if key == tenures.LINK:
        raise InputError("the link key is never changed", remedy="what it links across years would come apart: docs/decisions/0021")
    if does not in DOES or key not in (LEDGER, ARCHIVE):
        raise InputError(f"no key `{key}` of the office", remedy=f"one of: {LEDGER}, {ARCHIVE}")
    if (does, key) == (REVOKED, ARCHIVE):
        raise InputError("an archive key signs nothing that could be revoked", remedy="rotate it; what it sealed is to be taken as read")


def _bound(tx: Tx, trusted: int | None, size: int) -> int:
    bound = witness.witnessed(tx, 1) if trusted is None else trusted
    if trusted is None and not bound:
        raise RefusedError(
            "no witness signed a checkpoint of this ledger", remedy="name with --trusted the size of a checkpoint that somebody else holds"
        )
    if not 0 <= bound <= size:
        raise InputError(f"the ledger has {size} entries", remedy="name a size within it with --trusted")
    return bound


def _sign(office: Office, tx: Tx, row: Mapping[str, Json], by: Official) -> int:
    """Complete a row with its person, sign it, and enter it."""
    whole = {**row, "person": by.person, "office": by.office, "day": office.day.isoformat()}
    signature = by.key.sign(statement(whole, office.origin))
    _may(office, tx, whole, signature)
    index = record.enter(office, tx, Kind.KEY, {**whole, "signature": signature.hex()})
    tx.add_one("key_act", **{**whole, "day": office.day}, signature=signature, entry=index)
    return index


def statement(row: Mapping[str, Json], origin: str) -> bytes:
    """The bytes that a person signs: what is entered, and of which ledger."""
    return entries.canonical({name: row[name] for name in SAID} | {"origin": origin})


def _may(office: Office, tx: Tx, row: Mapping[str, Json], signature: bytes) -> None:
    """Whether the person of a row holds the office today, and the signature is by the key that is enrolled for them now.

    Raises:
        RefusedError: not so.
    """
    person, held = str(row["person"]), str(row["office"])
    known = enrol.appointments(tx, enrol.CUSTODIAN)
    if held not in enrol.CUSTODIAN_OFFICES or not review.holds(known, person, held, office.day):
        raise RefusedError(
            f"`{person}` does not hold the office `{held}` on {office.day}", remedy="only who holds an office here changes its keys"
        )
    public = enrol.public_keys(tx, enrol.CUSTODIAN).get(person)
    if public is None or not holds_good(statement(row, office.origin), signature, public):
        raise RefusedError("the act is not signed by this person's enrolled key", remedy="sign with the key whose public half is enrolled")


def holds_good(text: bytes, signature: bytes, public: bytes) -> bool:
    """Whether a signature over a statement is by this key (Ed25519, raw)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


# ---------------------------------------------------------------- confirming


def _open_proposal(office: Office, tx: Tx, proposal: int, by: Official) -> dict[str, Json]:
    """What was proposed, in the words that were signed, if it still stands and is not the confirmer's own.

    Raises:
        InputError: there is none of that entry.
        RefusedError: it does not stand.
    """
    rows = tx.rows("key_act", entry=proposal, act="proposed")
    if not rows:
        raise InputError(f"entry {proposal} proposes no change of a key", remedy="`privity key list OFFICE` shows what is proposed")
    said: dict[str, Json] = {name: rows[0][name] for name in SAID} | {"day": rows[0]["day"].isoformat()}
    if said["old"] != (tenures.in_force(tx, str(said["key"])) or present(office, str(said["key"]))):
        raise RefusedError("the key that this proposal ends is in force no more", remedy="propose again if another is to end")
    if said["person"] == by.person:
        raise RefusedError("a second person confirms, not the one who proposed", remedy="two persons change a key of the office")
    _may(office, tx, said, rows[0]["signature"])
    return said


def _prepared(office: Office, key: str) -> bytes:
    """The secret that is to be in force: one that lies ready in the folder, or a new one, durable there when this returns.

    Raises:
        RefusedError: several lie ready.
    """
    with office.store.read() as tx:
        known = _ever(office, tx, key)
    ready = [secret for name, secret in _files(office, key).items() if name not in known]
    if len(ready) > 1:
        raise RefusedError(
            f"{len(ready)} {key} keys lie ready", remedy="keep one; `privity key prune OFFICE` removes all that no entry names"
        )
    if ready:
        return ready[0]
    secret = secrets.token_bytes(files.SECRET)
    files.add(office.root, key, _short(_named(office, key, secret)), secret)
    return secret


def _ever(office: Office, tx: Tx, key: str) -> set[str]:
    """Every key of a kind that was ever in force."""
    return {row[side] for row in tx.rows("office_key", key=key) for side in ("old", "new")} | {present(office, key)}


def _files(office: Office, key: str) -> dict[str, bytes]:
    """Each key of a kind that lies in the folder, by its name."""
    return {_named(office, key, each.secret): each.secret for each in files.read(office.root, key)}


def _named(office: Office, key: str, secret: bytes) -> str:
    return Signer(office.origin, secret).vkey if key == LEDGER else tenures.archive_name(secret)


def _short(name: str) -> str:
    """A name's part that may stand in a file's name: the id of a verifier key."""
    return name.split("+")[1] if "+" in name else name


def _put_in_force(office: Office, tx: Tx, said: Mapping[str, Json], new: str, signer: Signer | None) -> int:
    """The entry that names both keys: the last that the old one signs. It names nobody, so its opening may be given out."""
    start = tx.head().size + 1
    row: dict[str, Json] = {
        "act": said["does"],
        "key": said["key"],
        "old": said["old"],
        "new": new,
        "start": start,
        "trusted": start if said["trusted"] is None else said["trusted"],
        "day": office.day.isoformat(),
    }
    written = [entries.canonical(row)]
    index = record.enter_rows(office, tx, Kind.KEY, written, office.salts(1), entries.NO_BATCH, signer).first
    tx.add_one("office_key", **{**row, "day": office.day}, entry=index)
    return index


def _packages_since(tx: Tx, trusted: Json) -> tuple[str, ...]:
    """Packages whose entries lie beyond the size that is still believed: their recipients need proofs under a checkpoint of the new key."""
    if not isinstance(trusted, int):
        return ()
    return tuple(row["package"] for row in tx.rows("package") if row["entry"] >= trusted)


# ---------------------------------------------------------------- after it


def require_removable(_office: Office, _tx: Tx) -> None:
    """Return if the file of a key that is not in force may be destroyed now. Asked wherever one is; of archive keys none that sealed.

    Raises:
        RefusedError: something must be kept.
    """
    # The one place where destroying a key asks for holds: `hold.require_none(office, tx, "no key is destroyed")`.


def _remove_old(office: Office, old: str) -> tuple[str, ...]:
    """Remove the file of a ledger key that ended, unless it must be kept: then it is shown as waste until `prune`."""
    with office.store.read() as tx, suppress(RefusedError):
        require_removable(office, tx)
        return _remove(office, LEDGER, lambda name: name == old)
    return ()


def prune(office: Office) -> list[str]:
    """Remove the files of ledger keys that are not in force, and of archive keys that no entry ever named; returns their names.

    An archive key that was ever in force stays: what it sealed is named by digest in entries, and openings are permanent.

    Raises:
        RefusedError: the ledger's key was rotated since the office was opened, or a key must be kept.
    """
    with office.store.write() as tx:  # nobody puts a key in force meanwhile
        hold.require_none(office, tx, "no key is destroyed")
        if tenures.in_force(tx, LEDGER) not in (None, office.verifier.vkey):
            raise RefusedError("the ledger's key was rotated", remedy="run it again")
        require_removable(office, tx)
        known = _ever(office, tx, ARCHIVE)
        gone = _remove(office, LEDGER, lambda name: name != office.verifier.vkey)
        return [*gone, *_remove(office, ARCHIVE, lambda name: name not in known), *files.sweep(office.root)]


def _remove(office: Office, kind: str, which: Callable[[str], bool]) -> tuple[str, ...]:
    """Remove key files; those in a folder that cannot be written to stay, and `privity key list` shows them."""
    gone = list[str]()
    for each in files.read(office.root, kind):
        if which(_named(office, kind, each.secret)):
            with suppress(OSError):
                each.path.unlink()
                sync_directory(each.path.parent)
                gone.append(each.path.name)
    return tuple(gone)


def needed(office: Office) -> dict[str, int]:
    """How many sealed files each archive key is needed to read, by its name; those of form 1, which name none, under the empty one."""
    places = [*office.openings().glob("*.openings"), *(office.root / "batches").rglob("*.sealed")]
    return dict(Counter(archive.sealed_with(path).hex() for path in places))


def key_files(office: Office) -> list[dict[str, str]]:
    """Each key file, and what it is: in force, kept to read what it sealed, or waste."""
    states = list[dict[str, str]]()
    with office.store.read() as tx:
        ever = _ever(office, tx, ARCHIVE)
    for kind in files.KINDS:
        for each in files.read(office.root, kind):
            name = _named(office, kind, each.secret)
            now = kind == tenures.LINK or name == present(office, kind)
            state = "in force" if now else "for reading" if kind == ARCHIVE and name in ever else "waste: privity key prune"
            states.append({"kind": kind, "file": str(each.path), "state": state})
    return states


def proposed(tx: Tx) -> list[dict[str, Json]]:
    """What is proposed and not confirmed."""
    done = {row["proposal"] for row in tx.rows("key_act", act="confirmed")}
    return [row for row in tx.rows("key_act", act="proposed") if row["entry"] not in done]
