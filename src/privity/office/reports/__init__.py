"""Accountings, yearly tables, notices, statements: read from the ledger's entries and openings, folded by `account`, written to files."""
