"""The small office, to be attacked."""

from __future__ import annotations

import pytest

from office.small import Small, small


@pytest.fixture(scope="session")
def made() -> Small:
    return small()
