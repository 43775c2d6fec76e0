"""The network, written for one example: activations, layers, losses. Imports jax, jaxtyping, numpy, optax only."""
