"""Which combinations of levels are cells, and what each means."""

import pytest
from pydantic_core import PydanticCustomError

from nnjax.sweep.study.factors import FACTORS
from nnjax.sweep.study.grid import ONLY_WITH, grid_cells, grid_size, resolve

DEFAULTS = {name: factor.default for name, factor in FACTORS.items() if factor.default is not None}
THREE = {"depth": (1, 2), "l2": (0.0, 0.1, 1.0), "width": (8, 4)}


def test_zipped_factors_vary_together_and_what_is_excluded_is_not_made():
    assert grid_size(THREE, []) == 12 and grid_size(THREE, [("depth", "width")]) == 6
    cells = list(grid_cells(THREE, [("depth", "width")], [{"depth": 2, "l2": 1.0}]))
    assert [tuple(cell.values()) for cell in cells] == [(1, 0.0, 8), (1, 0.1, 8), (1, 1.0, 8), (2, 0.0, 4), (2, 0.1, 4)]


@pytest.mark.parametrize("setting", ONLY_WITH)
def test_a_setting_that_means_nothing_makes_no_second_training(setting):
    factor, levels = ONLY_WITH[setting]
    names = ("sgd", "lbfgs", "tanh", "none", "constant", "half_mean_squared_error")
    other = next(name for name in names if _is_level(factor, name) and name not in levels)
    changed = {setting: _another(setting), factor: other}
    assert resolve(changed, DEFAULTS, 265, "regression") == resolve({factor: other}, DEFAULTS, 265, "regression")


def _is_level(factor, level):
    try:
        return FACTORS[factor].check(level) == level
    except PydanticCustomError:
        return False


def _another(setting):
    default = FACTORS[setting].default
    if setting == "normalization_statistics":
        return "running"
    words = {"unit": "layer", "auto": 0.25, 2: 3}
    return words[default] if default in words else default / 2


def test_without_hidden_layers_there_is_nothing_of_them():
    levels = {"depth": 0, "activation": "tanh", "dropout": 0.5, "batch_size": "full"}
    settings = resolve(levels, DEFAULTS, 265, "regression")
    assert settings["hidden_layer_sizes"] == () and settings["batch_size"] == 265
    assert (settings["activation"], settings["dropout"]) == ("identity", 0.0)
