# ruff: noqa: D102, ARG002 - the methods of an algebra are documented at Algebra, and need not use all they are given
"""One rule, once parsed, into whatever an algebra makes of it: a column of a table, a formula for a solver, the facts it reads.

The tree is ``cedarpy.pst``, which is versioned with the engine. Semantics that every algebra keeps: an expression denotes a value
or ERROR; ``and`` and ``or`` go from left to right and stop early; a rule whose condition is ERROR neither permits nor forbids, so the
algebra reports errors apart and its caller refuses on them. Only a fragment is folded, and what is outside it is an error when the
law is read: facts, enum values, whole numbers and days; no text, no arithmetic, no groups of actions, no attributes of people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING, Protocol, TypeVar

from cedarpy import pst

from privity.terms import FactType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.terms import Fact

V = TypeVar("V")
COMPARISONS = {"less": "<", "less_eq": "<=", "greater": ">", "greater_eq": ">="}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class OutsideFragmentError(ValueError):
    """A rule uses something of Cedar that rules may not use here."""


class Algebra(Protocol[V]):
    """What a fold needs to know. Kinds are ``Bool``, ``Long``, ``datetime`` or the name of an enum."""

    def boolean(self, value: bool) -> V:
        """A literal."""
        ...

    def whole(self, value: int) -> V:
        """A literal."""
        ...

    def day(self, value: date) -> V:
        """A literal."""
        ...

    def member(self, enum: str, value: str) -> V:
        """A value of an enum."""
        ...

    def fact(self, name: str) -> V:
        """The value of a fact; ERROR if it is missing."""
        ...

    def has(self, name: str) -> V:
        """Whether an optional fact is there; never ERROR."""
        ...

    def principal_in(self, office: str) -> V:
        """Whether the signing official holds an office; an unknown official holds none."""
        ...

    def action_is(self, basis: str) -> V:
        """Whether this basis is invoked."""
        ...

    def not_(self, a: V) -> V:
        """Negation."""
        ...

    def and_(self, a: V, b: V) -> V:
        """``b`` if ``a``; false without looking at ``b`` if not ``a``; ERROR if ``a`` is."""
        ...

    def or_(self, a: V, b: V) -> V:
        """True without looking at ``b`` if ``a``; ``b`` if not ``a``; ERROR if ``a`` is."""
        ...

    def if_(self, test: V, then: V, other: V) -> V:
        """``then`` or ``other``, looking at that one only; ERROR if ``test`` is."""
        ...

    def same(self, a: V, b: V) -> V:
        """Equality of two values of one kind."""
        ...

    def compare(self, op: str, a: V, b: V) -> V:
        """Order of two whole numbers or two days; ``op`` is <, <=, > or >=."""
        ...


# ---------------------------------------------------------------- a rule as one expression

TRUE = pst.BoolLit(True)


def condition(rule: pst.Template) -> pst.Expr:
    """Scope and clauses of a rule as one expression, in the order in which Cedar evaluates them."""
    if not isinstance(rule.principal, pst.ScopeAny) or not isinstance(rule.resource, pst.ScopeAny):
        raise OutsideFragmentError("the scope names a principal or a resource; say it in a clause, so that a refusal can cite it")
    scope = () if isinstance(rule.action, pst.ScopeAny) else (_any_action(rule.action),)
    clauses = tuple(clause.expr if isinstance(clause, pst.When) else pst.UnaryOp("not", clause.expr) for clause in rule.clauses)
    parts: tuple[pst.Expr, ...] = (*scope, *clauses)
    return reduce(lambda a, b: pst.BinaryOp("and", a, b), parts) if parts else TRUE


def open_permit(name: str) -> pst.Template:
    """The rule that permits everything: what a set of nothing but forbids needs to be read as "unless forbidden"."""
    scope = pst.ScopeAny()
    return pst.Template(name, "permit", scope, scope, scope, (), pst.FrozenMap({"id": name}))


def actions(rule: pst.Template) -> tuple[str, ...]:
    """The bases that the scope names; none if it is open."""
    match rule.action:
        case pst.ActionEq(uid):
            return (uid.id,)
        case pst.ActionIn(uids):
            return tuple(uid.id for uid in uids)
        case pst.ScopeAny():
            return ()


def _any_action(scope: pst.ActionConstraint) -> pst.Expr:
    uids = (scope.entity,) if isinstance(scope, pst.ActionEq) else scope.entities if isinstance(scope, pst.ActionIn) else ()
    one = [pst.BinaryOp("eq", pst.Var("action"), pst.EntityLit(uid)) for uid in uids]
    return reduce(lambda a, b: pst.BinaryOp("or", a, b), one) if one else pst.BoolLit(False)


# ---------------------------------------------------------------- the fold


def fold(expr: pst.Expr, algebra: Algebra[V]) -> V:  # noqa: PLR0911 - one return for each construct there is
    """Walk one expression from the leaves up.

    Raises:
        OutsideFragmentError: naming the construct that has no place in a rule.
    """
    match expr:
        case pst.BoolLit(value):
            return algebra.boolean(value)
        case pst.LongLit(value):
            return algebra.whole(value)
        case pst.EntityLit(uid):
            return algebra.member(str(uid.type), uid.id)
        case pst.UnaryOp("datetime", pst.StringLit(written)):
            return algebra.day(_day(written))
        case pst.GetAttr(pst.Var("context"), name):
            return algebra.fact(name)
        case pst.HasAttr(pst.Var("context"), (name,)):
            return algebra.has(name)
        case pst.UnaryOp("not", inner):
            return algebra.not_(fold(inner, algebra))
        case pst.IfThenElse(test, then, other):
            return algebra.if_(fold(test, algebra), fold(then, algebra), fold(other, algebra))
        case pst.BinaryOp(op, left, right):
            return _binary(op, left, right, algebra)
        case _:
            raise OutsideFragmentError(f"`{type(expr).__name__}` has no place in a rule")


def _binary(op: str, left: pst.Expr, right: pst.Expr, algebra: Algebra[V]) -> V:
    match op, left, right:
        case "eq", pst.Var("action"), pst.EntityLit(uid):
            return algebra.action_is(uid.id)
        case "in", pst.Var("principal"), pst.EntityLit(uid) if str(uid.type) == "Office":
            return algebra.principal_in(uid.id)
        case "contains", pst.Set(items), _ if items and all(isinstance(item, pst.EntityLit | pst.LongLit) for item in items):
            wanted = fold(right, algebra)
            return reduce(algebra.or_, [algebra.same(fold(item, algebra), wanted) for item in items])
        case _:
            return _joined(op, left, right, algebra)


def _joined(op: str, left: pst.Expr, right: pst.Expr, algebra: Algebra[V]) -> V:
    if op not in ("and", "or", "eq", "not_eq", *COMPARISONS):
        raise OutsideFragmentError(f"`{op}` has no place in a rule, or not with these operands")
    a, b = fold(left, algebra), fold(right, algebra)
    match op:
        case "and":
            return algebra.and_(a, b)
        case "or":
            return algebra.or_(a, b)
        case "eq":
            return algebra.same(a, b)
        case "not_eq":
            return algebra.not_(algebra.same(a, b))
        case _:
            return algebra.compare(COMPARISONS[op], a, b)


def _day(written: str) -> date:
    if not _DAY.fullmatch(written):
        raise OutsideFragmentError("a day is written YYYY-MM-DD; rules know no hours")
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise OutsideFragmentError("there is no such day") from error


# ---------------------------------------------------------------- what a rule reads


@dataclass(frozen=True, slots=True)
class Reads:
    """What one expression reads, and its kind: the algebra of the lint. ``principal`` stands for the signing official's offices."""

    kind: str
    facts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, kind: str, *parts: Reads) -> Reads:
        """A kind over everything that the parts read."""
        return cls(kind, frozenset().union(*(part.facts for part in parts)))


