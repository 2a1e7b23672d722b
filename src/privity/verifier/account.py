"""A folder with one person's account → what is wrong with it. Standard library and ``cryptography`` only; shares no code with the writer.

Written from docs/formats/account-of-a-person.md and disclosure-map.md. What is checked: that each entry is in a ledger that the given key
signed, or one that followed it; that the label is the one that the office's entered key gives this record; that the map entered holds
exactly this list for it, or nothing; that each item is the row of an intent that the map lists. What cannot be known here: whether the
office entered what it did, and whether the law keeps something back; the openings of everybody show the latter, and only an inspector has
them. Nor is it proved what the account says of custody, of why it is shown, or of what was recorded afterwards; and the page beside it is
not read.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from privity.verifier import tenure
from privity.verifier.note import LEDGER, Checkpoint, Key, MalformedError, Trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BITS, _EXPONENT, _WITNESSES, _HEIGHT, _NARROW = 3072, 65537, 8, 256, 256
_SHOWN_WORDS = ("entry", "place", "day", "agency", "basis", "fields")
_RECORDED_WORDS = ("entry", "entered", "made", "agency", "authority", "purpose", "what", "channel")
_LEAST_SIBLINGS = 8


class _BadError(Exception):
    """A step that failed, in words."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: problems (none: it holds), how many items, what the map covers, how far that goes, and each item as it was proved.

    ``says`` is this checker's own sentence, from what the map's entry says; what the account says of itself is not repeated. ``recorded``:
    how many lines were recorded afterwards, of which only the entry is proved.
    """

    problems: tuple[str, ...]
    items: int = 0
    covers: int = 0
    says: str = ""
    lines: tuple[str, ...] = ()
    recorded: int = 0
    origin: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    index: int
    size: int  # of the ledger whose checkpoint proves it
    root: bytes
    kind: str
    day: str
    opening: Mapping[str, Any] | None


def check_account(folder: Path, ledger_key: str, *, earlier: Path | None = None, held: str = "") -> Checked:
    """Check an account.

    Args:
        folder: with ``account.json`` and ``proofs.json``.
        ledger_key: the office's verifier key, as it is known from elsewhere; the one in the folder proves nothing. If the ledger's key
            changed since, the proofs have the changes, and each is followed only if the key before it signed it.
        earlier: the folder of an older account of the same person: what it shows must still be there.
        held: a checkpoint note of the ledger known from elsewhere, older than the account: the map must cover as much.
    """
    try:
        return check(folder, (Key.parse(ledger_key),), earlier, [Checkpoint.parse(held.encode())] if held else [])
    except MalformedError as problem:
        return Checked((f"the verifier key, or the checkpoint: {problem}",))


def check(folder: Path, keys: Sequence[Key], earlier: Path | None = None, held: Sequence[Checkpoint] = ()) -> Checked:
    """The same, with keys and checkpoints that were read already."""
    try:
        account, proofs = _read(folder, "account.json"), _read(folder, "proofs.json")
        problems = list(_problems(account, proofs, _trust(keys, proofs), held))
        problems += _since(account, _read(earlier, "account.json")) if earlier else []
        complete, items, later = account["complete"], account["items"], account.get("recorded_afterwards", [])
        lines = [*map(_line, items), *map(_recorded_line, later)]
        return Checked(
            tuple(problems), len(items), int(complete["covers"]), _says(complete), tuple(lines), len(later), str(proofs["origin"])
        )
    except (_BadError, KeyError, TypeError, ValueError, AttributeError, IndexError) as problem:
        said = (
            str(problem) if isinstance(problem, _BadError | MalformedError) else f"not in the form of an account ({type(problem).__name__})"
        )
        return Checked((said,))


def _trust(keys: Sequence[Key], proofs: Mapping[str, Any]) -> Trust:
    """The keys that are known from elsewhere, and those that followed them."""
    if any(key.kind != LEDGER for key in keys):
        raise _BadError("the verifier key is not that of a ledger")
    changes = "".join(f"{line}\n" for line in proofs.get("keys", [])).encode()
    return Trust(tuple(one for key in keys for one in tenure.follow(key, changes)))


def _says(complete: Mapping[str, Any]) -> str:
    kinds = ", ".join(f"`{kind}`" for kind in complete["kinds"])
    return (
        f"Complete for disclosures that passed through this office and were entered as {kinds} in its ledger {complete['origin']}, from "
        f"{complete['since']} to {complete['until']} (the first {int(complete['covers']):,} entries), except what the law excludes from "
        "this account or lets the office delay. What was recorded afterwards is outside of that. It says nothing of other offices, of "
        "other ways, or of earlier days."
    )


def _line(item: Mapping[str, Any]) -> str:
    return f"{item['day']}: to {item['agency']}, under {item['basis']}: {'; '.join(item['fields'])} (entry {item['entry']})"


def _recorded_line(one: Mapping[str, Any]) -> str:
    return (
        f"{one['made']}: to {one['agency']}, under {one['authority']}: {one['what']} (entry {one['entry']}, recorded afterwards on "
        f"{one['entered']}; only that there is such an entry is proved)"
    )


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / name).read_text(encoding="utf-8")))
    except OSError:
        raise _BadError(f"{name} cannot be read") from None


def _problems(account: Mapping[str, Any], proofs: Mapping[str, Any], trust: Trust, held: Sequence[Checkpoint]) -> Iterator[str]:
    origin = str(proofs["origin"])
    known = {one["index"]: _entry(one, origin, trust) for one in proofs["entries"]}
    label = _label(proofs["tag"], known, origin)
    said = _opened(known, proofs["map"]["entry"], "map")
    if said["key"] != sha256(bytes.fromhex(proofs["tag"]["public"])).hexdigest():
        yield "the map was drawn up under another key than the label"
    items = _list(proofs["map"], label, bytes.fromhex(said["root"]))
    yield from _same(account, proofs, items, said)
    for item in items:
        yield from _item(item, proofs, known, said)
    for one in account.get("recorded_afterwards", []):
        entry = known.get(one["entry"])
        if entry is None or (entry.kind, entry.day) != ("recorded", one["entered"]):
            yield f"entry {one['entry']}: it is not a record of that day"
    for one in held:
        yield from _not_older(one, known[proofs["map"]["entry"]], said, origin, trust)


def _not_older(held: Checkpoint, shown: _Entry, said: Mapping[str, Any], origin: str, trust: Trust) -> Iterator[str]:
    """That the map covers what a checkpoint does that was known before. That the ledger only grew since, a proof of growth shows."""
    _signed_by(held, origin, trust)
    if int(said["covers"]) < held.size:
        yield "the map covers less of the ledger than the checkpoint that is held: an old map was given"
    if held.size == shown.size and held.root != shown.root:
        yield "the checkpoint that is held and the one of the account are two histories of one ledger"


# ---------------------------------------------------------------- entries


def _entry(one: Mapping[str, Any], origin: str, trust: Trust) -> _Entry:
    """An entry, proved to be in the ledger, and opened if its opening is there."""
    raw = bytes.fromhex(one["raw"])
    lines, _, note = str(one["proof"]).partition("\n\n")
    first, *rest = lines.split("\n")
    signed = _signed_by(Checkpoint.parse(note.encode()), origin, trust)
    size, root = signed.size, signed.root
    if first != "c2sp.org/tlog-proof@v1" or rest[0] != f"index {one['index']}":
        raise _BadError(f"entry {one['index']}: its proof is of something else")
    way = [base64.b64decode(line, validate=True) for line in rest[1:]]
    if not _included(sha256(b"\x00" + raw).digest(), one["index"], size, way, root):
        raise _BadError(f"entry {one['index']}: the proof does not lead to the signed checkpoint")
    said = json.loads(raw)
    opening = one.get("opening")
    if opening is None:
        return _Entry(one["index"], size, root, said["kind"], said["day"], None)
    row = opening["row"].encode()
    if sha256(bytes.fromhex(opening["salt"]) + row).hexdigest() != said["commitment"]:
        raise _BadError(f"entry {one['index']}: its opening does not open it")
    return _Entry(one["index"], size, root, said["kind"], said["day"], json.loads(row))


def _opened(known: Mapping[int, _Entry], index: int, kind: str) -> Mapping[str, Any]:
    found = known.get(index)
    if found is None or found.kind != kind or found.opening is None:
        raise _BadError(f"entry {index}: there is no opened entry of kind `{kind}`")
    return found.opening


def _signed_by(found: Checkpoint, origin: str, trust: Trust) -> Checkpoint:
    """A checkpoint of this ledger, if a key that is trusted and was in force at its size signed it."""
    if found.origin != origin:
        raise _BadError("the checkpoint is of another ledger")
    for problem in found.problems(trust):
        raise _BadError(f"the checkpoint of {found.size} entries: {problem}")
    return found


def _included(leaf: bytes, index: int, size: int, way: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2."""
    here, last, found = index, size - 1, leaf
    if not 0 <= index < size:
        return False
    for step in way:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = sha256(b"\x01" + step + found).digest()
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = sha256(b"\x01" + found + step).digest()
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


