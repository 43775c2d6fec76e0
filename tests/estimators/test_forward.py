"""Answers in NumPy, against the engine's network."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from fakes.trainings import make_problem, table

from nnjax.estimators.first_weights import architecture_of, draw_first_weights
from nnjax.estimators.forward import network_outputs
from nnjax.network.activations import ACTIVATIONS, ActivationParameters
from nnjax.network.architecture import branch_indices, branches_for
from nnjax.network.mlp import ForwardInputs, apply, no_probes


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_they_are_the_engines_networks(activation):
    problem, x = make_problem(), table()[0]
    names = (activation, "tanh")
    design = replace(problem.design, activation=names, hidden_layer_sizes=(5, 4), normalization="layer")
    parameters = draw_first_weights(np.random.RandomState(1), (3, 5, 4, 1), design)
    branches = branches_for(names)
    architecture, index = architecture_of(design, 3, 1, branches), jnp.asarray(branch_indices(names, branches))
    numbers = ActivationParameters(problem.numbers.negative_slope, problem.numbers.elu_alpha)
    engine = jax.vmap(
        lambda row: apply(architecture, parameters, ForwardInputs(no_probes(architecture)), index, numbers, row).logits
    )(x)
    ours = network_outputs(parameters, (), design, problem.numbers, x)
    assert ours == pytest.approx(np.asarray(engine), abs=2e-6)
