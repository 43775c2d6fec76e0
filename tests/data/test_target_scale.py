"""A target on another scale: learnt on the training rows, turned back to what it was, as scikit-learn does it."""

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, QuantileTransformer, StandardScaler

from nnjax.data.scaling import ScaledSplit, scale_split
from nnjax.data.splits import Split
from nnjax.data.tables import Table, make_table
from nnjax.data.target_scale import FARTHEST_BACK, TARGET_SCALES, scale_target

SPLIT = Split(np.arange(60), np.arange(60, 80), np.arange(80, 100), "ab" * 32)
DRAWS = np.random.default_rng(4)
FEATURES = DRAWS.normal(size=(100, 3))
TARGET = np.column_stack([np.round(np.exp(FEATURES @ [1.0, -2.0, 0.5]), 1), 1e6 * DRAWS.pareto(1.5, 100)])
OTHER_SCALES = [level for level in TARGET_SCALES if level != "as_is"]


def table_of(target: np.ndarray) -> Table:
    return make_table("skewed", FEATURES, target, ("a", "b", "c"), tuple(f"y{n}" for n in range(target.shape[1])))


def scaled_to(level: str, target: np.ndarray = TARGET) -> ScaledSplit:
    return scale_split(table_of(target), SPLIT, target_scale=level)


@pytest.mark.parametrize("level", OTHER_SCALES)
def test_turned_back_is_what_it_was(level):
    scaled, own = scale_target(level, TARGET, SPLIT)
    assert own is not None and not np.allclose(scaled, TARGET)
    back = own.turn_back(scaled)
    np.testing.assert_allclose(back[SPLIT.train], TARGET[SPLIT.train], rtol=1e-9, atol=1e-9)
    bounds = (TARGET[SPLIT.train].min(axis=0), TARGET[SPLIT.train].max(axis=0)) if level == "quantile" else (0, np.inf)
    np.testing.assert_allclose(back, np.clip(TARGET, *bounds), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("level", OTHER_SCALES)
def test_rows_outside_teach_nothing_of_the_target(level):
    other = TARGET.copy()
    other[60:] = other[60:] * 100 + 1
    before, after = scaled_to(level), scaled_to(level, other)
    values = np.linspace(-3, 3, 40).reshape(20, 2)
    assert np.array_equal(before.y_train, after.y_train)
    assert np.array_equal(before.in_own_unit(values), after.in_own_unit(values))


@pytest.mark.parametrize("level", OTHER_SCALES)
def test_as_scikit_learns_regressor_of_a_transformed_target(level):
    """Least squares between the two ways, in place of a network."""
    transformer = QuantileTransformer(n_quantiles=60, output_distribution="normal", subsample=None)
    if level == "log":
        transformer = FunctionTransformer(np.log1p, np.expm1)
    theirs = TransformedTargetRegressor(LinearRegression(), transformer=make_pipeline(transformer, StandardScaler()))
    theirs.fit(FEATURES[:60], TARGET[:60])
    scaled = scaled_to(level)
    ours = LinearRegression().fit(np.float64(scaled.x_train), np.float64(scaled.y_train))
    predicted = scaled.in_own_unit(ours.predict(np.float64(scaled.x_test)))
    np.testing.assert_allclose(predicted, theirs.predict(FEATURES[80:]), rtol=2e-4)


@pytest.mark.parametrize("level", TARGET_SCALES)
def test_scores_are_asked_for_in_the_targets_own_unit(level):
    scaled = scaled_to(level)
    np.testing.assert_allclose(scaled.own_target("test"), TARGET[80:], rtol=1e-5, atol=0.1)
    np.testing.assert_allclose(scaled.own_target("validation"), TARGET[60:80], rtol=1e-5, atol=0.1)
    np.testing.assert_allclose(scaled.y_train.std(axis=0, dtype=np.float64), 1, atol=1e-6)
    assert (scaled.own_unit is None) == (level == "as_is")


@pytest.mark.parametrize("level", OTHER_SCALES)
def test_every_target_has_a_scale_of_its_own(level):
    both = scaled_to(level)
    for place in range(2):
        alone = scaled_to(level, TARGET[:, [place]])
        np.testing.assert_allclose(both.y_train[:, [place]], alone.y_train, atol=1e-6)


@pytest.mark.parametrize("level", OTHER_SCALES)
def test_what_cannot_be_turned_back_is_unknown_and_what_can_is_finite(level):
    scaled = scaled_to(level)
    back = scaled.in_own_unit(np.array([[0.0, np.nan], [np.inf, 0.0], [1e5, 1e5], [-1e5, 0.0]]))
    assert np.isnan(back).tolist() == [[True, True], [True, True], [False, False], [False, False]]
    assert back[2].tolist() == ([FARTHEST_BACK] * 2 if level == "log" else TARGET[:60].max(axis=0).tolist())
