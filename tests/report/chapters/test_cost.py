"""What it cost."""

from dataclasses import replace

from nnjax.report.chapters.cost import cost_chapter


def test_a_sweep_s_seconds_are_drawn(study_results):
    chapter = cost_chapter(study_results)
    assert chapter.figures["seconds"].table.frame["stage"].tolist() == ["setup", "compile", "train", "track"]
    assert chapter.facts["wall"] == "30.0 s"


def test_without_a_record_only_the_runs_are_counted(study_results):
    chapter = cost_chapter(replace(study_results, record=None))
    assert chapter.figures == {}
    assert chapter.facts["has_record"] is False


def test_runs_are_counted_by_the_factors_that_decide_their_cost(study_results):
    assert list(cost_chapter(study_results).tables["runs"].frame.columns) == [
        "depth",
        "batch_size",
        "milliseconds",
        "runs",
    ]
