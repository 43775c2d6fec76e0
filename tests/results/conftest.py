"""A journal with a small study in it; the stand-ins of `tests/fakes`, importable here and in workers."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space


@dataclass(frozen=True)
class Swept:
    home: Path
    space: Space

    @property
    def journal(self) -> Journal:
        return Journal(self.home)


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    """16 runs of made-up numbers; nobody may change them."""
    from fakes.studies import swept

    home = tmp_path_factory.mktemp("home")
    return Swept(home, swept(home))


@pytest.fixture
def own_home(tmp_path: Path) -> Swept:
    """16 runs of made-up numbers, for this test alone."""
    from fakes.studies import swept

    return Swept(tmp_path, swept(tmp_path))
