"""Bytes ↔ base64 in its one spelling, for every text that a ledger hands out. No other encoding is here."""

from __future__ import annotations

import base64
import binascii


def to_base64(raw: bytes) -> str:
    """Standard alphabet, padded, one line (RFC 4648 §4)."""
    return base64.b64encode(raw).decode()


def from_base64(text: str) -> bytes | None:
    """The bytes, or None if the text is not exactly what `to_base64` would write for them."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if to_base64(raw) == text else None
