import jax.numpy as jnp
import numpy as np
import pytest

from nnjax.training.chunk import make_start, pad_rows, train_chunk
from nnjax.training.noise import Keys, add_noise, draw_masks

KEYS = Keys(jnp.array([1, 2], jnp.uint32), jnp.array([3, 4], jnp.uint32))
NEITHER = ("run_id", "engine")


def masks(rate=0.3, step=5, keys=KEYS, widths=(64, 32), rows=265):
    return draw_masks(keys, jnp.int32(step), jnp.float32(rate), widths, rows)


def test_dropout_keeps_the_mean_and_drops_its_share():
    for mask, width in zip(masks(), (64, 32), strict=True):
        assert mask.shape == (265, width)
        kept = np.mean(np.asarray(mask) > 0)
        assert kept == pytest.approx(0.7, abs=4 * np.sqrt(0.21 / mask.size))
        assert np.mean(mask) == pytest.approx(1, abs=4 * np.sqrt(0.21 / mask.size) / 0.7)
        np.testing.assert_allclose(np.unique(mask), [0, 1 / 0.7], rtol=1e-6)


def test_masks_are_drawn_anew_for_every_step_row_and_unit():
    first, again, later = masks(), masks(), masks(step=6)
    np.testing.assert_array_equal(first[0], again[0])
    for other in (later[0], np.roll(first[0], 1, axis=0), np.roll(first[0], 1, axis=1)):
        agreement = np.mean((np.asarray(first[0]) > 0) == (np.asarray(other) > 0))
        assert agreement == pytest.approx(0.7**2 + 0.3**2, abs=0.02)


def test_rate_zero_drops_nothing_and_a_high_rate_nearly_all():
    assert all(np.all(np.asarray(mask) == 1) for mask in masks(rate=0.0))
    assert np.mean(np.asarray(masks(rate=0.999)[0]) > 0) < 0.003


def test_dropout_has_a_stream_of_its_own():
    for mine, alone in zip(masks(), masks(keys=Keys(dropout=KEYS.dropout)), strict=True):
        np.testing.assert_array_equal(mine, alone)
    assert masks(keys=Keys(input_noise=KEYS.input_noise)) is None


def test_a_network_without_hidden_layers_has_nothing_to_drop():
    assert masks(widths=()) == ()


def test_noise_has_its_deviation_and_changes_from_step_to_step():
    x = jnp.zeros((265, 10))
    drawn = [np.asarray(add_noise(KEYS, jnp.int32(step), jnp.float32(0.5), x)) for step in (0, 1)]
    assert drawn[0].std() == pytest.approx(0.5, rel=0.05)
    assert drawn[0].mean() == pytest.approx(0, abs=0.04)
    assert abs(np.corrcoef(drawn[0].ravel(), drawn[1].ravel())[0, 1]) < 0.08
    assert add_noise(Keys(dropout=KEYS.dropout), jnp.int32(0), jnp.float32(0.5), x) is x


def test_the_two_noises_of_a_run_come_from_different_streams(bucket, trainee, scaled):
    shape = bucket(dropout=True, input_noise=True)
    keys = make_start(shape, trainee(), pad_rows(scaled[0], shape)).constants.keys
    assert keys.dropout.tolist() != keys.input_noise.tolist()
    assert (
        make_start(shape, trainee(1), pad_rows(scaled[0], shape)).constants.keys.dropout.tolist()
        != keys.dropout.tolist()
    )
    plain = bucket()
    assert make_start(plain, trainee(), pad_rows(scaled[0], plain)).constants.keys == Keys()


def test_noise_of_strength_zero_leaves_the_plain_networks_numbers(bucket, trainee, scaled):
    run = trainee(activation="tanh", learning_rate=0.01)
    plain = train_chunk(bucket(epochs=5, activation="tanh"), [run], scaled).outcomes[0]
    noisy = bucket(epochs=5, activation="tanh", dropout=True, input_noise=True)
    silent = train_chunk(noisy, [run], scaled).outcomes[0]
    for name in ("fit_train_loss", "fit_validation_loss", "grad_norm", "unit_std"):
        np.testing.assert_allclose(silent[name], plain[name], rtol=1e-5, atol=1e-6)
    loud = trainee(activation="tanh", learning_rate=0.01, dropout=0.3)
    dropped = train_chunk(noisy, [loud], scaled).outcomes[0]
    assert abs(dropped["fit_train_loss"][0] - plain["fit_train_loss"][0]) > 1e-3
    assert dropped["fit_validation_loss"][0] == pytest.approx(plain["fit_validation_loss"][0], rel=1e-5)