# ---------------------------------------------------------------- the label


def _label(tag: Mapping[str, Any], known: Mapping[int, _Entry], origin: str) -> bytes:
    """The label that the entered key gives this record."""
    public = bytes.fromhex(tag["public"])
    entered = _opened(known, tag["key_entry"], "key")
    if entered["public"] != tag["public"]:
        raise _BadError("the key of the label is not the one that was entered")
    key = _key(public, entered["proof"])
    proof = bytes.fromhex(tag["proof"])
    if tag["list"] != "shown" or not _rsa(key, proof, f"privity/person/v1\n{origin}\nshown\n{tag['record']}".encode()):
        raise _BadError("the label is not the one of this record")
    return sha256(b"privity/label/v1\n" + proof).digest()


def _key(public: bytes, proof: Sequence[str]) -> rsa.RSAPublicKey:
    """The key, if it gives each message one signature: docs/decisions/0019-labels-are-signatures.md."""
    key = load_der_public_key(public)
    if not isinstance(key, rsa.RSAPublicKey):
        raise _BadError("the key of the label is not an RSA key")
    numbers = key.public_numbers()
    fine = key.key_size == _BITS and numbers.e == _EXPONENT and numbers.n % _EXPONENT and len(proof) == _WITNESSES
    if not fine or not all(
        _rsa(key, bytes.fromhex(one), b"privity/tag-key/v1\n" + bytes([number]) + public) for number, one in enumerate(proof)
    ):
        raise _BadError("the key of the label is not shown to give one label a record")
    return key


