"""What it cost."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nnjax.report.chapters.cost import cost_chapter, run_cost_table, stages_table


def test_a_sweep_s_seconds_are_drawn(study_results, words_of):
    chapter = cost_chapter(study_results)
    assert chapter.figures["seconds"].table.frame["stage"].tolist() == ["setup", "compile", "train", "track"]
    assert "in 30.0 s by the clock" in words_of(chapter)


def test_without_a_record_only_the_runs_are_counted(study_results, words_of):
    chapter = cost_chapter(replace(study_results, record=None))
    assert chapter.figures == {}
    assert "There is no record of a sweep of this study here" in words_of(chapter)


def test_runs_are_counted_by_the_factors_that_decide_their_cost(study_results):
    assert list(cost_chapter(study_results).tables["runs"].frame.columns) == [
        "depth",
        "batch_size",
        "milliseconds",
        "runs",
    ]


def test_stages_come_in_their_order_and_the_clock_is_no_stage():
    table = stages_table({"wall": 9.0, "train": 6.0, "setup": 2.0})
    assert table["stage"].tolist() == ["setup", "train"] and table["share"].tolist() == [0.25, 0.75]


def test_nothing_measured_is_an_empty_table():
    assert stages_table({}).empty


def test_a_run_costs_its_mean_in_milliseconds():
    results = pd.DataFrame({"depth": [1, 1, 2], "train_seconds": [0.1, 0.3, np.nan]})
    table = run_cost_table(results, ["depth"])
    assert table["milliseconds"].tolist() == pytest.approx([200.0]) and table["runs"].tolist() == [2]


def test_bars_carry_their_seconds(study_results):
    assert ">\u00a040.0 s</text>" in cost_chapter(study_results).figures["seconds"].panels[0].svg
