"""One colour a level of the activation, everywhere: the report and MLflow take them from here."""

LEVEL_COLORS: dict[str, str] = {
    "identity": "#6b7280",
    "logistic": "#d55e00",
    "tanh": "#b77a00",
    "arctan": "#7d6a17",
    "relu": "#0072b2",
    "leaky_relu": "#3d98cf",
    "prelu": "#3f5fc4",
    "elu": "#00916a",
    "gelu": "#3f7f1f",
    "silu": "#79873b",
    "softplus": "#b04c94",
    "maxout": "#7a4fb5",
    "binary_step": "#9a4646",
    "selu": "#c8436d",
    "mish": "#2f8577",
    "hard_tanh": "#8c5a3c",
}
"""Activation -> colour on light pages; distinct in the usual colour-blindness simulations."""
