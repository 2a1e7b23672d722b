"""Which of the office's keys is in force, as table ``office_key`` says; which signed at which size; what outsiders are told of it.

No row: the office has the keys it was made with (``KIND.key``). The table is held against the entries by `tables`, and each change against
the checkpoint that both keys signed by `check`, so what an owner of the database writes into it shows.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from privity.errors import InputError, RefusedError, TamperError
from privity.ledger import log
from privity.ledger.note import Proof, Signer, Verifier
from privity.ledger.tenure import Change, Tenure
from privity.ledger.tlog import prove_inclusion
from privity.office import openings
from privity.office.keys import files
from privity.store import archive

if TYPE_CHECKING:
    from pathlib import Path

    from privity.office.place import Office
    from privity.store import Tx

LEDGER, ARCHIVE, LINK = files.KINDS


def in_force(tx: Tx, kind: str) -> str | None:
    """The key of a kind that holds now: a verifier key, or an archive key's id. None: that with which the office was made."""
    rows = tx.now("office_key", key=kind)
    return str(rows[0]["new"]) if rows else None


def signer(root: Path, origin: str, named: str | None) -> Signer:
    """The ledger key that is in force, from its file.

    Raises:
        InputError: it is not among the office's files.
    """
    found = [Signer(origin, each.secret) for each in files.read(root, LEDGER)]
    fitting = [each for each in found if named in (None, each.vkey)]
    if not fitting:
        raise _absent(LEDGER, str(named))
    return fitting[0]


def archive_keys(root: Path, named: str | None) -> archive.Keys:
    """The archive key that is in force, and every other that is there, for reading: the one with which the office was made first.

    Raises:
        InputError: the one in force is not among the office's files.
    """
    found = [each.secret for each in files.read(root, ARCHIVE)]
    fitting = [each for each in found if named in (None, archive_name(each))]
    if not fitting:
        raise _absent(ARCHIVE, str(named))
    return archive.Keys(fitting[0], tuple(each for each in found if each != fitting[0]))


def _absent(kind: str, named: str) -> InputError:
    shown = named.split("+")[1] if "+" in named else named
    return InputError(
        f"the {kind} key in force, {shown}, is not among the office's keys",
        remedy="run it again; if that does not help, restore the key from a backup: docs/keys.md",
    )


def archive_name(secret: bytes) -> str:
    """What an archive key is called in files, tables and lists."""
    return archive.key_id(secret).hex()


def require_in_force(office: Office, tx: Tx) -> None:
    """Return if what this process seals with is still in force. The ledger's key is held against its last checkpoint (`log.append`).

    Raises:
        RefusedError: it was rotated since the office was opened.
    """
    named = in_force(tx, ARCHIVE)
    if named is not None and archive_name(office.archive_key.current) != named:
        raise RefusedError("the office's archive key was rotated", remedy="open the office again, and run the step again")


# ---------------------------------------------------------------- the ledger's keys over time


def ledger_keys(tx: Tx, present: Verifier) -> tuple[Tenure, ...]:
    """Every key that ever signed this ledger, with the sizes that it may sign, oldest first. ``present``: the one this office has."""
    tenures, began = list[Tenure](), 0
    for row in tx.rows("office_key", key=LEDGER):
        tenures.append(Tenure(Verifier.parse(row["old"]), began, row["start"], row["trusted"]))
        began = row["start"]
    return (*tenures, Tenure(present, began))


def ledger_changes(office: Office, tx: Tx) -> list[Change]:
    """Every change of the ledger's key as outsiders are given it. Names nobody: who signed for it stands in entries of its own."""
    return [_change(office, tx, row["entry"]) for row in tx.rows("office_key", key=LEDGER)]


def _change(office: Office, tx: Tx, index: int) -> Change:
    (named,) = tx.rows("opening_file", first=index)
    opening = openings.cut(office, named)
    (raw,) = log.read_entries(tx, index, 1)
    proof = Proof(index, tuple(prove_inclusion(log.hashes(tx), index, index + 1)), checkpoint_at(tx, index + 1))
    return Change(opening.salts, opening.rows[0], raw, str(proof))


def checkpoint_at(tx: Tx, size: int) -> str:
    """The checkpoint note that the ledger keeps for a size.

    Raises:
        TamperError: there is none.
    """
    note = next((each.note for each in tx.read(size - 1, 1) if each.end == size), None)
    if note is None:
        raise TamperError(f"the ledger keeps no checkpoint of size {size}", remedy="run `privity verify`")
    return note


def as_text(office: Office, tx: Tx) -> str:
    """The ledger's keys for outsiders: a JSON object a line, of each key and then of each change (docs/keys.md).

    The first key must be known from elsewhere; `tenure.follow` checks the rest.
    """
    keys = [
        {"vkey": each.verifier.vkey, "first": each.first, "last": each.last, "trusted": each.last if each.trusted is None else each.trusted}
        for each in ledger_keys(tx, office.verifier)
    ]
    changes = [
        {"salt": each.salt.hex(), "row": each.row.decode(), "entry": _base64(each.entry), "proof": each.proof}
        for each in ledger_changes(office, tx)
    ]
    lines = [*({"key": each} for each in keys), *({"change": each} for each in changes)]
    return "".join(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n" for line in lines)


def parse_changes(text: str) -> list[Change]:
    """The changes in what `as_text` wrote, in order.

    Raises:
        TamperError: it is not such a text.
    """
    try:
        said = [json.loads(line) for line in text.splitlines()]
        found = [each["change"] for each in said if "change" in each]
        return [Change(bytes.fromhex(each["salt"]), each["row"].encode(), base64.b64decode(each["entry"]), each["proof"]) for each in found]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise TamperError("not a list of a ledger's keys", remedy="`privity key list OFFICE --out FILE` writes it") from None


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
