"""The day on which a batch is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from privity.errors import RefusedError

if TYPE_CHECKING:
    from privity.office.batch import Batch
    from privity.rules.book import LawBook


def answer_day(batch: Batch, book: LawBook) -> str:
    """The day on which a batch is answered, in ISO form: so many days after it was received, the same for every row."""
    if "answer_after_days" not in book.numbers:
        raise RefusedError("the office's policy sets no answer day", remedy="set `answer_after_days` in policy.toml and install the law")
    return (batch.day + timedelta(days=int(book.numbers["answer_after_days"]))).isoformat()
