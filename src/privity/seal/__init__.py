"""How a package is encrypted. One module a scheme; each satisfies ``release.Sealer``. Which one follows from the enrolled key.

A package opens only as itself: HPKE binds its name, and what age cannot bind the payload says and ``open_package`` holds against the name.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from privity.errors import InputError
from privity.seal import age, hpke

if TYPE_CHECKING:
    from collections.abc import Callable

    from privity.release import Binding, Sealer

_SEALERS: dict[str, Sealer] = {age.PREFIX: age.AgeSealer(), hpke.PREFIX: hpke.HpkeSealer()}


class KeyedSealer:
    """Seals in the scheme of the recipient's key: ``hpke-p384:…`` or ``age1…``."""

    def scheme_of(self, recipient: str) -> str:
        """The scheme, which is also the ending of the package's file."""
        return _sealer(recipient).scheme_of(recipient)

    def seal(self, payload: bytes, recipient: str, about: Binding) -> bytes:
        """Ciphertext that only the holder of the recipient's private key can open."""
        return _sealer(recipient).seal(payload, recipient, about)


def _sealer(recipient: str) -> Sealer:
    found = next((sealer for prefix, sealer in _SEALERS.items() if recipient.startswith(prefix)), None)
    if found is None:
        raise InputError("the enrolled key is of no known scheme", remedy="enrol the key that `privity key recipient` prints")
    return found


def open_package(sealed: bytes, identity: bytes, package: str, passphrase: Callable[[], str]) -> bytes:
    """The payload of the package of that name. ``passphrase`` is asked for a key that has one.

    Raises:
        InputError: wrong key, altered, or the package of another name.
    """
    if sealed.startswith(hpke.MAGIC.encode()):
        return hpke.open_sealed(sealed, identity, passphrase(), package)
    payload = age.open_sealed(sealed, identity.decode(errors="replace").strip())
    if json.loads(payload).get("package") != package:
        raise InputError("the file bears another package's name", remedy="ask for the package again; say which with --package")
    return payload
