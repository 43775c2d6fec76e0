"""The estimators' parameters: scikit-learn's own first, all of them checked, values and remedy in every refusal."""

import inspect
import re
from dataclasses import asdict

import pytest
import sklearn.neural_network

from nnjax.estimators import MLPClassifier, MLPRegressor
from nnjax.estimators.parameters import check_together, make_course, make_design, make_numbers
from nnjax.network.activations import ACTIVATIONS
from nnjax.training.optimizers import Hyperparameters

PAIRS = [
    (MLPRegressor, sklearn.neural_network.MLPRegressor),
    (MLPClassifier, sklearn.neural_network.MLPClassifier),
]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_scikit_learns_parameters_come_first_with_their_kinds_and_defaults(ours, theirs):
    def listed(kind):
        return [(each.name, each.kind, each.default) for each in inspect.signature(kind).parameters.values()]

    expected = listed(theirs)
    assert listed(ours)[: len(expected)] == expected


@pytest.mark.parametrize("kind", [MLPRegressor, MLPClassifier])
def test_every_parameter_is_checked_and_explained(kind):
    assert set(kind._parameter_constraints) == set(kind().get_params())
    assert all(name in kind.__doc__ for name in kind().get_params())
    assert all(f'"{name}"' in kind.__doc__ for name in ACTIVATIONS)


REFUSED = {
    "hidden_layer_sizes": ({"hidden_layer_sizes": (8, 2.5)}, r"hidden_layer_sizes .* got \(8, 2.5\); write"),
    "activation": ({"activation": ["rleu"], "hidden_layer_sizes": 4}, "'rleu' is not known; did you mean 'relu'"),
    "number of activations": ({"activation": ["relu"] * 3}, "3 names for 1 hidden layers; write one name"),
    "residual": ({"residual": 2, "hidden_layer_sizes": (4, 4)}, "residual=2 does not fit into 2 hidden layers"),
    "widths": ({"residual": 1, "hidden_layer_sizes": (4, 5)}, r"one width, got .*\(4, 5\); make them equal"),
    "clip": ({"clipping": "value", "clip_min": 0, "clip_max": 0}, "both 0: no gradient is left; write"),
    "dropout": ({"solver": "lbfgs", "dropout": 0.5}, "dropout=0.5; write dropout=0.0, or take another"),
    "normalization": ({"solver": "lbfgs", "normalization": "batch"}, "'batch'; write 'layer'"),
    "weight_decay": ({"solver": "lbfgs", "weight_decay": 0.1}, "weight_decay, got 0.1; take alpha"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_go_together_is_refused_with_its_value_and_a_remedy(case):
    given, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        check_together(MLPRegressor(**given).get_params())


@pytest.mark.parametrize("given", [{"dropout": 1.0}, {"activation": "rleu"}, {"solver": "adamx"}, {"l1": -1}])
def test_what_no_parameter_may_be_is_refused_before_anything_is_trained(given):
    (name, value) = next(iter(given.items()))
    with pytest.raises(ValueError, match=rf"The '{name}' parameter of MLPRegressor must be .* Got {value!r}"):
        MLPRegressor(**given).fit([[0.0], [1.0]], [0.0, 1.0])


@pytest.mark.parametrize(
    ("given", "question"),
    [({"activation": "sigmoid"}, "'logistic'"), ({"solver": "Adam"}, "'adam'"), ({"loss": "hubert"}, "'huber'")],
)
def test_a_name_that_is_not_known_is_answered_with_the_nearest_one_of_a_sorted_list(given, question):
    with pytest.raises(ValueError, match=rf"instead\. Did you mean {question}\?$") as refused:
        MLPRegressor(**given).fit([[0.0], [1.0]], [0.0, 1.0])
    listed = re.findall(r"'(\w+)'", re.search(r"{(.*)}", str(refused.value)).group(1))
    assert len(listed) > 2 and listed == sorted(listed)


def test_numbers_reach_the_engine_under_its_names():
    given = {name: 0.125 for name in Hyperparameters._fields if name in MLPRegressor().get_params()}
    numbers = make_numbers(MLPRegressor(**given, alpha=0.5, learning_rate_init=0.25).get_params())
    assert numbers._asdict() == dict.fromkeys(Hyperparameters._fields, 0.125) | {"l2": 0.5, "learning_rate": 0.25}


def test_what_shapes_the_network_reaches_the_engine_under_its_names():
    given = {
        "hidden_layer_sizes": (4, 4, 4),
        "activation": ("prelu", "maxout", "gelu"),
        "solver": "rmsprop",
        "nesterovs_momentum": False,
        "clipping": "value",
        "normalization": "layer",
        "residual": 2,
        "maxout_pieces": 3,
        "prelu_sharing": "layer",
    }
    settings = MLPRegressor(**given).get_params()
    beside = {"task": "regression", "loss": "huber", "output": "identity", "batch_size": 7}
    assert asdict(make_design(settings, *beside.values())) == given | beside


@pytest.mark.parametrize(
    ("given", "slope", "decay"),
    [({}, 0.01, 0.0), ({"activation": "prelu"}, 0.25, 0.0), ({"solver": "adamw"}, 0.01, 0.01)],
)
def test_auto_is_what_the_docstring_says(given, slope, decay):
    numbers = make_numbers(MLPRegressor(**given).get_params())
    assert (numbers.negative_slope, numbers.weight_decay) == (slope, decay)


@pytest.mark.parametrize(
    ("solver", "asked", "name"),
    [("sgd", "adaptive", "adaptive"), ("adam", "adaptive", "constant"), ("adam", "cosine", "cosine")],
)
def test_a_course_of_sgd_alone_is_constant_with_another_solver(solver, asked, name):
    assert make_course(MLPRegressor(solver=solver, learning_rate=asked).get_params()).name == name
