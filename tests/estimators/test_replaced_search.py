"""scikit-learn's own tests of its searches, run against ours: the file of its wheel, the two names replaced."""

import importlib.util
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import sklearn.model_selection
from fakes.their_searches import GridSearchCV, RandomizedSearchCV

OTHERWISE = {
    "test_unsupported_sample_weight_scorer": "no candidate has a finite score, which we refuse",
    "test_search_cv_results_none_param": "no candidate has a finite score, which we refuse",
    "test_custom_run_search": "asks another class for all attributes that a grid search has, and ours has more",
}
"""Test -> why it ends otherwise."""


def theirs():
    path = Path(sklearn.model_selection.__file__).parent / "tests" / "test_search.py"
    spec = importlib.util.spec_from_file_location("sklearn_test_search", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # its estimators are pickled by its name
    names = {"GridSearchCV": GridSearchCV, "RandomizedSearchCV": RandomizedSearchCV}
    with mock.patch.multiple(sklearn.model_selection, **names):
        spec.loader.exec_module(module)
    return {name: test for name, test in vars(module).items() if name.startswith("test_") and "array_api" not in name}


THEIRS = theirs()
globals().update({name: test for name, test in THEIRS.items() if name not in OTHERWISE})

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


@pytest.fixture(params=[0])
def global_random_seed(request):
    """As scikit-learn's own configuration of pytest has it."""
    return request.param


def test_those_that_end_otherwise_are_there_and_do_so():
    for name in OTHERWISE:
        with np.errstate(all="ignore"), pytest.raises((ValueError, AttributeError), match=r"no candidate|no attribute"):
            THEIRS[name]()
