import numpy as np
import pytest

from nnjax.training.schedules import SCHEDULES, relative_rates

EXPECTED = {
    "constant": lambda t: 1.0,
    "step": lambda t: 0.5 ** (t // 2),
    "cosine": lambda t: (1 + np.cos(np.pi * t / 8)) / 2,
    "inverse_time": lambda t: 1 / (1 + 0.5 * t / 2),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_follow_the_formula_at_every_step(name):
    rates = relative_rates(name, epochs=8, steps=5, decay_epochs=2, decay_rate=0.5)
    assert rates.shape == (9, 5)
    assert not rates[0].any()
    expected = [EXPECTED[name](step / 5) for step in range(40)]
    np.testing.assert_allclose(rates[1:].ravel(), expected, rtol=1e-6)


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_first_step_has_the_whole_rate_and_none_has_more(name):
    rates = relative_rates(name, epochs=8, steps=5)
    assert rates[1, 0] == 1
    assert np.all(np.diff(rates[1:].ravel()) <= 0)
    assert np.all(rates >= 0)


def test_decay_rate_zero_stops_after_the_first_step_down():
    assert relative_rates("step", 3, 1, decay_epochs=1, decay_rate=0).ravel().tolist() == [0, 1, 0, 0]
