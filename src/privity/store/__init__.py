"""Where an office keeps what it knows: `database` the tables and the ledger, `archive` the sealed files, `schema` what is in the tables.

`sqlite` and `postgres` are what differs between the two databases, `migrations` how tables are made, `part` a transaction that several
share.
"""

from __future__ import annotations

from privity.store.database import Store, Tx

__all__ = ["Store", "Tx"]
