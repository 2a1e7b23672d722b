"""The small office, and one of its own where disclosures were acknowledged, recalled and recorded afterwards."""

from __future__ import annotations

import pytest

from office.small import Small, small


@pytest.fixture(scope="session")
def made() -> Small:
    return small()
