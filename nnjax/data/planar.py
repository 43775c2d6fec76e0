"""Classes in the plane, drawn anew for any number of rows: the gates, moons, circles, blobs, spirals and the disk.

Every import of scikit-learn stands inside its function: workers read no data set, and the import takes seconds.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from nnjax.data.reader import Columns, Reader
from nnjax.data.streams import stream

PLANE = ("x1", "x2")
TRUTH_TABLES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "not": (1, 0), "xor": (0, 1, 1, 0)}
"""Output of each corner in counting order: 00, 01, 10, 11; 0, 1 for NOT, which has one input."""

CIRCLE_FACTOR = 0.5
BLOB_RADIUS = 2.0
SPIRAL_TURNS = 3.0
SPIRAL_RADIUS = 6.5
DISK_HALF_WIDTH = float(np.sqrt(np.pi / 2))
"""Half the side of a square of area 2π: half of it lies inside the unit circle."""


def read_gate(gate: str, rows: int, noise: float, seed: int) -> Columns:
    """N rows spread evenly over the corners of {0, 1}ᴰ, each moved by Gaussian jitter; labels are those of the corners.

    The first corners get one more where N does not divide. D is 1 for "not", else 2. The noise is the standard
    deviation of the jitter of every input; 0 gives the corners themselves.

    >>> xor = read_gate("xor", rows=4, noise=0.0, seed=0)
    >>> xor.features.tolist(), xor.target.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    outputs = np.array(TRUTH_TABLES[gate])
    n_inputs = len(outputs).bit_length() - 1
    corners = np.array(list(np.ndindex(*(2,) * n_inputs)), dtype=np.float64)
    corner = np.arange(rows) % len(corners)
    features = corners[corner] + _jitter((rows, n_inputs), noise, seed)
    return Columns(features, outputs[corner], PLANE[:n_inputs], (gate,), ("0", "1"))


def read_curves(name: str, class_names: tuple[str, str], rows: int, noise: float, seed: int, **shape: float) -> Columns:
    """Two curves by scikit-learn's `make_<name>s`, a class each; noise is the jitter's standard deviation."""
    import sklearn.datasets

    features, labels = getattr(sklearn.datasets, f"make_{name}s")(rows, noise=noise, random_state=seed, **shape)
    return Columns(features, labels, PLANE, (name,), class_names)


def read_blobs(rows: int, noise: float, seed: int) -> Columns:
    """Three round Gaussian clouds on the corners of a triangle of side 3.5; noise is their standard deviation."""
    from sklearn.datasets import make_blobs

    angles = np.pi * (0.5 + np.arange(3) * 2 / 3)
    centers = BLOB_RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    features, labels = make_blobs(rows, centers=centers, cluster_std=noise, random_state=seed)
    return Columns(features, labels, PLANE, ("blob",), ("top", "left", "right"))


def read_spirals(rows: int, noise: float, seed: int) -> Columns:
    """Two spirals of three turns, one the other's reflection at the origin; rows of the first come first.

    Radius 6.5 (1 − t/104) at angle π t/16, for evenly spaced t from 0 to 96; 194 rows without noise are the points of
    the benchmark. Neighbouring turns of the two spirals are 1 apart; the first has one row more where N is odd. The
    noise is the standard deviation of the jitter of both coordinates.

    Source: Lang, Witbrock (1988), Learning to tell two spirals apart.
    """
    arms = []
    for length, sign in ((rows - rows // 2, 1.0), (rows // 2, -1.0)):
        t = np.linspace(0, 32 * SPIRAL_TURNS, length)
        radius, angle = sign * SPIRAL_RADIUS * (1 - t / 104), np.pi * t / 16
        arms.append(np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1))
    labels = np.repeat([0, 1], [len(arm) for arm in arms])
    features = np.concatenate(arms) + _jitter((rows, 2), noise, seed)
    return Columns(features, labels, PLANE, ("spiral",), ("first", "second"))


def read_disk(rows: int, noise: float, seed: int) -> Columns:
    """Points spread evenly over a square, labelled 1 where x₁² + x₂² ≥ 1: the lecture's circular boundary.

    The square has an area of 2π around the origin, so that both classes are equally likely. The noise is the standard
    deviation of a jitter that is added after the label is given; 0 leaves the classes separable by
    θ = (−1, 0, 0, 1, 1) on the features 1, x₁, x₂, x₁², x₂².

    Source: the lecture's slide on non-linear boundaries.
    """
    points = stream(seed, "table").uniform(-DISK_HALF_WIDTH, DISK_HALF_WIDTH, (rows, 2))
    labels = (np.square(points).sum(axis=1) >= 1).astype(np.int64)
    return Columns(points + _jitter((rows, 2), noise, seed), labels, PLANE, ("side",), ("inside", "outside"))


def _jitter(shape: tuple[int, int], noise: float, seed: int) -> NDArray[np.float64]:
    return noise * stream(seed, "jitter").standard_normal(shape)


def _gate_reader(gate: str) -> Reader:
    corners = len(TRUTH_TABLES[gate])
    meaning = f"the {corners} corners of {gate.upper()}; noise: standard deviation of the jitter around them"
    return Reader(gate, "classification", corners.bit_length() - 1, partial(read_gate, gate),
                  meaning, "the lecture's slides on the perceptron", rows=200, noise=0.1, seed=0,
                  fewest_rows=corners)  # fmt: skip


PLANAR_READERS = (
    *(_gate_reader(gate) for gate in TRUTH_TABLES),
    Reader("moons", "classification", 2, partial(read_curves, "moon", ("upper", "lower")),
           "two interleaving half circles of radius 1; noise: standard deviation of the jitter",
           "scikit-learn's make_moons", rows=400, noise=0.2, seed=0),
    Reader("circles", "classification", 2,
           partial(read_curves, "circle", ("outer", "inner"), factor=CIRCLE_FACTOR),
           "a circle of radius 1 around one of radius 0.5; noise: standard deviation of the jitter",
           "scikit-learn's make_circles", rows=400, noise=0.1, seed=0),
    Reader("blobs", "classification", 2, read_blobs,
           "three round clouds on the corners of a triangle of side 3.5; noise: their standard deviation",
           "scikit-learn's make_blobs", rows=300, noise=1.0, seed=0, fewest_rows=3),
    Reader("spirals", "classification", 2, read_spirals,
           "two spirals of three turns, 1 apart; noise: standard deviation of the jitter",
           "Lang, Witbrock (1988), Learning to tell two spirals apart", rows=400, noise=0.1, seed=0),
    Reader("disk", "classification", 2, read_disk,
           "points inside or outside the unit circle; noise: standard deviation of the jitter after labelling",
           "the lecture's slide on non-linear boundaries", rows=400, noise=0.0, seed=0,
           fewest_rows=20),  # fewer might all fall on one side
)  # fmt: skip
