"""Networks of a file of weights as the engine takes them: what `network_tensors` has named, read back."""

from nnjax.network.mlp import Layer
from nnjax.network.normalization import Moments


def read_network(key, tensors):
    """The parameters of a network, and the moments of its batch normalisation."""
    held = {}
    for name, array in tensors.items():
        owner, number, part = name.split(".")
        if owner == key:
            held.setdefault(int(number.removeprefix("layer_")), {})[part] = array
    every = [held[number] for number in sorted(held)]
    layers = tuple(Layer(**{name: each[name] for name in Layer._fields if name in each}) for each in every)
    return layers, tuple(Moments(each["mean"], each["variance"]) for each in every if "mean" in each)
