"""Privity stands between a custodian of confidential records and the agencies that ask for them."""

__version__ = "0.1.0"
