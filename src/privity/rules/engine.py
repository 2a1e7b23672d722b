"""Single rows into verdicts, by Cedar itself: the oracle that decides samples, and every row of a release, a second time.

Cedar fails open in known ways, and each is met here: a rule that errs is skipped, so a verdict keeps errors apart and passes only
without them; a hierarchy of actions that was loaded without its schema silently never matches, so the people and offices are always built
with it and a canary proves at the start that every rule's scope is reached; a rule with an error is named by its own id. It is slow
(a third of a millisecond a decision), and a decision depends only on the facts that the rules read: equal ones are decided once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

import cedarpy
from cedarpy import pst

from privity.rules import fold
from privity.rules.facts import cedar_schema
from privity.terms import FactType, OnFail

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from privity.rules.book import Rulebook
    from privity.rules.rule import Rule
    from privity.terms import Fact, Source, Stage

Value: TypeAlias = str | int | bool | date | None
_Answer: TypeAlias = tuple[frozenset[str], frozenset[str]]  # rules that hold, rules that err
HOLDING = {"type": "Holding", "id": "register"}
NOBODY = "(nobody)"  # stands for a principal that was not supplied; rules that ask for one are made to err


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one source says of one row. ``allowed`` is Cedar's Allow without any error; ``passes`` sets aside what only refers."""

    allowed: bool
    passes: bool
    failed: frozenset[str]
    errored: frozenset[str]
    permits: frozenset[str]


class CedarEngine:
    """Cedar over one rulebook, for the officials given with the offices that they hold.

    Raises:
        AssertionError: the canary: a rule in force is not reached by its own basis. Nothing may be decided with such an engine.
    """

    def __init__(self, rulebook: Rulebook, principals: Mapping[str, frozenset[str]]) -> None:
        self.rulebook = rulebook
        schema = cedarpy.Schema.from_str(cedar_schema(rulebook.vocabulary))
        self._entities = cedarpy.Entities.from_json_str(json.dumps(_people(rulebook.vocabulary.offices, principals)), schema)
        self._parts: dict[tuple[Source, Stage, bool], tuple[_Part, ...]] = {}
        self._known: dict[tuple[object, ...], dict[object, _Answer]] = {}
        self._verdicts: dict[tuple[object, ...], Verdict] = {}
        self._refusing = {
            source: frozenset(rule.requirement.id for rule in rules if rule.requirement.on_fail is OnFail.REFUSE)
            for source, rules in rulebook.rules.items()
        }
        self._canary()

    def decide(self, rows: Sequence[Mapping[str, Value]], stage: Stage) -> list[dict[Source, Verdict]]:
        """Decide rows of facts (with ``principal`` and ``action``, as ``frame.decide`` takes them) one by one, at a stage."""
        return [{source: self._verdict(source, stage, row) for source in self.rulebook.rules} for row in rows]

    def _verdict(self, source: Source, stage: Stage, row: Mapping[str, Value]) -> Verdict:
        parts = self._parts_of(source, stage, row["principal"] is not None)
        answers = [self._answer(part, row) for part in parts]
        # Equal answers are one object, kept in ``_known``; so their identities stand for them.
        key = (source, stage, *map(id, answers))
        if key not in self._verdicts:
            self._verdicts[key] = self._combined(source, parts, answers)
        return self._verdicts[key]

    def _combined(self, source: Source, parts: Sequence[_Part], answers: Sequence[_Answer]) -> Verdict:
        found: dict[str, frozenset[str]] = {"permit": frozenset(), "forbid": frozenset()}
        errored = frozenset[str]()
        for part, (reached, erred) in zip(parts, answers, strict=True):
            found[part.effect] |= reached
            errored |= erred
        permits, failed = found["permit"], found["forbid"] - {_ANY.id}
        return Verdict(
            allowed=bool(permits) and not failed and not errored,
            passes=bool(permits) and not (failed | errored) & self._refusing[source],
            failed=failed,
            errored=errored,
            permits=permits,
        )

    def _answer(self, part: _Part, row: Mapping[str, Value]) -> _Answer:
        known = self._known.setdefault(part.name, {})
        key = part.pick(row)
        if key not in known:
            known[key] = self._evaluate(part.policies, _request(row, part.reads, self.rulebook.vocabulary.facts))
        return known[key]

    def _parts_of(self, source: Source, stage: Stage, supplied: bool) -> tuple[_Part, ...]:
        place = (source, stage, supplied)
        if place not in self._parts:
            rules = [rule for rule in self.rulebook.rules[source] if rule.requirement.stage in stage.upto]
            self._parts[place] = tuple(_parts(place, rules if supplied else [_without_principal(rule) for rule in rules], self.rulebook))
        return self._parts[place]

    def _evaluate(self, policies: cedarpy.PolicySet, request: dict[str, object]) -> _Answer:
        answer = cedarpy.is_authorized(request, policies, self._entities)
        return frozenset(answer.diagnostics.reasons), frozenset(map(_named, answer.diagnostics.errors))

    def _canary(self) -> None:
        for rules in self.rulebook.rules.values():
            bare = [replace(rule.tree, effect="forbid", clauses=()) for rule in rules]
            policies = _policies((*bare, _ANY))
            for basis in self.rulebook.vocabulary.bases:
                row = {"principal": NOBODY, "action": basis}
                reached, _ = self._evaluate(policies, _request(row, (), {}))
                if reached - {_ANY.id} != {rule.requirement.id for rule in rules if basis in rule.requirement.bases}:
                    raise AssertionError(f"canary: a rule for the basis {basis} is not reached by it")