class ReadsAlgebra:  # its methods are those of Algebra
    """Checks kinds and names against the vocabulary, and gathers the facts."""

    def __init__(self, facts: Mapping[str, Fact], offices: Mapping[str, str]) -> None:
        self.facts = facts
        self.offices = offices
        self.enums = {fact.enum: fact.values for fact in facts.values() if fact.enum}

    def boolean(self, value: bool) -> Reads:
        return Reads("Bool")

    def whole(self, value: int) -> Reads:
        return Reads("Long")

    def day(self, value: date) -> Reads:
        return Reads("datetime")

    def member(self, enum: str, value: str) -> Reads:
        if value not in self.enums.get(enum, ()):
            raise OutsideFragmentError(f'`{enum}::"{value}"` is not a value of the vocabulary')
        return Reads(enum)

    def fact(self, name: str) -> Reads:
        found = self._known(name)
        return Reads(found.enum or _KINDS[found.type], frozenset({name}))

    def has(self, name: str) -> Reads:
        if not self._known(name).optional:
            raise OutsideFragmentError(f"asks whether `{name}` is there, which is not optional: missing must err, and so refuse")
        return Reads("Bool", frozenset({name}))

    def _known(self, name: str) -> Fact:
        if name not in self.facts:
            raise OutsideFragmentError(f"reads `{name}`, which is not in the vocabulary")
        return self.facts[name]

    def principal_in(self, office: str) -> Reads:
        if office not in self.offices:
            raise OutsideFragmentError(f'`Office::"{office}"` is not in the vocabulary')
        return Reads("Bool", frozenset({"principal"}))

    def action_is(self, basis: str) -> Reads:
        return Reads("Bool")

    def not_(self, a: Reads) -> Reads:
        return self._booleans(a)

    def and_(self, a: Reads, b: Reads) -> Reads:
        return self._booleans(a, b)

    def or_(self, a: Reads, b: Reads) -> Reads:
        return self._booleans(a, b)

    def if_(self, test: Reads, then: Reads, other: Reads) -> Reads:
        return self._booleans(test, then, other)

    def same(self, a: Reads, b: Reads) -> Reads:
        if a.kind != b.kind:
            raise OutsideFragmentError(f"compares a {a.kind} with a {b.kind}")
        return Reads.of("Bool", a, b)

    def compare(self, op: str, a: Reads, b: Reads) -> Reads:
        if a.kind != b.kind or a.kind not in ("Long", "datetime"):
            raise OutsideFragmentError(f"orders a {a.kind} and a {b.kind}")
        return Reads.of("Bool", a, b)

    def _booleans(self, *parts: Reads) -> Reads:
        if any(part.kind != "Bool" for part in parts):
            raise OutsideFragmentError("joins what is not true or false")
        return Reads.of("Bool", *parts)


_KINDS = {FactType.BOOL: "Bool", FactType.WHOLE: "Long", FactType.DAY: "datetime"}
