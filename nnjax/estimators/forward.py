"""A trained network's answers, in NumPy: no program is compiled for a number of rows, and none depends on others."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from nnjax.estimators.first_weights import architecture_of
from nnjax.estimators.problem import NetworkDesign
from nnjax.model.standalone import Network
from nnjax.model.weights_file import network_tensors
from nnjax.network.mlp import Parameters
from nnjax.training.optimizers import Hyperparameters


def network_outputs(
    parameters: Parameters,
    moments: Sequence[Any],
    design: NetworkDesign,
    numbers: Hyperparameters,
    x: Float[NDArray[np.floating], "N D"],
) -> Float[NDArray[np.float64], "N O"]:
    """What the network says of rows, after its output function; float64 arithmetic on float32 weights."""
    architecture = architecture_of(design, x.shape[1], parameters[-1].bias.shape[-1])
    described = {
        "layer_sizes": list(architecture.layer_sizes),
        "structures": list(architecture.structures),
        "activations": list(design.activation),
        "maxout_pieces": design.maxout_pieces,
        "normalization": design.normalization,
        "residual": design.residual,
        "output": design.output,
        "negative_slope": float(numbers.negative_slope),
        "elu_alpha": float(numbers.elu_alpha),
    }
    network = Network("network", described, network_tensors("network", parameters, tuple(moments)), x.shape[1])
    return network.outputs(x.astype(np.float64))
