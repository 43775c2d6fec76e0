"""Importance where the answer is known: linear models, whose scores fall as a formula says."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.inspection import permutation_importance as sklearn_importance
from sklearn.metrics import make_scorer, r2_score

from nnjax.data.column import NUMBER_KIND, WORD_KIND, Column
from nnjax.judged import USUAL, Judged
from nnjax.metrics import MEASURES
from nnjax.model.importance import Scoring, TestedFold, permutation_importance

R2, ACCURACY = USUAL["regression"], USUAL["classification"]
TRUE = np.array([3.0, 1.0])


def columns_of(values, names=None, words=()):
    names = names or [f"x{place + 1}" for place in range(values.shape[1])]
    return [
        Column(name, WORD_KIND if name in words else NUMBER_KIND, each)
        for name, each in zip(names, values.T, strict=True)
    ]


def linear(coefficients):
    return lambda values: values @ np.reshape(coefficients, (-1, 1))


def fitted(values, target):
    """Least squares with a constant."""
    wide = np.column_stack([values, np.ones(len(values))])
    found = np.linalg.lstsq(wide, target, rcond=None)[0]
    return lambda rows: np.column_stack([rows, np.ones(len(rows))]) @ found


def drawn(rows, noise_columns, seed):
    """y = 3 x1 + x2 + noise, and columns that say nothing."""
    draws = np.random.default_rng(seed)
    values = draws.normal(size=(rows, 2 + noise_columns))
    return values, values[:, :2] @ TRUE[:, None] + draws.normal(size=(rows, 1))


def folds_of(values, target, count=4, model=None):
    """Models that are fitted without the rows that they are tested on, unless one is given."""
    parts = np.arange(len(values)) % count
    return [
        TestedFold(
            model or fitted(values[parts != fold], target[parts != fold]),
            values[parts == fold],
            target[parts == fold],
        )
        for fold in range(count)
    ]


def importance_of(values, target, seed=5, model=None, doubt=""):
    scoring = Scoring(R2, (3 * len(values) // 4, len(values) // 4), doubt)
    return permutation_importance(folds_of(values, target, model=model), columns_of(values), scoring, seed)


def importance_by(folds, judged=R2, permutations=10):
    """Of columns that are named as they come."""
    return permutation_importance(folds, columns_of(folds[0].values), Scoring(judged, (3, 1)), 5, permutations)


def by_name(importance):
    return {drop.columns[0]: drop for drop in importance.columns}


def expected_fall(values, target, predicted, places, coefficients):
    """What a linear model's R² falls by, on average over all shufflings of some columns together."""
    moved = values[:, places] @ np.asarray(coefficients)
    rest = target[:, 0] - (predicted[:, 0] - moved)
    shuffled = np.mean(rest**2) - 2 * rest.mean() * moved.mean() + np.mean(moved**2)
    return (shuffled - np.mean((target - predicted) ** 2)) / target.var()


def test_a_linear_models_score_falls_as_the_formula_says():
    values, target = drawn(80, 1, 3)
    coefficients = np.array([3.0, 1.0, 0.2])
    fold = TestedFold(linear(coefficients), values, target)
    found = importance_by([fold] * 2, permutations=1000)
    for place, coefficient in enumerate(coefficients):
        expected = expected_fall(values, target, fold.predict(values), [place], [coefficient])
        assert by_name(found)[f"x{place + 1}"].estimate == pytest.approx(expected, abs=0.015)


def test_of_many_rows_it_is_twice_the_explained_variance():
    values, target = drawn(20_000, 0, 3)
    found = by_name(importance_of(values, target, model=linear(TRUE)))
    for name, coefficient in zip(("x1", "x2"), TRUE, strict=True):
        assert found[name].estimate == pytest.approx(2 * coefficient**2 / target.var(), rel=0.03)


def test_true_inputs_come_first_and_noise_may_be_nothing():
    values, target = drawn(200, 3, 11)
    found = importance_of(values, target)
    assert [drop.columns for drop in found.columns[:2]] == [("x1",), ("x2",)]
    assert found.first(2) == ("x1", "x2") and not found.groups
    assert all(drop.low > 0 for drop in found.columns[:2])
    assert all(drop.low < 0 < drop.high for drop in found.columns[2:])


@pytest.mark.slow
def test_the_interval_of_noise_holds_nothing_in_most_tables():
    held = np.zeros(3)
    for seed in range(100):
        values, target = drawn(120, 3, 1000 + seed)
        found = by_name(importance_of(values, target, seed))
        held += [found[name].low <= 0 <= found[name].high for name in ("x3", "x4", "x5")]
        assert found["x1"].estimate > found["x2"].estimate > max(found[name].estimate for name in ("x3", "x4", "x5"))
    assert (held >= 90).all(), held


