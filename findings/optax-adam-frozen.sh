#!/usr/bin/env bash
# optax 0.2.8, Adam and its relatives: a gradient above 1.8e19 freezes a parameter for good, and the loss stays finite.
#
# Guessed: a step is about one learning rate whatever the gradient's size, that being Adam's point; or it turns NaN and
# somebody notices.
# Seen: the square of the gradient is infinite in float32, so is the second moment from then on, and every later update
# is 0: after one such step the parameter does not move again, though its gradients are ordinary. A training that exploded once
# looks as if it had converged. Adamax, which squares nothing, goes on.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import jax.numpy as jnp
import optax


def moved(optimizer):
    """How far a parameter moves in 1,000 ordinary steps after one huge gradient."""
    weight = jnp.float32(0.0)
    state = optimizer.init(weight)
    update, state = optimizer.update(jnp.float32(2e19), state, weight)
    after = weight = optax.apply_updates(weight, update)
    for _ in range(1000):
        update, state = optimizer.update(jnp.float32(1.0), state, weight)
        weight = optax.apply_updates(weight, update)
    return float(weight - after)


seen = {name: moved(getattr(optax, name)(1e-2)) for name in ("adam", "adamw", "nadam", "yogi", "rmsprop", "amsgrad", "adamax")}
print(seen)
assert seen.pop("adamax") < 0.0
assert set(seen.values()) == {0.0}, seen
PYTHON
