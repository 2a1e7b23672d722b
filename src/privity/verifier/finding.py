"""What a check found: which file, which entries, what is wrong; and the report that it ends in. No value of an entry is in any finding."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with ``count`` entries from index ``first``, as seen in a file; ``first`` is None if it is about no entry."""

    file: str
    what: str
    first: int | None = None
    count: int = 1

    def __str__(self) -> str:
        if self.first is None:
            return f"{self.file}: {self.what}"
        which = f"entry {self.first}" if self.count == 1 else f"entries {self.first} to {self.first + self.count - 1}"
        return f"{self.file}: {which}: {self.what}"


@dataclass(slots=True)
class Report:
    """What was checked and what is wrong with it. ``findings`` empty: everything holds. ``lines``: of a person's account, what it shows."""

    what: str
    file: str
    origin: str = ""
    size: int = 0
    root: str = ""
    index: int | None = None
    witnesses: list[tuple[str, int]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    days: tuple[str, str] | None = None
    held: int = 0
    beyond: int = 0
    digest: str = ""
    lines: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, file: str, what: str, first: int | None = None, count: int = 1) -> None:
        """Add a finding."""
        self.findings.append(Finding(file, what, first, count))

    def said(self) -> dict[str, object]:
        """As one JSON object."""
        return {
            "what": self.what,
            "file": self.file,
            "origin": self.origin,
            "size": self.size,
            "root": self.root,
            "index": self.index,
            "witnesses": [{"name": name, "time": time} for name, time in self.witnesses],
            "kinds": dict(sorted(self.kinds.items())),
            "days": self.days,
            "held": self.held,
            "beyond": self.beyond,
            "sha256": self.digest,
            "lines": self.lines,
            "findings": [{"file": f.file, "first": f.first, "count": f.count, "what": f.what} for f in self.findings],
            "verified": not self.findings,
        }
