"""A disclosure's facts and the access rules → which list it belongs to, and under which basis a person may be shown it.

The rules are a regime like any other (``law/…/5-usc-552a``): every source must permit without error, both engines decide, and what is
missing errs and is not shown. Facts of the stage ``request`` are the disclosure's; they decide, for everybody alike, whether it stands in
the list that may be shown. Facts of the stage ``record`` are those of the one who asks; they decide whether that list is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from privity import determine as decision
from privity.determine import Asked
from privity.office import basis, law
from privity.office.persons.tags import KEPT_BACK, SHOWN
from privity.rules.facts import facts_schema
from privity.terms import Facts, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from privity.office.place import Office
    from privity.rules.book import Rulebook
    from privity.rules.facts import Vocabulary
    from privity.store import Tx
    from privity.terms import Basis

STATED = ("yes", "no", "not-stated")


@dataclass(frozen=True, slots=True)
class Asker:
    """The one who asks: how their identity was proved, and what they state about 5 USC 552a(a)(2); never inferred."""

    identity_proved: str
    individual_stated: str = "not-stated"


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules may know of a disclosure: the basis it was made on, as the request invoked it, and whether a delay runs."""

    basis: str | None
    delayed: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """What decides on a day. ``rulebook`` is None where the office's law names no access rule: nothing is shown then."""

    rulebook: Rulebook | None
    office: Vocabulary

    def lists(self, cases: Sequence[Case]) -> list[str]:
        """To which list each case belongs."""
        found = self._passing(cases, Stage.REQUEST, None)
        return [SHOWN if bases else KEPT_BACK for bases in found]

    def grounds(self, cases: Sequence[Case], asker: Asker) -> list[str | None]:
        """Under which basis, in the order of the vocabulary, each case may be shown to the one who asks; None: not at all."""
        return [next(iter(bases), None) for bases in self._passing(cases, Stage.RECORD, asker)]

    def basis(self, ground: str) -> Basis:
        """The basis of that id; only of a ground that was found."""
        if self.rulebook is None:
            raise KeyError(ground)
        return self.rulebook.vocabulary.bases[ground]

    def number(self, name: str) -> float:
        """A number of the policy on accounts; 0 if it sets none."""
        return float(self.rulebook.numbers.get(name, 0)) if self.rulebook else 0.0

    def _passing(self, cases: Sequence[Case], stage: Stage, asker: Asker | None) -> list[list[str]]:
        found: list[list[str]] = [[] for _ in cases]
        if self.rulebook is None or not cases:
            return found
        facts = Facts(self._facts(self.rulebook, cases, stage, asker))
        for name in self.rulebook.vocabulary.bases:
            for at in decision.passing_twice(self.rulebook, facts, stage, Asked(None, name, {})):
                found[at].append(name)
        return found

    def _facts(self, rulebook: Rulebook, cases: Sequence[Case], stage: Stage, asker: Asker | None) -> pl.DataFrame:
        schema = facts_schema(rulebook.vocabulary, stage)
        rows = [{"ordinal": at, **self._of(rulebook, case, asker)} for at, case in enumerate(cases)]
        return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)

    def _of(self, rulebook: Rulebook, case: Case, asker: Asker | None) -> dict[str, object]:
        """Every fact of a case, by name; what nobody supplies stays missing."""
        known: dict[str, object] = {"delayed": case.delayed}
        known |= {name: bool(value) for name, value in rulebook.numbers.items()}
        if asker is not None:
            known |= {"identity_proved": bool(asker.identity_proved.strip()), "individual_stated": asker.individual_stated}
        invoked = basis.action_of(case.basis or "", self.office)
        values: dict[str, object] = {}
        for fact in rulebook.vocabulary.facts.values():
            kind, where = fact.origin
            if kind == "reading":
                values[fact.name] = rulebook.switches.get(where)
            elif (kind, where) == ("office", "basis"):
                values[fact.name] = fact.aliases.get(invoked or "", "other" if invoked and "other" in fact.values else None)
            elif kind == "office":
                values[fact.name] = known.get(where)
        return values


def access(office: Office, tx: Tx) -> Access:
    """The access rules in force, as this transaction sees them."""
    return under(office, law.in_force(office, tx)[0], office.day)


def under(office: Office, digest: str, day: date) -> Access:
    """The access rules of a version of the law, on a day."""
    book = law.version(office.root, office.regime, digest)
    name = book.vocabulary.access
    return Access(law.rulebook(office.root, name, digest, day, None, "") if name else None, book.vocabulary)


def cases_of(tx: Tx, delayed: frozenset[str] = frozenset()) -> Mapping[int, Case]:
    """Intent entry → its case, for every package."""
    bases = {row["batch"]: row["basis"] for row in tx.rows("batch")}
    return {row["entry"]: Case(bases[row["batch"]], row["package"] in delayed) for row in tx.rows("package") if row["entry"] is not None}
