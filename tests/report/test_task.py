"""What differs between the tasks."""

import pytest

from nnjax.metrics import CURVES, names
from nnjax.report.baselines import BASELINES
from nnjax.report.task import CLASSIFICATION, REGRESSION, TERMS
from nnjax.results.columns import RESULT_COLUMNS


@pytest.mark.parametrize("terms", TERMS.values(), ids=TERMS)
def test_every_name_is_one_that_the_results_and_the_journal_have(terms):
    columns = {terms.validation, terms.last_test, terms.target, *terms.test_metrics}
    assert columns <= set(names(RESULT_COLUMNS))
    assert set(terms.shown_curves) <= set(names(CURVES))


@pytest.mark.parametrize("terms", TERMS.values(), ids=TERMS)
def test_the_baselines_named_are_those_fitted(terms):
    assert terms.baseline_names == tuple(BASELINES[terms.task])


def test_only_what_is_cut_off_is_said_to_be():
    assert REGRESSION.cut_off == " Values below −0.25 are cut off where others lie above."
    assert CLASSIFICATION.cut_off == ""
