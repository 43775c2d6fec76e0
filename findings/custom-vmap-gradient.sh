#!/usr/bin/env bash
# jax 0.10.2: a function with a vmap rule of its own has a gradient of a batch's loss, and none of one example's.
#
# Guessed: jax.custom_batching.custom_vmap changes what vmap does, so the gradient of one example is the function's own.
# Seen: grad of a vmapped loss is right, grad without vmap fails ("Linearization failed"), and so does vmap of that grad,
# by which gradients example by example are usually taken. Forward mode works for one example. Whoever tests such an
# operation as it is trained, in batches, never sees it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap


@custom_vmap
def weigh(weights, example):
    return weights @ example


@weigh.def_vmap
def rule(axis_size, in_batched, weights, examples):
    assert in_batched == [False, True]
    return examples @ weights.T, True


def loss(weights, example):
    return jnp.sum(weigh(weights, example) ** 2)


weights, examples = jnp.ones((2, 3)), jnp.arange(12.0).reshape(4, 3)
batch = jax.grad(lambda w: jnp.sum(jax.vmap(loss, in_axes=(None, 0))(w, examples)))(weights)
plain = jax.grad(lambda w: jnp.sum((examples @ w.T) ** 2))(weights)
print("the gradient of a batch's loss is right:", bool(jnp.allclose(batch, plain)))
assert jnp.allclose(batch, plain)
_, forward = jax.jvp(lambda x: loss(weights, x), (examples[1],), (jnp.ones(3),))
print("forward mode, one example:", float(forward))
for name, gradient in (
    ("one example", lambda: jax.grad(loss)(weights, examples[1])),
    ("each of four", lambda: jax.vmap(jax.grad(loss), in_axes=(None, 0))(weights, examples)),
):
    try:
        gradient()
    except ValueError as error:
        print(f"reverse mode, {name}: {str(error)[:60]} ...")
        assert "Linearization failed" in str(error)
    else:
        raise SystemExit(f"changed: the gradient of {name} exists now")
PYTHON
