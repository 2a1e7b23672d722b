"""Signing keys of officials, as passphrase-protected PEM files (PKCS 8, PBES2), through ``cryptography``.

An official's private key never enters the office: it stays in a file of the official's own and is opened for one act. The
office keeps the public half. The office's own keys are `files`.
"""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privity.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


PUBLIC_KEY = 32  # bytes


def new_key(path: Path, passphrase: str) -> bytes:
    """Write a new private key, encrypted under the passphrase; return the raw public key (32 bytes).

    Raises:
        InputError: the file exists, or the passphrase is empty.
    """
    if not passphrase:
        raise InputError("a key needs a passphrase", remedy="give one at the prompt, or in a file with --passphrase-file")
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.BestAvailableEncryption(passphrase.encode()))
    write_secret(path, pem)
    return public(key)


def open_key(path: Path, passphrase: str) -> Ed25519PrivateKey:
    """Open an official's private key.

    Raises:
        InputError: no such file, a wrong passphrase, or a key of another kind.
    """
    try:
        key = ser.load_pem_private_key(path.read_bytes(), passphrase.encode())
    except FileNotFoundError:
        raise InputError(f"no key file `{path.name}`", remedy="make one with `privity key new`") from None
    except (ValueError, TypeError):
        raise InputError(f"`{path.name}` cannot be opened with this passphrase", remedy="check the passphrase and the file") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"`{path.name}` is not an Ed25519 key", remedy="make one with `privity key new`")
    return key


def public(key: Ed25519PrivateKey) -> bytes:
    """The raw public key, 32 bytes."""
    return key.public_key().public_bytes(ser.Encoding.Raw, ser.PublicFormat.Raw)


def encode_public(raw: bytes) -> str:
    """A public key as one word for a roster file or a command line."""
    return "ed25519:" + base64.b64encode(raw).decode()


def decode_public(text: str) -> bytes:
    """Read what ``encode_public`` wrote.

    Raises:
        InputError: not such a word.
    """
    try:
        scheme, value = text.split(":", 1)
        raw = base64.b64decode(value, validate=True)
    except ValueError:
        scheme, raw = "", b""
    if scheme != "ed25519" or len(raw) != PUBLIC_KEY:
        raise InputError("not a public key", remedy="it starts with `ed25519:`; `privity key new` prints it")
    return raw


def write_secret(path: Path, content: bytes) -> None:
    """Create a file that only its owner can read; never overwrite one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(f"`{path.name}` exists", remedy="choose another name; a key is never overwritten") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
