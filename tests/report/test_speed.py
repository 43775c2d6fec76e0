"""The race to the target."""

from dataclasses import replace

import numpy as np
import pytest

from nnjax.report.speed import measure_speed


@pytest.fixture
def race(study_results):
    """Chosen runs whose epochs to the target are those given by activation, alternating run by run."""

    def make(**times):
        chosen = study_results.chosen.copy()
        for name, pair in times.items():
            rows = chosen.index[chosen["activation"] == name]
            chosen.loc[rows, "epochs_to_target"] = np.resize(pair, len(rows)).astype(float)
        return replace(study_results, chosen=chosen)

    return make


def test_the_first_is_one_of_which_half_the_runs_arrive(race):
    never = np.nan
    speed = measure_speed(race(relu=[1, never, never, never], elu=[9, 9], logistic=[never]))
    assert speed.fastest.startswith("activation = elu") and speed.epochs == "9.0"
    assert (speed.combinations, speed.reached, speed.never) == (12, 4, 4)
    assert speed.target == "validation_r2 ≥ 0.4"


def test_where_no_combination_arrives_nobody_is_first(race):
    speed = measure_speed(race(relu=[np.nan], elu=[np.nan], logistic=[np.nan]))
    assert speed.fastest == "" and speed.reached == 0 and speed.never == 12
