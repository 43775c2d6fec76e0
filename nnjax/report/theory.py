"""Theory beside measurement: what mean field says about a network's gradients at initialisation, where it holds."""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from nnjax.data.preparation import prepared_width
from nnjax.network.activations import ACTIVATIONS, ActivationParameters, Elementwise
from nnjax.network.architecture import layer_activations
from nnjax.network.initializers import INITIALIZERS
from nnjax.report.kept_fields import kept_fields
from nnjax.statistics.mean_field import MeanField, mean_field
from nnjax.sweep.configuration import Configuration
from nnjax.sweep.space import Space


class Untrained(NamedTuple):
    """What a mean field depends on, all of it hashable: settings that agree in it are computed once.

    Attributes:
        activations: One a hidden layer.
        sizes: Inputs, then units of each hidden layer.
        initializer: Of the weights.
        gain: What the initialiser's standard deviation is multiplied with.
        constants: Numbers that shape some activations.
    """

    activations: tuple[str, ...]
    sizes: tuple[int, ...]
    initializer: str
    gain: float
    constants: ActivationParameters


def expected_field(setting: Configuration, n_inputs: int) -> MeanField | None:
    """Mean field of a setting at initialisation, its inputs taken to have variance 1.

    Returns:
        The prediction; None without hidden layers, and where the theory does not hold: with normalisation, skip
        connections, dropout or maxout units. A prelu begins as a leaky relu and is taken as one.
    """
    untrained = _untrained(setting, n_inputs)
    return None if untrained is None else _field(untrained)


def _untrained(setting: Configuration, n_inputs: int) -> Untrained | None:
    names = layer_activations(setting.activation, setting.depth)
    has_other_rules = setting.normalization != "none" or setting.residual > 0 or setting.dropout > 0.0
    if not names or has_other_rules or any(ACTIVATIONS[name].structure == "maxout" for name in names):
        return None
    constants = ActivationParameters(setting.negative_slope, setting.elu_alpha)
    sizes = (n_inputs, *setting.hidden_layer_sizes)
    return Untrained(tuple(names), sizes, setting.initializer, setting.initializer_gain, constants)


@lru_cache(maxsize=1024)
def _field(untrained: Untrained) -> MeanField:
    """A grid has few of them, and one takes 60 ms."""
    names, constants = untrained.activations, untrained.constants
    variance = INITIALIZERS[untrained.initializer].variance
    return mean_field(
        [_bound(ACTIVATIONS[name].function, constants) for name in names],
        [_bound(ACTIVATIONS[name].derivative, constants) for name in names],
        [untrained.gain**2 * variance(fan_in, fan_out) for fan_in, fan_out in pairwise(untrained.sizes)],
        untrained.sizes,
    )


def _bound(function: Elementwise, constants: ActivationParameters) -> Callable[[NDArray[np.float64]], ArrayLike]:
    def bound(z: NDArray[np.float64]) -> ArrayLike:
        numbers: Any = z.astype(np.float32)  # jax's functions take numpy's arrays
        return np.asarray(function(numbers, constants), dtype=np.float64)

    return bound


def expected_slopes(space: Space) -> pd.Series:
    """Slope that mean field predicts for each cell_id, in decades a layer; NaN where there is none."""
    return pd.Series({cell_id: np.nan if one is None else one.slope for cell_id, one in expected_fields(space).items()})


def expected_fields(space: Space) -> dict[str, MeanField | None]:
    """Cell id -> its prediction."""
    n_train = len(space.splits[0].train)
    widths = {
        preparation: prepared_width(space.table, preparation, n_train)
        for preparation in {cell.configuration.preparation for cell in space.cells}
    }
    untrained = {
        cell.cell_id: _untrained(cell.configuration, widths[cell.configuration.preparation]) for cell in space.cells
    }
    fields = kept_fields(sorted({each for each in untrained.values() if each is not None}, key=repr), _field)
    return {cell_id: None if each is None else fields[each] for cell_id, each in untrained.items()}
