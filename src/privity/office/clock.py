"""The only place that reads a clock. Everything below is given its day."""

from __future__ import annotations

import time
from datetime import date


def today() -> date:
    """The custodian's calendar day, local time."""
    return date.today()


def seconds() -> int:
    """Seconds since 1970, UTC: held against the time that a witness states, and entered nowhere."""
    return int(time.time())
