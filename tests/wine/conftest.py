import pytest

from wine_bed import WineBed


@pytest.fixture(scope="session")
def wine():
    bed = WineBed()
    yield bed
    bed.close()
