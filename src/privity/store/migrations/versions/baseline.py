"""The tables of an office.

Drafted by `draft` from `store.schema`; what an office once rested on is not changed any more.
"""

import sqlalchemy as sa
from alembic import op

from privity.store.migrations import guards

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make what is new, each table with its triggers."""
    _tables()
    _guards()


def _tables() -> None:
    op.create_table(
        "agency",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("agency", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "appointment",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("office", TEXT, nullable=False),
        sa.Column("agency", TEXT, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("instrument", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "batch",
        sa.Column("batch", TEXT, autoincrement=False, nullable=False),
        sa.Column("received_day", sa.Date(), nullable=False),
        sa.Column("agency", TEXT, nullable=False),
        sa.Column("basis", TEXT, nullable=False),
        sa.Column("agreement", TEXT, nullable=False),
        sa.Column("file_sha256", TEXT, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("defects", sa.Integer(), nullable=False),
        sa.Column("form", TEXT, nullable=False),
        sa.Column("meta", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.PrimaryKeyConstraint("batch"),
    )
    op.create_table(
        "bound",
        sa.Column("batch", TEXT, autoincrement=False, nullable=False),
        sa.Column("stratum", TEXT, autoincrement=False, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("namesakes", sa.Float(), nullable=False),
        sa.Column("decoys", sa.Integer(), nullable=False),
        sa.Column("limit", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("batch", "stratum"),
    )
    op.create_table(
        "closing",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("ground", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("office", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint("act IN ('proposed', 'closed')", name="act_is_known"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "contest",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("contest", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint("state IN ('open', 'resolution signed', 'resolved')", name="state_is_known"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("contest_by_about", "contest", ["about"], unique=False)
    op.create_table(
        "cosignature",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("size", INDEX, nullable=False),
        sa.Column("witness", TEXT, nullable=False),
        sa.Column("line", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("size", "witness"),
    )
    op.create_table(
        "deletion",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("kept", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "halt",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("halt", TEXT, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("ground", TEXT, nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("office", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint("act IN ('added', 'confirmed', 'lift-proposed', 'lifted')", name="act_is_known"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("halt_by_id", "halt", ["halt"], unique=False)
    op.create_table(
        "hold",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("hold", TEXT, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("ground", TEXT, nullable=False),
        sa.Column("discovered", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("office", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint("act IN ('placed', 'end-proposed', 'ended')", name="act_is_known"),
        sa.CheckConstraint("kind IN ('litigation', 'exposure')", name="kind_is_known"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "in_force",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("entry", INDEX, nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("in_force_by_id", "in_force", ["kind", "id"], unique=False)
    op.create_table(
        "key_act",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("does", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("old", TEXT, nullable=False),
        sa.Column("new", TEXT, nullable=True),
        sa.Column("trusted", INDEX, nullable=True),
        sa.Column("ground", TEXT, nullable=False),
        sa.Column("proposal", INDEX, nullable=True),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("office", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint("act IN ('proposed', 'confirmed')", name="act_is_known"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "key_end",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("agency", TEXT, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("recipient", TEXT, nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ground", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("key_end_by_person", "key_end", ["person", "agency"], unique=False)
    op.create_table(
        "node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", INDEX, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index"),
    )
    op.create_table(
        "office",
        sa.Column("single", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.CheckConstraint("single = 1"),
        sa.PrimaryKeyConstraint("single"),
    )
    op.create_table(
        "office_key",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("old", TEXT, nullable=False),
        sa.Column("new", TEXT, nullable=False),
        sa.Column("start", INDEX, nullable=False),
        sa.Column("trusted", INDEX, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint("act IN ('rotated', 'revoked')", name="act_is_known"),
        sa.CheckConstraint("key IN ('ledger', 'archive')", name="key_is_known"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "opening_file",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("first", INDEX, autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("first"),
    )
    op.create_index("opening_file_by_first", "opening_file", ["first"], unique=False)
    op.create_table(
        "person",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("agency", TEXT, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("recipient", TEXT, nullable=True),
        sa.Column("entry", INDEX, nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "recorded",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("recorded", TEXT, nullable=False),
        sa.Column("agency", TEXT, nullable=False),
        sa.Column("officer", TEXT, nullable=False),
        sa.Column("made", sa.Date(), nullable=False),
        sa.Column("requested", sa.Date(), nullable=True),
        sa.Column("authority", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("enterer", TEXT, nullable=False),
        sa.Column("confirmer", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint("people > 0"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("recorded"),
    )
    op.create_table(
        "safeguards",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("agency", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "segment",
        sa.Column("first", INDEX, autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("peaks", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("count BETWEEN 1 AND 256"),
        sa.PrimaryKeyConstraint("first"),
    )
    op.create_table(
        "statement",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("statement", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "tag_key",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "witness",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("witness", TEXT, nullable=False),
        sa.Column("vkey", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint("state IN ('enrolled', 'retired')", name="state_is_known"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "act",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("office", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("evidence_digest", TEXT, nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("key", TEXT, nullable=True),
        sa.Column("ground", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint("kind IN ('approve', 'decline', 'object', 'withdraw', 'overrule')", name="kind_is_known"),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.batch"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("act_by_batch", "act", ["batch"], unique=False)
    op.create_table(
        "map_root",
        sa.Column("version", INDEX, autoincrement=False, nullable=False),
        sa.Column("epoch", INDEX, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("covers", INDEX, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.ForeignKeyConstraint(
            ["epoch"],
            ["tag_key.seq"],
        ),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "package",
        sa.Column("package", TEXT, autoincrement=False, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("officer", TEXT, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("recipient_key", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.batch"],
        ),
        sa.PrimaryKeyConstraint("package"),
    )
    op.create_table(
        "shard",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("first_entry", INDEX, nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.batch"],
        ),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("batch", "stage", "shard"),
    )
    op.create_table(
        "substantiation",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.batch"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("substantiation_by_batch", "substantiation", ["batch"], unique=False)
    op.create_table(
        "act_row",
        sa.Column("act", INDEX, autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["act"],
            ["act.seq"],
        ),
        sa.PrimaryKeyConstraint("act", "ordinal"),
    )
    op.create_table(
        "custody",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("package", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("manner", TEXT, nullable=True),
        sa.Column("form", TEXT, nullable=True),
        sa.Column("person", TEXT, nullable=True),
        sa.Column("letter", TEXT, nullable=True),
        sa.Column("signature", TEXT, nullable=True),
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint(
            "state IN ('intent', 'sent', 'withheld', 'acknowledged', 'kept', 'recalled', 'destroyed')", name="state_is_known"
        ),
        sa.ForeignKeyConstraint(
            ["package"],
            ["package.package"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("custody_by_package", "custody", ["package"], unique=False)
    op.create_table(
        "map_leaf",
        sa.Column("label", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("version", INDEX, autoincrement=False, nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"],
            ["map_root.version"],
        ),
        sa.PrimaryKeyConstraint("label", "version"),
    )
    op.create_table(
        "map_node",
        sa.Column("place", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("version", INDEX, autoincrement=False, nullable=False),
        sa.Column("lone", sa.Integer(), nullable=False),
        sa.Column("left", sa.LargeBinary(), nullable=False),
        sa.Column("right", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("lone IN (0, 1)"),
        sa.ForeignKeyConstraint(
            ["version"],
            ["map_root.version"],
        ),
        sa.PrimaryKeyConstraint("place", "version"),
    )
    op.create_table(
        "map_place",
        sa.Column("intent", INDEX, autoincrement=False, nullable=False),
        sa.Column("version", INDEX, autoincrement=False, nullable=False),
        sa.Column("list", TEXT, nullable=False),
        sa.CheckConstraint("list IN ('shown', 'kept back')", name="list_is_known"),
        sa.ForeignKeyConstraint(
            ["version"],
            ["map_root.version"],
        ),
        sa.PrimaryKeyConstraint("intent", "version"),
    )
    op.create_table(
        "notice_delay",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("package", TEXT, nullable=False),
        sa.Column("authority", TEXT, nullable=False),
        sa.Column("form", TEXT, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("entry", INDEX, nullable=True),
        sa.ForeignKeyConstraint(
            ["package"],
            ["package.package"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("notice_delay_by_package", "notice_delay", ["package"], unique=False)
    op.create_table(
        "package_row",
        sa.Column("package", TEXT, autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("disclosed", sa.Integer(), nullable=False),
        sa.CheckConstraint("disclosed IN (0, 1)"),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.batch"],
        ),
        sa.ForeignKeyConstraint(
            ["package"],
            ["package.package"],
        ),
        sa.PrimaryKeyConstraint("package", "ordinal"),
        sa.UniqueConstraint("batch", "ordinal"),
    )
    op.create_table(
        "used",
        sa.Column("seq", INDEX, autoincrement=True, nullable=False),
        sa.Column("package", TEXT, nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint("used IN (0, 1)"),
        sa.ForeignKeyConstraint(
            ["package"],
            ["package.package"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("used_by_package", "used", ["package"], unique=False)


def _guards() -> None:
    guards.refusal()
    guards.only_grows("agency", ("seq",))
    guards.only_grows("appointment", ("seq",))
    guards.only_grows("batch", ("batch",))
    guards.only_grows("bound", ("batch", "stratum"))
    guards.only_grows("closing", ("seq",))
    guards.only_grows("contest", ("seq",))
    guards.only_grows("cosignature", ("seq",), ("size", "witness"))
    guards.only_grows("deletion", ("seq",))
    guards.only_grows("halt", ("seq",))
    guards.only_grows("hold", ("seq",))
    guards.only_grows("in_force", ("seq",))
    guards.only_grows("key_act", ("seq",))
    guards.only_grows("key_end", ("seq",))
    guards.only_grows("node", ("level", "index"))
    guards.only_grows("office", ("single",))
    guards.only_grows("office_key", ("seq",))
    guards.only_grows("opening_file", ("first",))
    guards.only_grows("person", ("seq",))
    guards.only_grows("recorded", ("recorded",), ("seq",))
    guards.only_grows("safeguards", ("seq",))
    guards.only_grows("segment", ("first",))
    guards.only_grows("statement", ("seq",))
    guards.only_grows("tag_key", ("seq",))
    guards.only_grows("witness", ("seq",))
    guards.only_grows("act", ("seq",))
    guards.only_grows("map_root", ("version",))
    guards.only_grows("package", ("package",))
    guards.only_grows("shard", ("batch", "stage", "shard"), ("seq",))
    guards.only_grows("substantiation", ("seq",))
    guards.only_grows("act_row", ("act", "ordinal"))
    guards.only_grows("custody", ("seq",))
    guards.only_grows("map_leaf", ("label", "version"))
    guards.only_grows("map_node", ("place", "version"))
    guards.only_grows("map_place", ("intent", "version"))
    guards.only_grows("notice_delay", ("seq",))
    guards.only_grows("package_row", ("batch", "ordinal"), ("package", "ordinal"))
    guards.only_grows("used", ("seq",))
    guards.latest("in_force", "kind", "id")
    guards.latest("person", "person", "agency")
    guards.latest("appointment", "person", "office", "agency", "since")
    guards.latest("agency", "agency")
    guards.latest("safeguards", "agency")
    guards.latest("custody", "package")
    guards.latest("witness", "witness")
    guards.latest("office_key", "key")
    guards.latest("halt", "halt")
    guards.latest("hold", "hold")
    guards.latest("notice_delay", "package")
    guards.latest("contest", "contest")
    guards.uncompressed("segment", "body", "leaves")
