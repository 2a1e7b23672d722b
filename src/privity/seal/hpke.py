"""Packages encrypted with HPKE (RFC 9180, base mode): P-384, HKDF-SHA384, AES-256-GCM, through ``cryptography``.

Algorithms that FIPS 140 admits; whether the module that runs them is validated is for the office to see to. What a package is about goes
into ``info``, which both sides must say alike: a package opens only under its own name, as an answer to its own receipt, from its
own office. The file format is docs/formats/package.md. Its length follows from the payload's alone.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from privity.errors import InputError
from privity.release import Binding

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

SCHEME = "hpke"
PREFIX = "hpke-p384:"
MAGIC = "privity/hpke-p384/v1"
_SUITE = Suite(KEM.P384, KDF.HKDF_SHA384, AEAD.AES_256_GCM)
_DIGITS = 20  # of the receipt's entry, so that no header is longer than another
_LINES = 3


class HpkeSealer:
    """Seals to a P-384 recipient (``hpke-p384:…``)."""

    def scheme_of(self, recipient: str) -> str:
        """``hpke``, whoever the recipient is."""
        _recipient(recipient)
        return SCHEME

    def seal(self, payload: bytes, recipient: str, about: Binding) -> bytes:
        """Three lines of header, then encapsulated key (97 bytes), ciphertext, tag (16).

        Raises:
            InputError: the recipient is not a P-384 public key.
        """
        header = "\n".join((MAGIC, about.origin, f"{about.receipt:0{_DIGITS}d}", "")).encode()
        return header + _SUITE.encrypt(payload, _recipient(recipient), _info(about))


def _info(about: Binding) -> bytes:
    """What sealer and opener must agree on: canonical JSON."""
    said = {"format": MAGIC, "origin": about.origin, "package": about.package, "receipt": about.receipt}
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _recipient(text: str) -> EllipticCurvePublicKey:
    try:
        raw = base64.b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else b""
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), raw)
    except ValueError:
        raise InputError("not an HPKE recipient", remedy=f"enrol the officer's public key; it starts with `{PREFIX}`") from None


def generate(passphrase: str) -> tuple[bytes, str]:
    """A new key pair: (private key as PKCS 8 PEM under the passphrase, recipient to enrol).

    Raises:
        InputError: the passphrase is empty.
    """
    if not passphrase:
        raise InputError("a key needs a passphrase", remedy="give one at the prompt, or in a file with --passphrase-file")
    key = ec.generate_private_key(ec.SECP384R1())
    pem = key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.BestAvailableEncryption(passphrase.encode()))
    point = key.public_key().public_bytes(ser.Encoding.X962, ser.PublicFormat.CompressedPoint)
    return pem, PREFIX + base64.b64encode(point).decode()


def open_sealed(sealed: bytes, pem: bytes, passphrase: str, package: str) -> bytes:
    """Decrypt the package of that name; for recipients.

    Raises:
        InputError: the file is no such package, was altered, bears another package's name, or is for somebody else.
    """
    header, body = _parted(sealed)
    try:
        about = Binding(package, header[1], int(header[2]))
        return _SUITE.decrypt(body, _private(pem, passphrase), _info(about))
    except (InvalidTag, ValueError):
        raise InputError(
            "the package cannot be opened with this key under this name", remedy="check key and file name, and ask for the package again"
        ) from None


def _parted(sealed: bytes) -> tuple[list[str], bytes]:
    """The header's lines, and what follows them."""
    *lines, body = sealed.split(b"\n", _LINES)
    try:
        header = [line.decode() for line in lines]
    except UnicodeDecodeError:
        header = []
    if len(header) != _LINES or header[0] != MAGIC or not header[2].isdecimal():
        raise InputError("the file is not an HPKE package", remedy="its name ends in `.hpke`, and its first line says what it is")
    return header, body


def _private(pem: bytes, passphrase: str) -> EllipticCurvePrivateKey:
    try:
        key = ser.load_pem_private_key(pem, passphrase.encode())
    except (ValueError, TypeError):
        raise InputError("the key cannot be opened with this passphrase", remedy="check the passphrase and the file") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP384R1):
        raise InputError("the key is not a P-384 key", remedy="make one with `privity key recipient FILE --scheme hpke-p384`")
    return key
