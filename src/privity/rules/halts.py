"""Court orders that withhold into rules, one forbid each, written out as Cedar.

The rule itself compares the day of the decision with the order's dates, so that what is loaded early or replayed late is decided by
the day it is about. Whom the court's class takes in is for counsel: a rule reads no person, so the machine withholds every row that the
rest of the scope reaches, never fewer. A scope narrows by facts of the request only; where such a fact is missing the rule errs,
which withholds. An order with the effect ``use`` binds recipients: it is kept here and makes no rule. Exceptions are for counsel too;
nothing here loosens an order. Who entered or ended one is for ``office.halt``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from privity.rules.lawfile import LawFile, day, entry, text, words
from privity.rules.rule import RULE_ID, Rule, read_rules
from privity.terms import FactType, Source, Stage

if TYPE_CHECKING:
    from privity.rules.facts import Vocabulary
    from privity.terms import Fact

FOLDER = "halts"
COMMENTARY = ("status", "appeal", "source", "last_checked", "unsure")
"""What a file says that neither widens nor narrows the order: it may be brought up to date by a new version of the law."""

_NEEDS: dict[str, type] = {"id": str, "kind": str, "court": str, "case": str, "docket": str, "cite": str, "effect": str, "scope": dict}
_SAYS: dict[str, type] = {"binds": str, "parties": list, "courts": list, "exceptions": str, "lifted": str}
_SAYS |= dict.fromkeys((name for name in COMMENTARY if name != "last_checked"), str)
_DATES: dict[str, type] = {"decided": date, "to": date, "last_checked": date}


@dataclass(frozen=True, slots=True)
class Halt:
    """One court order. ``narrows``: the words of an enum that it reaches, by word of the scope; a word that is absent narrows nothing.

    ``times``: the first day that it reaches and the first that it no longer does, by word of the scope; None = no limit.
    ``said``: what it says for people, by name; ``lifted``: the docketed act that ended it, if one did.
    """

    id: str
    effect: str  # disclosure: it withholds | use: it binds those who hold
    cite: str
    case: str
    regime: str
    bases: tuple[str, ...]
    narrows: Mapping[str, tuple[str, ...]]
    times: Mapping[str, tuple[date | None, date | None]]
    since: date
    until: date | None
    lifted: str
    checked: date | None
    said: Mapping[str, str]
    file: LawFile

    @property
    def agencies(self) -> tuple[str, ...]:
        """The agencies it reaches; none means every agency."""
        return self.narrows.get("agencies", ())

    @property
    def withholds(self) -> bool:
        """Whether it stands in the way of an answer."""
        return self.effect == "disclosure"

    def applies_on(self, on: date) -> bool:
        """Whether it is in force on that day."""
        return self.since <= on and not self.ended_on(on)

    def ended_on(self, on: date) -> bool:
        """Whether its last day is behind, or it was lifted before its first; one that begins later has not ended."""
        return self.until is not None and self.until <= max(on, self.since)


def read_halt(file: LawFile, vocabulary: Vocabulary) -> Halt | None:
    """One file of ``halts/``; None if it speaks of another regime.

    Raises:
        LawError: an entry is unknown or missing, or names a basis, an agency or a region that the vocabulary does not have.
    """
    where = "the halt"
    raw = entry(file, where, file.table(), _NEEDS | {"from": date}, _SAYS | _DATES)
    said, by = raw["scope"], narrowing(vocabulary)
    if regime_of(file) not in (None, vocabulary.regime):
        return None  # its other words are of that regime's vocabulary; that there is such a regime is for `book`
    wanted: dict[str, type] = {"regime": str, "bases": list}
    scope = entry(file, "scope", said, wanted, {"class": str} | _keys(by))
    if raw["effect"] not in ("disclosure", "use") or not RULE_ID.fullmatch(text(raw, "id")):
        raise file.wrong(where, "`effect` is neither `disclosure` nor `use`, or `id` is not a plain id")
    bases = words(file, "scope", scope, "bases", vocabulary.bases)
    narrows = {word: words(file, "scope", scope, word, fact.values) for word, fact in by.items() if word in scope}
    if not bases or not all(narrows.values()):
        raise file.wrong("scope", "an empty list would reach nothing; name the bases, and leave out what does not narrow it")
    since, until = _dates(file, raw)
    named = (text(raw, "id"), text(raw, "effect"), text(raw, "cite"), text(raw, "case"), vocabulary.regime)
    times = _times(file, scope, by)
    return Halt(*named, bases, narrows, times, since, until, text(raw, "lifted"), day(raw, "last_checked"), _spoken(file, raw, scope), file)


def regime_of(file: LawFile) -> str | None:
    """The regime that a halt file names; None if it names none as text."""
    said = file.table().get("scope")
    named = said.get("regime") if isinstance(said, dict) else None
    return named if isinstance(named, str) else None


def narrowing(vocabulary: Vocabulary) -> dict[str, Fact]:
    """Word of a scope → the fact of the request by which it narrows: ``agencies``, and what the vocabulary's facts say."""
    agency = vocabulary.facts.get("agency")
    own = {fact.scope: fact for fact in vocabulary.facts.values() if fact.scope}
    return ({"agencies": agency} if agency else {}) | own  # asked in this order: whoever is of another agency is not asked for a state


def _keys(by: Mapping[str, Fact]) -> dict[str, type]:
    """The keys that a scope may have: of an enum its word, of a date its word with ``_from`` and ``_to``."""
    enums: dict[str, type] = {word: list for word, fact in by.items() if fact.values}
    return enums | {f"{word}_{end}": date for word, fact in by.items() if not fact.values for end in ("from", "to")}


