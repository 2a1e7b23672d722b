"""The small office, to be witnessed, backed up and restored."""

from __future__ import annotations

import pytest

from office.small import Small, small


@pytest.fixture(scope="session")
def made() -> Small:
    return small()
