"""The same rows, decided by the frame and by Cedar's engine, and the rows on which the two differ.

Compared for each source, exactly: which rules permit, which forbid, which err. That is stricter than comparing outcomes: a right
answer for a wrong reason is a difference too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from privity.rules.engine import CedarEngine, Verdict
from privity.rules.frame import KINDS, WIDTH, mask_column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from privity.rules.book import Rulebook
    from privity.rules.rule import Rule
    from privity.terms import Source, Stage

    Said: TypeAlias = tuple[frozenset[str], frozenset[str], frozenset[str]]  # permits, forbids, errors


def differences(
    rulebook: Rulebook, facts: pl.DataFrame, stage: Stage, principals: Mapping[str, frozenset[str]], masks: pl.DataFrame
) -> list[int]:
    """Ordinals of the rows that the two decide otherwise or for other reasons; empty if they agree.

    Takes the facts as ``frame.decide`` takes them, and the masks that it gave for them. Asks the engine about every row.
    """
    engine = _engine(rulebook, frozenset(principals.items())).decide(facts.rows(named=True), stage)
    differing = set[int]()
    for source, rules in rulebook.rules.items():
        said = zip(masks["ordinal"], _said(masks, source, rules), engine, strict=True)
        differing |= {ordinal for ordinal, ours, theirs in said if ours != _triple(theirs[source])}
    return sorted(differing)


@lru_cache(maxsize=4)
def _engine(rulebook: Rulebook, principals: frozenset[tuple[str, frozenset[str]]]) -> CedarEngine:
    """One engine for a rulebook (which never changes) and the people it is asked about; the packages of a release share it."""
    return CedarEngine(rulebook, dict(principals))


def _triple(verdict: Verdict) -> Said:
    return verdict.permits, verdict.failed, verdict.errored


def _said(masks: pl.DataFrame, source: Source, rules: tuple[Rule, ...]) -> Iterator[Said]:
    """The masks of one source as sets of ids, row by row; equal masks are read once."""
    chunks = range(1 + max(0, len(rules) - 1) // WIDTH)
    columns = [mask_column(source, kind, chunk) for kind in KINDS for chunk in chunks]
    known: dict[tuple[int, ...], Said] = {}
    for row in masks.select(columns).iter_rows():
        if row not in known:
            parts = [row[i * len(chunks) : (i + 1) * len(chunks)] for i in range(len(KINDS))]
            permits, forbids, errors = (_ids(part, rules) for part in parts)
            known[row] = (permits, forbids, errors)
        yield known[row]


def _ids(masks: tuple[int, ...], rules: tuple[Rule, ...]) -> frozenset[str]:
    whole = sum(mask << (WIDTH * chunk) for chunk, mask in enumerate(masks))
    return frozenset(rule.requirement.id for place, rule in enumerate(rules) if whole >> place & 1)
