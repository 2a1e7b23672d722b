"""Every noun of the passage: citations, the vocabulary of a regime, and the tables between stages.

No behaviour beyond parse, print and compare. A *fact* is one thing that a rule may read; a *requirement* is one rule that a
row must satisfy; a *table* is a frozen wrapper round a frame whose schema is checked once, so that
a stage cannot be handed the wrong one. docs/glossary.md defines the words; a test compares the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping


# ---------------------------------------------------------------- words


class Stage(StrEnum):
    """How much is known. Cumulative: a rule of one stage may read facts of that stage and of earlier ones."""

    REQUEST = "request"
    RECORD = "record"
    RELEASE = "release"

    @property
    def upto(self) -> tuple[Stage, ...]:
        """The stage and the ones before it."""
        order = tuple(Stage)
        return order[: order.index(self) + 1]


class Source(StrEnum):
    """Whose requirement it is. Evaluated apart; a row passes only if each source permits without error."""

    STATUTE = "STATUTE"
    HALT = "HALT"
    AGREEMENT = "AGREEMENT"
    POLICY = "POLICY"


class Outcome(StrEnum):
    """What the machine says of a row. None of them releases anything."""

    REFUSED = "refused"
    ELIGIBLE = "eligible"
    REFERRED = "referred"


class Identity(StrEnum):
    """How many people of the register a request may mean. Internal: an outcome of matching never leaves the office."""

    UNIQUE = "unique"
    SEVERAL = "several"
    ABSENT = "absent"


class Duty(StrEnum):
    """What the basis says of a row that meets it."""

    NONE = "none"  # a requirement of the statute, or a halt, stands in the way
    MAY = "may"  # the basis permits and does not oblige
    SHALL = "duty to disclose"
    HELD = "duty held"  # owed under the statute, withheld by agreement or policy alone: goes to counsel


class OnFail(StrEnum):
    """What a requirement does to a row that does not meet it."""

    REFUSE = "refuse"
    REFER = "refer"  # a question for the reviewers; never a refusal, never a permission


class FactType(StrEnum):
    """The only kinds of value that a rule may read. No text: no rule reads a name, an address or a number of a person."""

    BOOL = "boolean"
    WHOLE = "whole number"
    DAY = "date"
    ENUM = "enum"


# ---------------------------------------------------------------- citations

_CITATION = re.compile(r"(?P<title>\d+) (?P<code>USC|CFR) (?P<section>[0-9][0-9A-Za-z.-]*)(?P<rest>(?:\([A-Za-z0-9]+\))*)")


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """A provision of the United States Code or the Code of Federal Regulations.

    >>> str(Citation.parse("26 USC 6103(i)(2)(B)(i)"))
    '26 USC 6103(i)(2)(B)(i)'
    >>> Citation.parse("26 USC 6103(i)(2)(B)(i)").uslm
    '/us/usc/t26/s6103/i/2/B/i'
    """

    title: int
    code: str
    section: str
    path: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Citation:
        """Read the one canonical spelling.

        Raises:
            ValueError: any other spelling. ``fields.citation`` reads what people write.
        """
        found = _CITATION.fullmatch(text)
        if not found:
            raise ValueError("not a citation of the form `26 USC 6103(i)(2)`")
        path = tuple(re.findall(r"\(([A-Za-z0-9]+)\)", found["rest"]))
        return cls(int(found["title"]), found["code"], found["section"], path)

    def __str__(self) -> str:
        return f"{self.title} {self.code} {self.section}" + "".join(f"({part})" for part in self.path)

    @property
    def uslm(self) -> str:
        """The identifier in United States Legislative Markup."""
        return "/".join(("/us", self.code.lower(), f"t{self.title}", f"s{self.section}", *self.path))

    def within(self, other: Citation) -> bool:
        """Whether this provision is ``other`` or a part of it."""
        same = (self.title, self.code, self.section) == (other.title, other.code, other.section)
        return same and self.path[: len(other.path)] == other.path


# ---------------------------------------------------------------- the vocabulary of a regime


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a rule may read.

    ``origin`` says where its value comes from: ``("column", NAME)``, ``("present", NAME)``,
    ``("element", "MODULE.OUTPUT")``, ``("envelope", NAME)``, ``("reading", NAME)``,
    ``("register", NAME)``, ``("office", NAME)``.
    """

    name: str
    type: FactType
    stage: Stage
    plain: str
    origin: tuple[str, str]
    values: tuple[str, ...] = ()
    enum: str = ""  # the Cedar entity type that holds the values
    optional: bool = False  # a rule may ask whether it is there; any other rule that reads a missing fact errs, and so refuses
    aliases: Mapping[str, str] = field(default_factory=dict)
    stricter: bool | None = None  # for a switch of court interpretation: which of its two values refuses more
    default: bool | None = None
    scope: str = ""  # under this word the scope of a court order may narrow by it

    @property
    def dtype(self) -> pl.DataType:
        """The column type of this fact in a table of facts; null means missing."""
        match self.type:
            case FactType.BOOL:
                return pl.Boolean()
            case FactType.WHOLE:
                return pl.Int64()
            case FactType.DAY:
                return pl.Date()
            case FactType.ENUM:
                return pl.Enum(self.values)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a request file: its name, other headings people use for it, how its cells are read, plain words."""

    name: str
    kind: str  # text | day | code | zip | list
    plain: str
    aliases: tuple[str, ...] = ()
    personal: bool = True
    digits: int = 0  # a number of this many digits, so that one that lost its zeros is noticed


@dataclass(frozen=True, slots=True)
class Basis:
    """One authorisation that a request may invoke: an action in the rules.

    ``duty`` is the law's own verb. ``answers`` are the fields that a release under it may carry, least first.
    """

    id: str
    cite: str
    duty: Duty
    plain: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One rule that a row must satisfy; parsed from a Cedar policy and its annotations."""

    id: str
    source: Source
    stage: Stage
    on_fail: OnFail
    effect: str  # permit | forbid
    cite: str
    fails: str  # what to say when it is not met, in plain words
    supply: str  # what the requester can supply
    bases: frozenset[str]
    reads: frozenset[str]  # facts
    since: date | None = None
    until: date | None = None  # first day on which it no longer applies


