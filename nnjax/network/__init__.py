"""The network, written for one example: activations, layers, losses. Imports jax, jaxtyping and numpy only."""
