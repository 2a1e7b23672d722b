"""The small office, for tests of every verb."""

from __future__ import annotations

import pytest

from office.small import Small, small


@pytest.fixture(scope="session")
def made() -> Small:
    return small()
