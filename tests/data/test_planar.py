"""Classes in the plane: labels are right, noise moves points and not labels, classes are of equal size where meant."""

import numpy as np
import pytest

from nnjax.data.planar import TRUTH_TABLES
from nnjax.data.tables import TABLES, TableSource, load_table

BALANCED = ["xor", "moons", "circles", "blobs", "spirals"]


@pytest.mark.parametrize("gate", TRUTH_TABLES)
def test_gates_without_noise_are_their_corners(gate: str) -> None:
    table = load_table(TableSource(gate, rows=40, noise=0))
    truth = dict(zip(np.ndindex(*(2,) * table.features.shape[1]), TRUTH_TABLES[gate], strict=True))
    assert [truth[tuple(row)] for row in table.features.astype(int)] == table.labels.tolist()
    corners, counts = np.unique(table.features, axis=0, return_counts=True)
    assert np.isin(corners, (0, 1)).all() and counts.tolist() == [40 // len(truth)] * len(truth)


def test_xor_is_exclusive_or() -> None:
    x, y = load_table("xor(noise=0)").features.astype(bool).T
    assert np.array_equal(load_table("xor").labels, x ^ y)


@pytest.mark.parametrize("gate", TRUTH_TABLES)
def test_jitter_stays_around_the_corner_that_gives_the_label(gate: str) -> None:
    exact, moved = load_table(TableSource(gate, noise=0)), load_table(TableSource(gate, noise=0.05))
    assert np.array_equal(exact.labels, moved.labels)
    assert np.array_equal(moved.features.round(), exact.features)
    assert (moved.features - exact.features).std() == pytest.approx(0.05, rel=0.2)


@pytest.mark.parametrize("name", BALANCED)
def test_classes_are_equally_large(name: str) -> None:
    assert len(set(np.bincount(load_table(name).labels).tolist())) == 1


@pytest.mark.parametrize("name", BALANCED)
def test_uneven_rows_are_spread_by_one(name: str) -> None:
    table = load_table(TableSource(name, rows=61))
    assert len(table.features) == 61 and np.ptp(np.bincount(table.labels)) <= 1


def test_circles_and_disk_are_decided_by_the_radius() -> None:
    circles, disk = load_table("circles(noise=0)"), load_table("disk")
    np.testing.assert_allclose(np.linalg.norm(circles.features, axis=1), np.where(circles.labels == 1, 0.5, 1.0))
    assert np.array_equal(np.square(disk.features).sum(axis=1) >= 1, disk.labels == 1)


def test_the_lectures_theta_separates_the_disk() -> None:
    disk = load_table("disk(polynomial_degree=2)")
    squares = disk.features[:, [disk.feature_names.index(name) for name in ("x1", "x2", "x1^2", "x2^2")]]
    assert np.array_equal(squares @ [0, 0, 1, 1] - 1 >= 0, disk.labels == 1)


def test_half_of_the_disk_is_outside() -> None:
    assert load_table("disk(rows=10000)").labels.mean() == pytest.approx(0.5, abs=0.02)


def test_noise_blurs_the_disk_after_labelling() -> None:
    exact, moved = load_table("disk"), load_table("disk(noise=0.1)")
    assert np.array_equal(exact.labels, moved.labels) and not np.array_equal(exact.features, moved.features)


def test_spirals_are_the_benchmarks() -> None:
    spirals = load_table("spirals(noise=0, rows=194)")
    i = np.arange(97)
    radius, angle = 6.5 * (104 - i) / 104, i * np.pi / 16
    first = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    np.testing.assert_allclose(spirals.features, np.concatenate([first, -first]), atol=1e-12)
    assert np.array_equal(spirals.labels, np.repeat([0, 1], 97))


def test_moons_are_interleaved_half_circles() -> None:
    moons = load_table("moons(noise=0)")
    centres = np.where(moons.labels[:, None] == 0, [0.0, 0.0], [1.0, 0.5])
    np.testing.assert_allclose(np.linalg.norm(moons.features - centres, axis=1), 1)
    assert (moons.features[moons.labels == 0, 1] >= 0).all()


def test_blobs_lie_around_a_triangle_whatever_the_seed() -> None:
    for seed in (0, 1):
        blobs = load_table(TableSource("blobs", rows=3000, seed=seed))
        means = np.array([blobs.features[blobs.labels == number].mean(axis=0) for number in range(3)])
        np.testing.assert_allclose(np.linalg.norm(means - np.roll(means, 1, axis=0), axis=1), 2 * 3**0.5, atol=0.15)
        assert means[0, 1] > 0 > means[1, 0] and means[2, 0] > 0


@pytest.mark.parametrize("name", [name for name in TABLES if name in {*BALANCED, *TRUTH_TABLES}])
def test_the_smallest_number_of_rows_has_every_class(name: str) -> None:
    table = load_table(TableSource(name, rows=TABLES[name].fewest_rows))
    assert len(table.features) == TABLES[name].fewest_rows
