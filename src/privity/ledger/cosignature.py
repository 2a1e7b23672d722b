"""Checkpoint → a witness's line under it, and what is said between a ledger and a witness.

Follows C2SP tlog-cosignature (Ed25519) and tlog-witness:

- *key id*: the first 4 bytes of SHA-256(NAME ‖ newline ‖ 0x04 ‖ public key); the verifier key is spelt as in `note`, with 0x04;
- *message*: ``cosignature/v1``, ``time T``, a line each, then the checkpoint's text without its signatures;
- *signature*: T in 8 bytes, the largest first, then 64 bytes of Ed25519. T is in seconds since 1970, UTC;
- *request*: ``old N``, the consistency proof a hash a line, an empty line, the checkpoint note;
- *answers*: 200 with signature lines; 409 with a size, or with nothing when roots of one size differ; any other is a refusal.

Lines of keys that the reader does not know, ML-DSA's for instance, are kept and not judged. Whether T is now, and what a
witness's word is worth, is for `office.witness`. The message does not name the witness: one key must never stand under two names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from privity.errors import InputError, TamperError
from privity.ledger.note import Note, Signature, Verifier
from privity.ledger.spelling import from_base64, to_base64
from privity.ledger.tlog import HASH

_ED25519 = b"\x04"
_KEY, _ID, _TIME, _SIGNATURE = 32, 4, 8, 64  # bytes
_LATEST = 1 << 63
_MOST_HASHES = 63
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


# ---------------------------------------------------------------- keys


@dataclass(frozen=True, slots=True)
class Cosigner:
    """Whose line is expected: a name and an Ed25519 public key of 32 bytes."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        Verifier(self.name, self.public)  # the same names and sizes are allowed

    @classmethod
    def parse(cls, vkey: str) -> Cosigner:
        """Read a verifier key of type 4 in its one spelling, or raise InputError."""
        name, _, rest = vkey.partition("+")
        raw = from_base64(rest.partition("+")[2])
        if raw is None or raw[:1] != _ED25519 or len(raw) != 1 + _KEY:
            raise InputError(
                "not a witness's verifier key of the form NAME+ID+KEY", remedy="a witness's key is of type 4; copy it again, as one line"
            )
        found = cls(name, raw[1:])
        if found.vkey != vkey:
            raise InputError("the id in the verifier key does not belong to its key", remedy="copy the key again, as one line")
        return found

    @property
    def key_id(self) -> bytes:
        """4 bytes that say which key; not unique, so a signature is always checked too."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID]

    @property
    def vkey(self) -> str:
        """The key as one line to hand out."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(_ED25519 + self.public)}"

    def made(self, line: Signature) -> bool:
        """Whether the line says that it is by this key; nothing is known of its signature yet."""
        return (line.name, line.key_id) == (self.name, self.key_id)

    def signed_at(self, line: Signature, text: str) -> int | None:
        """When this key signed the checkpoint of this text, in seconds since 1970; None: it did not, or the line is malformed."""
        time = int.from_bytes(line.signature[:_TIME], "big")
        if not self.made(line) or len(line.signature) != _TIME + _SIGNATURE or time >= _LATEST:
            return None
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(line.signature[_TIME:], _message(text, time))
        except InvalidSignature:
            return None
        return time


def cosign(name: str, key: Ed25519PrivateKey, text: str, time: int) -> Signature:
    """The line of a witness under a checkpoint's text, which ends in a newline."""
    if not 0 <= time < _LATEST or not text.endswith("\n"):
        raise ValueError("a cosignature needs a time within 63 bits and a text that ends in a newline")
    mine = Cosigner(name, key.public_key().public_bytes_raw())
    return Signature(name, mine.key_id, time.to_bytes(_TIME, "big") + key.sign(_message(text, time)))


def _message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


# ---------------------------------------------------------------- what is asked


@dataclass(frozen=True, slots=True)
class Request:
    """What a witness is sent: the size that it signed last, the proof from there, and the checkpoint note."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: str

    @classmethod
    def parse(cls, body: str) -> Request:
        """Read a request in its one spelling, or raise TamperError."""
        head, _, checkpoint = body.partition("\n\n")
        first, *lines = head.split("\n")
        number = first.removeprefix("old ")
        proof = tuple(from_base64(line) or b"" for line in lines)
        if not _NUMBER.fullmatch(number) or len(proof) > _MOST_HASHES or any(len(each) != HASH for each in proof):
            raise _malformed("request")
        found = cls(int(number), proof, str(Note.parse(checkpoint)))
        if str(found) != body:
            raise _malformed("request")
        return found

    def __str__(self) -> str:
        return "\n".join([f"old {self.old}", *map(to_base64, self.proof), "", self.checkpoint])


# ---------------------------------------------------------------- what is answered


def read_lines(text: str, body: str) -> tuple[Signature, ...]:
    """The signature lines of an answer 200 about the checkpoint of this text, or raise TamperError. None is judged yet."""
    found = Note.parse(f"{text}\n{body}")
    if found.text != text:
        raise _malformed("answer")
    return found.signatures


def signed_at(key: Cosigner, text: str, body: str) -> int | None:
    """When this key signed the checkpoint, by the lines of a witness. None: no line of its, a false one, or no lines at all."""
    try:
        times = [key.signed_at(line, text) for line in read_lines(text, body) if key.made(line)]
    except TamperError:
        return None
    return None if None in times else next(iter(times), None)


def read_size(body: str) -> int | None:
    """The size in an answer 409: what the witness signed last. None: it says none, which it may when roots of one size differ."""
    number = body.removesuffix("\n")
    return int(number) if _NUMBER.fullmatch(number) and body == f"{number}\n" else None


def with_lines(note: str, lines: Sequence[Signature]) -> str:
    """The checkpoint note with these lines under its own. A line that stands there already is not repeated."""
    found = Note.parse(note)
    more = tuple(line for line in dict.fromkeys(lines) if line not in found.signatures)
    return str(Note(found.text, found.signatures + more))


def _malformed(what: str) -> TamperError:
    return TamperError(f"the {what} is not in its canonical form")
