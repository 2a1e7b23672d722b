"""The law on file into a ``LawBook``, and of that what is in force on a day into a ``Rulebook`` that decides.

Each source is a set of its own: STATUTE from the instrument's folder and those of its predicates, HALT from court orders, AGREEMENT
only if one is named, POLICY from the office's own. All of it is data; a folder of TOML and Cedar is a regime. What was read is kept
with its digest, so that a decision can be repeated from the book alone. Whether an encoding says what the law says is not known here.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from privity.errors import LawError
from privity.rules import agreements, fold, halts, readings
from privity.rules.facts import Vocabulary, load_folder, load_vocabulary, regime_folder
from privity.rules.lawfile import LawFile, read
from privity.rules.rule import Rule, read_rules
from privity.terms import OnFail, Requirement, Source, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    from privity.rules.agreements import Agreement
    from privity.rules.halts import Halt
    from privity.rules.readings import Reading

T = TypeVar("T")
REGIME = "us/26-usc-6103"


@dataclass(frozen=True, slots=True, eq=False)
class LawBook:
    """Everything on file for one regime, in force or not. ``files`` are what it was read from, by name."""

    vocabulary: Vocabulary
    statute: tuple[Rule, ...]
    halts: tuple[Halt, ...]
    orders: tuple[Rule, ...]  # the rules that the withholding halts are
    readings: tuple[Reading, ...]
    agreements: Mapping[str, Agreement]
    policy: tuple[Rule, ...]
    numbers: Mapping[str, float]
    files: Mapping[str, LawFile]

    @property
    def regime(self) -> str:
        """The instrument it is about."""
        return self.vocabulary.regime

    @property
    def digests(self) -> Mapping[str, str]:
        """SHA-256 of each file, by name."""
        return {name: file.digest for name, file in self.files.items()}

    def agreement_state(self, agreement_id: str, day: date) -> str | None:
        """What life an agreement is in on a day; None if it is not on file or had not begun."""
        found = self.agreements.get(agreement_id)
        return found.state(day) if found else None


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """What decides on one day. A mask's bit *i* stands for the *i*-th requirement of its source.

    ``general`` holds what refuses where no rule of a source permits. ``policies`` is the Cedar text that is evaluated.
    """

    day: date
    vocabulary: Vocabulary
    rules: Mapping[Source, tuple[Rule, ...]]
    general: Mapping[Source, Requirement]
    switches: Mapping[str, bool]
    readings: tuple[str, ...]
    halts: tuple[str, ...]
    agreement: str | None
    agreement_state: str | None
    agreement_answers: tuple[str, ...] | None
    numbers: Mapping[str, float]
    policies: Mapping[Source, str]
    digests: Mapping[str, str]
    digest: str

    @property
    def requirements(self) -> Mapping[Source, tuple[Requirement, ...]]:
        """The requirements of each source, in the order of the masks' bits."""
        return {source: tuple(rule.requirement for rule in rules) for source, rules in self.rules.items()}

    def requirement(self, name: str) -> Requirement:
        """The requirement of that id.

        Raises:
            KeyError: no rule in force has it.
        """
        known = [rule.requirement for rules in self.rules.values() for rule in rules] + list(self.general.values())
        found = next((one for one in known if one.id == name), None)
        if found is None:
            raise KeyError(name)
        return found


# ---------------------------------------------------------------- reading


