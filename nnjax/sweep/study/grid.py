"""The grid: which combinations of levels are cells, and what each of them means for a training."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

from nnjax.kernels.names import XLA
from nnjax.network.activations import ACTIVATIONS, Activation
from nnjax.network.architecture import layer_activations
from nnjax.network.initializers import default_initializer
from nnjax.network.losses import LOSSES, Loss, default_loss, default_output
from nnjax.sweep.study.factors import AUTO, FACTORS, FULL_BATCH, KERNELS, Level
from nnjax.training.clipping import CLIPPINGS, Clipping
from nnjax.training.optimizers import OPTIMIZERS, Optimizer
from nnjax.training.schedules import SCHEDULES, RateSchedule

Levels = dict[str, Level]

FAMILIES: dict[str, Mapping[str, Activation | Optimizer | Clipping | RateSchedule | Loss]] = {
    "optimizer": OPTIMIZERS,
    "activation": ACTIVATIONS,
    "clipping": CLIPPINGS,
    "schedule": SCHEDULES,
    "loss": LOSSES,
}
"""Factors whose levels say which settings mean something with them."""


def _only_with() -> dict[str, tuple[str, tuple[str, ...]]]:
    found: dict[str, tuple[str, tuple[str, ...]]] = {"normalization_statistics": ("normalization", ("batch",))}
    for factor, members in FAMILIES.items():
        for setting in dict.fromkeys(setting for each in members.values() for setting in each.settings):
            found[setting] = (factor, tuple(name for name, each in members.items() if setting in each.settings))
    return found


ONLY_WITH = _only_with()
"""Setting -> the factor and its levels with which the setting means anything; with others it is put to its default,
so that it neither makes two cells of one training nor enters an identity."""

WITHOUT_HIDDEN_LAYERS: Levels = {
    "activation": "identity",
    "normalization": "none",
    "residual": 0,
    "dropout": 0.0,
    "initializer_gain": 1.0,
}
"""What is left of the settings that are about hidden layers where there are none: depth 0 is linear or logistic
regression."""

LEAKY_SLOPE, PRELU_SLOPE = 0.01, 0.25
"""What `negative_slope = "auto"` means: Maas et al. 2013, He et al. 2015."""


def axes(
    factors: Mapping[str, tuple[Level, ...]], zipped: Sequence[tuple[str, ...]]
) -> list[list[tuple[tuple[str, Level], ...]]]:
    """The axes of the grid, of (factor, level) pairs: one a factor, one for all of a `zip` where its first stands.

    >>> axes({"depth": (1, 2), "l2": (0.0,), "width": (8, 4)}, [("depth", "width")])
    [[(('depth', 1), ('width', 8)), (('depth', 2), ('width', 4))], [(('l2', 0.0),)]]
    """
    group_of = {name: group for group in zipped for name in group}
    groups = dict.fromkeys(group_of.get(name, (name,)) for name in factors)
    return [
        [tuple(zip(group, point, strict=True)) for point in zip(*(factors[name] for name in group), strict=True)]
        for group in groups
    ]


def grid_size(factors: Mapping[str, tuple[Level, ...]], zipped: Sequence[tuple[str, ...]]) -> int:
    """Number of combinations before any is excluded."""
    return prod(len(axis) for axis in axes(factors, zipped))


def grid_cells(
    factors: Mapping[str, tuple[Level, ...]], zipped: Sequence[tuple[str, ...]], excluded: Sequence[Levels]
) -> Iterator[Levels]:
    """The levels of every cell, the last factor varying fastest; one with all levels of an exclusion is not made.

    >>> list(grid_cells({"depth": (1, 2), "width": (8, 4)}, [], [{"depth": 2, "width": 4}]))
    [{'depth': 1, 'width': 8}, {'depth': 1, 'width': 4}, {'depth': 2, 'width': 8}]
    """
    for points in product(*axes(factors, zipped)):
        chosen = dict(pair for point in points for pair in point)
        levels = {name: chosen[name] for name in factors}
        if not any(has_levels(levels, combination) for combination in excluded):
            yield levels


def has_levels(levels: Mapping[str, Level], wanted: Mapping[str, Level]) -> bool:
    """Whether a cell has all the wanted levels."""
    return all(levels[name] == level for name, level in wanted.items())


def resolve(levels: Mapping[str, Level], fixed: Mapping[str, Level], n_train: int, task: str) -> Levels:
    """What a cell means for a training: every setting a number or a name, nothing left to a default.

    The fields of a `Configuration`; "full" stands for the training rows, and a setting that means nothing beside the
    others stands at its default. Kernels are XLA's here: others are a study's as a whole, see `make_cells`.

    >>> fixed = {name: factor.default for name, factor in FACTORS.items() if factor.default is not None}
    >>> settings = resolve({"activation": "tanh", "width": 8, "momentum": 0.5}, fixed, 265, "regression")
    >>> settings["hidden_layer_sizes"], settings["initializer"], settings["loss"], settings["momentum"]
    ((8, 8), 'glorot', 'half_mean_squared_error', 0.9)
    """
    settings = {**fixed, **levels}
    if settings["batch_size"] == FULL_BATCH:
        settings["batch_size"] = n_train
    settings["hidden_layer_sizes"] = sizes = layer_sizes(settings)
    activation = settings["activation"]
    names = tuple(map(str, activation)) if isinstance(activation, tuple) else str(activation)
    activations = layer_activations(names, len(sizes))
    settings["activation"] = activations[0] if len({*activations}) == 1 else activations
    if not activations:
        settings |= WITHOUT_HIDDEN_LAYERS
    _settle_auto(settings, activations, task)
    settings[KERNELS] = XLA
    for name, (factor, with_levels) in ONLY_WITH.items():
        present = activations if factor == "activation" else (settings[factor],)
        if not set(present) & set(with_levels):
            default = LEAKY_SLOPE if name == "negative_slope" else FACTORS[name].default
            assert default is not None
            settings[name] = default
    return {name: settings[name] for name in FACTORS if name not in ("depth", "width")}


def _settle_auto(settings: Levels, activations: tuple[str, ...], task: str) -> None:
    """Replace every "auto" by what it stands for, in place."""
    if settings["initializer"] == AUTO:
        suited = {default_initializer(name) for name in activations} or {default_initializer("identity")}
        settings["initializer"] = suited.pop() if len(suited) == 1 else "glorot"
    if settings["loss"] == AUTO:
        settings["loss"] = default_loss(task)
    if settings["output"] == AUTO:
        settings["output"] = default_output(str(settings["loss"]), task)
    if settings["weight_decay"] == AUTO:
        settings["weight_decay"] = OPTIMIZERS[str(settings["optimizer"])].weight_decay
    if settings["negative_slope"] == AUTO:
        settings["negative_slope"] = PRELU_SLOPE if "prelu" in activations else LEAKY_SLOPE


def layer_sizes(settings: Mapping[str, Level]) -> tuple[int, ...]:
    """Units of each hidden layer, from `hidden_layer_sizes` or from depth and width."""
    sizes = settings.get("hidden_layer_sizes")
    if isinstance(sizes, tuple):
        return tuple(int(size) for size in sizes)
    depth, width = settings["depth"], settings["width"]
    if not (isinstance(depth, int) and isinstance(width, int)):
        raise TypeError(f"depth {depth!r} and width {width!r} are not whole numbers")
    return (width,) * depth
