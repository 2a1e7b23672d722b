"""What a request says, judged without the register: text columns into the facts of the `request` stage.

A fact's origin in facts.toml says where its value comes from: a column's cell, whether a cell says something, an element of this package,
the envelope, the office, or a court interpretation in force. `examine` dispatches on it and knows no fact by name. Two passes where an
element has to see the whole batch: `tally_all` on every shard, `merge_all`, then `examine` on every shard with the merged
tallies. Pure: no clock, no file, no register.

Not here: facts of the record and of the release; what follows from any fact (the rules).
"""

from __future__ import annotations

from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import polars as pl

from privity.elements import address, authority, cell, engaged, items, name, period, predicate, reason
from privity.elements.element import Element, Given
from privity.terms import Facts, FactType, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from privity.terms import Defects, Fact, Requests

__all__ = ["REGISTRY", "Element", "Given", "examine", "merge_all", "settle_all", "tally_all"]

Tallies = dict[str, pl.DataFrame]

_MODULES = (name, address, period, authority, reason, engaged, items, predicate)
REGISTRY: Mapping[str, Element] = MappingProxyType({module.ELEMENT.name: module.ELEMENT for module in _MODULES})


class HasFacts(Protocol):
    """As much of a vocabulary as the elements need."""

    @property
    def facts(self) -> Mapping[str, Fact]:
        """Every fact by its name."""
        ...


def tally_all(requests: Requests, vocabulary: HasFacts) -> Tallies:
    """What each element has to count over the whole batch, for one shard. Digests and counts only."""
    return {one.name: one.tally(requests.frame) for one in elements_of(vocabulary) if one.tally}


def merge_all(tallies: Sequence[Tallies]) -> Tallies:
    """The counts of all shards together; the order and the cutting into shards change nothing."""
    names = tallies[0] if tallies else ()
    return {one: REGISTRY[one].merge([shard[one] for shard in tallies]) for one in names}  # type: ignore[misc]


def settle_all(tallies: Tallies, given: Given) -> Tallies:
    """What the counts of the whole batch come to, for every shard to look up. ``tallies``: of all shards, merged."""
    return {one: REGISTRY[one].settle(counts, given) for one, counts in tallies.items()}  # type: ignore[misc]


def examine(
    requests: Requests,
    vocabulary: HasFacts,
    given: Given,
    settled: Tallies | None = None,
    *,
    envelope: Mapping[str, object],
    office: Mapping[str, object],
    switches: Mapping[str, bool],
    defects: Defects | None = None,
) -> Facts:
    """The facts of the request stage, a row for each request, in the order of the requests.

    ``settled`` None counts within these requests alone: right for a batch in one piece. ``defects``, if given, make an element say nothing
    where a column that it rests on could not be read. A value that ``envelope``, ``office`` or ``switches`` lack is null.

    Raises:
        TypeError: a value of the envelope or the office is not of the fact's type (a bug of the caller, not of the request).
        LawError: an alias in the vocabulary means two values.
    """
    frame = requests.frame
    outputs = {one.name: _judged(one, frame, (settled or {}).get(one.name), given, defects) for one in elements_of(vocabulary)}
    sources = {"envelope": envelope, "office": office, "reading": switches}
    columns: list[pl.Series] = [frame["ordinal"]]
    for fact in request_facts(vocabulary):
        kind, where = fact.origin
        if kind in sources:
            columns.append(_same_for_all(fact, sources[kind].get(where), frame.height))
        elif kind == "element":
            element, output = where.split(".", 1)
            columns.append(_typed(fact, outputs[element][output]))
        elif kind == "column":
            columns.append(frame.select(cell.value(fact, pl.col(where)).alias(fact.name)).to_series())
        elif kind == "present":
            columns.append(frame.select(cell.present(pl.col(where)).alias(fact.name)).to_series())
        else:
            raise TypeError(f"fact {fact.name}: no request-stage origin is called {kind}")
    return Facts(pl.DataFrame(columns))


def request_facts(vocabulary: HasFacts) -> list[Fact]:
    """The facts of the request stage, in the vocabulary's order."""
    return [fact for fact in vocabulary.facts.values() if fact.stage is Stage.REQUEST]


def elements_of(vocabulary: HasFacts) -> list[Element]:
    """The elements that the vocabulary's request-stage facts come from."""
    named = dict.fromkeys(fact.origin[1].split(".", 1)[0] for fact in request_facts(vocabulary) if fact.origin[0] == "element")
    return [REGISTRY[one] for one in named]


def _judged(element: Element, frame: pl.DataFrame, settled: pl.DataFrame | None, given: Given, defects: Defects | None) -> pl.DataFrame:
    judged = element.judge(frame, settled, given)
    ordered = frame.select("ordinal").join(judged, on="ordinal", how="left", maintain_order="left", validate="1:1")
    if defects is None:
        return ordered
    rests_on = element.reads if element.rests_on is None else element.rests_on
    bad = defects.frame.filter(pl.col("field").is_in(rests_on))["ordinal"].unique()
    unread = pl.col("ordinal").is_in(bad.implode())
    return ordered.with_columns(pl.when(~unread).then(pl.col(output)).alias(output) for output in element.gives)


def _typed(fact: Fact, values: pl.Series) -> pl.Series:
    """An element's words as the fact's enum; a word that the vocabulary lacks is null."""
    words = values.cast(pl.String) if fact.type is FactType.ENUM else values
    return words.cast(fact.dtype, strict=fact.type is not FactType.ENUM).alias(fact.name)


def _same_for_all(fact: Fact, value: object, height: int) -> pl.Series:
    known = None if fact.type is FactType.ENUM and value not in fact.values else value
    if known is not None and not _is_of(fact.type, known):
        raise TypeError(f"fact {fact.name}: the value given is not a {fact.type}")
    return pl.Series(fact.name, [known], dtype=fact.dtype).new_from_index(0, height)


def _is_of(kind: FactType, value: object) -> bool:
    match kind:
        case FactType.BOOL:
            return isinstance(value, bool)
        case FactType.WHOLE:
            return isinstance(value, int) and not isinstance(value, bool)
        case FactType.DAY:
            return isinstance(value, date) and not isinstance(value, datetime)
        case FactType.ENUM:
            return isinstance(value, str)