def open_book(law_root: Path, regime: str = REGIME) -> LawBook:
    """Read the law of one regime below ``law_root``; a folder that itself holds a ``facts.toml`` is a regime by itself.

    Raises:
        LawError: a file or an entry is not well formed; the message names both.
    """
    lone = (law_root / "facts.toml").exists()
    vocabulary = load_folder(law_root) if lone else load_vocabulary(law_root, regime)
    folder = law_root if lone else regime_folder(law_root, regime)
    if not lone and vocabulary.regime != regime:
        raise LawError(f"{regime}/facts.toml: regime: `id` is not the name of its folder", remedy="make the two the same")
    folders = (folder, *(_predicate(law_root, name) for name in vocabulary.predicates))
    texts = [read(law_root, path) for one in folders for path in sorted(one.glob("*.cedar"))]
    statute = tuple(rule for text in texts for rule in read_rules(text, Source.STATUTE, vocabulary))
    orders = _each(law_root, f"{halts.FOLDER}/**/*", lambda path: _order(law_root, path, vocabulary))
    switches = _each(law_root, "readings/*.toml", lambda path: readings.read_reading(read(law_root, path), vocabulary))
    bound = _each(law_root, "agreements/*/", lambda path: agreements.read_agreement(law_root, path, vocabulary))
    policy, numbers, office = _policy(law_root, folder, vocabulary)
    withholding = tuple(halts.rule_of(halt, vocabulary) for halt in orders if halt.withholds)
    files = (
        *vocabulary.files,
        *texts,
        *(one.file for one in orders),
        *(one.file for one in switches),
        *(f for a in bound for f in a.files),
        *office,
    )
    named = {one.id: one for one in bound}
    book = LawBook(
        vocabulary, statute, orders, withholding, switches, named, policy, numbers, {file.name: file for file in sorted(files, key=_name)}
    )
    return _unambiguous(book)


def _name(file: LawFile) -> str:
    return file.name


def _predicate(law_root: Path, name: str) -> Path:
    folder = regime_folder(law_root, name)
    if not folder.is_dir():
        raise LawError(f"facts.toml: regime: the predicate `{name}` has no folder", remedy="add its rules, or take it out of `predicates`")
    return folder


def _each(law_root: Path, pattern: str, one: Callable[[Path], T | None]) -> tuple[T, ...]:
    found = (one(path) for path in sorted(law_root.glob(pattern)))
    return tuple(item for item in found if item is not None)


def _order(law_root: Path, path: Path, vocabulary: Vocabulary) -> Halt | None:
    """One file of court orders; None if it is of another regime that is on file. One that nobody would ever read is an error."""
    if path.is_dir() or path.name.startswith("."):
        return None
    file = read(law_root, path)
    if path.suffix != ".toml" or path.parent != law_root / halts.FOLDER:
        raise file.wrong("the file", f"an order is `{halts.FOLDER}/NAME.toml`; what is not is read by nobody")
    found = halts.read_halt(file, vocabulary)
    if found is None and halts.regime_of(file) not in _regimes(law_root):
        raise file.wrong("scope", "`regime` names no regime whose law is in the folder, so the order would withhold nothing")
    return found


def _regimes(law_root: Path) -> set[str]:
    """The regimes that have a folder of law, each in its one spelling."""
    return {path.parent.relative_to(law_root).as_posix() for path in law_root.glob("*/**/facts.toml")}


def _policy(law_root: Path, folder: Path, vocabulary: Vocabulary) -> tuple[tuple[Rule, ...], dict[str, float], tuple[LawFile, ...]]:
    place = folder / "policy" if (folder / "policy").is_dir() else law_root / "policy"
    texts = tuple(read(law_root, path) for path in sorted(place.glob("*.cedar")))
    rules = tuple(rule for text in texts for rule in read_rules(text, Source.POLICY, vocabulary))
    if not (place / "policy.toml").exists():
        return rules, {}, texts
    file = read(law_root, place / "policy.toml")
    return rules, _numbers(file), (*texts, file)


def _numbers(file: LawFile) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for name, value in file.table().items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise file.wrong(f"`{name}`", "not a number")
        numbers[name] = value
    return numbers


