"""Whom does an eligible request mean? prepare (plain columns) → match.sql (candidates, agreement, rivals) → identify (facts, bounds).

What comes out is internal: an outcome of matching never leaves the office. The machine it runs on is an `Engine`, given by ``office``.
"""

from __future__ import annotations

from privity.match.bound import decoys, upper_limit
from privity.match.engine import Engine
from privity.match.identify import Identified, identify
from privity.match.prepare import prepare_register, prepare_requests
from privity.match.register import Findings, PreparedRegister, prepare, prepared

__all__ = [
    "Engine",
    "Findings",
    "Identified",
    "PreparedRegister",
    "decoys",
    "identify",
    "prepare",
    "prepare_register",
    "prepare_requests",
    "prepared",
    "upper_limit",
]
