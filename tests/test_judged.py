"""One measure judges a study, and whoever takes scores finds that higher is better."""

import numpy as np
import pandas as pd
import pytest

from nnjax.judged import USUAL, Judged, compared_by
from nnjax.metrics import FINALS, MEASURES, names
from nnjax.results.scores import with_scores

BY_NAME = {measure.name: measure for measure in MEASURES}


def test_what_a_study_is_usually_judged_by_adds_no_number():
    for judged in USUAL.values():
        assert judged.finals() == FINALS and judged.is_usual and judged.floor == judged.measure.lowest


@pytest.mark.parametrize("name", [name for name in BY_NAME if not BY_NAME[name].is_judged])
def test_another_measure_is_on_validation_rows_what_it_is_on_test_rows(name):
    judged = Judged(BY_NAME[name], 1.0)
    own = names(judged.finals())
    assert own.index(f"validation_{name}") == own.index(f"test_{name}") - 1
    assert [each for each in own if each not in names(FINALS)] == [f"validation_{name}", f"last_validation_{name}"]
    assert all(each.is_of_predictions for each in judged.of_validation)
    assert set(judged.scores) <= set(names(compared_by(judged)))


def test_scores_of_errors_are_negatives_and_a_lost_run_has_the_worst():
    runs = pd.DataFrame({"status": ["finished", "finished", "diverged"], "test_rmse": [50.0, 500.0, np.nan]})
    judged = Judged(BY_NAME["rmse"], 150.0)
    assert with_scores(runs, judged)["test_score"].tolist() == [-50.0, -150.0, -150.0]
    assert (judged.label("test"), judged.metric("test"), judged.margin) == ("−test_rmse", "test_rmse", 1.5)
