"""The tables of an office: what they hold, and that nothing in them ever changes.

Every table only grows: the database refuses UPDATE, DELETE and the replacing of a row by trigger. A change of state is another row, and the
views ``…_now`` give the last row for each subject. So the history is the state, and what was known on a day can be read again.

The definitions are SQLAlchemy Core and hold for both databases. What makes them in a database, with triggers and views, is `migrations`: a
table added here is drafted there (``python -m privity.store.migrations.draft``), and a test holds the two to be equal.
An owner of the tables can drop a trigger: `ledger.log.verify`, and checkpoints held elsewhere, are what shows it.

``entry`` columns hold the index of the ledger entry that was committed with the row. No table holds a name, a number or an
address of a person of the register or of a request: those are in the sealed shards and openings (`store.archive`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from privity.store.schema.columns import metadata
from privity.store.schema.evidence import (
    closing,
    contest,
    cosignature,
    deletion,
    halt,
    hold,
    key_act,
    key_end,
    map_leaf,
    map_node,
    map_place,
    map_root,
    notice_delay,
    office_key,
    recorded,
    statement,
    tag_key,
    witness,
)
from privity.store.schema.passage import (
    act,
    act_row,
    agency,
    appointment,
    batch,
    bound,
    custody,
    in_force,
    node,
    office,
    opening_file,
    package,
    package_row,
    person,
    safeguards,
    segment,
    shard,
    substantiation,
    used,
)

__all__ = [
    "APPLICATION",
    "LATEST",
    "act",
    "act_row",
    "agency",
    "appointment",
    "batch",
    "bound",
    "closing",
    "contest",
    "cosignature",
    "custody",
    "deletion",
    "halt",
    "hold",
    "in_force",
    "key_act",
    "key_end",
    "map_leaf",
    "map_node",
    "map_place",
    "map_root",
    "metadata",
    "node",
    "notice_delay",
    "now",
    "office",
    "office_key",
    "opening_file",
    "package",
    "package_row",
    "person",
    "recorded",
    "safeguards",
    "segment",
    "shard",
    "statement",
    "substantiation",
    "tag_key",
    "used",
    "witness",
]

APPLICATION = 0x50525659  # "PRVY", so that another program's database is not taken for an office

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
