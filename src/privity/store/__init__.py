"""Where an office keeps what it knows: `sqlite` the tables and the ledger, `archive` the sealed files, `schema` what is in the tables."""

from __future__ import annotations

from privity.store.sqlite import Store, Tx

__all__ = ["Store", "Tx"]
