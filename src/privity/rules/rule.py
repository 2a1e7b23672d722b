"""The text of a file of rules into checked ``Rule``s: the requirement that people read and the tree that machines fold.

The lint is here: every annotation known, every rule cited, every refusal able to say why; nothing outside the fragment of ``fold``;
no rule reads a fact of a later stage. Cedar's own strict validator runs too, and both must pass. Whether the rules say what the
statute says, no program can check: that is for counsel, and for the cases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import cedarpy
from cedarpy import pst

from privity.rules import fold
from privity.rules.facts import cedar_schema
from privity.terms import Citation, OnFail, Requirement, Source, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from privity.rules.facts import Vocabulary
    from privity.rules.lawfile import LawFile

NOTES = frozenset({"id", "cite", "fails", "supply", "source", "stage", "effective", "on_fail"})
RULE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it requires, and its tree, whose id is the requirement's."""

    requirement: Requirement
    tree: pst.Template

    @property
    def text(self) -> str:
        """The rule as Cedar prints it: the text that is evaluated and digested."""
        return str(cedarpy.PolicySet.from_pst(policy_set((self,))))

    def applies_on(self, day: date) -> bool:
        """Whether the rule is in effect on that day."""
        since, until = self.requirement.since, self.requirement.until
        return (since is None or since <= day) and (until is None or day < until)


def policy_set(rules: Iterable[Rule]) -> pst.PolicySet:
    """Rules as one set of policies, each under its own id."""
    return pst.PolicySet(templates={}, static_policies={rule.requirement.id: rule.tree for rule in rules}, template_links=())


def read_rules(file: LawFile, source: Source, vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """The rules of one file, in the order in which they stand.

    Raises:
        LawError: naming the file and the rule.
    """
    try:
        parsed = cedarpy.policies_to_pst(file.text)
    except ValueError as error:
        raise file.wrong("the file", f"not Cedar, or beyond what is read here: {error}") from error
    if parsed.templates or parsed.template_links:
        raise file.wrong("the file", "templates have no place in a file of rules")
    trees = sorted(parsed.static_policies.values(), key=lambda tree: int(tree.id.removeprefix("policy")))
    rules = tuple(_rule(file, source, vocabulary, tree) for tree in trees)
    _validated(file, vocabulary, rules)
    return rules


def _rule(file: LawFile, source: Source, vocabulary: Vocabulary, tree: pst.Template) -> Rule:
    name = tree.annotations.get("id", "")
    where = f"rule `{name or tree.id}`"
    if not RULE_ID.fullmatch(name):
        raise file.wrong(where, "`@id` is missing or not a plain id")
    _annotated(file, where, source, tree)
    _scoped(file, where, source, vocabulary, tree)
    try:
        reads = fold.fold(fold.condition(tree), fold.ReadsAlgebra(vocabulary.facts, vocabulary.offices)).facts
    except fold.OutsideFragmentError as error:
        raise file.wrong(where, str(error)) from error
    dates = _effective(file, where, tree.annotations.get("effective", ""))
    requirement = _requirement(source, tree, reads, dates, frozenset(vocabulary.bases))
    _knows(file, where, requirement, vocabulary)
    return Rule(requirement, replace(tree, id=name))


def _annotated(file: LawFile, where: str, source: Source, tree: pst.Template) -> None:
    notes = tree.annotations
    for unknown in sorted(notes.keys() - NOTES):
        raise file.wrong(where, f"unknown annotation `@{unknown}`")
    needed = ("cite", "stage") if tree.effect == "permit" else ("cite", "stage", "fails")
    for missing in (key for key in needed if not notes.get(key)):
        raise file.wrong(where, f"`@{missing}` is missing")
    if notes.get("source", source.value) != source.value:
        raise file.wrong(where, f"`@source` says otherwise than the folder, which is {source.value}")
    if notes["stage"] not in tuple(Stage) or notes.get("on_fail", "refuse") not in tuple(OnFail):
        raise file.wrong(where, "`@stage` or `@on_fail` is not one of those there are")
    if tree.effect == "permit" and (notes["stage"] != Stage.REQUEST or "on_fail" in notes or "fails" in notes):
        raise file.wrong(where, "a permit is of the stage `request` and cannot fail; what can fail is a forbid")
    if source is Source.STATUTE:
        _parses(file, where, notes["cite"])


def _parses(file: LawFile, where: str, cite: str) -> None:
    try:
        Citation.parse(cite)
    except ValueError as error:
        raise file.wrong(where, f"`@cite` is {error}") from error


def _scoped(file: LawFile, where: str, source: Source, vocabulary: Vocabulary, tree: pst.Template) -> None:
    if isinstance(tree.action, pst.ScopeAny):
        if source is not Source.POLICY:
            raise file.wrong(where, "the scope names no basis: only custodian policy may reach every basis")
        if tree.effect == "permit":
            raise file.wrong(where, "a permit for every basis would permit what no one wrote down")
    elif not fold.actions(tree):
        raise file.wrong(where, "the scope names an empty list of bases, so the rule could never apply")
    if isinstance(tree.action, pst.ActionEq | pst.ActionIn) and any(uid != f'Action::"{basis}"' for uid, basis in _uids(tree)):
        raise file.wrong(where, "the scope names what is not an action")
    for basis in fold.actions(tree):
        if basis not in vocabulary.bases:
            raise file.wrong(where, f"the basis `{basis}` is not in the vocabulary")


def _uids(tree: pst.Template) -> list[tuple[str, str]]:
    return [(str(uid), uid.id) for uid in pst.entity_uids(tree.action)]


def _requirement(
    source: Source, tree: pst.Template, reads: frozenset[str], dates: tuple[date | None, date | None], bases: frozenset[str]
) -> Requirement:
    notes = tree.annotations
    return Requirement(
        id=notes["id"],
        source=source,
        stage=Stage(notes["stage"]),
        on_fail=OnFail(notes.get("on_fail", "refuse")),
        effect=tree.effect,
        cite=notes["cite"],
        fails=notes.get("fails", ""),
        supply=notes.get("supply", ""),
        bases=frozenset(fold.actions(tree)) or bases,
        reads=reads,
        since=dates[0],
        until=dates[1],
    )


def _effective(file: LawFile, where: str, written: str) -> tuple[date | None, date | None]:
    if not written:
        return None, None
    since, slash, until = written.partition("/")
    try:
        first, end = date.fromisoformat(since), date.fromisoformat(until) if until else None
    except ValueError as error:
        raise file.wrong(where, "`@effective` is written FROM/ or FROM/TO, each YYYY-MM-DD") from error
    if not slash or (end is not None and end <= first):
        raise file.wrong(where, "`@effective` is written FROM/ or FROM/TO, and TO is after FROM")
    return first, end


def _knows(file: LawFile, where: str, requirement: Requirement, vocabulary: Vocabulary) -> None:
    for name in sorted(requirement.reads & vocabulary.facts.keys()):
        if vocabulary.facts[name].stage not in requirement.stage.upto:
            raise file.wrong(where, f"reads `{name}`, which is known only at the stage `{vocabulary.facts[name].stage}`")


def _validated(file: LawFile, vocabulary: Vocabulary, rules: tuple[Rule, ...]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.requirement.id in seen:
            raise file.wrong(f"rule `{rule.requirement.id}`", "given twice")
        seen.add(rule.requirement.id)
    if not rules:
        return
    result = cedarpy.validate_policies("\n".join(rule.text for rule in rules), cedar_schema(vocabulary))
    if not result.validation_passed:
        raise file.wrong("the file", "Cedar's strict validation: " + "; ".join(str(error) for error in result.errors))
