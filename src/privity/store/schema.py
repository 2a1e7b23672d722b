"""The tables of an office: what they hold, and that nothing in them ever changes.

Every table only grows: SQLite refuses UPDATE, DELETE and the replacing of a row by trigger. A change of state is another row, and the
views ``…_now`` give the last row for each subject. So the history is the state, and what was known on a day can be read again (DESIGN §4).

The definitions are SQLAlchemy Core without a dialect, so that another database can follow from them; the triggers are SQLite's.
An owner of the file can drop a trigger: `ledger.log.verify`, and checkpoints held elsewhere, are what shows it.

``entry`` columns hold the index of the ledger entry that was committed with the row. No table holds a name, a number or an
address of a person of the register or of a request: those are in the sealed shards and openings (`store.archive`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Select,
    Table,
    Text,
    UniqueConstraint,
    event,
    func,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

VERSION = 1
APPLICATION = 0x50525659  # "PRVY", so that another program's database is not taken for an office
metadata = MetaData()

_Type = type[TypeEngine[Any]] | TypeEngine[Any]
_Index = BigInteger().with_variant(Integer, "sqlite")  # SQLite makes only INTEGER PRIMARY KEY the row's own number


def _key(name: str, kind: _Type = Text, *constraints: ForeignKey | CheckConstraint, autoincrement: bool = False) -> Column[Any]:
    return Column(name, kind, *constraints, primary_key=True, autoincrement=autoincrement)


def _has(name: str, kind: _Type = Text, *constraints: ForeignKey | CheckConstraint) -> Column[Any]:
    return Column(name, kind, *constraints, nullable=False)


def _may(name: str, kind: _Type = Text, *constraints: ForeignKey | CheckConstraint) -> Column[Any]:
    return Column(name, kind, *constraints, nullable=True)


def _seq() -> Column[Any]:
    return Column("seq", _Index, primary_key=True, autoincrement=True)


def _words(name: str, *allowed: str) -> CheckConstraint:
    return CheckConstraint(f"{name} IN ({', '.join(repr(word) for word in allowed)})", name=f"{name}_is_known")


# ---------------------------------------------------------------- ledger

segment = Table(
    "segment",
    metadata,
    _key("first", _Index),
    _has("count", Integer, CheckConstraint("count BETWEEN 1 AND 256")),
    _has("body", LargeBinary),
    _has("leaves", LargeBinary),
    _may("note"),
    _may("peaks", LargeBinary),
)
node = Table("node", metadata, _key("level", Integer), _key("index", _Index), _has("hash", LargeBinary))
opening_file = Table("opening_file", metadata, _key("name"), _has("first", _Index), _has("count", Integer), _has("kind"))

# ---------------------------------------------------------------- batches

batch = Table(
    "batch",
    metadata,
    _key("batch"),
    _has("received_day", Date),
    _has("agency"),
    _has("basis"),
    _has("agreement"),
    _has("file_sha256"),
    _has("rows", Integer),
    _has("defects", Integer),
    _has("form"),
    _has("meta"),
    _may("entry", _Index),
)
shard = Table(
    "shard",
    metadata,
    _seq(),
    _has("batch", Text, ForeignKey("batch.batch")),
    _has("stage"),
    _has("shard", Integer),
    _has("rows", Integer),
    _has("digest"),
    _may("first_entry", _Index),
    _has("count", Integer),
    UniqueConstraint("batch", "stage", "shard"),  # a killed step starts again at its first missing shard
)
bound = Table(
    "bound",
    metadata,
    _key("batch"),
    _key("stratum"),
    _has("asked", Integer),
    _has("answered", Integer),
    _has("namesakes", Float),
    _has("decoys", Integer),
    _has("limit", Float),
)

# ---------------------------------------------------------------- law, offices and agencies

in_force = Table(
    "in_force",
    metadata,
    _seq(),
    _has("kind"),
    _has("id"),
    _has("digest"),
    _has("since", Date),
    _may("until", Date),
    _may("entry", _Index),
    Index("in_force_by_id", "kind", "id"),
)
person = Table(
    "person", metadata, _seq(), _has("person"), _has("agency"), _may("public_key", LargeBinary), _may("recipient"), _may("entry", _Index)
)
appointment = Table(
    "appointment",
    metadata,
    _seq(),
    _has("person"),
    _has("office"),
    _has("agency"),
    _has("since", Date),
    _may("until", Date),
    _has("kind"),
    _has("instrument"),
    _may("entry", _Index),
)
agency = Table("agency", metadata, _seq(), _has("agency"), _has("name"), _has("kind"), _may("entry", _Index))
safeguards = Table("safeguards", metadata, _seq(), _has("agency"), _has("state"), _has("day", Date), _has("note"), _may("entry", _Index))

# ---------------------------------------------------------------- review and release

act = Table(
    "act",
    metadata,
    _seq(),
    _has("batch", Text, ForeignKey("batch.batch")),
    _has("kind", Text),
    _has("person"),
    _has("office"),
    _has("day", Date),
    _has("evidence_digest"),
    _may("signature", LargeBinary),
    _may("key"),
    _has("ground"),
    _may("entry", _Index),
    _words("kind", "approve", "decline", "object", "withdraw", "overrule"),
    Index("act_by_batch", "batch"),
)
act_row = Table("act_row", metadata, _key("act", _Index, ForeignKey("act.seq")), _key("ordinal", Integer))
package = Table(
    "package",
    metadata,
    _key("package"),
    _has("batch", Text, ForeignKey("batch.batch")),
    _has("officer"),
    _has("rows", Integer),
    _has("recipient_key"),
    _has("digest"),
    _may("entry", _Index),
)
package_row = Table(
    "package_row",
    metadata,
    _key("package", Text, ForeignKey("package.package")),
    _key("ordinal", Integer),
    _has("batch", Text, ForeignKey("batch.batch")),
    _has("disclosed", Integer, CheckConstraint("disclosed IN (0, 1)")),
    UniqueConstraint("batch", "ordinal"),  # a row is answered once, whoever tries
)
custody = Table(
    "custody",
    metadata,
    _seq(),
    _has("package", Text, ForeignKey("package.package")),
    _has("state"),
    _has("day", Date),
    _has("note"),
    _may("entry", _Index),
    _words("state", "intent", "sent", "acknowledged", "recalled", "destroyed"),
    Index("custody_by_package", "package"),
)

# ---------------------------------------------------------------- witnesses

cosignature = Table(  # a witness's line under the checkpoint of a size; it rests on no entry, for it is about all of them
    "cosignature",
    metadata,
    _seq(),
    _has("size", _Index),
    _has("witness"),
    _has("line"),
    _has("day", Date),
    UniqueConstraint("size", "witness"),
)

# ---------------------------------------------------------------- halts

# ---------------------------------------------------------------- holds

# ---------------------------------------------------------------- keys

# ---------------------------------------------------------------- persons

# ---------------------------------------------------------------- records and statements

recorded = Table(  # disclosures made elsewhere or before, entered by two people; about whom is in the opening alone
    "recorded",
    metadata,
    _seq(),
    _has("recorded"),
    _has("agency"),
    _has("officer"),
    _has("made", Date),
    _may("requested", Date),
    _has("authority"),
    _has("purpose"),
    _has("what"),
    _has("channel"),
    _has("people", Integer, CheckConstraint("people > 0")),
    _has("enterer"),
    _has("confirmer"),
    _may("entry", _Index),
    UniqueConstraint("recorded"),
)
statement = Table(  # what the office issued under its name: its text is in the opening
    "statement",
    metadata,
    _seq(),
    _has("statement"),
    _has("scope"),
    _has("digest"),
    _has("day", Date),
    _may("entry", _Index),
)

# ---------------------------------------------------------------- what holds now

LATEST: dict[str, tuple[str, ...]] = {
    "in_force": ("kind", "id"),
    "person": ("person", "agency"),
    "appointment": ("person", "office", "agency", "since"),
    "agency": ("agency",),
    "safeguards": ("agency",),
    "custody": ("package",),
}
"""Of which tables the last row for the same subject holds, and what the subject is. A view ``TABLE_now`` shows it."""


def now(table: str) -> Select[Any]:
    """The rows of a table that hold now, oldest first; narrow it with ``.where``."""
    whole = metadata.tables[table]
    last = select(func.max(whole.c.seq)).group_by(*(whole.c[name] for name in LATEST[table]))
    return select(whole).where(whole.c.seq.in_(last)).order_by(whole.c.seq)


def _refuse(table: Table, verb: str, when: str = "") -> DDL:
    body = f"BEGIN SELECT RAISE(ABORT, '{table.name} only grows'); END"
    return DDL(  # type: ignore[no-untyped-call]
        f'CREATE TRIGGER {table.name}_no_{verb.lower()} BEFORE {verb} ON "{table.name}" {when} {body}'
    )


def _taken(table: Table) -> str:
    """When a row with the same key is there: INSERT OR REPLACE would delete it without asking the trigger on DELETE."""
    keys = [constraint.columns for constraint in table.constraints if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint)]
    same = (" AND ".join(f'"{column.name}" = NEW."{column.name}"' for column in key) for key in keys)
    return "WHEN " + " OR ".join(sorted(f'EXISTS (SELECT 1 FROM "{table.name}" WHERE {each})' for each in same))  # noqa: S608 - names of ours


def _view(table: str) -> DDL:
    return DDL(f"CREATE VIEW {table}_now AS {now(table).compile(dialect=sqlite.dialect())}".replace("%", "%%"))  # type: ignore[no-untyped-call]


for _table in metadata.tables.values():
    for _verb in ("UPDATE", "DELETE"):
        event.listen(_table, "after_create", _refuse(_table, _verb).execute_if(dialect="sqlite"))
    event.listen(_table, "after_create", _refuse(_table, "INSERT", _taken(_table)).execute_if(dialect="sqlite"))
for _name in LATEST:
    event.listen(metadata, "after_create", _view(_name).execute_if(dialect="sqlite"))
