"""scikit-learn's own tests of its MLP, run against ours: the file of its wheel, the two names replaced."""

import importlib.util
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import sklearn.neural_network

from nnjax.estimators import MLPClassifier, MLPRegressor

NOT_APPLICABLE = {
    "test_gradient": "calls the private _loss_grad_lbfgs with arrays for its private buffers",
    "test_learning_rate_warmstart": "reads the private _optimizer.learning_rate",
    "test_adaptive_learning_rate": "reads the private _optimizer.learning_rate",
}
"""Test -> why it says nothing of another implementation."""


def theirs():
    path = Path(sklearn.neural_network.__file__).parent / "tests" / "test_mlp.py"
    spec = importlib.util.spec_from_file_location("sklearn_test_mlp", path)
    module = importlib.util.module_from_spec(spec)
    # Replaced before it is imported: its lists of parameters hold the classes themselves.
    with mock.patch.multiple(sklearn.neural_network, MLPClassifier=MLPClassifier, MLPRegressor=MLPRegressor):
        spec.loader.exec_module(module)
    return {name: test for name, test in vars(module).items() if name.startswith("test_")}


THEIRS = theirs()
globals().update({name: test for name, test in THEIRS.items() if name not in NOT_APPLICABLE})

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


@pytest.fixture(params=[0])
def global_random_seed(request):
    """As scikit-learn's own configuration of pytest has it."""
    return request.param


def test_what_is_not_applicable_is_there_and_reads_private_names():
    for name in NOT_APPLICABLE:
        with np.errstate(all="ignore"), pytest.raises((AttributeError, TypeError)):
            THEIRS[name]()
