"""What has no seed is named, and what draws nothing is not."""

import pytest
from fakes.linear_network import LinearRegressor
from scipy.stats import uniform
from sklearn.ensemble import BaggingRegressor
from sklearn.linear_model import SGDRegressor
from sklearn.model_selection import GridSearchCV, KFold, ParameterGrid, RandomizedSearchCV, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nnjax.estimators.search import VectorizedSearchCV
from nnjax.estimators.seeds import without_seed

SEEDED, OPEN = LinearRegressor(random_state=0), LinearRegressor()
NETWORK = type(OPEN).__name__
ALPHAS = {"alpha": [0.1, 1.0]}


def search_of(network, grid=ALPHAS, **options):
    return VectorizedSearchCV(network, grid, **options)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (search_of(SEEDED, cv=KFold(3, shuffle=True, random_state=0)), ()),  # a grid's own random_state draws nothing
        (search_of(SEEDED, cv=KFold(3)), ()),
        (search_of(SEEDED, cv=KFold(3, shuffle=True)), ("KFold",)),
        (search_of(SEEDED, cv=ShuffleSplit(3)), ("ShuffleSplit",)),
        (search_of(OPEN, cv=3), (NETWORK,)),
        (search_of(OPEN, cv=3, random_state=0), ()),
        (search_of(SEEDED, n_iter=2), ("VectorizedSearchCV",)),
        (search_of(SEEDED, n_iter=2, random_state=0), ()),
        (RandomizedSearchCV(SEEDED, {"alpha": uniform()}), ("RandomizedSearchCV",)),
        (search_of(make_pipeline(StandardScaler(), OPEN), {}), (NETWORK,)),
        (search_of(BaggingRegressor(OPEN, random_state=0), {}), ()),
        (search_of(BaggingRegressor(SEEDED), {}, random_state=0), ("BaggingRegressor",)),
        (GridSearchCV(SGDRegressor(), ALPHAS), ("SGDRegressor",)),
    ],
)
def test_whoever_draws_without_a_seed_is_named(search, expected):
    assert without_seed(search, [{"alpha": 0.1}, {"alpha": 1.0}] if search.estimator is SEEDED else []) == expected


def test_seeds_and_networks_among_the_candidates_count():
    pipeline = make_pipeline(StandardScaler(), OPEN)
    step = pipeline.steps[-1][0]
    assert without_seed(search_of(pipeline), list(ParameterGrid({f"{step}__random_state": [0, 1]}))) == ()
    assert without_seed(search_of(pipeline), list(ParameterGrid({f"{step}__random_state": [0, None]}))) == (NETWORK,)
    assert without_seed(search_of(pipeline), [{step: SEEDED}, {step: SGDRegressor(random_state=1)}]) == ()
    assert without_seed(search_of(pipeline), [{step: SEEDED}, {step: SGDRegressor()}]) == ("SGDRegressor",)
