"""Where an office keeps what it knows: `database` the tables and the ledger, `archive` the sealed files, `schema` what is in the tables."""

from __future__ import annotations

from privity.store.database import Store, Tx

__all__ = ["Store", "Tx"]
