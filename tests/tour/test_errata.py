import importlib
from pathlib import Path

import pytest

from nnjax.tour.errata import ERRATA, errata_table

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("place", sorted({erratum.place for erratum in ERRATA}))
def test_every_place_exists(place):
    module, _, name = place.rpartition(".")
    assert hasattr(importlib.import_module(module), name)


def test_every_row_has_four_cells():
    rows = errata_table().replace("\\|", "/").splitlines()
    assert len(rows) == len(ERRATA) + 2
    assert {row.count("|") for row in rows} == {5}


def test_the_tour_has_the_table():
    assert errata_table() in (ROOT / "docs" / "lecture.md").read_text()