def _unambiguous(book: LawBook) -> LawBook:
    """Every id once: a finding names its requirement by id alone."""
    rules = (*book.statute, *book.orders, *book.policy, *(rule for one in book.agreements.values() for rule in one.rules))
    made = (book.vocabulary.general_rule.id, *(_open(source, book.vocabulary).requirement.id for source in (Source.HALT, Source.POLICY)))
    ids = Counter((*made, *_AGREEMENT_IDS, *(rule.requirement.id for rule in rules)))
    ids.update(reading.id for reading in book.readings)
    for name, count in ids.items():
        if count > 1:
            raise LawError(
                f"the book: `{name}`: the id is given {count} times", remedy="give each rule, order and interpretation its own id"
            )
    return book


_AGREEMENT_IDS = ("agreement.unknown", "agreement.not-covered")


# ---------------------------------------------------------------- in force


def in_force(book: LawBook, day: date, *, agreement: str | None = None, agency: str | None = None) -> Rulebook:
    """What decides on ``day``, for a request made under ``agreement`` if one is named.

    ``agency`` narrows only the list of halts that is shown; every withholding order stays among the rules, which compare day and agency.
    """
    vocabulary = book.vocabulary
    rules = {
        Source.STATUTE: book.statute,
        Source.HALT: (_open(Source.HALT, vocabulary), *book.orders),
        Source.POLICY: (_open(Source.POLICY, vocabulary), *book.policy),
    }
    general = {Source.STATUTE: vocabulary.general_rule}
    general |= {source: rules[source][0].requirement for source in (Source.HALT, Source.POLICY)}
    bound = book.agreements.get(agreement or "")
    if agreement:
        rules[Source.AGREEMENT] = bound.rules if bound else ()
        general[Source.AGREEMENT] = agreements.not_covered(vocabulary) if bound else agreements.unknown(vocabulary)
    standing = {source: tuple(rule for rule in rules[source] if rule.applies_on(day)) for source in Source if source in rules}
    policies = {source: "\n".join(rule.text for rule in those) for source, those in standing.items()}
    switches = readings.switches(book.readings, vocabulary, day)
    shown = tuple(halt.id for halt in book.halts if halt.applies_on(day) and (not agency or not halt.agencies or agency in halt.agencies))
    parts = _parts(book, day, agreement, policies, switches)
    digests = {name: _digest(part) for name, part in parts.items()}
    return Rulebook(
        day=day,
        vocabulary=vocabulary,
        rules=standing,
        general=general,
        switches=switches,
        readings=tuple(one.id for one in book.readings if one.applies_on(day)),
        halts=shown,
        agreement=agreement or None,
        agreement_state=bound.state(day) if bound else None,
        agreement_answers=bound.answers if bound else None,
        numbers=book.numbers,
        policies=policies,
        digests=digests,
        digest=_digest((book.regime, day.isoformat(), digests)),
    )


def _parts(
    book: LawBook, day: date, agreement: str | None, policies: Mapping[Source, str], switches: Mapping[str, bool]
) -> dict[str, object]:
    """Everything that a decision of that day rests on, part by part, in a form that has one spelling."""
    bound = book.agreements.get(agreement or "")
    return {
        **{source.value: text for source, text in policies.items()},
        "vocabulary": [(file.name, file.digest) for file in book.vocabulary.files],
        "readings": [(one.id, one.file.digest) for one in book.readings if one.applies_on(day)],
        "halts": [(one.id, one.file.digest) for one in book.halts],
        "agreement": (agreement, [file.digest for file in bound.files] if bound else [], bound.state(day) if bound else None),
        "switches": dict(switches),
        "numbers": dict(book.numbers),
    }


def _open(source: Source, vocabulary: Vocabulary) -> Rule:
    """A court order or a policy only ever forbids, so its set permits what it does not forbid."""
    name = f"{source.lower()}.open"
    said = ("the office's own rules" if source is Source.POLICY else "court orders on file", "its rules could not be applied", "")
    required = Requirement(name, source, Stage.REQUEST, OnFail.REFUSE, "permit", *said, frozenset(vocabulary.bases), frozenset())
    return Rule(required, fold.open_permit(name))


def _digest(part: object) -> str:
    return hashlib.sha256(json.dumps(part, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
