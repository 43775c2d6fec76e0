"""Which activation functions the C operations know, and by which number."""

ACTIVATION_CODES = {
    name: code
    for code, name in enumerate(
        (
            "identity",
            "binary_step",
            "logistic",
            "tanh",
            "arctan",
            "relu",
            "leaky_relu",
            "elu",
            "softplus",
            "gelu",
            "silu",
            "selu",
            "mish",
            "hard_tanh",
        )
    )
}
"""Name in `nnjax.network.activations.ACTIVATIONS` -> its number in the enumeration of c/activations.h."""

RESTING = -1
"""In the place of the first hidden layer's code: the run has ended. Nothing is computed of it, and what an operation on
a stack returns of it is any numbers."""
