import pytest

from nnjax.kernels.activation_codes import ACTIVATION_CODES
from nnjax.kernels.known_networks import knows
from nnjax.network.activations import ACTIVATIONS
from nnjax.network.architecture import NORMALIZATIONS, Architecture, branches_for, structures_for

SIZES = (10, 64, 7, 3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_elementwise_activations_with_a_code_are_known_and_no_others(name):
    structures = structures_for((name, "relu"), "unit")
    architecture = Architecture(SIZES, structures, branches_for((name, "relu")))
    is_known = ACTIVATIONS[name].structure == "elementwise" and name in ACTIVATION_CODES
    assert knows(architecture, architecture.branches) == is_known


@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_normalised_networks_are_not_known(name):
    assert knows(Architecture(SIZES, normalization=name), ("tanh",)) == (name == "none")


def test_other_networks_are_not_known():
    assert knows(Architecture(SIZES), ("relu", "tanh"))
    assert not knows(Architecture(SIZES, residual=1), ("relu",))
    assert not knows(Architecture((10, 3)), ("relu",)), "without a hidden layer nothing is fused"
    assert not knows(Architecture(SIZES), ("relu", "an activation of tomorrow"))
