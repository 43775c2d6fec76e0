"""The method box."""

import re
from dataclasses import replace

import pytest

from nnjax.calibration.check import Check, Effort
from nnjax.calibration.stamp import write_stamp
from nnjax.report.chapters.method import method_chapter


def test_the_level_is_shared_among_the_declared_claims(study_results, words_of):
    words = words_of(method_chapter(study_results))
    assert "2 claims are declared, so each interval has level 97.5 %" in words
    assert "with a probability of at least 95 %" in words and "(R of M have q ≤ 0.05;" in words
    assert "√(1/4 + 111/331)" in words


def test_the_page_says_that_nobody_calibrated(study_results, words_of):
    assert "it has not been run here" in words_of(method_chapter(study_results))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "1 of 2 checks were as expected: do not trust the verdicts"),
        ({"statistics": "of another day"}, "the statistics have changed since: run it again"),
    ],
)
def test_the_page_carries_the_stamp(study_results, words_of, tmp_path, changes, sentence):
    checks = [Check("twins", "corrected", (), (0.0,), (0.02,), (seen,)) for seen in (0.01, 0.5)]
    stamp = replace(write_stamp(checks, Effort(100, 2), 7, tmp_path), **changes)
    text = words_of(method_chapter(replace(study_results, calibration=stamp)))
    assert sentence in text
    assert ("twins, corrected: 50.0 %" in text) is (not changes)


def test_the_placebos_rate_stands_beside_the_nominal_one(study_results, words_of):
    text = words_of(method_chapter(study_results))
    assert re.search(r"left out zero in [\d.]+ % of these relabellings \(nominal: at most 5 %\)", text)


def test_the_page_says_on_which_scale_a_target_was_trained(study_results, words_of):
    cells = [
        replace(cell, configuration=replace(cell.configuration, target_scale="log"))
        for cell in study_results.space.cells[:1]
    ]
    text = words_of(method_chapter(replace(study_results, space=replace(study_results.space, cells=tuple(cells)))))
    assert "With target_scale (log) a network is trained on another scale" in text
    assert "The baselines are fitted on the target’s own unit." in text
    assert "target_scale" not in words_of(method_chapter(study_results))
