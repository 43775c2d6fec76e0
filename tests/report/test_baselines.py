"""Baselines on the very same splits."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.metrics import f1_score

from nnjax.data.scaling import scale_split
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.tables import load_table, make_table, weighted
from nnjax.data.weights import WeightColumn
from nnjax.report import baselines as module
from nnjax.report.baselines import (
    BASELINES,
    LOGISTIC_PENALTIES,
    PENALTIES,
    baseline_scores,
    choose_logistic_penalty,
    fit_logistic,
    fit_majority,
    fit_ridge,
    fit_sklearn_classifier,
)
from nnjax.report.task import cut_column


@pytest.fixture
def few(monkeypatch):
    """Without the networks, which take a while."""
    monkeypatch.delitem(BASELINES["regression"], "MLPRegressor")
    monkeypatch.delitem(BASELINES["classification"], "MLPClassifier")


def splits_of(name, splits=2):
    table = load_table(name)
    return table, make_splits(len(table.target), SplitPlan("shuffle_split", splits, 0.25, 0.2, 5), table.labels)


def class_rows(name):
    """Training and validation rows of a classification."""
    table, splits = splits_of(name, 1)
    scaled = scale_split(table, splits[0])
    inputs = [np.asarray(x, dtype=float) for x in (scaled.x_train, scaled.x_validation)]
    return (inputs[0], table.labels[splits[0].train]), (inputs[1], table.labels[splits[0].validation])


def test_the_mean_explains_nothing_and_ridge_does(space, few):
    scores = baseline_scores(space.table, space.splits).groupby("model")["test_r2"].mean()
    assert scores["mean"] == pytest.approx(-0.01, abs=0.02)
    assert 0.35 < scores["ridge"] < 0.6
    assert abs(scores["ridge"] - scores["ridge, all rows"]) < 0.03


def test_ridge_solves_the_normal_equations_at_the_penalty_best_on_validation_rows(space):
    scaled = scale_split(space.table, space.splits[0])
    x, y = scaled.x_train.astype(float), scaled.y_train.astype(float).ravel()
    x_validation, y_validation = scaled.x_validation.astype(float), scaled.y_validation.astype(float).ravel()
    weights = [np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ y) for penalty in PENALTIES]
    best = min(weights, key=lambda w: float(((y_validation - x_validation @ w) ** 2).sum()))
    fit = fit_ridge((x, y), (x_validation, y_validation), 0)
    assert fit.predict(x) == pytest.approx(x @ best, abs=1e-5)


@pytest.mark.parametrize("shape", [(40, 6), (12, 30)], ids=["long", "wide"])
@pytest.mark.parametrize("outputs", [(), (2,)], ids=["one", "two"])
def test_ridge_is_scikit_learns_at_every_penalty(shape, outputs, monkeypatch):
    rng = np.random.default_rng(0)
    x, y, others = rng.normal(size=shape), rng.normal(size=(shape[0], *outputs)), rng.normal(size=(5, shape[1]))
    for penalty in PENALTIES:
        monkeypatch.setattr(module, "PENALTIES", [penalty])
        fit = fit_ridge((x, y), (x, y), 0)
        assert fit.predict(others) == pytest.approx(Ridge(alpha=penalty).fit(x, y).predict(others), abs=1e-8)


def test_several_outputs_are_fitted_together():
    table, splits = splits_of("linnerud")
    scores = baseline_scores(table, splits)
    assert scores.groupby("model").size().eq(2).all() and set(scores["model"]) == set(BASELINES["regression"])
    assert scores[["test_r2", "test_rmse", "test_mae"]].notna().all(axis=None)


def test_classes_are_told_apart_by_logistic_regression_and_not_by_the_majority(few):
    scores = baseline_scores(*splits_of("wine")).groupby("model").mean(numeric_only=True)
    assert scores.loc["majority class", "test_accuracy"] == pytest.approx(0.4, abs=0.03)
    assert scores.loc["majority class", "test_roc_auc"] == 0.5
    assert scores.loc["logistic regression", "test_accuracy"] > 0.93
    assert scores.loc["logistic regression", "test_log_loss"] < 0.3


def test_boosting_bends_where_a_line_does_not(few):
    scores = baseline_scores(*splits_of("circles")).groupby("model")["test_accuracy"].mean()
    assert scores["gradient boosting"] > 0.9 and scores["logistic regression"] < 0.7


def test_training_rows_of_one_class_are_named_whatever_the_features(few):
    rng = np.random.default_rng(0)
    table = make_table("late", rng.normal(size=(60, 2)), np.repeat([0, 1], [50, 10]), ("a", "b"), "y", ("no", "yes"))
    split = make_splits(60, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5))[0]
    split = replace(split, train=np.arange(30), validation=np.arange(30, 42), test=np.arange(42, 60))
    scores = baseline_scores(table, [split])
    assert set(scores["detail"]) == {"class no"} and scores["test_accuracy"].eq(8 / 18).all()


def test_two_processes_fit_what_one_fits(few, space, monkeypatch):
    alone, said = baseline_scores(space.table, space.splits[:2]), []
    monkeypatch.setattr(module, "SECONDS_FOR_TWO", 0.0)
    monkeypatch.setattr(module, "usable_cores", lambda: [0, 0])
    assert baseline_scores(space.table, space.splits[:2], say=said.append).equals(alone)
    assert said[0] == f"baseline 1 of {len(alone)}"


def test_the_majority_gives_the_shares_of_the_training_rows():
    train = (np.zeros((4, 1)), np.array([0, 1, 1, 2]))
    probability = fit_majority(train, (np.zeros((2, 1)), np.array([0, 0])), 0).predict(np.zeros((3, 1)))
    assert probability.tolist() == [[0.25, 0.5, 0.25]] * 3


def test_logistic_regression_is_stationary_at_the_penalty_chosen():
    train, validation = class_rows("breast_cancer")
    penalty = choose_logistic_penalty(train, validation)
    assert LOGISTIC_PENALTIES.min() < penalty < LOGISTIC_PENALTIES.max()
    fit = fit_logistic(train, validation, 0)
    x, y = train
    centred = x - x.mean(axis=0)
    probability = fit.predict(x)
    logit = np.log(probability[:, 1] / probability[:, 0])
    weights = np.linalg.lstsq(centred, logit - logit.mean(), rcond=None)[0]
    assert x.T @ (probability[:, 1] - y) + penalty * weights == pytest.approx(0, abs=0.05)


def test_a_class_with_one_row_has_a_network_without_early_stopping():
    rng = np.random.default_rng(0)
    train = (rng.normal(size=(9, 2)), np.array([0, 0, 0, 0, 1, 1, 1, 1, 2]))
    validation = (rng.normal(size=(2, 2)), np.array([0, 1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit = fit_sklearn_classifier(train, validation, 0)
    assert fit.predict(validation[0]).shape == (2, 3)


def test_the_majority_is_named_by_its_label(monkeypatch):
    table, splits = splits_of("breast_cancer")
    assert set(baseline_scores(table, splits, ["majority class"])["detail"]) == {"class benign"}


@pytest.mark.parametrize("n_validation", [1, 2])
def test_ten_rows_have_baselines(n_validation):
    rng = np.random.default_rng(0)
    table = make_table("ten", rng.normal(size=(10, 2)), rng.normal(size=10), ("a", "b"), "y")
    splits = make_splits(10, SplitPlan("repeated_k_fold", 4, 0.25, n_validation / 7, 5))
    assert {len(split.validation) for split in splits[:2]} == {n_validation}
    scores = baseline_scores(table, splits[:2])
    assert set(scores["model"]) == set(BASELINES["regression"]) and scores["test_r2"].notna().all()


@pytest.mark.parametrize(("name", "metric", "least"), [("diabetes", "test_r2", 0.2), ("wine", "test_accuracy", 0.9)])
def test_sklearns_network_learns_something(name, metric, least, monkeypatch):
    table, splits = splits_of(name, 1)
    network = list(BASELINES[table.task])[-1]
    monkeypatch.setitem(BASELINES, table.task, {network: BASELINES[table.task][network]})
    row = baseline_scores(table, splits).iloc[0]
    assert row[metric] > least and "epochs" in row["detail"]


@pytest.mark.parametrize("shape", [(40, 6), (12, 30)], ids=["long", "wide"])
def test_weighted_ridge_is_scikit_learns(shape, monkeypatch):
    rng = np.random.default_rng(0)
    x, y, others = rng.normal(size=shape), rng.normal(size=shape[0]), rng.normal(size=(5, shape[1]))
    weights = rng.uniform(0.2, 5, shape[0])
    for penalty in PENALTIES:
        monkeypatch.setattr(module, "PENALTIES", [penalty])
        fit = fit_ridge((x, y, weights), (x, y, weights), 0)
        peer = Ridge(alpha=penalty).fit(x, y, sample_weight=weights)
        assert fit.predict(others) == pytest.approx(peer.predict(others), abs=1e-8)


WEIGHTED = {"regression": "diabetes", "classification": "wine"}


@pytest.mark.parametrize("task", WEIGHTED)
def test_every_baseline_is_fitted_and_scored_with_weights(task):
    table, splits = splits_of(WEIGHTED[task], 1)
    draws = np.random.default_rng(1).uniform(0.1, 9, len(table.target))
    tested = splits[0].test
    only_trained = draws.copy()
    only_trained[tested] = 1.0
    scores = [
        baseline_scores(weighted(table, WeightColumn("w", each)), splits).set_index("model")
        for each in (np.ones(len(draws)), only_trained, draws)
    ]
    measure = "test_rmse" if task == "regression" else "test_log_loss"
    alike, fitted, scored = (each[measure] for each in scores)
    plain = baseline_scores(table, splits).set_index("model")[measure]
    np.testing.assert_allclose(alike, plain, rtol=1e-2)
    assert (fitted != alike).all() and (scored != fitted).all()
    if task == "regression":
        error = table.target[tested, 0] - np.average(table.target[splits[0].train, 0], weights=draws[splits[0].train])
        assert scored["mean"] == pytest.approx(np.sqrt(np.average(error**2, weights=draws[tested])), rel=1e-5)


def test_the_majority_and_logistic_regression_take_a_row_of_weight_three_for_three():
    (x, y), (others, classes) = class_rows("breast_cancer")
    draws = np.random.default_rng(0)
    times = draws.integers(1, 4, len(y)), draws.integers(1, 4, len(classes))
    weights = (x, y, times[0].astype(float)), (others, classes, times[1].astype(float))
    repeated = [
        (np.repeat(rows, n, axis=0), np.repeat(told, n)) for (rows, told, _), n in zip(weights, times, strict=True)
    ]
    for fit in (fit_majority, fit_logistic):
        first, second = fit(*weights, 0), fit(*repeated, 0)
        assert first.detail == second.detail
        np.testing.assert_allclose(first.predict(others), second.predict(others), atol=1e-3)


def test_of_two_classes_scores_are_there_for_every_measure_that_may_choose_the_threshold():
    table = load_table("breast_cancer")
    splits = make_splits(len(table.target), SplitPlan("shuffle_split", 1, 0.25, 0.2, 5), table.labels)
    [row] = baseline_scores(table, splits, ["majority class"]).to_dict("records")
    everything = np.ones(len(splits[0].test))
    assert row[cut_column("f1", "f1")] == pytest.approx(f1_score(table.labels[splits[0].test], everything))
    assert row[cut_column("accuracy", "matthews")] == row["test_accuracy"]
