from __future__ import annotations

import pytest

from intake.files import COLUMNS
from privity.intake import Batch, read


@pytest.fixture
def batch_of():
    def reading(path, **options) -> Batch:
        return read(path, COLUMNS, **options)

    return reading


@pytest.fixture
def found(batch_of):
    """Defects as tuples of row, field, kind."""

    def reading(path, **options) -> list[tuple[int | None, str, str]]:
        return batch_of(path, **options).defects.frame.select("row", "field", "kind").rows()

    return reading
