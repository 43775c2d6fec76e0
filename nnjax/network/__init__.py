"""The network, written for one example: activations, initialisers, layers, losses. Imports jax and numpy only."""
