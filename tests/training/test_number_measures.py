"""Every measure of predicted numbers against scikit-learn's, of several runs at once."""

import numpy as np
import pytest
from sklearn import metrics

from nnjax.metrics import MEASURES
from nnjax.training.finals import score
from nnjax.training.number_measures import NUMBER_MEASURES, NumberPredictions, measure_numbers

QUANTILES = np.array([0.5, 0.9])


def peers(target, prediction, weights, quantile):
    outputs = range(target.shape[1])
    told = {"sample_weight": weights}
    deviances = [metrics.mean_poisson_deviance(target[:, k], prediction[:, k], **told) for k in outputs]
    return {
        "r2": metrics.r2_score(target, prediction, **told),
        "rmse": metrics.root_mean_squared_error(target, prediction, **told),
        "mae": metrics.mean_absolute_error(target, prediction, **told),
        "pinball_loss": metrics.mean_pinball_loss(target, prediction, alpha=quantile, **told),
        "poisson_deviance": np.mean(deviances),
    }


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_measures_equal_scikit_learns(outputs, is_weighted):
    rng = np.random.default_rng(1)
    target = rng.poisson(2.0, (30, outputs)).astype(float)
    prediction, weights = rng.uniform(0.1, 5, (2, 30, outputs)), rng.uniform(0.1, 9, 30) if is_weighted else None
    ours = measure_numbers(NumberPredictions(target, prediction, weights, QUANTILES), tuple(NUMBER_MEASURES))
    for run, (each, quantile) in enumerate(zip(prediction, QUANTILES, strict=True)):
        for name, value in peers(target, each, weights, quantile).items():
            assert ours[name][run] == pytest.approx(value, rel=1e-9), name
        for name, value in score(target, each, weights)._asdict().items():
            assert ours[name][run] == pytest.approx(value, rel=1e-9), name


def test_a_deviance_is_there_where_it_is_defined():
    target, prediction = np.array([[0.0], [2.0]]), np.array([[[1.0], [2.0]], [[0.0], [2.0]], [[np.nan], [2.0]]])
    found = measure_numbers(NumberPredictions(target, prediction), ("poisson_deviance",))["poisson_deviance"]
    assert found[0] == pytest.approx(1.0) and np.isnan(found[1:]).all()
    less = measure_numbers(NumberPredictions(-target, prediction[:1]), ("poisson_deviance",))
    assert np.isnan(less["poisson_deviance"]).all()


@pytest.mark.parametrize(("constant", "expected"), [(3.0, 1.0), (3.1, 0.0)])
def test_r2_of_a_constant_target_is_one_where_it_is_met_and_zero_elsewhere(constant, expected):
    given = NumberPredictions(np.full((4, 1), 3.0), np.full((1, 4, 1), constant))
    assert measure_numbers(given, ("r2",))["r2"].tolist() == [expected]


def test_every_measure_of_numbers_is_there():
    assert [measure.name for measure in MEASURES if measure.task == "regression"] == list(NUMBER_MEASURES)
