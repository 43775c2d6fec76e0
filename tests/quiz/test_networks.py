import numpy as np
import pytest

from nnjax.data.splits import SplitSizes
from nnjax.network.activations import ACTIVATIONS
from nnjax.quiz.networks import AXIS, GRID_POINTS, QuizEffort, answer_xor, configure, share_interval, xor_rows
from nnjax.sweep.buckets import make_bucket
from nnjax.sweep.progress import Progress


def test_the_four_patterns_are_all_the_rows_and_the_grid_is_predicted():
    rows = xor_rows()
    assert rows.x_train.tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    assert rows.y_train[:, 0].tolist() == [0, 1, 1, 0]
    assert np.array_equal(rows.x_train, rows.x_validation) and np.array_equal(rows.y_train, rows.y_validation)
    assert rows.x_test.shape == (GRID_POINTS**2, 2)
    assert rows.x_test[1].tolist() == pytest.approx([2 * AXIS[1] - 1, 2 * AXIS[0] - 1])  # x₁ runs fastest


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_has_its_program_and_its_own_start(name):
    from nnjax.quiz.networks import xor_table

    configuration = configure(name, epochs=10)
    bucket = make_bucket(configuration, xor_table(), SplitSizes(4, 4, GRID_POINTS**2))
    assert bucket.architecture.layer_sizes == (2, 5, 2, 1)
    assert configuration.initializer == ACTIVATIONS[name].initializer
    assert bucket.architecture.parameter_count == {"prelu": 37, "maxout": 57}.get(name, 30)


def test_the_exact_interval_of_a_share():
    assert share_interval(5, 10) == pytest.approx((0.187086, 0.812914), abs=1e-6)  # tables of Clopper and Pearson
    assert share_interval(100, 100)[1] == 1.0


@pytest.mark.slow
def test_all_activations_from_a_hundred_seeds(tmp_path):
    answers = {answer.activation: answer for answer in answer_xor(QuizEffort(workers=2), tmp_path, Progress())}
    assert set(answers) == set(ACTIVATIONS)
    assert answers["identity"].share == 0  # linear: at most three patterns
    assert answers["binary_step"].hidden_gradient == 0 and answers["binary_step"].share < 0.2
    assert all(answer.hidden_gradient > 0 for name, answer in answers.items() if name != "binary_step")
    assert answers["relu"].share < answers["leaky_relu"].share
    assert min(answers[name].share for name in ("gelu", "silu", "mish", "prelu", "maxout")) > 0.9
    for answer in answers.values():
        for region in (answer.solved, answer.failed):
            if region:
                four = region.probability[np.ix_([20, 60], [20, 60])] >= 0.5
                assert np.array_equal(four, [[False, True], [True, False]]) == region.is_solved
