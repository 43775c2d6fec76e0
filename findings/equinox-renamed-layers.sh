#!/usr/bin/env bash
# equinox 0.13.8 with jax 0.10.2: a file of weights read after its layers were renamed has the layers exchanged.
#
# Guessed: leaves are found by their names, as flax does, or else by the order in which the layers are written down.
# Seen: the file has the leaves one after another and no names, and JAX sorts a dictionary by its keys. So what was
# written as hidden and output, read as input and head, gives the head the hidden weights: shapes and types agree, and
# nothing is said. To write the new names down in the old order does not help. With a class it is the other way: new
# names are harmless, and fields that changed places are exchanged. flax refuses the renamed, and finds the moved.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    equinox==0.13.8 flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import equinox as eqx
import jax
import jax.numpy as jnp
from flax.serialization import from_bytes, to_bytes


class Old(eqx.Module):
    hidden: jax.Array
    output: jax.Array


class Renamed(eqx.Module):
    input: jax.Array
    head: jax.Array


class Moved(eqx.Module):
    output: jax.Array
    hidden: jax.Array


def through(written, like):
    eqx.tree_serialise_leaves("weights.eqx", written)
    return eqx.tree_deserialise_leaves("weights.eqx", like)


def first(weights):
    return {name: float(leaf[0, 0]) for name, leaf in weights.items()}


hidden, output, blank = jnp.full((2, 2), 1.0), jnp.full((2, 2), 2.0), jnp.zeros((2, 2))
old = {"hidden": hidden, "output": output}
seen = {
    "dictionary, renamed": first(through(old, {"input": blank, "head": blank})),
    "dictionary, moved": first(through(old, {"output": blank, "hidden": blank})),
    "class, renamed": first(vars(through(Old(hidden, output), Renamed(blank, blank)))),
    "class, moved": first(vars(through(Old(hidden, output), Moved(blank, blank)))),
    "flax, moved": first(from_bytes({"output": blank, "hidden": blank}, to_bytes(old))),
}
print("written:", first(old))
for name, weights in seen.items():
    print(f"{name}: {weights}")
try:
    from_bytes({"input": blank, "head": blank}, to_bytes(old))
except ValueError as error:
    print("flax, renamed:", str(error)[:56], "...")
else:
    raise SystemExit("changed: flax reads renamed layers now")
assert seen == {
    "dictionary, renamed": {"input": 2.0, "head": 1.0},
    "dictionary, moved": {"hidden": 1.0, "output": 2.0},
    "class, renamed": {"input": 1.0, "head": 2.0},
    "class, moved": {"output": 1.0, "hidden": 2.0},
    "flax, moved": {"output": 2.0, "hidden": 1.0},
}, seen
PYTHON
