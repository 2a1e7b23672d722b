"""Record id → a label that only the office can make and anybody with its public key can check.

The verifiable function is a signature: RSASSA-PKCS1-v1_5 with SHA-256 under an RSA key of 3072 bits has exactly one value
for a message, if the key is a permutation. Label = SHA-256(``privity/label/v1`` ‖ newline ‖ signature); the signature is the proof.
What is and what is not guaranteed when the office itself made the key badly: docs/decisions/0019-labels-are-signatures.md. A person has
two labels under two words, so that knowing one says nothing of the other: what may be shown, and what the law keeps back.

Not here: which disclosure belongs under which label (``classes``), and the map (``mapping``).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from privity.errors import TamperError
from privity.ledger.entry import Kind
from privity.office import disk, record
from privity.office.keys import write_secret

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from privity.office.place import Office
    from privity.store import Tx

SHOWN, KEPT_BACK = "shown", "kept back"
BITS, EXPONENT = 3072, 65537
WITNESSES = 8  # signatures that show the key to be a permutation: docs/decisions/0019
_THREADS = 4  # signing lets go of the interpreter's lock


@dataclass(frozen=True, slots=True)
class Tag:
    """A label (32 bytes) and what proves it (384 bytes)."""

    label: bytes
    proof: bytes


@dataclass(frozen=True, slots=True)
class TagKey:
    """The key in use. ``epoch``: which of the office's keys it is, from 1; ``public``: DER SubjectPublicKeyInfo."""

    epoch: int
    public: bytes
    origin: str
    _key: rsa.RSAPrivateKey = field(repr=False)

    def tag(self, of: str, record_id: str) -> Tag:
        """The person's label in a list. About a millisecond."""
        proof = _signed(self._key, message(self.origin, of, record_id))
        return Tag(label_of(proof), proof)

    def tags(self, asked: Sequence[tuple[str, str]]) -> list[Tag]:
        """Labels of many (list, record id), in order."""
        with ThreadPoolExecutor(_THREADS) as several:
            return list(several.map(lambda one: self.tag(*one), asked))


def message(origin: str, of: str, record_id: str) -> bytes:
    """What is signed for a person's label in a list."""
    return f"privity/person/v1\n{origin}\n{of}\n{record_id}".encode()


def label_of(proof: bytes) -> bytes:
    """The label that a proof gives."""
    return sha256(b"privity/label/v1\n" + proof).digest()


def key_message(public: bytes, number: int) -> bytes:
    """What the key signs about itself."""
    return b"privity/tag-key/v1\n" + bytes([number]) + public


def _signed(key: rsa.RSAPrivateKey, said: bytes) -> bytes:
    """The signature, checked before anybody sees it: a faulty one would be another label, and can betray the key.

    Raises:
        TamperError: it does not hold: the key on file is damaged.
    """
    made = key.sign(said, padding.PKCS1v15(), hashes.SHA256())
    try:
        key.public_key().verify(made, said, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise TamperError("the key for labels of persons is damaged", remedy="restore `keys/` from a backup") from None
    return made


# ---------------------------------------------------------------- the office's keys


def ready(office: Office) -> TagKey:
    """The key in use; the first call makes it. Its public half is an entry before any label is."""
    with office.store.read() as tx:
        known = tx.rows("tag_key")
    return _opened(office, known[-1]["seq"], known[-1]["public"]) if known else renew(office, 0)


def of_epoch(office: Office, tx: Tx, epoch: int) -> TagKey:
    """One of the office's keys, old or new."""
    return _opened(office, epoch, tx.rows("tag_key", seq=epoch)[0]["public"])


def renew(office: Office, after: int) -> TagKey:
    """Make the key that follows key number ``after`` and enter its public half. Run again after a kill, it enters the key on disk."""
    with disk.alone(office.root / "keys" / "tag.lock"):
        with office.store.read() as tx:
            known = tx.rows("tag_key")
        if len(known) > after:
            return _opened(office, known[-1]["seq"], known[-1]["public"])
        path = _path(office, after + 1)
        if not path.is_file():
            made = rsa.generate_private_key(EXPONENT, BITS)
            write_secret(path, made.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()))
        key = _read(path)
        with office.store.write() as tx:
            _enter(office, tx, key)
    return TagKey(after + 1, _public(key), office.origin, key)


def _enter(office: Office, tx: Tx, key: rsa.RSAPrivateKey) -> None:
    public = _public(key)
    row = {
        "enrols": "tag_key",
        "key": "labels of persons",
        "public": public.hex(),
        "proof": [_signed(key, key_message(public, number)).hex() for number in range(WITNESSES)],
        "day": office.day.isoformat(),
    }
    index = record.enter(office, tx, Kind.KEY, row)
    tx.add_one("tag_key", public=public, day=office.day, entry=index)


def _opened(office: Office, epoch: int, public: bytes) -> TagKey:
    key = _read(_path(office, epoch))
    if _public(key) != public:
        raise TamperError(f"key {epoch} for labels of persons is not the one that was entered", remedy="restore `keys/` from a backup")
    return TagKey(epoch, public, office.origin, key)


def _path(office: Office, epoch: int) -> Path:
    return office.root / "keys" / f"tag-{epoch:04d}.pem"


def _read(path: Path) -> rsa.RSAPrivateKey:
    try:
        # Validating the primes takes longer than an account; every signature is checked instead, and the public half compared.
        key = ser.load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    except (FileNotFoundError, ValueError, TypeError):
        raise TamperError(
            f"`{path.name}` is missing or damaged", remedy="restore `keys/` from a backup; no other key gives the same labels"
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TamperError(f"`{path.name}` is not an RSA key", remedy="restore `keys/` from a backup")
    return key


def _public(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(ser.Encoding.DER, ser.PublicFormat.SubjectPublicKeyInfo)
