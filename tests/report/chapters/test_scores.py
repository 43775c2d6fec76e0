"""Scores on test rows."""

import pytest

from nnjax.report.chapters.scores import NETWORK, all_models, metrics_table, scores_chapter
from nnjax.training.class_measures import CLASS_MEASURES


def test_networks_and_baselines_stand_on_the_same_splits(study_results):
    table = all_models(study_results).set_index("name")
    assert set(table.index) >= {NETWORK, "network, relu", "mean", "ridge", "MLPRegressor"}
    assert table["n"].eq(4).all()
    assert table.loc[NETWORK, "estimate"] == pytest.approx(
        (study_results.best.scores() - study_results.baseline()).mean()
    )


def test_the_mean_and_ridge_itself_are_in_the_table_but_not_drawn(study_results):
    figure = scores_chapter(study_results).figures["models"]
    assert "mean" in figure.table.frame["name"].tolist()
    assert ">mean<" not in figure.panels[0].svg


def test_each_studied_factor_has_a_panel_of_differences(study_results):
    titles = [panel.title for panel in scores_chapter(study_results).figures["differences"].panels]
    assert titles == ["activation, against relu", "depth, against 1", "batch_size, against 32"]


def test_a_classification_stands_beside_its_own_baselines_and_scores(classes):
    chapter = scores_chapter(classes)
    assert chapter.title == "Accuracy on test rows"
    models = chapter.figures["models"].table.frame.set_index("name")
    assert models.loc["logistic regression", "estimate"] == 0 and "ridge" not in models.index
    metrics = chapter.tables["metrics"]
    assert metrics.columns[1:] == tuple(f"test_{name}" for name in CLASS_MEASURES)
    assert metrics.frame["model"].tolist()[0] == NETWORK


def test_the_scores_of_the_network_are_means_of_the_cells_chosen(study_results):
    row = metrics_table(study_results).set_index("model").loc[NETWORK]
    assert row["test_score"] == pytest.approx(study_results.best.selection.mean)
    assert row["test_score_sd"] == pytest.approx(study_results.best.selection.scores.std(ddof=1))


def test_classes_have_a_confusion_and_targets_have_none(study_results, classes):
    assert "confusion" not in scores_chapter(study_results).figures
    figure = scores_chapter(classes).figures["confusion"]
    assert ">setosa<" in figure.panels[0].svg and len(figure.table.frame) == 9


def test_the_caption_says_how_much_the_splits_share_as_measured(study_results):
    caption = scores_chapter(study_results).figures["spread"].caption
    assert "What a split does to all of them alike has a standard deviation of" in caption
