"""The tables of an office: what they hold, and that nothing in them ever changes.

Every table only grows: the database refuses UPDATE, DELETE and the replacing of a row by trigger. A change of state is another row, and the
views ``…_now`` give the last row for each subject. So the history is the state, and what was known on a day can be read again (DESIGN §4).

The definitions are SQLAlchemy Core and hold for both databases. What makes them in a database, with triggers and views, is `migrations`: a
table added here is drafted there (``python -m privity.store.migrations.draft``), and a test holds the two to be equal.
An owner of the tables can drop a trigger: `ledger.log.verify`, and checkpoints held elsewhere, are what shows it.

``entry`` columns hold the index of the ledger entry that was committed with the row. No table holds a name, a number or an
address of a person of the register or of a request: those are in the sealed shards and openings (`store.archive`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
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
    Select,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.types import TypeEngine

APPLICATION = 0x50525659  # "PRVY", so that another program's database is not taken for an office
metadata = MetaData()

_Type = type[TypeEngine[Any]] | TypeEngine[Any]
_Index = BigInteger().with_variant(Integer, "sqlite")  # SQLite makes only INTEGER PRIMARY KEY the row's own number
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")  # the same order everywhere, whatever the server's locale


def _spelled(kind: _Type) -> _Type:
    return _TEXT if kind is Text else kind


def _key(name: str, kind: _Type = Text, *constraints: ForeignKey, autoincrement: bool = False) -> Column[Any]:
    return Column(name, _spelled(kind), *constraints, primary_key=True, autoincrement=autoincrement)


def _has(name: str, kind: _Type = Text, *constraints: ForeignKey) -> Column[Any]:
    return Column(name, _spelled(kind), *constraints, nullable=False)


def _may(name: str, kind: _Type = Text, *constraints: ForeignKey) -> Column[Any]:
    return Column(name, _spelled(kind), *constraints, nullable=True)


def _seq() -> Column[Any]:
    return Column("seq", _Index, primary_key=True, autoincrement=True)


def _words(name: str, *allowed: str) -> CheckConstraint:
    return CheckConstraint(f"{name} IN ({', '.join(repr(word) for word in allowed)})", name=f"{name}_is_known")


# ---------------------------------------------------------------- ledger

segment = Table(
    "segment",
    metadata,
    _key("first", _Index),
    _has("count", Integer),
    _has("body", LargeBinary),
    _has("leaves", LargeBinary),
    _may("note"),
    _may("peaks", LargeBinary),
    CheckConstraint("count BETWEEN 1 AND 256"),
)
node = Table("node", metadata, _key("level", Integer), _key("index", _Index), _has("hash", LargeBinary))
opening_file = Table(  # entries that were entered together may lie in one file, each kind with a row of its own
    "opening_file", metadata, _has("name"), _key("first", _Index), _has("count", Integer), _has("kind")
)

office = Table(  # whose tables these are: one row
    "office", metadata, _key("single", Integer), _has("origin"), CheckConstraint("single = 1")
)

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
    _has("disclosed", Integer),
    CheckConstraint("disclosed IN (0, 1)"),
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
    _may("manner"),
    _may("form"),
    _may("person"),
    _may("letter"),
    _may("signature"),
    _may("entry", _Index),
    _words("state", "intent", "sent", "withheld", "acknowledged", "kept", "recalled", "destroyed"),
    Index("custody_by_package", "package"),
)
used = Table(  # which case, and what for, is in the entry's opening alone
    "used",
    metadata,
    _seq(),
    _has("package", Text, ForeignKey("package.package")),
    _has("used", Integer),
    _has("day", Date),
    _has("person"),
    _has("signature"),
    _may("entry", _Index),
    CheckConstraint("used IN (0, 1)"),
    Index("used_by_package", "package"),
)
substantiation = Table(  # what a step says is in the entry's opening alone, and read there
    "substantiation",
    metadata,
    _seq(),
    _has("batch", Text, ForeignKey("batch.batch")),
    _has("step"),
    _has("day", Date),
    _may("entry", _Index),
    Index("substantiation_by_batch", "batch"),
)

# ---------------------------------------------------------------- witnesses

witness = Table(
    "witness",
    metadata,
    _seq(),
    _has("witness"),
    _has("vkey"),
    _has("url"),
    _has("state"),
    _may("entry", _Index),
    _words("state", "enrolled", "retired"),
)
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

halt = Table(  # what was signed about a halt; the halt itself is a file of the law in force
    "halt",
    metadata,
    _seq(),
    _has("halt"),
    _has("act"),
    _has("content"),
    _has("ground"),
    _may("until", Date),
    _has("person"),
    _has("office"),
    _has("day", Date),
    _has("key"),
    _has("signature"),
    _may("entry", _Index),
    _words("act", "added", "confirmed", "lift-proposed", "lifted"),
    Index("halt_by_id", "halt"),
)

# ---------------------------------------------------------------- holds

hold = Table(
    "hold",
    metadata,
    _seq(),
    _has("hold"),
    _has("act"),
    _has("kind"),
    _has("scope"),
    _has("ground"),
    _may("discovered", Date),
    _may("until", Date),
    _has("person"),
    _has("office"),
    _has("day", Date),
    _has("key"),
    _has("signature"),
    _may("entry", _Index),
    _words("act", "placed", "end-proposed", "ended"),
    _words("kind", "litigation", "exposure"),
)
deletion = Table("deletion", metadata, _seq(), _has("kept"), _has("what"), _has("day", Date), _may("entry", _Index))
closing = Table(
    "closing",
    metadata,
    _seq(),
    _has("act"),
    _has("ground"),
    _has("person"),
    _has("office"),
    _has("day", Date),
    _has("key"),
    _has("signature"),
    _may("entry", _Index),
    _words("act", "proposed", "closed"),
)

# ---------------------------------------------------------------- keys

key_act = Table(  # what two persons signed: one proposes that a key of the office ends, another confirms
    "key_act",
    metadata,
    _seq(),
    _has("act"),
    _has("does"),
    _has("key"),
    _has("old"),
    _may("new"),
    _may("trusted", _Index),
    _has("ground"),
    _may("proposal", _Index),
    _has("person"),
    _has("office"),
    _has("day", Date),
    _has("signature", LargeBinary),
    _may("entry", _Index),
    _words("act", "proposed", "confirmed"),
)
office_key = Table(  # each change of a key of the office: which ended how, which is in force from which size of the ledger on
    "office_key",
    metadata,
    _seq(),
    _has("act"),
    _has("key"),
    _has("old"),
    _has("new"),
    _has("start", _Index),
    _has("trusted", _Index),
    _has("day", Date),
    _may("entry", _Index),
    _words("act", "rotated", "revoked"),
    _words("key", "ledger", "archive"),
)
key_end = Table(  # from which day a person's key, or the key to which their packages go, counts for nothing
    "key_end",
    metadata,
    _seq(),
    _has("person"),
    _has("agency"),
    _may("public_key", LargeBinary),
    _may("recipient"),
    _has("since", Date),
    _has("ground"),
    _has("day", Date),
    _may("entry", _Index),
    Index("key_end_by_person", "person", "agency"),
)

# ---------------------------------------------------------------- persons

Index("opening_file_by_first", opening_file.c.first)  # an account opens single entries among millions
tag_key = Table(  # the public half of the key that makes persons' labels; the newest makes new ones
    "tag_key", metadata, _seq(), _has("public", LargeBinary), _has("day", Date), _may("entry", _Index)
)
map_root = Table(  # each state of the map of disclosures, and how many entries it covers
    "map_root",
    metadata,
    _key("version", _Index),
    _has("epoch", _Index, ForeignKey("tag_key.seq")),
    _has("root", LargeBinary),
    _has("covers", _Index),
    _has("day", Date),
    _may("entry", _Index),
)
map_node = Table(  # `ledger.verifiable_map`: a branch (two hashes), or a lone label and its leaf
    "map_node",
    metadata,
    _key("place", LargeBinary),  # epoch, depth, prefix
    _key("version", _Index, ForeignKey("map_root.version")),
    _has("lone", Integer),
    _has("left", LargeBinary),
    _has("right", LargeBinary),
    CheckConstraint("lone IN (0, 1)"),
)
map_leaf = Table(  # a label's list, sealed with the archive's key
    "map_leaf",
    metadata,
    _key("label", LargeBinary),
    _key("version", _Index, ForeignKey("map_root.version")),
    _has("commitment", LargeBinary),
    _has("sealed", LargeBinary),
)
map_place = Table(  # in which list the rows of an intent stand, since which version
    "map_place",
    metadata,
    _key("intent", _Index),
    _key("version", _Index, ForeignKey("map_root.version")),
    _has("list"),
    _words("list", "shown", "kept back"),
)
notice_delay = Table(
    "notice_delay",
    metadata,
    _seq(),
    _has("package", Text, ForeignKey("package.package")),
    _has("authority"),
    _has("form"),
    _has("until", Date),
    _has("person"),
    _has("day", Date),
    _may("signature", LargeBinary),
    _may("entry", _Index),
    Index("notice_delay_by_package", "package"),
)
contest = Table(  # ``about``: a keyed digest of the record id
    "contest",
    metadata,
    _seq(),
    _has("contest"),
    _has("about"),
    _has("state"),
    _has("person"),
    _has("day", Date),
    _may("signature", LargeBinary),
    _may("entry", _Index),
    _words("state", "open", "resolution signed", "resolved"),
    Index("contest_by_about", "about"),
)

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
    _has("people", Integer),
    _has("enterer"),
    _has("confirmer"),
    _may("entry", _Index),
    UniqueConstraint("recorded"),
    CheckConstraint("people > 0"),
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
    "witness": ("witness",),
    "office_key": ("key",),
    "halt": ("halt",),
    "hold": ("hold",),
    "notice_delay": ("package",),
    "contest": ("contest",),
}
"""Of which tables the last row for the same subject holds, and what the subject is. A view ``TABLE_now`` shows it."""


def now(table: str) -> Select[Any]:
    """The rows of a table that hold now, oldest first; narrow it with ``.where``."""
    whole = metadata.tables[table]
    last = select(func.max(whole.c.seq)).group_by(*(whole.c[name] for name in LATEST[table]))
    return select(whole).where(whole.c.seq.in_(last)).order_by(whole.c.seq)