def _rsa(key: rsa.RSAPublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


# ---------------------------------------------------------------- the map


def _list(proof: Mapping[str, Any], label: bytes, root: bytes) -> list[Mapping[str, Any]]:
    """The items of the list that the map holds for the label; none if it holds nothing."""
    opened = proof["list"]
    found = sha256(b"\x03").digest()
    if opened is not None:
        value = sha256(bytes.fromhex(opened["salt"]) + opened["row"].encode()).digest()
        found = sha256(b"\x02" + label + value).digest()
    siblings = [bytes.fromhex(one) for one in proof["siblings"]]
    if len(siblings) != _HEIGHT:
        raise _BadError("the proof of the map has not 256 siblings")
    path = int.from_bytes(label, "big")
    for height, sibling in enumerate(siblings):
        pair = sibling + found if path >> height & 1 else found + sibling
        found = sha256(b"\x04" + pair).digest()
    if found != root:
        raise _BadError("the map that was entered does not hold this list for the label")
    return list(json.loads(opened["row"])["items"]) if opened is not None else []


def _same(
    account: Mapping[str, Any], proofs: Mapping[str, Any], items: Sequence[Mapping[str, Any]], said: Mapping[str, Any]
) -> Iterator[str]:
    shown = [{name: one[name] for name in _SHOWN_WORDS} for one in account["items"]]
    if shown != [{name: one[name] for name in _SHOWN_WORDS} for one in items]:
        yield "the items of the account are not those of the list in the map"
    if account["record"] != proofs["tag"]["record"]:
        yield "the account is of another record than the label"
    complete = account["complete"]
    if any(complete[name] != said[name] for name in ("kinds", "since", "covers")) or complete["until"] != said["day"]:
        yield "the account says more of its extent than the map's entry"
    if complete["until"] != account["asked"] or complete["origin"] != proofs["origin"]:
        yield "the map was not entered on the day of the account, or in this ledger"


def _item(item: Mapping[str, Any], proofs: Mapping[str, Any], known: Mapping[int, _Entry], said: Mapping[str, Any]) -> Iterator[str]:
    """That an item is a row of an intent which the map covers and lists."""
    index, entry = item["entry"], known.get(item["entry"])
    if entry is None or entry.kind != "intent" or entry.day != item["day"] or index >= said["covers"]:
        yield f"entry {index}: it is not an intent of that day which the map covers"
        return
    found = [one for one in proofs["rows"] if (one["entry"], (one["opening"] or {}).get("place")) == (index, item["place"])]
    if len(found) != 1:
        yield f"entry {index}: its row is not opened"
        return
    opening, listing = found[0]["opening"], _opened(known, found[0]["listed_in"], "map")
    if json.loads(opening["row"])["record"] != proofs["tag"]["record"]:
        yield f"entry {index}: its row is of another record"
    if [index, opening["root"]] not in listing["rows"] or not _row(opening):
        yield f"entry {index}: its row is not one of those that the map lists"


def _row(opening: Mapping[str, Any]) -> bool:
    commitment = sha256(bytes.fromhex(opening["salt"]) + opening["row"].encode()).digest()
    way = [bytes.fromhex(one) for one in opening["siblings"]]
    wide = opening["width"] >= _NARROW and len(way) >= _LEAST_SIBLINGS
    return wide and _included(
        sha256(b"\x00" + commitment).digest(), opening["place"], opening["width"], way, bytes.fromhex(opening["root"])
    )


def _since(account: Mapping[str, Any], earlier: Mapping[str, Any]) -> Iterator[str]:
    """What an older account showed must be in the newer."""
    if earlier["record"] != account["record"] or earlier["complete"]["covers"] > account["complete"]["covers"]:
        yield "the earlier account is of another record, or covers more"
    now = [{name: one[name] for name in _SHOWN_WORDS} for one in account["items"]]
    for one in earlier["items"]:
        if {name: one[name] for name in _SHOWN_WORDS} not in now:
            yield f"entry {one['entry']}: the earlier account showed it, and this one does not"
    later = [{name: one[name] for name in _RECORDED_WORDS} for one in account.get("recorded_afterwards", [])]
    for one in earlier.get("recorded_afterwards", []):
        if {name: one[name] for name in _RECORDED_WORDS} not in later:
            yield f"entry {one['entry']}: the earlier account showed it as recorded afterwards, and this one does not"
