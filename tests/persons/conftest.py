import pytest

from persons.open_office import Open, opened


@pytest.fixture(scope="session")
def here() -> Open:
    return opened()


@pytest.fixture
def office(here, tmp_path):
    return here.office(tmp_path)
