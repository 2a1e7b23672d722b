"""A row for every table, made from its definition, and a ledger beside them."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, Float, Integer, LargeBinary, Text

from privity.ledger import Kind, Signer, append, encode
from privity.store import Store, schema

SIGNER = Signer("privity.example/ledger", bytes(range(32)))
DAY = date(2026, 11, 23)
ENTRY = encode(Kind.LOOK, "a" * 32, DAY, bytes(32))
VALUES = {Text: "a", BigInteger: 1, Integer: 1, Float: 0.5, Date: DAY, LargeBinary: b"\x00a"}


def allowed(table: str) -> dict[str, object]:
    """A row that the table takes, made from its own definition: of the words that a CHECK allows, the first."""
    kept = [column for column in schema.metadata.tables[table].c if column.name != "seq"]
    found = {c.name: next(value for kind, value in VALUES.items() if isinstance(c.type, kind)) for c in kept}
    checks = [str(one.sqltext) for one in schema.metadata.tables[table].constraints if isinstance(one, CheckConstraint)]
    said = [re.match(r"(\w+) IN \('([^']+)'", check) for check in checks]
    return found | {one[1]: one[2] for one in said if one}


def fill(store: Store) -> None:
    """At least one row in every table."""
    with store.write() as tx:
        append(tx, SIGNER, SIGNER.name, [ENTRY] * 300)
        append(tx, SIGNER, SIGNER.name, [ENTRY] * 9000)  # in bulk
        for table in schema.metadata.sorted_tables:
            if table.name not in ("segment", "node"):
                tx.add(table.name, [allowed(table.name)])
