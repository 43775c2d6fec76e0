"""Variance components."""

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from nnjax.statistics.components import variance_components


def test_known_answer() -> None:
    components = variance_components([[0.1, 0.2], [0.3, 0.5], [0.2, 0.2]])
    assert components.seed == pytest.approx(0.0083333, abs=5e-8)
    assert components.split == pytest.approx(0.0133333, abs=5e-8)
    assert components.of_split_mean(2) == pytest.approx(0.0175)


def test_equals_restricted_maximum_likelihood() -> None:
    rng = np.random.default_rng(11)
    scores = rng.normal(0.0, 2.0, (12, 1)) + rng.normal(0.0, 1.0, (12, 4))
    long = pd.DataFrame({"score": scores.ravel(), "split": np.repeat(np.arange(12), 4)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = MixedLM.from_formula("score ~ 1", groups="split", data=long).fit(reml=True)
    components = variance_components(scores)
    assert components.seed == pytest.approx(fit.scale, rel=1e-3)
    assert components.split == pytest.approx(float(fit.cov_re.iloc[0, 0]), rel=1e-3)


def test_split_variance_is_floored_at_zero() -> None:
    assert variance_components([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]).split == 0.0


@pytest.mark.parametrize("scores", [[[0.1, 0.2]], [[0.1], [0.2]], [0.1, 0.2], [[0.1, np.nan], [0.2, 0.3]]])
def test_unbalanced_or_too_few_is_an_error(scores: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="at least 2 splits"):
        variance_components(scores)
