"""One colour a level of the activation, everywhere: the report and MLflow take them from here."""

from nnjax.network.activations import ACTIVATIONS

LEVEL_COLORS: dict[str, str] = {each.name: each.colors[0] for each in ACTIVATIONS.values()}
"""Activation -> colour on light pages."""
