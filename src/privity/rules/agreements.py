"""An agreement's folder into its rules, its life by day, and the answers that it allows.

An agreement binds the requests made under it and only narrows: its rules are a set of their own, asked besides the statute's.
What state it is in on a day is a fact that its rules read. Terms that are not known are listed in its file and not encoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from privity.rules.lawfile import LawFile, day, entries, entry, read, text, words
from privity.rules.rule import Rule, read_rules
from privity.terms import OnFail, Requirement, Source, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from privity.rules.facts import Vocabulary

STATES = ("draft", "signed", "in-force", "suspended", "ended")
_NEEDS: dict[str, type] = {"id": str, "title": str, "parties": list, "basis": str, "answers": list, "life": list}
_SAYS: dict[str, type] = {"regime": str, "signed_by": list, "last_checked": date, "term": list, "unknown": dict}


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement. ``life`` is its states, each from a day on."""

    id: str
    title: str
    parties: tuple[str, ...]
    basis: str
    answers: tuple[str, ...]
    life: tuple[tuple[date, str], ...]
    rules: tuple[Rule, ...]
    files: tuple[LawFile, ...]

    def state(self, on: date) -> str | None:
        """The state of the last line that is not after the day; None before the first."""
        return next((state for since, state in reversed(self.life) if since <= on), None)


def read_agreement(root: Path, folder: Path, vocabulary: Vocabulary) -> Agreement | None:
    """One folder of ``agreements/``; None if it is about another regime.

    Raises:
        LawError: an entry or a rule is not well formed.
    """
    file = read(root, folder / "agreement.toml")
    where = "the agreement"
    raw = entry(file, where, file.table(), _NEEDS, _SAYS)
    if text(raw, "regime", vocabulary.regime) != vocabulary.regime:
        return None
    if raw["id"] != folder.name:
        raise file.wrong(where, "`id` is not the name of its folder")
    if raw["basis"] not in vocabulary.bases:
        raise file.wrong(where, "`basis` is not in the vocabulary")
    answers = words(file, where, raw, "answers", vocabulary.bases[text(raw, "basis")].answers)
    parties = words(file, where, raw, "parties")
    texts = tuple(read(root, path) for path in sorted(folder.glob("*.cedar")))
    rules = tuple(rule for one in texts for rule in read_rules(one, Source.AGREEMENT, vocabulary))
    return Agreement(folder.name, text(raw, "title"), parties, text(raw, "basis"), answers, _life(file, raw), rules, (file, *texts))


def _life(file: LawFile, raw: dict[str, object]) -> tuple[tuple[date, str], ...]:
    lines: list[tuple[date, str]] = []
    for item in entries(file, raw, "life"):
        line = entry(file, "life", item, {"from": date, "state": str}, {"source": str})
        since = day(line, "from")
        if line["state"] not in STATES or since is None or (lines and since <= lines[-1][0]):
            raise file.wrong("life", f"each line has a later day than the one before and a state of: {', '.join(STATES)}")
        lines.append((since, text(line, "state")))
    if not lines:
        raise file.wrong("life", "there is no line, so it was never in force")
    return tuple(lines)


def not_covered(vocabulary: Vocabulary) -> Requirement:
    """What an agreement says of a basis that none of its rules permits."""
    said = ("the agreement named", "the agreement that the request is made under does not cover this basis", "a basis that it covers")
    return _refusal("agreement.not-covered", said, vocabulary)


def unknown(vocabulary: Vocabulary) -> Requirement:
    """What refuses when the agreement named is not one that the custodian has on file."""
    said = (
        "the agreement named",
        "no such agreement is on file with the custodian",
        "the agreement itself, or a request not made under one",
    )
    return _refusal("agreement.unknown", said, vocabulary)


def _refusal(name: str, said: tuple[str, str, str], vocabulary: Vocabulary) -> Requirement:
    return Requirement(name, Source.AGREEMENT, Stage.REQUEST, OnFail.REFUSE, "permit", *said, frozenset(vocabulary.bases), frozenset())
