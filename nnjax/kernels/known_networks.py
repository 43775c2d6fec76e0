"""Which networks the operations on dense stacks serve; answered without jax, as a plan asks it."""

from collections.abc import Sequence

from nnjax.kernels.activation_codes import ACTIVATION_CODES
from nnjax.network.architecture import Architecture


def knows(architecture: Architecture, branches: Sequence[str]) -> bool:
    """Whether a network is a stack of dense layers with elementwise activations, at least one of them hidden.

    Args:
        architecture: The network's.
        branches: The activations that its layers may have.

    >>> knows(Architecture((10, 64, 1)), ("relu",)), knows(Architecture((10, 64, 1), residual=1), ("relu",))
    (True, False)
    """
    plain = architecture.normalization == "none" and not architecture.residual
    elementwise = all(architecture.structure(layer) == "elementwise" for layer in range(architecture.depth))
    return architecture.depth > 0 and plain and elementwise and set(branches) <= ACTIVATION_CODES.keys()
