"""Which preparation made a prepared row: a digest of everything that it rests on, so that rows prepared otherwise are never taken for it.

It is taken over the text of the modules that prepare and the versions of the libraries and tables that they use. So nobody has to remember
to count a number up; a change that alters no row (a comment) prepares everything once more, which costs time and no harm.
Not seen: the interpreter and the processor. Preparing is arithmetic on text and whole numbers, which both do alike.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

PACKAGES = ("polars", "pyarrow", "anyascii", "usaddress", "zipcodes")
"""Libraries and tables that a prepared cell may depend on. One that is not installed counts as that."""

AFTER = frozenset(
    {
        *("__init__.py", "alike.py", "bound.py", "engine.py", "identify.py", "match.sql", "queries.py", "register.py", "retrieve.py"),
        *("rules.py", "version.py"),
    }
)
"""Of ``match``, what only reads prepared rows, or counts them. A file that is not named here counts as preparing."""


@cache
def preparation() -> str:
    """SHA-256 over what preparing rests on: ``fields``, the preparing part of ``match``, and the versions of ``PACKAGES``."""
    whole = sha256()
    for name, content in sorted(_sources()):
        whole.update(f"{name}\x00{sha256(content).hexdigest()}\n".encode())
    for package in PACKAGES:
        whole.update(f"{package}\x00{_version(package)}\n".encode())
    return whole.hexdigest()


def _sources() -> Iterator[tuple[str, bytes]]:
    yield from _texts("fields", files("privity.fields"))
    yield from ((name, content) for name, content in _texts("match", files("privity.match")) if name.removeprefix("match/") not in AFTER)


def _texts(name: str, at: Traversable) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, but for what the interpreter keeps there."""
    for each in at.iterdir():
        if each.is_file():
            yield f"{name}/{each.name}", each.read_bytes()
        elif each.name != "__pycache__":
            yield from _texts(f"{name}/{each.name}", each)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
