"""Last against best epoch."""

import pytest

from nnjax.report.chapters.epochs import epochs_chapter


def test_early_stopping_is_told_by_patience_and_by_level(study_results):
    tables = epochs_chapter(study_results).tables
    assert tables["stopping"].frame["patience"].tolist() == [1, 2, 5, 10]
    by_level = tables["stopping_by_level"].frame
    assert by_level.groupby("activation", sort=False).size().to_dict() == {"logistic": 4, "relu": 4, "elu": 4}
    assert by_level.groupby("patience")["runs"].sum().tolist() == tables["stopping"].frame["runs"].tolist()


@pytest.mark.parametrize(("fixture", "is_there"), [("study_results", False), ("classes", True)])
def test_what_test_rows_lose_is_shown_where_they_were_scored(request, fixture, is_there):
    chapter = epochs_chapter(request.getfixturevalue(fixture))
    assert ("test_score_lost" in chapter.tables["stopping"].columns) is is_there
    assert chapter.facts["has_test_curves"] is is_there


def test_the_gap_is_told_for_the_training_rows_first_and_by_epoch(study_results):
    table = epochs_chapter(study_results).figures["gap"].table.frame
    order = list(zip(table["rows"], table["epoch"], strict=True))
    assert order == sorted(order) and {rows for rows, _ in order} == {"train", "validation"}


def test_the_curves_are_those_of_the_task(classes):
    figures = epochs_chapter(classes).figures
    assert figures["gap"].caption.startswith("fit_train_accuracy (dashed) and fit_validation_accuracy (solid)")
    assert "test_accuracy</text>" in figures["cells"].panels[0].svg
