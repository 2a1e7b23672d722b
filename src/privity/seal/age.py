"""Packages encrypted with age (X25519, ChaCha20-Poly1305), through pyrage. The format: age-encryption.org/v1.

Not a FIPS 140 algorithm set: for trying out, and for offices that are not bound by IRS Publication 1075. Any age tool opens a package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyrage

from privity.errors import InputError

if TYPE_CHECKING:
    from privity.release import Binding

SCHEME = "age"
PREFIX = "age1"


class AgeSealer:
    """Seals to an age recipient (``age1…``)."""

    def scheme_of(self, recipient: str) -> str:
        """``age``, whoever the recipient is."""
        _recipient(recipient)
        return SCHEME

    def seal(self, payload: bytes, recipient: str, about: Binding) -> bytes:  # noqa: ARG002 - age binds nothing; the payload names its package
        """Encrypt to one recipient.

        Raises:
            InputError: the recipient is not an age public key.
        """
        return bytes(pyrage.encrypt(payload, [_recipient(recipient)]))


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise InputError("not an age recipient", remedy="enrol the officer's public key; it starts with `age1`") from None


def generate() -> tuple[str, str]:
    """A new key pair: (identity to keep secret, recipient to enrol)."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def open_sealed(ciphertext: bytes, identity: str) -> bytes:
    """Decrypt with a secret identity; for recipients and for the demo.

    Raises:
        InputError: the package was altered, or is for somebody else.
    """
    try:
        return bytes(pyrage.decrypt(ciphertext, [pyrage.x25519.Identity.from_str(identity)]))
    except (pyrage.DecryptError, pyrage.IdentityError):
        raise InputError("the package cannot be opened with this key", remedy="check the key, and ask for the package again") from None