def _dates(file: LawFile, raw: Mapping[str, object]) -> tuple[date, date | None]:
    """One that was lifted before it began ends on its first day; otherwise such an end is a slip."""
    since, until = day(raw, "from"), day(raw, "to")
    empty = until is not None and since is not None and (until < since or (until == since and not raw.get("lifted")))
    if since is None or empty:
        raise file.wrong("the halt", "`to` is not after `from`")
    return since, until


def _times(file: LawFile, scope: Mapping[str, object], by: Mapping[str, Fact]) -> dict[str, tuple[date | None, date | None]]:
    found = {word: (day(scope, f"{word}_from"), day(scope, f"{word}_to")) for word, fact in by.items() if not fact.values}
    for word, (first, end) in found.items():
        if first and end and end <= first:
            raise file.wrong("scope", f"`{word}_to` is not after `{word}_from`")
    return {word: ends for word, ends in found.items() if any(ends)}


def _spoken(file: LawFile, raw: Mapping[str, object], scope: Mapping[str, object]) -> dict[str, str]:
    """What it says for people, each as one text."""
    plain = {name: text(raw, name) for name in ("kind", "court", "docket", "binds", "status", "appeal", "source", "unsure", "exceptions")}
    lists = {name: "; ".join(words(file, "the halt", raw, name)) for name in ("parties", "courts")}
    return plain | lists | {"class": text(scope, "class")}


# ---------------------------------------------------------------- the rule


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
    by, guard = narrowing(vocabulary), _between("decision_day", halt.since, halt.until)
    guard += [part for word, ends in halt.times.items() for part in _between(by[word].name, *ends)]
    guard += [_among(by[word], values) for word, values in halt.narrows.items()]
    notes = {"id": halt.id, "cite": halt.cite, "stage": "request", "fails": f"a court order withholds it: {halt.case}"}
    said = "\n".join(f"@{name}({_quoted(value)})" for name, value in notes.items())
    return f"{said}\nforbid (principal, {scope}, resource)\nwhen {{ {' && '.join(guard)} }};\n"


def _between(fact: str, since: date | None, until: date | None) -> list[str]:
    first = [f'context.{fact} >= datetime("{since}")'] if since else []
    return first + ([f'context.{fact} < datetime("{until}")'] if until else [])


def _among(fact: Fact, values: tuple[str, ...]) -> str:
    return f"[{', '.join(f'{fact.enum}::{_quoted(value)}' for value in values)}].contains(context.{fact.name})"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


# ---------------------------------------------------------------- one version of the law after another


def weakened(before: tuple[Halt, ...], after: tuple[Halt, ...], on: date) -> dict[str, str]:
    """Withholding halts that have not ended by ``on`` and that other law lacks or alters: id → what is wrong. Empty: none.

    Every word of the file counts but its commentary: what would narrow it and what would only seem to is not told apart.
    """
    there = {halt.id: halt for halt in after}
    standing = [halt for halt in before if halt.withholds and not halt.ended_on(on)]
    return {halt.id: said for halt in standing if (said := _otherwise(halt, there.get(halt.id)))}


def _otherwise(halt: Halt, other: Halt | None) -> str:
    if other is None:
        return "it is not in the folder"
    was, now = _binding(halt), _binding(other)
    return ", ".join(f"`{name}` differs" for name in sorted(was.keys() | now.keys()) if was.get(name) != now.get(name))


def _binding(halt: Halt) -> dict[str, object]:
    table = halt.file.table()
    scope = table.pop("scope")
    inside = {f"scope.{name}": value for name, value in scope.items()} if isinstance(scope, dict) else {}
    return {name: value for name, value in table.items() if name not in COMMENTARY} | inside


def evaded(before: tuple[Halt, ...], after: tuple[Halt, ...], was: Vocabulary, now: Vocabulary, on: date) -> tuple[str, ...]:
    """Facts by which withholding halts reach rows and which other law takes from elsewhere, lets be absent, or does not ask any more."""
    there = {halt.id: halt for halt in after}
    standing = [halt for halt in before if halt.withholds and not halt.ended_on(on)]
    reads = [(rule_of(halt, was).requirement.reads, rule_of(there[halt.id], now).requirement.reads) for halt in standing]
    changed = {name for old, new in reads for name in old ^ new}
    return tuple(sorted(changed | {name for old, _ in reads for name in old if _source(was, name) != _source(now, name)}))


def _source(vocabulary: Vocabulary, name: str) -> object:
    fact = vocabulary.facts.get(name)
    return fact and (fact.origin, fact.type, fact.stage, fact.optional)


def closed(halt: Halt, last: date, act: str) -> str:
    """The file of a halt with its end: everything as it was, and ``to`` and ``lifted``.

    Raises:
        AssertionError: the text could not be changed without changing something else.
    """
    kept = [line for line in halt.file.text.splitlines() if line.split("=")[0].strip() not in ("to", "lifted")]
    at = next(place for place, line in enumerate(kept) if line.lstrip().startswith("["))
    text_ = "\n".join([*kept[:at], f"to = {last.isoformat()}", f"lifted = {_quoted(act)}", "", *kept[at:]]) + "\n"
    was, now = halt.file.table(), LawFile(halt.file.name, text_).table()
    if {**was, "to": last, "lifted": act} != now:
        raise AssertionError(f"the end of halt {halt.id} cannot be written")
    return text_
