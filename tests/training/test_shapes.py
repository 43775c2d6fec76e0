"""The shapes in the annotations, checked at run time while programs of every kind are traced.

In a process of its own: the checks wrap every function of the core, and would hide its docstrings' examples.
"""

import subprocess
import sys

SCRIPT = """
import dataclasses

import jax
from jaxtyping import TypeCheckError, install_import_hook

from nnjax.network import lazy

lazy.Array = jax.Array  # where jax is imported late, an array without a shape would be anything
with install_import_hook(["nnjax.network", "nnjax.training"], "beartype.beartype"):
    from nnjax.network.activations import ACTIVATIONS, ActivationParameters
    from nnjax.network.losses import half_squared_error
    from nnjax.training.bucket import Bucket
    from nnjax.training.program import lower_program

import jax.numpy as jnp

plain = Bucket(10, (8, 6), 1, 32, 265, 67, 111, 4, "adam", "half_mean_squared_error", branches=("tanh",))
every = {"normalization": "batch", "clipping": "layer_norm", "l1": True, "weight_decay": True, "dropout": True,
         "input_noise": True, "scored_rows": "validation_and_test", "structures": ("maxout", "prelu_unit")}
classes = {"task": "classification", "n_outputs": 3, "loss": "cross_entropy", "output": "softmax"}
for changes in ({}, every, classes, {"hidden_layer_sizes": (), "optimizer": "lbfgs", "batch_size": 265},
                {"hidden_layer_sizes": (6, 6), "normalization": "layer", "residual": 1}):
    lower_program(dataclasses.replace(plain, **changes))
for wrong in (lambda: half_squared_error(jnp.ones(3), jnp.ones(2)),
              lambda: ACTIVATIONS["elu"].function(1.0, ActivationParameters(0.01, 1.0))):
    try:
        wrong()
    except TypeCheckError:
        print("checked")
"""


def test_programs_of_every_kind_keep_to_their_annotated_shapes():
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert ended.stdout.split() == ["checked"] * 2