# ---------------------------------------------------------------- tables


@dataclass(frozen=True, slots=True)
class Table:
    """A frame whose columns are checked once, when it is wrapped."""

    frame: pl.DataFrame = field(repr=False)  # a traceback must not show cells
    SCHEMA: ClassVar[Mapping[str, pl.DataType]] = {}

    def __post_init__(self) -> None:
        wrong = [name for name, kind in self.SCHEMA.items() if self.frame.schema.get(name) != kind]
        if wrong:
            raise TypeError(f"{type(self).__name__}: columns missing or of another type: {', '.join(wrong)}")

    def __len__(self) -> int:
        return self.frame.height


ORDINAL = pl.UInt32()  # position of a row in its batch, from 0


@dataclass(frozen=True, slots=True)
class Requests(Table):
    """Rows as received, in file order. One text column for each column of the vocabulary besides these; null = empty or defective."""

    SCHEMA: ClassVar[Mapping[str, pl.DataType]] = {"ordinal": ORDINAL, "row": pl.UInt32()}


@dataclass(frozen=True, slots=True)
class Defects(Table):
    """What could not be read. Never the value. ``ordinal`` is null for a defect of the file, ``field`` empty for one of a row."""

    SCHEMA: ClassVar[Mapping[str, pl.DataType]] = {
        "ordinal": ORDINAL,
        "row": pl.UInt32(),
        "field": pl.String(),
        "kind": pl.String(),
    }


@dataclass(frozen=True, slots=True)
class Facts(Table):
    """``ordinal`` and one column for each fact of the vocabulary up to a stage; null = missing, unreadable or not decided."""

    SCHEMA: ClassVar[Mapping[str, pl.DataType]] = {"ordinal": ORDINAL}


