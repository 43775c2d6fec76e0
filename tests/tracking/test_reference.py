from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from nnjax.tracking.reference import PAGE, compared_factors, reference_setting, shown_replicates

FACTORS = {"activation": ("logistic", "relu"), "depth": ("1", "2", "4", "8"), "l2": ("0", "0.1", "1")}
CELLS = [dict(zip(FACTORS, levels, strict=True)) for levels in product(*FACTORS.values())]


def test_the_reference_is_in_the_middle():
    assert reference_setting(FACTORS, CELLS) == {"activation": "relu", "depth": "2", "l2": "0.1"}


def test_an_excluded_middle_gives_way_to_its_nearest_neighbour():
    middle = {"activation": "relu", "depth": "2", "l2": "0.1"}
    setting = reference_setting(FACTORS, [cell for cell in CELLS if cell != middle])
    assert setting in CELLS
    assert sum(setting[factor] != middle[factor] for factor in FACTORS) == 1


def test_the_reference_belongs_to_every_comparison_and_its_neighbours_to_one():
    setting = reference_setting(FACTORS, CELLS)
    counts = [len(compared_factors(cell, setting)) for cell in CELLS]
    assert counts.count(3) == 1
    assert counts.count(1) == 1 + 3 + 2
    assert counts.count(2) == 0


@given(st.integers(1, 500))
def test_a_comparison_fits_on_a_page_if_it_can(levels):
    assert shown_replicates(levels) >= 1
    assert levels > PAGE or levels * shown_replicates(levels) <= PAGE
