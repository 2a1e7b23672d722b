"""Text → signed text, and back only if the signature holds. Also the two texts that a ledger hands out.

Follows C2SP signed-note (Ed25519, algorithm byte 1), tlog-checkpoint and tlog-proof@v1. The rules:

- *note*: text that ends in a newline; an empty line; signature lines ``— NAME BASE64(key id ‖ signature)``.
- *key id*: the first 4 bytes of SHA-256(NAME ‖ newline ‖ 0x01 ‖ public key).
- *verifier key*: ``NAME+HEX(key id)+BASE64(0x01 ‖ public key)``; a name has no white space and no plus sign.
- *checkpoint*: origin, size in decimal, root in base64, a line each, and nothing more.
- *proof*: ``c2sp.org/tlog-proof@v1``, perhaps ``extra BASE64``, ``index N``, the hashes, an empty line, the checkpoint note.

Every parser is canonical: it accepts exactly the bytes that its printer would write, so no two texts mean the same and none
can be changed without the change being seen. Lines signed by keys that the reader does not know (witnesses) are kept
and not judged. Whether the signed root is the root of anything is for `log`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from privity.errors import InputError, TamperError
from privity.ledger.spelling import from_base64 as _unbase64
from privity.ledger.spelling import to_base64 as _base64
from privity.ledger.tlog import HASH

_ED25519 = b"\x01"
_DASH = "— "
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_LIMIT = 1_000_000
_MOST_SIGNATURES = 100
_MOST_HASHES = 63  # the height of the tallest tree
_KEY, _ID = 32, 4  # bytes
_PROOF = "c2sp.org/tlog-proof@v1"


# ---------------------------------------------------------------- keys


@dataclass(frozen=True, slots=True)
class Verifier:
    """Whose signature is expected: a name and an Ed25519 public key of 32 bytes."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.public) != _KEY:
            raise InputError(
                f"`{self.name[:80]}` is not a name for a key, or its key is not 32 bytes", remedy="use a name without white space or `+`"
            )

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read a verifier key in its one spelling, or raise InputError."""
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = _unbase64(encoded)
        if raw is None or raw[:1] != _ED25519 or len(raw) != 1 + _KEY or not _NAME.fullmatch(name):
            raise InputError("not an Ed25519 verifier key of the form NAME+ID+KEY", remedy="copy the key again, as one line")
        found = cls(name, raw[1:])
        if key_id != found.key_id.hex():
            raise InputError("the id in the verifier key does not belong to its key", remedy="copy the key again, as one line")
        return found

    @property
    def key_id(self) -> bytes:
        """4 bytes that say which key; not unique, so a signature is always checked too."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID]

    @property
    def vkey(self) -> str:
        """The key as one line to hand out."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public)}"

    def accepts(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature over exactly these bytes is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Signer:
    """A name and an Ed25519 private key. The key never appears in its repr."""

    __slots__ = ("_key", "verifier")

    def __init__(self, name: str, seed: bytes) -> None:
        """``seed``: the private key, 32 bytes."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._key.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        """Its name, as in the verifier key."""
        return self.verifier.name

    @property
    def vkey(self) -> str:
        """The verifier key to hand out."""
        return self.verifier.vkey

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"


# ---------------------------------------------------------------- notes


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: name, key id (4 bytes) and what follows it."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the lines under it, well formed; nothing is known of the signatures yet."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: str) -> Note:
        """Read a note in its one spelling, or raise TamperError."""
        if len(note) > _LIMIT or _CONTROL.search(note) or not _encodable(note):
            raise _malformed("note")
        text, gap, lines = note.rpartition("\n\n")
        found = cls(text + "\n", tuple(_signature(line) for line in lines.split("\n")[:-1]))
        few = 1 <= len(found.signatures) <= _MOST_SIGNATURES
        if not (gap and text and few and lines.endswith("\n")) or str(found) != note:
            raise _malformed("note")
        return found

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"


def sign(text: str, *signers: Signer) -> str:
    """The note of a text, which must end in a newline. The lines stand in the order of the signers."""
    if not text.endswith("\n") or _CONTROL.search(text) or not signers:
        raise ValueError("a note needs a text that ends in a newline, without control characters, and a signer")
    lines = (Signature(s.name, s.verifier.key_id, s.sign(text.encode())) for s in signers)
    return str(Note(text, tuple(lines)))


def verify(note: str, verifiers: Sequence[Verifier]) -> str:
    """The text of the note, if at least one of these keys signed it and none of their lines is false; or raise TamperError."""
    parsed = Note.parse(note)
    known = {(v.name, v.key_id): v for v in verifiers}
    judged = [(known.get((s.name, s.key_id)), s) for s in parsed.signatures]
    answers = [key.accepts(parsed.text.encode(), line.signature) for key, line in judged if key]
    if not answers or not all(answers):
        raise TamperError("the note is not signed by a key that was expected", remedy="compare the key with the office's own")
    return parsed.text


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _unbase64(encoded)
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or raw is None or len(raw) <= _ID:
        raise _malformed("note")
    return Signature(name, raw[:_ID], raw[_ID:])


# ---------------------------------------------------------------- checkpoints


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a ledger commits to: who it is, how many entries, and their root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the signed text in its one spelling, or raise TamperError."""
        origin, size, root = (*text.split("\n"), "", "", "")[:3]
        if not _NUMBER.fullmatch(size):
            raise _malformed("checkpoint")
        found = cls(origin, int(size), _unbase64(root) or b"")
        if not origin or len(found.root) != HASH or found.size >= 1 << 63 or str(found) != text:
            raise _malformed("checkpoint")
        return found

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


def open_checkpoint(note: str, verifiers: Sequence[Verifier], origin: str) -> Checkpoint:
    """The checkpoint in a note that one of these keys signed for this ledger, or raise TamperError."""
    found = Checkpoint.parse(verify(note, verifiers))
    if found.origin != origin:
        raise TamperError("the checkpoint is of another ledger", remedy=f"expected origin `{origin}`")
    return found


# ---------------------------------------------------------------- proofs


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows, without the office, that an entry is in a signed ledger. ``extra`` is not covered by any signature."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    @classmethod
    def parse(cls, text: str) -> Proof:
        """Read a tlog-proof in its one spelling, or raise TamperError."""
        head, _, checkpoint = text.partition("\n\n")
        first, *lines = head.split("\n")
        extra = _unbase64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else b""
        number = lines.pop(0).removeprefix("index ") if lines else ""
        hashes = tuple(_unbase64(line) or b"" for line in lines)
        if first != _PROOF or not _NUMBER.fullmatch(number) or len(hashes) > _MOST_HASHES or any(len(h) != HASH for h in hashes):
            raise _malformed("proof")
        found = cls(int(number), hashes, str(Note.parse(checkpoint)), extra or b"")
        if str(found) != text:
            raise _malformed("proof")
        return found

    def __str__(self) -> str:
        extra = [f"extra {_base64(self.extra)}"] if self.extra else []
        return "\n".join([_PROOF, *extra, f"index {self.index}", *map(_base64, self.hashes), "", self.checkpoint])


# ---------------------------------------------------------------- spelling


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate cannot have come from UTF-8
        return False
    return True


def _malformed(what: str) -> TamperError:
    return TamperError(f"the {what} is not in its canonical form", remedy="fetch it again, unedited: one byte more or less is another text")
