"""The results table has a column for whatever a run is, is varied by and is measured by."""

from nnjax.metrics import FINALS, names
from nnjax.results.columns import IDENTITY, RESULT_COLUMNS
from nnjax.sweep.study.factors import FACTORS


def test_identity_comes_first_then_factors_then_numbers() -> None:
    assert names(RESULT_COLUMNS) == [*names(IDENTITY), *FACTORS, *names(FINALS)]
