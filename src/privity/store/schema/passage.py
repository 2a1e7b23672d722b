"""The tables of the passage: ledger, batches, law and offices, review and release."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Date, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from privity.store.schema.columns import INDEX, has, key, may, metadata, seq, words

# ---------------------------------------------------------------- ledger

segment = Table(
    "segment",
    metadata,
    key("first", INDEX),
    has("count", Integer),
    has("body", LargeBinary),
    has("leaves", LargeBinary),
    may("note"),
    may("peaks", LargeBinary),
    CheckConstraint("count BETWEEN 1 AND 256"),
)
node = Table("node", metadata, key("level", Integer), key("index", INDEX), has("hash", LargeBinary))
opening_file = Table(  # entries that were entered together may lie in one file, each kind with a row of its own
    "opening_file", metadata, has("name"), key("first", INDEX), has("count", Integer), has("kind")
)

office = Table(  # whose tables these are: one row
    "office", metadata, key("single", Integer), has("origin"), CheckConstraint("single = 1")
)

# ---------------------------------------------------------------- batches

batch = Table(
    "batch",
    metadata,
    key("batch"),
    has("received_day", Date),
    has("agency"),
    has("basis"),
    has("agreement"),
    has("file_sha256"),
    has("rows", Integer),
    has("defects", Integer),
    has("form"),
    has("meta"),
    may("entry", INDEX),
)
shard = Table(
    "shard",
    metadata,
    seq(),
    has("batch", Text, ForeignKey("batch.batch")),
    has("stage"),
    has("shard", Integer),
    has("rows", Integer),
    has("digest"),
    may("first_entry", INDEX),
    has("count", Integer),
    UniqueConstraint("batch", "stage", "shard"),  # a killed step starts again at its first missing shard
)
bound = Table(
    "bound",
    metadata,
    key("batch"),
    key("stratum"),
    has("asked", Integer),
    has("answered", Integer),
    has("namesakes", Float),
    has("decoys", Integer),
    has("limit", Float),
)

# ---------------------------------------------------------------- law, offices and agencies

in_force = Table(
    "in_force",
    metadata,
    seq(),
    has("kind"),
    has("id"),
    has("digest"),
    has("since", Date),
    may("until", Date),
    may("entry", INDEX),
    Index("in_force_by_id", "kind", "id"),
)
person = Table(
    "person", metadata, seq(), has("person"), has("agency"), may("public_key", LargeBinary), may("recipient"), may("entry", INDEX)
)
appointment = Table(
    "appointment",
    metadata,
    seq(),
    has("person"),
    has("office"),
    has("agency"),
    has("since", Date),
    may("until", Date),
    has("kind"),
    has("instrument"),
    may("entry", INDEX),
)
agency = Table("agency", metadata, seq(), has("agency"), has("name"), has("kind"), may("entry", INDEX))
safeguards = Table("safeguards", metadata, seq(), has("agency"), has("state"), has("day", Date), has("note"), may("entry", INDEX))

# ---------------------------------------------------------------- review and release

act = Table(
    "act",
    metadata,
    seq(),
    has("batch", Text, ForeignKey("batch.batch")),
    has("kind", Text),
    has("person"),
    has("office"),
    has("day", Date),
    has("evidence_digest"),
    may("signature", LargeBinary),
    may("key"),
    has("ground"),
    may("entry", INDEX),
    words("kind", "approve", "decline", "object", "withdraw", "overrule"),
    Index("act_by_batch", "batch"),
)
act_row = Table("act_row", metadata, key("act", INDEX, ForeignKey("act.seq")), key("ordinal", Integer))
package = Table(
    "package",
    metadata,
    key("package"),
    has("batch", Text, ForeignKey("batch.batch")),
    has("officer"),
    has("rows", Integer),
    has("recipient_key"),
    has("digest"),
    may("entry", INDEX),
)
package_row = Table(
    "package_row",
    metadata,
    key("package", Text, ForeignKey("package.package")),
    key("ordinal", Integer),
    has("batch", Text, ForeignKey("batch.batch")),
    has("disclosed", Integer),
    CheckConstraint("disclosed IN (0, 1)"),
    UniqueConstraint("batch", "ordinal"),  # a row is answered once, whoever tries
)
custody = Table(
    "custody",
    metadata,
    seq(),
    has("package", Text, ForeignKey("package.package")),
    has("state"),
    has("day", Date),
    has("note"),
    may("manner"),
    may("form"),
    may("person"),
    may("letter"),
    may("signature"),
    may("entry", INDEX),
    words("state", "intent", "sent", "withheld", "acknowledged", "kept", "recalled", "destroyed"),
    Index("custody_by_package", "package"),
)
used = Table(  # which case, and what for, is in the entry's opening alone
    "used",
    metadata,
    seq(),
    has("package", Text, ForeignKey("package.package")),
    has("used", Integer),
    has("day", Date),
    has("person"),
    has("signature"),
    may("entry", INDEX),
    CheckConstraint("used IN (0, 1)"),
    Index("used_by_package", "package"),
)
substantiation = Table(  # what a step says is in the entry's opening alone, and read there
    "substantiation",
    metadata,
    seq(),
    has("batch", Text, ForeignKey("batch.batch")),
    has("step"),
    has("day", Date),
    may("entry", INDEX),
    Index("substantiation_by_batch", "batch"),
)
