"""The tables of what guards and shows the passage: witnesses, halts, holds, keys, the persons' map, what was recorded and stated."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from privity.store.schema.columns import INDEX, has, key, may, metadata, seq, words
from privity.store.schema.passage import opening_file

# ---------------------------------------------------------------- witnesses

witness = Table(
    "witness",
    metadata,
    seq(),
    has("witness"),
    has("vkey"),
    has("url"),
    has("state"),
    may("entry", INDEX),
    words("state", "enrolled", "retired"),
)
cosignature = Table(  # a witness's line under the checkpoint of a size; it rests on no entry, for it is about all of them
    "cosignature",
    metadata,
    seq(),
    has("size", INDEX),
    has("witness"),
    has("line"),
    has("day", Date),
    UniqueConstraint("size", "witness"),
)

# ---------------------------------------------------------------- halts

halt = Table(  # what was signed about a halt; the halt itself is a file of the law in force
    "halt",
    metadata,
    seq(),
    has("halt"),
    has("act"),
    has("content"),
    has("ground"),
    may("until", Date),
    has("person"),
    has("office"),
    has("day", Date),
    has("key"),
    has("signature"),
    may("entry", INDEX),
    words("act", "added", "confirmed", "lift-proposed", "lifted"),
    Index("halt_by_id", "halt"),
)

# ---------------------------------------------------------------- holds

hold = Table(
    "hold",
    metadata,
    seq(),
    has("hold"),
    has("act"),
    has("kind"),
    has("scope"),
    has("ground"),
    may("discovered", Date),
    may("until", Date),
    has("person"),
    has("office"),
    has("day", Date),
    has("key"),
    has("signature"),
    may("entry", INDEX),
    words("act", "placed", "end-proposed", "ended"),
    words("kind", "litigation", "exposure"),
)
deletion = Table("deletion", metadata, seq(), has("kept"), has("what"), has("day", Date), may("entry", INDEX))
closing = Table(
    "closing",
    metadata,
    seq(),
    has("act"),
    has("ground"),
    has("person"),
    has("office"),
    has("day", Date),
    has("key"),
    has("signature"),
    may("entry", INDEX),
    words("act", "proposed", "closed"),
)

# ---------------------------------------------------------------- keys

key_act = Table(  # what two persons signed: one proposes that a key of the office ends, another confirms
    "key_act",
    metadata,
    seq(),
    has("act"),
    has("does"),
    has("key"),
    has("old"),
    may("new"),
    may("trusted", INDEX),
    has("ground"),
    may("proposal", INDEX),
    has("person"),
    has("office"),
    has("day", Date),
    has("signature", LargeBinary),
    may("entry", INDEX),
    words("act", "proposed", "confirmed"),
)
office_key = Table(  # each change of a key of the office: which ended how, which is in force from which size of the ledger on
    "office_key",
    metadata,
    seq(),
    has("act"),
    has("key"),
    has("old"),
    has("new"),
    has("start", INDEX),
    has("trusted", INDEX),
    has("day", Date),
    may("entry", INDEX),
    words("act", "rotated", "revoked"),
    words("key", "ledger", "archive"),
)
key_end = Table(  # from which day a person's key, or the key to which their packages go, counts for nothing
    "key_end",
    metadata,
    seq(),
    has("person"),
    has("agency"),
    may("public_key", LargeBinary),
    may("recipient"),
    has("since", Date),
    has("ground"),
    has("day", Date),
    may("entry", INDEX),
    Index("key_end_by_person", "person", "agency"),
)

# ---------------------------------------------------------------- persons

Index("opening_file_by_first", opening_file.c.first)  # an account opens single entries among millions
tag_key = Table(  # the public half of the key that makes persons' labels; the newest makes new ones
    "tag_key", metadata, seq(), has("public", LargeBinary), has("day", Date), may("entry", INDEX)
)
map_root = Table(  # each state of the map of disclosures, and how many entries it covers
    "map_root",
    metadata,
    key("version", INDEX),
    has("epoch", INDEX, ForeignKey("tag_key.seq")),
    has("root", LargeBinary),
    has("covers", INDEX),
    has("day", Date),
    may("entry", INDEX),
)
map_node = Table(  # `ledger.verifiable_map`: a branch (two hashes), or a lone label and its leaf
    "map_node",
    metadata,
    key("place", LargeBinary),  # epoch, depth, prefix
    key("version", INDEX, ForeignKey("map_root.version")),
    has("lone", Integer),
    has("left", LargeBinary),
    has("right", LargeBinary),
    CheckConstraint("lone IN (0, 1)"),
)
map_leaf = Table(  # a label's list, sealed with the archive's key
    "map_leaf",
    metadata,
    key("label", LargeBinary),
    key("version", INDEX, ForeignKey("map_root.version")),
    has("commitment", LargeBinary),
    has("sealed", LargeBinary),
)
map_place = Table(  # in which list the rows of an intent stand, since which version
    "map_place",
    metadata,
    key("intent", INDEX),
    key("version", INDEX, ForeignKey("map_root.version")),
    has("list"),
    words("list", "shown", "kept back"),
)
notice_delay = Table(
    "notice_delay",
    metadata,
    seq(),
    has("package", Text, ForeignKey("package.package")),
    has("authority"),
    has("form"),
    has("until", Date),
    has("person"),
    has("day", Date),
    may("signature", LargeBinary),
    may("entry", INDEX),
    Index("notice_delay_by_package", "package"),
)
contest = Table(  # ``about``: a keyed digest of the record id
    "contest",
    metadata,
    seq(),
    has("contest"),
    has("about"),
    has("state"),
    has("person"),
    has("day", Date),
    may("signature", LargeBinary),
    may("entry", INDEX),
    words("state", "open", "resolution signed", "resolved"),
    Index("contest_by_about", "about"),
)

# ---------------------------------------------------------------- records and statements

recorded = Table(  # disclosures made elsewhere or before, entered by two people; about whom is in the opening alone
    "recorded",
    metadata,
    seq(),
    has("recorded"),
    has("agency"),
    has("officer"),
    has("made", Date),
    may("requested", Date),
    has("authority"),
    has("purpose"),
    has("what"),
    has("channel"),
    has("people", Integer),
    has("enterer"),
    has("confirmer"),
    may("entry", INDEX),
    UniqueConstraint("recorded"),
    CheckConstraint("people > 0"),
)
statement = Table(  # what the office issued under its name: its text is in the opening
    "statement",
    metadata,
    seq(),
    has("statement"),
    has("scope"),
    has("digest"),
    has("day", Date),
    may("entry", INDEX),
)
