"""The small office, and the command line as a person types it."""

from __future__ import annotations

import pytest

from journeys.conftest import privity  # noqa: F401 - a fixture
from office.small import Small, small


@pytest.fixture(scope="session")
def made() -> Small:
    return small()
