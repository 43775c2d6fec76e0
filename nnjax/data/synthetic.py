"""Regression targets known in closed form, drawn anew for any number of rows: Friedman's three, and a composition.

Every import of scikit-learn stands inside its function: workers read no data set, and the import takes seconds.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from nnjax.data.reader import Columns, Reader
from nnjax.data.streams import stream

_NUMBERED = tuple(f"x{number}" for number in range(1, 11))
CIRCUIT = ("resistance", "angular frequency", "inductance", "capacitance")


def read_friedman(number: int, inputs: tuple[str, ...], output: str, rows: int, noise: float, seed: int) -> Columns:
    """One of Friedman's three functions, plus noise · N(0, 1).

    1: ten inputs from 0 to 1, five of them idle: 10 sin(π x₁x₂) + 20 (x₃ − ½)² + 10 x₄ + 5 x₅. 2: the impedance of a
    circuit in series, √(R² + (ωL − 1/(ωC))²), and 3: its phase, arctan((ωL − 1/(ωC)) / R).
    """
    import sklearn.datasets

    make = getattr(sklearn.datasets, f"make_friedman{number}")
    features, target = make(rows, noise=noise, random_state=seed)
    return Columns(features, target, inputs, (output,))


def compose_tents(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """The tree g(h(x₁, x₂), h(x₃, x₄)) [N] of tents h(a, b) = 1 − |a + b − 1| and g(a, b) = 1 − |a + b − 4/3|.

    Inputs [N, 4] from 0 to 1 give values from −1/3 to 1.

    Each tent peaks where its two arguments have their mean sum. Depth pays here: a tent is 1 − relu(s) − relu(−s) of
    s = a + b − c, so a ReLU network with two hidden layers of 4 and 2 units, 33 parameters, is the function exactly. No
    single hidden layer is, however wide: the creases of such a network are whole hyperplanes, whereas the crease of the
    outer tent, |x₁ + x₂ − 1| + |x₃ + x₄ − 1| = 2/3, turns a corner wherever an inner tent peaks.

    Source: the binary tree, and why depth pays on it: Poggio, Mhaskar, Rosasco, Miranda, Liao (2017), Why and when can
        deep-but not shallow-networks avoid the curse of dimensionality. The tent: Telgarsky (2016), Benefits of depth
        in neural networks, whose sawtooth is its repeated composition.

    >>> compose_tents(np.array([[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.0, 0.0]])).round(3).tolist()
    [0.333, 0.667]
    """
    return _tent(_tent(features[:, 0], features[:, 1], 1), _tent(features[:, 2], features[:, 3], 1), 4 / 3)


def _tent(a: NDArray[np.float64], b: NDArray[np.float64], peak: float) -> NDArray[np.float64]:
    return 1 - np.abs(a + b - peak)


def read_compositional(rows: int, noise: float, seed: int) -> Columns:
    """`compose_tents` of four inputs spread evenly from 0 to 1, plus noise · N(0, 1)."""
    features = stream(seed, "table").random((rows, 4))
    target = compose_tents(features) + noise * stream(seed, "jitter").standard_normal(rows)
    return Columns(features, target, _NUMBERED[:4], ("y",))


FRIEDMAN = "Friedman (1991), Multivariate adaptive regression splines; scikit-learn's "

SYNTHETIC_READERS = (
    Reader("friedman_1", "regression", 10, partial(read_friedman, 1, _NUMBERED, "y"),
           "a sine of a product, a square and two lines in 10 inputs, 5 of them idle; noise: standard deviation of y",
           FRIEDMAN + "make_friedman1", rows=500, noise=1.0, seed=0),
    Reader("friedman_2", "regression", 4, partial(read_friedman, 2, CIRCUIT, "impedance"),
           "impedance of an electric circuit from 4 properties; noise: its standard deviation in ohms",
           FRIEDMAN + "make_friedman2", rows=500, noise=125.0, seed=0),
    Reader("friedman_3", "regression", 4, partial(read_friedman, 3, CIRCUIT, "phase"),
           "phase of the same circuit; noise: its standard deviation in radians",
           FRIEDMAN + "make_friedman3", rows=500, noise=0.1, seed=0),
    Reader("compositional", "regression", 4, read_compositional,
           "a binary tree of tents over 4 inputs, on which depth pays; noise: standard deviation of y",
           "tree: Poggio, Mhaskar et al. (2017); tent: Telgarsky (2016)", rows=1000, noise=0.0, seed=0),
)  # fmt: skip
