import jax
import numpy as np
import pytest

from nnjax.network.architecture import NORMALIZATIONS, Architecture, branch_indices, branches_for, structures_for
from nnjax.network.mlp import init

KINDS = ["elementwise", "prelu_unit", "prelu_layer", "maxout"]


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_parameter_count_counts_what_init_draws(kind, normalization):
    architecture = Architecture((10, 16, 8, 2), (kind, "elementwise"), maxout_pieces=3, normalization=normalization)
    parameters = init(np.random.default_rng(0), architecture, "he")
    assert sum(leaf.size for leaf in jax.tree.leaves(parameters)) == architecture.parameter_count


def test_a_network_without_hidden_layers_is_one_weighted_sum():
    architecture = Architecture((10, 1), normalization="batch", residual=1)
    assert architecture.depth == 0
    assert architecture.parameter_count == 11


@pytest.mark.parametrize(("span", "closing"), [(0, []), (1, [1, 2, 3, 4]), (2, [2, 4]), (3, [3]), (9, [])])
def test_blocks_begin_behind_the_first_hidden_layer(span, closing):
    architecture = Architecture((10, *[8] * 5, 1), residual=span)
    assert [layer for layer in range(5) if architecture.closes_block(layer)] == closing


def test_branches_hold_the_layers_own_activations():
    for names in (("relu", "elu"), ("gelu", "mish"), ("gelu", "relu"), ("prelu", "maxout"), ("maxout", "silu"), ()):
        branches = branches_for(names)
        for name, index in zip(names, branch_indices(names, branches), strict=True):
            assert name in ("prelu", "maxout") or branches[index] == name


def test_structures_follow_the_activations():
    assert structures_for(("prelu", "maxout", "relu"), "layer") == ("prelu_layer", "maxout", "elementwise")
