"""R² on test rows."""

import pytest

from nnjax.report.chapters.scores import NETWORK, all_models, scores_chapter


def test_networks_and_baselines_stand_on_the_same_splits(material):
    table = all_models(material).set_index("name")
    assert set(table.index) >= {NETWORK, "network, relu", "mean", "ridge", "MLPRegressor"}
    assert table["n"].eq(4).all()
    assert table.loc[NETWORK, "estimate"] == pytest.approx((material.best.scores() - material.baseline()).mean())


def test_the_mean_and_ridge_itself_are_in_the_table_but_not_drawn(material):
    figure = scores_chapter(material).figures["models"]
    assert "mean" in figure.table.frame["name"].tolist()
    assert ">mean<" not in figure.panels[0].svg


def test_each_studied_factor_has_a_panel_of_differences(material):
    titles = [panel.title for panel in scores_chapter(material).figures["differences"].panels]
    assert titles == ["activation, against relu", "depth, against 1", "batch_size, against 32"]
