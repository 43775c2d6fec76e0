"""Baselines on the very same splits."""

import numpy as np
import pytest

from nnjax.data.scaling import scale_split
from nnjax.report import baselines
from nnjax.report.baselines import BASELINES, PENALTIES, baseline_scores, fit_ridge, kept_baselines


@pytest.fixture
def few(monkeypatch):
    """Without the network, which takes a while."""
    monkeypatch.delitem(BASELINES, "MLPRegressor")


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


def test_baselines_are_fitted_once_and_kept(space, few, tmp_path, monkeypatch):
    first = kept_baselines(space.table, space.splits, tmp_path)
    monkeypatch.setattr(baselines, "baseline_scores", None)
    assert kept_baselines(space.table, space.splits, tmp_path).equals(first)


def test_other_splits_are_fitted_anew(space, few, tmp_path):
    kept_baselines(space.table, space.splits[:2], tmp_path)
    assert len(kept_baselines(space.table, space.splits[:3], tmp_path)) == 3 * len(BASELINES)


@pytest.mark.parametrize("damage", [b"", b"model,split\nridge,0\n", b"\x00\xff"])
def test_a_damaged_file_is_fitted_anew(space, few, tmp_path, damage):
    whole = kept_baselines(space.table, space.splits[:2], tmp_path)
    next((tmp_path / "journal" / "baselines").glob("*.csv")).write_bytes(damage)
    assert kept_baselines(space.table, space.splits[:2], tmp_path).equals(whole)


def test_sklearns_network_learns_something(space):
    row = baselines._score(space.table, space.splits[0], 0, "MLPRegressor")
    assert row["test_r2"] > 0.2 and "epochs" in row["detail"]
