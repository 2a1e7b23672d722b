r"""A secret under a passphrase: scrypt makes a key of the words, AES-256-GCM seals the secret, bound to the kind of key that it is.

    "privity protected key 1\n" | salt (16) | nonce (12) | AES-256-GCM of the 32 bytes, everything before it and the kind authenticated

The words come from the file that ``PRIVITY_OFFICE_PASSPHRASE_FILE`` names, or are asked for on a terminal; never from a variable. What this
does not do: once an office is open, its keys are in the memory of the process in clear.
"""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = "PRIVITY_OFFICE_PASSPHRASE_FILE"
_MAGIC = b"privity protected key 1\n"
_SALT, _NONCE = 16, 12
_COST = {"n": 2**17, "r": 8, "p": 1}  # 128 MB, about a third of a second; once for all keys that were protected together


def is_protected(raw: bytes) -> bool:
    """Whether a key file needs a passphrase."""
    return raw.startswith(_MAGIC)


def protect(secret: bytes, kind: str, words: str) -> bytes:
    """The content of a key file."""
    salt, nonce = _salt(words), secrets.token_bytes(_NONCE)
    head = _MAGIC + salt + nonce
    return head + AESGCM(_derived(words, salt)).encrypt(nonce, secret, head + kind.encode())


def open_protected(raw: bytes, kind: str, name: str, words: Sequence[str]) -> bytes:
    """The secret in a key file, by whichever of the passphrases opens it.

    Raises:
        InputError: none does.
    """
    end = len(_MAGIC) + _SALT + _NONCE
    salt, nonce = raw[len(_MAGIC) : len(_MAGIC) + _SALT], raw[end - _NONCE : end]
    for each in words:
        try:
            return AESGCM(_derived(each, salt)).decrypt(nonce, raw[end:], raw[:end] + kind.encode())
        except (InvalidTag, ValueError):
            continue
    raise InputError(f"`{name}` does not open with this passphrase", remedy=f"check the passphrase; {FILE} names a file with it")


def ask() -> str:
    """The passphrase of the office's keys.

    Raises:
        InputError: nobody can be asked.
    """
    named = os.environ.get(FILE)
    if named:
        return from_file(Path(named))
    if not sys.stdin.isatty():
        raise InputError("the office's keys are under a passphrase", remedy=f"name a file with it in {FILE}")
    return _asked()


def from_file(path: Path) -> str:
    """The first line of a file.

    Raises:
        InputError: it cannot be read, or is empty.
    """
    try:
        found = path.read_text().rstrip("\n")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"`{path}` cannot be read", remedy="name a file with the passphrase of the office's keys") from None
    if not found:
        raise InputError(f"`{path}` holds no passphrase", remedy="write the passphrase of the office's keys into it")
    return found


@lru_cache(maxsize=1)
def _asked() -> str:
    return getpass.getpass("Passphrase of the office's keys: ")


@lru_cache(maxsize=4)
def _salt(_words: str) -> bytes:
    """One salt for what is protected in one run, so that opening an office costs one derivation and not three."""
    return secrets.token_bytes(_SALT)


@lru_cache(maxsize=4)
def _derived(words: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **_COST).derive(words.encode())