# ---------------------------------------------------------------- policies


@dataclass(frozen=True, slots=True)
class _Part:
    """Some rules of one source and stage, all permits or all forbids; Cedar evaluates rules independently, so parts can be asked apart."""

    name: tuple[object, ...]
    effect: str
    policies: cedarpy.PolicySet
    reads: tuple[str, ...]
    pick: itemgetter[object]  # of a row: all that its answer depends on


def _parts(place: tuple[object, ...], rules: Sequence[Rule], rulebook: Rulebook) -> Iterator[_Part]:
    """Permits; forbids that read codes; and each forbid that reads a number or a date, alone, or nearly every row would be a question.

    Permits are asked apart from forbids so that an unmet requirement does not hide a permit.
    """
    facts = rulebook.vocabulary.facts
    measured = [rule for rule in rules if any(name in facts and facts[name].type in _MEASURES for name in rule.requirement.reads)]
    apart = {id(rule) for rule in measured if rule.tree.effect == "forbid"}
    groups = [
        ("permit", [rule for rule in rules if rule.tree.effect == "permit"]),
        ("forbid", [rule for rule in rules if rule.tree.effect == "forbid" and id(rule) not in apart]),
        *(("forbid", [rule]) for rule in rules if id(rule) in apart),
    ]
    for number, (effect, those) in enumerate(groups):
        reads = frozenset[str]().union(*(rule.requirement.reads for rule in those))
        trees = (*(rule.tree for rule in those), *([_ANY] if effect == "forbid" else []))
        plain = tuple(sorted(reads - {"principal"}))
        pick = itemgetter("action", *(["principal"] if "principal" in reads else []), *plain)
        yield _Part((*place, number), effect, _policies(trees), plain, pick)


_MEASURES = frozenset({FactType.WHOLE, FactType.DAY})
_ANY = fold.open_permit("(any)")


def _policies(trees: Iterable[pst.Template]) -> cedarpy.PolicySet:
    return cedarpy.PolicySet.from_pst(pst.PolicySet(templates={}, static_policies={tree.id: tree for tree in trees}, template_links=()))


def _without_principal(rule: Rule) -> Rule:
    """The rule with its principal taken from where nothing is: Cedar always has a principal, and one not supplied must err."""
    clauses = tuple(replace(clause, expr=_substituted(clause.expr)) for clause in rule.tree.clauses)
    return replace(rule, tree=replace(rule.tree, clauses=clauses))


def _substituted(expr: pst.Expr) -> pst.Expr:
    match expr:
        case pst.Var("principal"):
            return pst.GetAttr(pst.Var("context"), "principal")
        case pst.BinaryOp(op, left, right):
            return pst.BinaryOp(op, _substituted(left), _substituted(right))
        case pst.UnaryOp(op, inner):
            return pst.UnaryOp(op, _substituted(inner))
        case pst.IfThenElse(test, then, other):
            return pst.IfThenElse(_substituted(test), _substituted(then), _substituted(other))
        case _:
            return expr


def _named(message: str) -> str:
    """The rule that an error is about; Cedar gives it in backticks, and a rule's id has none."""
    return message.split("`")[1]


# ---------------------------------------------------------------- requests


def _people(offices: Iterable[str], principals: Mapping[str, frozenset[str]]) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = [_entity("Office", office, []) for office in offices]
    known = set(offices)
    return listed + [_entity("Official", name, sorted(held & known)) for name, held in principals.items()]


def _entity(kind: str, name: str, offices: list[str]) -> dict[str, object]:
    return {"uid": {"type": kind, "id": name}, "attrs": {}, "parents": [{"type": "Office", "id": office} for office in offices]}


def _request(row: Mapping[str, Value], reads: Iterable[str], facts: Mapping[str, Fact]) -> dict[str, object]:
    principal, action = row["principal"], row["action"]
    return {
        "principal": {"type": "Official", "id": NOBODY if principal is None else principal},
        "action": {"type": "Action", "id": "" if action is None else action},
        "resource": HOLDING,
        "context": {name: _cedar_value(facts[name], row[name]) for name in reads if row[name] is not None},
    }


def _cedar_value(fact: Fact, value: Value) -> object:
    if isinstance(value, date):
        return {"__extn": {"fn": "datetime", "arg": value.isoformat()}}
    return {"__entity": {"type": fact.enum, "id": value}} if fact.enum else value
