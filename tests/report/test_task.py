"""What differs between the tasks."""

from dataclasses import replace

import pytest

from nnjax.judged import USUAL, Judged
from nnjax.metrics import CURVES, MEASURES, names
from nnjax.report.baselines import BASELINES
from nnjax.report.task import CLASSIFICATION, REGRESSION, TERMS, terms_of
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


def test_of_an_error_the_score_is_called_its_negative_and_curves_stay_those_of_the_task():
    rmse = next(measure for measure in MEASURES if measure.name == "rmse")
    terms = terms_of(Judged(rmse, 150.0))
    assert (terms.label, terms.test, terms.last_test) == ("−RMSE", "−test_rmse", "−last_test_rmse")
    assert (terms.floor, terms.lowest_score, terms.curve_floor) == (-150.0, -150.0, -1.0)
    assert (terms.fit_validation, terms.targeted) == ("fit_validation_r2", "validation_r2")
    assert terms.test_metrics[:2] == ("test_rmse", "test_r2") and terms.page_names["test_score"] == terms.test
    assert "rmse 150" in terms.diverged
    assert terms_of(USUAL["regression"]) == REGRESSION


def test_rows_are_cut_where_validation_rows_choose_also_under_the_usual_measure():
    cut = replace(USUAL["classification"], has_chosen_threshold=True)
    assert terms_of(cut).judged.has_chosen_threshold and terms_of(cut).label == CLASSIFICATION.label
