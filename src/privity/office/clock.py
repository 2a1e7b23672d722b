"""The only place that reads a clock. Everything below is given its day."""

from __future__ import annotations

from datetime import date


def today() -> date:
    """The custodian's calendar day, local time."""
    return date.today()
