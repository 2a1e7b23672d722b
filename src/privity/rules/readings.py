"""Court interpretations on file into the switches in force on a day.

Two court interpretations may be in force at once and disagree; then the value that refuses more governs, because no court has said
that a custodian may pick. Which interpretation binds whom is for counsel: the file says what is known of that, and no machine weighs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from privity.rules.lawfile import LawFile, day, entry, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from privity.rules.facts import Vocabulary
    from privity.terms import Fact

_NEEDS: dict[str, type] = {
    "id": str,
    "court": str,
    "case": str,
    "scope": str,
    "regime": str,
    "status": str,
    "source": str,
    "switches": dict,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One court interpretation, or a custodian's own, and the switches that it sets from its first day to before its last."""

    id: str
    court: str
    case: str
    docket: str
    scope: str
    regime: str
    since: date
    until: date | None
    status: str
    switches: Mapping[str, bool]
    file: LawFile

    def applies_on(self, on: date) -> bool:
        """Whether it is in force on that day."""
        return self.since <= on and (self.until is None or on < self.until)


def read_reading(file: LawFile, vocabulary: Vocabulary) -> Reading | None:
    """One file of ``readings/``; None if it speaks of another regime.

    Raises:
        LawError: an entry is unknown, missing or not a switch of the vocabulary.
    """
    where = "the reading"
    dates: dict[str, type] = {"from": date, "last_checked": date}
    raw = entry(file, where, file.table(), _NEEDS | dates, {"docket": str, "decided": date, "to": date, "unsure": str})
    if raw["regime"] != vocabulary.regime:
        return None
    since, until = day(raw, "from"), day(raw, "to")
    if since is None or (until is not None and until <= since):
        raise file.wrong(where, "`to` is not after `from`")
    named = (text(raw, "id"), text(raw, "court"), text(raw, "case"), text(raw, "docket"), text(raw, "scope"), vocabulary.regime)
    return Reading(*named, since, until, text(raw, "status"), _switches(file, raw["switches"], vocabulary), file)


def _switches(file: LawFile, raw: object, vocabulary: Vocabulary) -> dict[str, bool]:
    known = {fact.origin[1]: bool for fact in _settable(vocabulary)}
    found = entry(file, "switches", raw, {}, known)
    return {name: value is True for name, value in found.items()}


def _settable(vocabulary: Vocabulary) -> list[Fact]:
    return [fact for fact in vocabulary.facts.values() if fact.origin[0] == "reading"]


def switches(readings: Iterable[Reading], vocabulary: Vocabulary, on: date) -> dict[str, bool]:
    """Every switch of the vocabulary on a day: the stricter of the values set, or the default if none is."""
    standing = [reading.switches for reading in readings if reading.applies_on(on)]
    return {
        fact.origin[1]: _governs(fact, {values[fact.origin[1]] for values in standing if fact.origin[1] in values})
        for fact in _settable(vocabulary)
    }


def _governs(fact: Fact, values: set[bool]) -> bool:
    if len(values) == 1:
        return values.pop()
    return fact.stricter is True if values else fact.default is True
