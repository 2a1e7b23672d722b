"""Bytes of a signed note → a checkpoint and who signed it (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

Two kinds of keys: 1, Ed25519 over the text, the ledger's own; 4, Ed25519 over ``cosignature/v1``, a time and the text, a witness's.
Lines of keys that nobody named are ignored. A text has one spelling: what would be written differently is refused.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LEDGER, WITNESS = 1, 4  # the algorithm byte of a key
_DASH = "\N{EM DASH} ".encode()
_HASH, _ID, _TIME = 32, 4, 8  # bytes
_NAME = re.compile(rb"[^\s+\x00-\x20\x7f]+")
_SIZE = re.compile(rb"0|[1-9][0-9]{0,18}")
_LONGEST, _MOST_LINES = 1_000_000, 100


class MalformedError(ValueError):
    """Bytes that are not in the one form of what they should be."""


def spelled(text: bytes) -> bytes:
    """What a base64 word says, if it is spelled as everybody would spell it."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("not base64") from None
    if base64.b64encode(raw) != text:
        raise MalformedError("not the one spelling of its base64")
    return raw


# ---------------------------------------------------------------- keys


@dataclass(frozen=True, slots=True)
class Key:
    """Whose signature counts: name, algorithm byte, 32 bytes of public key, and the sizes of the checkpoints that it may sign."""

    name: str
    kind: int
    public: bytes
    first: int = 0
    last: int | None = None

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read ``NAME+HEX(id)+BASE64(algorithm ‖ key)``.

        Raises:
            MalformedError: not such a key, or the id is not this key's.
        """
        name, _, rest = text.strip().partition("+")
        stated, _, word = rest.partition("+")
        raw = spelled(word.encode())
        if not _NAME.fullmatch(name.encode()) or len(raw) != 1 + _HASH or raw[0] not in (LEDGER, WITNESS):
            raise MalformedError("not an Ed25519 key of a ledger or of a witness")
        found = cls(name, raw[0], raw[1:])
        if found.id.hex() != stated:
            raise MalformedError("the id in the key does not belong to it")
        return found

    @property
    def id(self) -> bytes:
        """4 bytes."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_ID]

    @property
    def text(self) -> str:
        """The key as one line, as it is handed out."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    def in_force(self, size: int) -> bool:
        """Whether a checkpoint of this size may be its."""
        return self.first <= size and (self.last is None or size <= self.last)

    def accepts(self, text: bytes, signature: bytes) -> bool:
        """Whether the signature of a line under this text is this key's."""
        if self.kind == WITNESS:
            stamp, signature = signature[:_TIME], signature[_TIME:]
            text = b"cosignature/v1\ntime %d\n" % int.from_bytes(stamp, "big") + text
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Trust:
    """What a reader believes beforehand: the ledger's keys, the witnesses' keys, and how many of these must have signed."""

    keys: tuple[Key, ...]
    witnesses: tuple[Key, ...] = ()
    quorum: int = 0


# ---------------------------------------------------------------- checkpoints


@dataclass(frozen=True, slots=True)
class Line:
    """A signature line: whose, which key, and the rest."""

    name: str
    id: bytes
    signature: bytes

    def of(self, key: Key) -> bool:
        """Whether it claims to be this key's."""
        return self.name == key.name and self.id == key.id


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was signed: whose ledger, how many entries, their root; ``text`` as it stands, and the lines under it."""

    origin: str
    size: int
    root: bytes
    text: bytes
    lines: tuple[Line, ...]

    @classmethod
    def parse(cls, raw: bytes) -> Checkpoint:
        """Read a checkpoint note; nothing is known of its signatures yet.

        Raises:
            MalformedError: not in its one form.
        """
        text, gap, under = raw.partition(b"\n\n")
        parts = text.split(b"\n")
        if len(raw) > _LONGEST or not gap or not under.endswith(b"\n") or len(parts) != 3 or not _SIZE.fullmatch(parts[1]):  # noqa: PLR2004
            raise MalformedError("not in the form of a checkpoint")
        lines = under[:-1].split(b"\n")
        root = spelled(parts[2])
        if len(root) != _HASH or len(lines) > _MOST_LINES or not parts[0] or re.search(rb"[\x00-\x1f]", parts[0]):
            raise MalformedError("not in the form of a checkpoint")
        return cls(_text(parts[0]), int(parts[1]), root, text + b"\n", tuple(map(_line, lines)))

    def problems(self, trust: Trust) -> Iterator[str]:
        """Why its ledger's own signature is not one; none if it is."""
        if self.origin not in {key.name for key in trust.keys}:
            yield f"it is of another ledger, `{self.origin}`"
            return
        known = self._known(trust.keys)
        if not all(key.in_force(self.size) for key, _ in known):
            yield "it is signed by a key that was not in force at its size"
        elif not known or not all(key.accepts(self.text, line.signature) for key, line in known):
            yield "it is not signed by the ledger's key"

    def witnessed(self, trust: Trust) -> list[tuple[str, int]]:
        """Which witnesses signed, and when (seconds since 1970)."""
        good = {key: line for key, line in self._known(trust.witnesses) if key.accepts(self.text, line.signature)}
        return [(key.name, int.from_bytes(line.signature[:_TIME], "big")) for key, line in good.items()]

    def unwitnessed(self, trust: Trust) -> Iterator[str]:
        """What is wrong with the witnesses' lines, and whether too few of them signed."""
        for key, line in self._known(trust.witnesses):
            if not key.accepts(self.text, line.signature):
                yield f"the cosignature of `{key.name}` is false"
        count = len(self.witnessed(trust))
        if count < trust.quorum:
            yield f"{count} of the {trust.quorum} witnesses that are needed have signed it"

    def _known(self, keys: Iterable[Key]) -> list[tuple[Key, Line]]:
        return [(key, line) for line in self.lines for key in keys if line.of(key)]


def _line(raw: bytes) -> Line:
    name, _, word = raw.removeprefix(_DASH).partition(b" ")
    if not raw.startswith(_DASH) or not _NAME.fullmatch(name):
        raise MalformedError("a signature line is not in its form")
    said = spelled(word)
    if len(said) <= _ID:
        raise MalformedError("a signature line is not in its form")
    return Line(_text(name), said[:_ID], said[_ID:])


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise MalformedError("not UTF-8") from None


def forks(held: Sequence[tuple[str, Checkpoint]]) -> Iterator[tuple[str, str, int]]:
    """Two checkpoints of one size with two roots: (name, name, size). Both signed, they are two histories of one ledger."""
    for place, (name, one) in enumerate(held):
        for other, two in held[:place]:
            if one.size == two.size and one.root != two.root:
                yield other, name, one.size
