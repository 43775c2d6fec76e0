"""What is switched off costs nothing: it is not in the program, neither its numbers nor its operations."""

import collections
import dataclasses
import functools
import re

import pytest

from nnjax.training.bucket import Bucket
from nnjax.training.program import lower_program

PLAIN = Bucket(10, (8, 8), 1, 32, 265, 67, 111, 4, "sgd", "half_mean_squared_error", branches=("tanh",))

REMEDIES = [
    ({"clipping": "value"}, {"hyperparameters.clip_min", "hyperparameters.clip_max"}, "minimum"),
    ({"clipping": "global_norm"}, {"hyperparameters.clip_norm"}, "maximum"),
    ({"clipping": "layer_norm"}, {"hyperparameters.clip_norm"}, "maximum"),
    ({"l1": True}, {"hyperparameters.l1"}, "sign"),
    ({"weight_decay": True}, {"hyperparameters.weight_decay"}, "multiply"),
    ({"dropout": True}, {"hyperparameters.dropout", "keys.dropout"}, "xor"),
    ({"input_noise": True}, {"hyperparameters.input_noise", "keys.input_noise"}, "xor"),
    ({"normalization": "batch"}, {"parameters[0].scale", "parameters[1].scale"}, "rsqrt"),
    ({"normalization": "layer"}, {"parameters[0].scale", "parameters[1].scale"}, "rsqrt"),
    ({"residual": 1}, set(), "add"),
    ({"loss": "huber"}, {"hyperparameters.huber_delta"}, "minimum"),
    ({"loss": "quantile"}, {"hyperparameters.loss_quantile"}, "maximum"),
    ({"loss": "poisson", "output": "exponential"}, set(), "exponential"),
    ({"scored_rows": "validation_and_test"}, {"rows.x_test", "rows.y_test", "rows.test_weights"}, "dot_general"),
    ({"row_weights": True}, {"rows.weights.train", "rows.weights.validation"}, "gather"),
    ({"optimizer": "momentum"}, {"hyperparameters.momentum"}, "multiply"),
    ({"optimizer": "adam"}, {"hyperparameters.beta_1", "hyperparameters.beta_2", "hyperparameters.epsilon"}, "power"),
    ({"optimizer": "rmsprop"}, {"hyperparameters.rms_decay", "hyperparameters.epsilon"}, "rsqrt"),
]
"""What is switched on, the arguments that the program gains by it, and an operation of which it has more."""

LIKE_ANOTHER = [
    {"clipping": "layer_norm"},
    {"weight_decay": True},
    {"normalization": "layer"},
    {"loss": "quantile"},
    {"optimizer": "momentum"},
    {"optimizer": "rmsprop"},
]
"""Those that another of the same kind stands for in the fast suite."""


lowered = functools.cache(lower_program)


@functools.cache
def read_program(bucket):
    """Names of a program's arguments, and how often each operation occurs, before XLA has seen it."""
    text = lowered(bucket).lines.as_text(debug_info=True)
    arguments = set(re.findall(r'loc\("(?:constants|state\.carry(?=\.parameters))\.([^"]*)"', text))
    return arguments, collections.Counter(re.findall(r"stablehlo\.(\w+)", text))


def test_the_plain_program_knows_of_no_remedy():
    arguments, operations = read_program(PLAIN)
    numbers = {name for name in arguments if name.startswith(("hyperparameters", "keys"))}
    activation_parameters = {
        "hyperparameters.negative_slope",
        "hyperparameters.elu_alpha",
    }  # handed to every activation
    assert numbers - activation_parameters == {"hyperparameters.learning_rate", "hyperparameters.l2"}
    assert not {"rsqrt", "sign", "xor", "power", "bitcast_convert"} & set(operations)
    assert operations["while"] == 2  # epochs and steps


@pytest.mark.parametrize("change", [{}, {"normalization": "batch"}, {"scored_rows": "validation_and_test"}], ids=str)
def test_every_product_is_in_full_float32_whatever_the_device(change):
    program = lowered(dataclasses.replace(PLAIN, **change))
    lines, prediction = (each.as_text().splitlines() for each in (program.lines, program.prediction))
    products = [line for line in lines + prediction if "stablehlo.dot_general" in line]
    assert products
    assert all("precision = [HIGHEST, HIGHEST]" in line for line in products)


@pytest.mark.parametrize(
    ("change", "arguments", "operation"),
    [pytest.param(*row, id=str(row[0]), marks=pytest.mark.slow if row[0] in LIKE_ANOTHER else ()) for row in REMEDIES],
)
def test_a_remedy_adds_its_own_arguments_and_operations_only(change, arguments, operation):
    plain, plain_operations = read_program(PLAIN)
    with_it, operations = read_program(dataclasses.replace(PLAIN, **change))
    assert with_it - plain == arguments
    assert plain <= with_it
    assert operations[operation] > plain_operations[operation]
