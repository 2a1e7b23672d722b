"""An account as a page to print. Plain HTML, no script, nothing loaded from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from privity.ledger.entry import Json
    from privity.subject import PersonsAccount

_PAGE = Path(__file__).with_name("account.html")


def html(account: PersonsAccount, about: Mapping[str, Json]) -> str:
    """The page."""
    return Environment(autoescape=True).from_string(_PAGE.read_text(encoding="utf-8")).render(account=account, about=about)
