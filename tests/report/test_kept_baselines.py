"""Baselines that an earlier report has kept."""

import pandas as pd
import pytest

from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.tables import load_table
from nnjax.report import baselines
from nnjax.report.baselines import BASELINES
from nnjax.report.kept_baselines import kept_baselines


@pytest.fixture
def quick(monkeypatch):
    """The networks, which take a while, are means."""
    monkeypatch.setitem(BASELINES["regression"], "MLPRegressor", BASELINES["regression"]["mean"])
    monkeypatch.setitem(BASELINES["classification"], "MLPClassifier", BASELINES["classification"]["majority class"])


def test_details_that_are_all_empty_are_kept_as_text(space, quick, tmp_path, monkeypatch):
    for name in BASELINES["regression"]:
        monkeypatch.setitem(BASELINES["regression"], name, BASELINES["regression"]["mean"])
    for _ in range(2):
        assert kept_baselines(space.table, space.splits, tmp_path)["detail"].tolist() == [""] * 20


def test_baselines_are_fitted_once_and_kept(space, quick, tmp_path, monkeypatch):
    first = kept_baselines(space.table, space.splits, tmp_path)
    monkeypatch.setattr(baselines, "baseline_scores", None)
    assert kept_baselines(space.table, space.splits, tmp_path).equals(first)


def test_other_splits_are_fitted_anew(space, quick, tmp_path):
    kept_baselines(space.table, space.splits[:2], tmp_path)
    assert len(kept_baselines(space.table, space.splits[:3], tmp_path)) == 3 * len(BASELINES["regression"])


def test_kept_scores_of_classes_are_numbers_again(quick, tmp_path):
    table = load_table("iris")
    splits = make_splits(len(table.target), SplitPlan("shuffle_split", 2, 0.25, 0.2, 5), table.labels)
    kept_baselines(table, splits, tmp_path)
    kept = kept_baselines(table, splits, tmp_path)
    assert kept["test_roc_auc"].dtype == float and kept["detail"].map(type).eq(str).all()


@pytest.mark.parametrize("measure", ["mae", "poisson_deviance"])
def test_what_an_earlier_version_did_not_measure_is_measured_now(space, quick, tmp_path, measure):
    whole = kept_baselines(space.table, space.splits[:2], tmp_path)
    path = next((tmp_path / "journal" / "baselines").glob("*.csv"))
    pd.read_csv(path).drop(columns=f"test_{measure}").to_csv(path, index=False)
    assert kept_baselines(space.table, space.splits[:2], tmp_path).equals(whole)


@pytest.mark.parametrize("damage", [b"", b"model,split\nridge,0\n", b"\x00\xff"])
def test_a_damaged_file_is_fitted_anew(space, quick, tmp_path, damage):
    whole = kept_baselines(space.table, space.splits[:2], tmp_path)
    next((tmp_path / "journal" / "baselines").glob("*.csv")).write_bytes(damage)
    assert kept_baselines(space.table, space.splits[:2], tmp_path).equals(whole)
