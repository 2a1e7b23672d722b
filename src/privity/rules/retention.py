"""How long each class of record is kept, as a regime's `retention.toml` says, into checked ``Kept`` classes.

A class is permanent, or has a period after an event. Each says whose rule it is: a statute's or a regulation's, with the provision, or the
custodian's policy, with a reason; a period without a source is not read. What is not in the file is kept. Whether something is
due on a day, and deleting it, is for ``office.retention``; what stands against that, for ``office.hold``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from privity.rules.facts import regime_folder
from privity.rules.lawfile import LawFile, entries, entry, named, read, text
from privity.terms import Citation

if TYPE_CHECKING:
    from pathlib import Path

FILE = "retention.toml"
SOURCES = ("statute", "regulation", "policy")
EVENTS = ("disclosure", "request", "receipt", "determination", "superseded")
_NEEDS: dict[str, type] = {"name": str, "what": str, "source": str}
_MAY: dict[str, type] = {
    "permanent": bool,
    "years": int,
    "days": int,
    "after": str,
    "or_longer": str,
    "cite": str,
    "why": str,
    "checked": str,
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One class of record. ``years`` and ``days`` after the event ``after``; permanent if neither is set.

    ``or_longer``: what else must be over, in words; no machine can tell it, so such a class is never due here.
    """

    name: str
    what: str
    permanent: bool
    years: int
    days: int
    after: str
    or_longer: str
    source: str
    cite: str
    why: str
    checked: str

    def due(self, event: date | None, today: date) -> bool:
        """Whether the period that began with the event is over. An event whose day is not known began no period."""
        if self.permanent or self.or_longer:
            return False
        if not self.years and not self.days:
            return True
        return event is not None and _later(event, self.years) + timedelta(days=self.days) <= today

    @property
    def length(self) -> str:
        """The period in words."""
        if self.permanent:
            return "permanent"
        span = f"{self.years} years" if self.years else f"{self.days} days"
        return f"{span} after {self.after}" + (f", or {self.or_longer}, whichever is longer" if self.or_longer else "")


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # a 29 February
        return date(day.year + years, 3, 1)


def read_retention(law_root: Path, regime: str) -> dict[str, Kept]:
    """The classes of a regime by name; none if it has no file, and then everything is kept.

    Raises:
        LawError: an entry is not well formed, or has no source.
    """
    folder = law_root if (law_root / "facts.toml").exists() else regime_folder(law_root, regime)
    if not (folder / FILE).exists():
        return {}
    return parse_retention(read(law_root, folder / FILE))


def parse_retention(file: LawFile) -> dict[str, Kept]:
    """The same from the file itself."""
    raw = entry(file, "the file", file.table(), {"kept": list}, {})
    return named(file, "kept", (_kept(file, item) for item in entries(file, raw, "kept")))


def _kept(file: LawFile, raw: object) -> tuple[str, Kept]:
    found = entry(file, "kept", raw, _NEEDS, _MAY)
    name, where = text(found, "name"), f"kept `{text(found, 'name')}`"
    years, days = (_whole(found.get(key)) for key in ("years", "days"))
    _period(file, where, found, years, days)
    _sourced(file, where, found)
    said = [text(found, key) for key in ("after", "or_longer", "source", "cite", "why", "checked")]
    return name, Kept(name, text(found, "what"), found.get("permanent") is True, years or 0, days or 0, *said)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _period(file: LawFile, where: str, raw: dict[str, object], years: int | None, days: int | None) -> None:
    if [raw.get("permanent") is True, years is not None, days is not None].count(True) != 1 or min(years or 0, days or 0) < 0:
        raise file.wrong(where, "says not exactly one of `permanent = true`, `years` and `days`")
    if (raw.get("permanent") is True) == ("after" in raw) or text(raw, "after", EVENTS[0]) not in EVENTS:
        raise file.wrong(where, f"a period runs after one of: {', '.join(EVENTS)}; what is permanent runs after nothing")


def _sourced(file: LawFile, where: str, raw: dict[str, object]) -> None:
    source = text(raw, "source")
    if source not in SOURCES:
        raise file.wrong(where, f"`source` is none of {', '.join(SOURCES)}")
    if source == "policy":
        if "cite" in raw or not text(raw, "why"):
            raise file.wrong(where, "policy says `why` and cites no law")
        return
    try:
        Citation.parse(text(raw, "cite"))
    except ValueError as error:
        raise file.wrong(where, f"`cite` is {error}: a period needs the provision that sets it") from error
