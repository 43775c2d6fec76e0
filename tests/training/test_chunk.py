"""A run's numbers depend on its configuration, split and seed alone."""

import numpy as np
import pytest

from nnjax.training.bucket import chunk_size
from nnjax.training.chunk import train_chunk


def same(a, b):
    return all(
        np.array_equal(a[key], b[key], equal_nan=True)
        if isinstance(a[key], np.ndarray)
        else a[key] == b[key] or a[key] != a[key]
        for key in a
    )


SHAPES = [(1, 64, 8), (2, 64, 32), (4, 64, 32), (8, 64, 32), (8, 64, 265)]


@pytest.mark.parametrize(("depth", "width", "batch_size"), SHAPES)
def test_alone_equals_inside_a_chunk_bitwise(bucket, trainee, scaled, depth, width, batch_size):
    shape = bucket(depth, width, batch_size, epochs=3)
    runs = [trainee(seed, l2=0.01 * seed) for seed in range(chunk_size(shape))]
    together = train_chunk(shape, runs, scaled).outcomes
    for place in (0, len(runs) - 1):
        assert same(train_chunk(shape, [runs[place]], scaled).outcomes[0], together[place])
    backwards = train_chunk(shape, runs[::-1], scaled).outcomes
    assert same(backwards[-1], together[0])


def test_too_many_runs_or_two_activations_are_misuse(bucket, trainee, scaled):
    with pytest.raises(ValueError, match="one activation"):
        train_chunk(bucket(), [trainee(), trainee(activation="tanh")], scaled)
    with pytest.raises(ValueError, match="1 to 20"):
        train_chunk(bucket(1), [trainee()] * 21, scaled)


def test_test_r2_is_that_of_the_kept_predictions(bucket, trainee, scaled):
    from sklearn.metrics import r2_score

    outcome = train_chunk(bucket(epochs=8), [trainee()], scaled).outcomes[0]
    target = scaled[0].y_test.ravel() * scaled[0].y_scale + scaled[0].y_mean
    assert outcome["test_r2"] == pytest.approx(r2_score(target, outcome["test_prediction"]), abs=1e-6)
    assert outcome["validation_r2"] == outcome["fit_validation_r2"][1:].max()
    assert outcome["fit_validation_r2"][outcome["best_epoch"]] == outcome["validation_r2"]
