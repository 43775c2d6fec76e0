"""Synthetic targets follow their formulas, and noise is what is added to them."""

from collections.abc import Callable

import numpy as np
import pytest

from nnjax.data.synthetic import compose_tents
from nnjax.data.tables import TABLES, TableSource, load_table


def friedman_1(x: np.ndarray) -> np.ndarray:
    return 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]


def reactance(x: np.ndarray) -> np.ndarray:
    return x[:, 1] * x[:, 2] - 1 / (x[:, 1] * x[:, 3])


FORMULAS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "friedman_1": friedman_1,
    "friedman_2": lambda x: np.hypot(x[:, 0], reactance(x)),
    "friedman_3": lambda x: np.arctan(reactance(x) / x[:, 0]),
    "compositional": compose_tents,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_without_noise_the_target_is_the_formula(name: str) -> None:
    table = load_table(TableSource(name, noise=0))
    np.testing.assert_allclose(table.target[:, 0], FORMULAS[name](table.features), rtol=1e-12)


@pytest.mark.parametrize("name", FORMULAS)
def test_noise_has_its_standard_deviation(name: str) -> None:
    noise = TABLES[name].noise or 0.1
    table = load_table(TableSource(name, rows=5000, noise=noise))
    residual = table.target[:, 0] - FORMULAS[name](table.features)
    assert residual.std() == pytest.approx(noise, rel=0.05) and abs(residual.mean()) < noise / 10


def relu_tree(x: np.ndarray) -> np.ndarray:
    """The composition as a ReLU network with hidden layers of 4 and 2 units."""
    pairs = np.array([[1, 1, 0, 0], [0, 0, 1, 1]], dtype=float)
    first = np.maximum(0, x @ np.concatenate([pairs, -pairs]).T + np.array([-1, -1, 1, 1]))
    total = 2 - first.sum(axis=1)
    second = np.maximum(0, np.stack([total - 4 / 3, 4 / 3 - total], axis=1))
    return 1 - second.sum(axis=1)


def test_the_composition_is_a_network_with_two_narrow_hidden_layers() -> None:
    table = load_table("compositional")
    np.testing.assert_allclose(relu_tree(table.features), table.target[:, 0], atol=1e-12)


def test_creases_of_the_composition_turn_corners() -> None:
    """On the plane x₁ + x₂ + x₃ + x₄ = 8/3 the slope jumps at one point but not at another, as no single layer can."""

    def jump(x1: float, x3: float) -> float:
        along = np.array([x1, x1, x3, x3]) + np.linspace(-0.01, 0.01, 3)[:, None]
        return float(np.diff(compose_tents(along), 2)[0])

    assert abs(jump(4 / 6, 4 / 6)) > 0.05 and abs(jump(0.4, 8 / 6 - 0.4)) < 1e-12


def test_no_line_explains_the_composition() -> None:
    table = load_table("compositional(rows=5000)")
    x = np.concatenate([np.ones((5000, 1)), table.features], axis=1)
    residual = table.target - x @ np.linalg.lstsq(x, table.target)[0]
    assert residual.var() > 0.98 * table.target.var()
