"""A file of law into its text, its digest and its entries; whatever is not well formed is an error that names file and entry.

Strict on purpose: a key that nobody knows is a typing mistake, and a typing mistake in a law file must not be silently nothing.
What the entries mean is for the modules that ask for them.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from privity.errors import LawError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LawFile:
    """One file as read: ``name`` is its path below the law's root, ``text`` its content."""

    name: str
    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def wrong(self, entry: str, what: str) -> LawError:
        """The error for one entry of this file."""
        return LawError(f"{self.name}: {entry}: {what}", remedy=f"correct {entry} in {self.name}; nothing is decided under it until then")

    def table(self) -> dict[str, object]:
        """The file as TOML."""
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise self.wrong("the file", f"not TOML: {error}") from error


def read(root: Path, path: Path) -> LawFile:
    """Read one file of law below ``root``."""
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    try:
        return LawFile(name, path.read_bytes().decode("utf-8"))
    except FileNotFoundError as error:
        raise LawError(f"{name}: there is no such file of law", remedy="give the folder that holds the law") from error
    except UnicodeDecodeError as error:
        raise LawError(f"{name}: not UTF-8", remedy="save the file as UTF-8") from error


def entry(file: LawFile, where: str, raw: object, required: Mapping[str, type], optional: Mapping[str, type]) -> dict[str, object]:
    """Check one table: every required key there, no other key than these, each of its type.

    Raises:
        LawError: naming the file, the entry and the key.
    """
    if not isinstance(raw, dict):
        raise file.wrong(where, "not a table")
    for key in raw:
        if key not in required and key not in optional:
            raise file.wrong(where, f"unknown key `{key}`")
    for key, kind in required.items():
        if key not in raw:
            raise file.wrong(where, f"`{key}` is missing")
        _typed(file, where, key, raw[key], kind)
    for key in optional.keys() & raw.keys():
        _typed(file, where, key, raw[key], optional[key])
    return raw


def _typed(file: LawFile, where: str, key: str, value: object, kind: type) -> None:
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise file.wrong(where, f"`{key}` is not a {_PLAIN[kind]}")


_PLAIN = {str: "text", bool: "Boolean", int: "whole number", float: "number", list: "list", dict: "table", date: "date"}


def entries(file: LawFile, raw: Mapping[str, object], key: str) -> list[object]:
    """The array of tables under ``key``; none if it is absent."""
    found = raw.get(key, [])
    if not isinstance(found, list):
        raise file.wrong(key, "not a list of entries")
    return found


def words(file: LawFile, where: str, raw: Mapping[str, object], key: str, among: Collection[str] | None = None) -> tuple[str, ...]:
    """A list of text under ``key``, without repetition; each one of ``among`` if that is given."""
    found = raw.get(key, [])
    if not isinstance(found, list) or not all(isinstance(word, str) and word for word in found):
        raise file.wrong(where, f"`{key}` is not a list of text")
    for word in found:
        if among is not None and word not in among:
            raise file.wrong(where, f"`{key}` names `{word}`, which the vocabulary does not have")
    if len(set(found)) != len(found):
        raise file.wrong(where, f"`{key}` repeats a value")
    return tuple(found)


def text(raw: Mapping[str, object], key: str, default: str = "") -> str:
    """A text that ``entry`` has checked."""
    return str(raw.get(key, default))


def day(raw: Mapping[str, object], key: str) -> date | None:
    """A date that ``entry`` has checked, if it is there."""
    found = raw.get(key)
    return found if isinstance(found, date) else None


def named(file: LawFile, kind: str, found: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Entries by name; a name given twice is an error."""
    out: dict[str, T] = {}
    for name, value in found:
        if name in out:
            raise file.wrong(f"{kind} `{name}`", "given twice")
        out[name] = value
    return out
