"""How a column of an office is spelled, the same on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, MetaData, Text
from sqlalchemy.types import TypeEngine

metadata = MetaData()

_Type = type[TypeEngine[Any]] | TypeEngine[Any]
INDEX = BigInteger().with_variant(Integer, "sqlite")  # SQLite makes only INTEGER PRIMARY KEY the row's own number
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")  # the same order everywhere, whatever the server's locale


def _spelled(kind: _Type) -> _Type:
    return _TEXT if kind is Text else kind


def key(name: str, kind: _Type = Text, *constraints: ForeignKey, autoincrement: bool = False) -> Column[Any]:
    """A column of the primary key."""
    return Column(name, _spelled(kind), *constraints, primary_key=True, autoincrement=autoincrement)


def has(name: str, kind: _Type = Text, *constraints: ForeignKey) -> Column[Any]:
    """A column that is never null."""
    return Column(name, _spelled(kind), *constraints, nullable=False)


def may(name: str, kind: _Type = Text, *constraints: ForeignKey) -> Column[Any]:
    """A column that may be null."""
    return Column(name, _spelled(kind), *constraints, nullable=True)


def seq() -> Column[Any]:
    """The row's own number, which only grows."""
    return Column("seq", INDEX, primary_key=True, autoincrement=True)


def words(name: str, *allowed: str) -> CheckConstraint:
    """The words that a column may hold."""
    return CheckConstraint(f"{name} IN ({', '.join(repr(word) for word in allowed)})", name=f"{name}_is_known")
