"""Checks an export of a ledger, and proofs, with nothing of the program that wrote them."""