def test_columns_that_go_together_are_shuffled_as_one_too():
    values, target = drawn(20_000, 1, 7)
    values[:, 2] = values[:, 0] + 0.1 * np.random.default_rng(8).normal(size=len(values))
    model = linear([2.0, 1.0, 1.0])
    found = importance_of(values, target, model=model)
    (group,) = found.groups
    assert group.columns == ("x1", "x3") and found.group_of("x3") == group and found.group_of("x2") is None
    assert group.estimate == pytest.approx(2 * 3.0**2 / target.var(), rel=0.03)
    alone = by_name(found)["x3"].estimate
    assert alone == pytest.approx(2 * 1.0**2 / target.var(), rel=0.1), "alone it is a part of the truth"
    assert found.first(3) == ("x1", "x3", "x2")


def test_it_is_scikit_learns():
    values, target = drawn(150, 1, 13)
    model = linear([2.5, 1.5, 0.3])

    class Fixed(BaseEstimator):
        def fit(self, X, y):
            return self

        def predict(self, X):
            return model(X)[:, 0]

        def __sklearn_is_fitted__(self):
            return True

    theirs = sklearn_importance(
        Fixed(), values, target[:, 0], scoring=make_scorer(r2_score), n_repeats=500, random_state=5
    )
    fold = TestedFold(model, values, target)
    ours = by_name(importance_by([fold], permutations=500))
    spread = theirs.importances_std / np.sqrt(500)
    for place, name in enumerate(("x1", "x2", "x3")):
        assert abs(ours[name].estimate - theirs.importances_mean[place]) < 5 * spread[place]


def test_rows_count_what_they_count():
    """Of weights 0 and 1 only the rows of weight 1 are scored."""
    values, target = drawn(60, 0, 17)
    weights = (np.arange(60) % 3 > 0).astype(float)
    fold = TestedFold(linear(TRUE), values, target, weights)
    found = importance_by([fold])
    counted = weights > 0
    expected = r2_score(target[counted], fold.predict(values)[counted])
    assert found.score_by_split == pytest.approx((expected,))
    plain = permutation_importance(
        [TestedFold(linear(TRUE), values, target)], columns_of(values), Scoring(R2, (3, 1)), 5
    )
    assert plain.columns[0].estimate != found.columns[0].estimate


def test_classes_are_judged_by_the_studys_measure_and_threshold():
    values = np.random.default_rng(19).normal(size=(400, 2))
    target = (values[:, :1] > 0.5).astype(float)

    def predict(rows):
        second = 1 / (1 + np.exp(-4 * rows[:, 0]))
        return np.column_stack([1 - second, second])

    cut = 1 / (1 + np.exp(-2.0))
    for judged, threshold, score in ((ACCURACY, cut, 1.0), (ACCURACY, None, (values[:, 0] > 0.5).mean())):
        fold = TestedFold(predict, values, target, threshold=threshold)
        found = importance_by([fold, fold], judged)
        (best,) = {*found.score_by_split}
        assert (best == score) == (threshold is not None)
        assert by_name(found)["x2"].estimate == 0.0 and found.columns[0].columns == ("x1",)
    loss = Judged(next(each for each in MEASURES if each.name == "log_loss"), 10.0)
    found = permutation_importance(
        [TestedFold(predict, values, target)] * 2, columns_of(values), Scoring(loss, (3, 1)), 5
    )
    assert found.columns[0].estimate > 0 > found.score_by_split[0]


def test_without_a_known_interval_there_is_none():
    values, target = drawn(80, 0, 23)
    found = importance_of(values, target, doubt="no interval is known to hold")
    assert found.doubt and all(drop.low is drop.high is None for drop in found.columns)
    one = importance_by(folds_of(values, target)[:1])
    assert one.doubt and one.columns[0].low is None


def test_it_is_the_same_again_and_another_with_another_seed():
    values, target = drawn(60, 1, 29)
    assert importance_of(values, target) == importance_of(values, target) != importance_of(values, target, seed=6)


def test_of_large_tables_some_rows_are_enough(monkeypatch):
    values, target = drawn(4000, 0, 43)
    whole = importance_of(values, target, model=linear(TRUE))
    monkeypatch.setattr("nnjax.model.importance.MOST_PREDICTED", 1000)
    some = importance_of(values, target, model=linear(TRUE))
    assert whole.rows == 4000 and some.rows == 4 * 500
    for name in ("x1", "x2"):
        assert by_name(some)[name].estimate == pytest.approx(by_name(whole)[name].estimate, rel=0.1)


def test_a_column_of_gaps_and_words_is_shuffled_as_it_was_read():
    """The model is given whole columns: what it makes of gaps and words moves with them."""
    seen = []

    def predict(rows):
        seen.append(rows)
        return np.where(np.isnan(rows[:, :1]), 5.0, rows[:, :1])

    values = np.column_stack([np.where(np.arange(40) % 4, np.arange(40.0), np.nan), np.arange(40.0) % 3])
    target = predict(values)
    found = permutation_importance(
        [TestedFold(predict, values, target)] * 2,
        columns_of(values, ["a", "b"], ["b"]),
        Scoring(R2, (3, 1)),
        5,
        permutations=2,
    )
    assert found.columns[0].columns == ("a",) and found.columns[1].estimate == 0.0
    for rows in seen:
        assert np.array_equal(np.sort(rows[:, 0]), np.sort(values[:, 0]), equal_nan=True)
        assert np.array_equal(np.sort(rows[:, 1]), np.sort(values[:, 1]))
