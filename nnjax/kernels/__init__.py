"""Operations in C under the JAX network: what they compute, how they are built, and whether this machine has them."""
