"""The docstrings of both estimators."""

import pytest

from nnjax.estimators import MLPClassifier, MLPRegressor


@pytest.mark.parametrize("kind", [MLPRegressor, MLPClassifier])
def test_a_docstring_says_what_is_shared_and_what_is_its_own(kind):
    own = {MLPRegressor: "loss_quantile:", MLPClassifier: "class_weight:"}[kind]
    assert "{shared}" not in kind.__doc__
    assert all(word in kind.__doc__ for word in (own, "float32", "RandomState", "history_", "Attributes:"))
    assert max(map(len, kind.__doc__.splitlines())) <= 120
