"""One key that is trusted, and the ledger's list of keys → which key may sign at which size.

A ledger's key can end. A checkpoint that ends in exactly the entry which says so is signed by both keys; after it only the new one signs.
So trust goes from one key to the next without the office. A key that was revoked is believed up to the size that its end names.
The list is a JSON object a line (``privity key list OFFICE --out FILE``); an export has it as ``keys.jsonl``.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from hashlib import sha256

from privity.verifier import entry, tree
from privity.verifier.note import Key, MalformedError
from privity.verifier.proof import Proof


def follow(known: Key, raw: bytes) -> tuple[Key, ...]:
    """The keys of the ledger from a trusted one on, each with the sizes that it may sign.

    Raises:
        MalformedError: not such a list, or a change in it is not proved by the key before it.
    """
    found, key = list[Key](), known
    for change in _changes(raw):
        said, proof = _opened(change)
        if said.get("old") == key.text:
            new = Key.parse(str(said["new"]))
            _proved(change, proof, key, new)
            start, trusted = proof.checkpoint.size, said.get("trusted")
            if said.get("start") != start or not (trusted is None or isinstance(trusted, int)):
                raise MalformedError("a change of the ledger's key does not stand where it says")
            found.append(replace(key, last=start if trusted is None else trusted))
            key = replace(new, first=start)
        elif not found and said.get("new") == key.text:
            key = replace(key, first=proof.checkpoint.size)
    return (*found, key)


def _changes(raw: bytes) -> list[dict[str, str]]:
    try:
        said = [json.loads(line) for line in raw.splitlines()]
        return [each["change"] for each in said if "change" in each]
    except (ValueError, KeyError, TypeError):
        raise MalformedError("not a list of a ledger's keys") from None


def _opened(change: dict[str, str]) -> tuple[dict[str, object], Proof]:
    """What the entry of a change says, once its opening is known to open it, and its proof."""
    try:
        row, one = change["row"].encode(), base64.b64decode(change["entry"])
        parts, said = entry.parts(one), json.loads(row)
        commitment = sha256(bytes.fromhex(change["salt"]) + row).hexdigest().encode()
        proof = Proof.inclusion(change["proof"].encode())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise MalformedError("not a list of a ledger's keys") from None
    if parts is None or not isinstance(said, dict) or (parts[0], parts[2]) != (commitment, b"key"):
        raise MalformedError("the opening of a change of the ledger's key does not open its entry")
    return said, proof


def _proved(change: dict[str, str], proof: Proof, old: Key, new: Key) -> None:
    """Both keys signed the checkpoint that ends in the change's entry."""
    signed, hashed = proof.checkpoint, tree.leaf(base64.b64decode(change["entry"]))
    both = all(any(line.of(key) and key.accepts(signed.text, line.signature) for line in signed.lines) for key in (old, new))
    last = signed.size == proof.number + 1 and tree.included(hashed, proof.number, signed.size, proof.hashes, signed.root)
    if not both or not last or not signed.origin == old.name == new.name:
        raise MalformedError("a change of the ledger's key is not proved by the key before it")
