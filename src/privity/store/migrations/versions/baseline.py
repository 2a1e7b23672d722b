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
        "opening_file",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("first", INDEX, autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("first"),
    )
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
        sa.Column("entry", INDEX, nullable=True),
        sa.CheckConstraint("state IN ('intent', 'sent', 'acknowledged', 'recalled', 'destroyed')", name="state_is_known"),
        sa.ForeignKeyConstraint(
            ["package"],
            ["package.package"],
        ),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("custody_by_package", "custody", ["package"], unique=False)
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


def _guards() -> None:
    guards.refusal()
    guards.only_grows("agency", ("seq",))
    guards.only_grows("appointment", ("seq",))
    guards.only_grows("batch", ("batch",))
    guards.only_grows("bound", ("batch", "stratum"))
    guards.only_grows("cosignature", ("seq",), ("size", "witness"))
    guards.only_grows("in_force", ("seq",))
    guards.only_grows("node", ("level", "index"))
    guards.only_grows("office", ("single",))
    guards.only_grows("opening_file", ("first",))
    guards.only_grows("person", ("seq",))
    guards.only_grows("safeguards", ("seq",))
    guards.only_grows("segment", ("first",))
    guards.only_grows("act", ("seq",))
    guards.only_grows("package", ("package",))
    guards.only_grows("shard", ("batch", "stage", "shard"), ("seq",))
    guards.only_grows("act_row", ("act", "ordinal"))
    guards.only_grows("custody", ("seq",))
    guards.only_grows("package_row", ("batch", "ordinal"), ("package", "ordinal"))
    guards.latest("in_force", "kind", "id")
    guards.latest("person", "person", "agency")
    guards.latest("appointment", "person", "office", "agency", "since")
    guards.latest("agency", "agency")
    guards.latest("safeguards", "agency")
    guards.latest("custody", "package")
    guards.uncompressed("segment", "body", "leaves")
