"""Court orders that withhold into rules, one forbid each, written out as Cedar.

The rule itself compares the day of the decision with the order's dates, so that what is loaded early or replayed late is decided by
the day it is about. An order with the effect ``use`` binds recipients: it is kept here and makes no rule. An order's exceptions are
for counsel, not for the machine; nothing here loosens an order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from privity.rules.lawfile import LawFile, day, entry, text, words
from privity.rules.rule import RULE_ID, Rule, read_rules
from privity.terms import FactType, Source, Stage

if TYPE_CHECKING:
    from privity.rules.facts import Vocabulary

_NEEDS: dict[str, type] = {"id": str, "kind": str, "court": str, "case": str, "docket": str, "cite": str, "effect": str, "scope": dict}
_SAYS: dict[str, type] = {"binds": str, "status": str, "source": str, "exceptions": str, "unsure": str}


@dataclass(frozen=True, slots=True)
class Halt:
    """One court order. ``bases`` and ``agencies`` are what it reaches; no agencies means every agency."""

    id: str
    effect: str  # disclosure: it withholds | use: it binds those who hold
    cite: str
    case: str
    regime: str
    bases: tuple[str, ...]
    agencies: tuple[str, ...]
    since: date
    until: date | None
    exceptions: str
    file: LawFile

    @property
    def withholds(self) -> bool:
        """Whether it stands in the way of an answer."""
        return self.effect == "disclosure"

    def applies_on(self, on: date) -> bool:
        """Whether it is in force on that day."""
        return self.since <= on and (self.until is None or on < self.until)


def read_halt(file: LawFile, vocabulary: Vocabulary) -> Halt | None:
    """One file of ``halts/``; None if it speaks of another regime.

    Raises:
        LawError: an entry is unknown or missing, or names a basis or an agency that the vocabulary does not have.
    """
    where = "the halt"
    dates: dict[str, type] = {"from": date}
    raw = entry(file, where, file.table(), _NEEDS | dates, _SAYS | {"decided": date, "to": date, "last_checked": date})
    scope = entry(file, "scope", raw["scope"], {"regime": str, "bases": list}, {"agencies": list})
    if scope["regime"] != vocabulary.regime:
        return None
    if raw["effect"] not in ("disclosure", "use") or not RULE_ID.fullmatch(text(raw, "id")):
        raise file.wrong(where, "`effect` is neither `disclosure` nor `use`, or `id` is not a plain id")
    bases = words(file, "scope", scope, "bases", vocabulary.bases)
    agencies = words(file, "scope", scope, "agencies", _agencies(vocabulary))
    if not bases or ("agencies" in scope and not agencies):
        raise file.wrong("scope", "an empty list would reach nothing; name the bases, and leave `agencies` out if it reaches all")
    since, until = day(raw, "from"), day(raw, "to")
    if since is None or (until is not None and until <= since):
        raise file.wrong(where, "`to` is not after `from`")
    said = (text(raw, "id"), text(raw, "effect"), text(raw, "cite"), text(raw, "case"), vocabulary.regime)
    return Halt(*said, bases, agencies, since, until, text(raw, "exceptions"), file)


def _agencies(vocabulary: Vocabulary) -> tuple[str, ...]:
    agency = vocabulary.facts.get("agency")
    return agency.values if agency else ()


def rule_of(halt: Halt, vocabulary: Vocabulary) -> Rule:
    """The forbid that a halt is.

    Raises:
        LawError: the vocabulary has no day of decision or no agency to compare.
    """
    decided = vocabulary.facts.get("decision_day")
    if decided is None or decided.type != FactType.DAY or decided.stage != Stage.REQUEST:
        raise halt.file.wrong("the halt", "the vocabulary needs the fact `decision_day`, a date of the stage `request`, to apply it")
    made = LawFile(halt.file.name, _cedar(halt, vocabulary))
    (rule,) = read_rules(made, Source.HALT, vocabulary)
    return rule


def _cedar(halt: Halt, vocabulary: Vocabulary) -> str:
    bases = [f"Action::{_quoted(basis)}" for basis in halt.bases]
    scope = f"action == {bases[0]}" if len(bases) == 1 else f"action in [{', '.join(bases)}]"
    guard = [f'context.decision_day >= datetime("{halt.since}")']
    guard += [f'context.decision_day < datetime("{halt.until}")'] if halt.until else []
    if halt.agencies:
        enum = vocabulary.facts["agency"].enum
        guard.append(f"[{', '.join(f'{enum}::{_quoted(agency)}' for agency in halt.agencies)}].contains(context.agency)")
    notes = {"id": halt.id, "cite": halt.cite, "stage": "request", "fails": f"a court order withholds it: {halt.case}"}
    said = "\n".join(f"@{name}({_quoted(value)})" for name, value in notes.items())
    return f"{said}\nforbid (principal, {scope}, resource)\nwhen {{ {' && '.join(guard)} }};\n"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
