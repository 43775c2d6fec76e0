"""The grid: which combinations of levels are cells, and what each of them means for a training."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

from nnjax.network.initializers import default_initializer
from nnjax.sweep.factors import FACTORS, FULL_BATCH, Level

Levels = dict[str, Level]


def axes(
    factors: Mapping[str, tuple[Level, ...]], zipped: Sequence[tuple[str, ...]]
) -> list[list[tuple[tuple[str, Level], ...]]]:
    """The axes of the grid: one a factor, but one for all factors of a `zip`, where its first member stands.

    Args:
        factors: The levels of each factor, in the study's order.
        zipped: Groups of factors that vary together, with equally many levels.

    Returns:
        An axis a list, its points as (factor, level) pairs.

    Example:
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
    """The levels of every cell, the last factor varying fastest.

    Args:
        factors: The levels of each factor, in the study's order.
        zipped: Groups of factors that vary together.
        excluded: Combinations left out; a cell that has all levels of one of them is not made.

    Returns:
        One level a factor, in the study's order.

    Example:
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


def resolve(levels: Mapping[str, Level], fixed: Mapping[str, Level], n_train: int) -> Levels:
    """What a cell means for a training: every setting a number or a name, nothing left to a default.

    Args:
        levels: The cell's level of each factor.
        fixed: The levels of all others.
        n_train: Training rows, which "full" stands for.

    Returns:
        The fields of a `Configuration`.

    Example:
        >>> fixed = {"depth": 2, "width": 8, "batch_size": "full", "initializer": "auto"}
        >>> resolve({"activation": "tanh"}, fixed, 265)
        {'activation': 'tanh', 'hidden_layer_sizes': (8, 8), 'batch_size': 265, 'initializer': 'glorot'}
    """
    settings = {**fixed, **levels}
    if settings["batch_size"] == FULL_BATCH:
        settings["batch_size"] = n_train
    if settings["initializer"] == "auto":
        settings["initializer"] = default_initializer(str(settings["activation"]))
    settings["hidden_layer_sizes"] = layer_sizes(settings)
    return {name: settings[name] for name in FACTORS if name in settings and name not in ("depth", "width")}


def layer_sizes(settings: Mapping[str, Level]) -> tuple[int, ...]:
    """Units of each hidden layer, from `hidden_layer_sizes` or from depth and width."""
    sizes = settings.get("hidden_layer_sizes")
    if isinstance(sizes, tuple):
        return sizes
    depth, width = settings["depth"], settings["width"]
    if not (isinstance(depth, int) and isinstance(width, int)):
        raise TypeError(f"depth {depth!r} and width {width!r} are not whole numbers")
    return (width,) * depth