@dataclass(frozen=True, slots=True)
class Outcomes(Table):
    """The determination of one stage, a row for each row. ``reasons_id`` points into ``Reasons``."""

    SCHEMA: ClassVar[Mapping[str, pl.DataType]] = {
        "ordinal": ORDINAL,
        "outcome": pl.String(),
        "duty": pl.String(),
        "reasons_id": pl.UInt64(),
    }


@dataclass(frozen=True, slots=True)
class Reasons(Table):
    """The distinct sets of findings of a batch. ``kind``: failed, error (a fact it reads is missing), refer.

    ``reasons_id`` is derived from the set itself, so that shards and machines agree on it without talking.
    """

    SCHEMA: ClassVar[Mapping[str, pl.DataType]] = {
        "reasons_id": pl.UInt64(),
        "source": pl.String(),
        "requirement": pl.String(),
        "kind": pl.String(),
    }


@dataclass(frozen=True, slots=True)
class Eligible(Table):
    """Requests that passed the request stage. Only ``determine`` makes one; only this reaches the register."""

    SCHEMA: ClassVar[Mapping[str, pl.DataType]] = Requests.SCHEMA


@dataclass(frozen=True, slots=True)
class Identifications(Table):
    """Whom each eligible request means. ``record_id`` is set only where ``identity`` is unique."""

    SCHEMA: ClassVar[Mapping[str, pl.DataType]] = {
        "ordinal": ORDINAL,
        "identity": pl.String(),
        "record_id": pl.String(),
        "rule": pl.String(),
        "agreed": pl.List(pl.String()),
        "rival_excluded": pl.Boolean(),
    }


@dataclass(frozen=True, slots=True)
class Bounds(Table):
    """The batch's own error bound, by stratum (the identification rule): see docs/life-of-a-request.md."""

    SCHEMA: ClassVar[Mapping[str, pl.DataType]] = {
        "stratum": pl.String(),
        "asked": pl.UInt32(),
        "answered": pl.UInt32(),
        "namesakes": pl.Float64(),
        "decoys": pl.UInt32(),
        "limit": pl.Float64(),
    }


@dataclass(frozen=True, slots=True)
class Disposition(Table):
    """What the reviewers decided about each referred row. Only ``review`` makes one; only this, with a receipt, is released.

    ``disposition``: approved, declined, objected; null = nobody has decided. The Booleans are the facts of the release stage.
    """

    SCHEMA: ClassVar[Mapping[str, pl.DataType]] = {
        "ordinal": ORDINAL,
        "disposition": pl.String(),
        "two_persons": pl.Boolean(),
        "approvers_in_office": pl.Boolean(),
        "evidence_unchanged": pl.Boolean(),
    }


# ---------------------------------------------------------------- people who act


class ActKind(StrEnum):
    """What a reviewer can do. Nothing is ever taken back: a withdrawal stands beside the objection that it ends."""

    APPROVE = "approve"
    DECLINE = "decline"
    OBJECT = "object"
    WITHDRAW = "withdraw"
    OVERRULE = "overrule"


@dataclass(frozen=True, slots=True)
class Act:
    """One signed act of one person, in one office, on rows of one batch. ``evidence`` is the root over what was frozen for those rows."""

    kind: ActKind
    batch: str
    person: str
    office: str
    day: date
    ordinals: tuple[int, ...]
    evidence: str
    ground: str = ""
    signature: bytes = b""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a batch was entered before anything was done with it: entry index, its proof, and the checkpoint it is proved against."""

    batch: str
    index: int
    proof: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """One person in one office for a time. ``kind``: appointed, acting, delegated; ``instrument`` names the paper it rests on."""

    person: str
    office: str
    since: date
    until: date | None = None
    kind: str = "appointed"
    instrument: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether the office is held on that day."""
        return self.since <= day and (self.until is None or day < self.until)
