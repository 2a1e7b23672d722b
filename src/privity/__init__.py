"""Privity stands between a custodian of confidential records and the agencies that ask for them.

The stages can be used alone, without an office:

    privity.examine     a request file at the request stage (office.examine.examine)
    privity.determine   facts and a rulebook into outcomes and reasons
    privity.match       whom eligible requests mean, with a bound
    privity.ledger      a tile log in C2SP formats

>>> import privity
>>> privity.__version__
'0.1.0'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from privity.office.examine import examine

__all__ = ["__version__", "examine"]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """``privity.examine`` is imported when it is first asked for, so that importing the package stays light."""
    if name == "examine":
        from privity.office.examine import examine  # noqa: PLC0415

        return examine
    raise AttributeError(name)
