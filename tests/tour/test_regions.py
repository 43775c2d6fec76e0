from xml.etree import ElementTree

import numpy as np
import pytest

from nnjax.tour.regions import Gallery, average_gallery, make_plane, seeds_gallery, train_gallery

SMALL = Gallery(
    train="moons(noise=0.1, rows=60, seed=0)",
    validation="moons(noise=0.1, rows=60, seed=1)",
    depths=(1,),
    widths=(4,),
    seeds=3,
    epochs=30,
    points=12,
)


@pytest.fixture(scope="module")
def trained():
    plane = make_plane(SMALL)
    return plane, train_gallery(SMALL, plane)


def test_the_grid_covers_the_training_rows():
    plane = make_plane(SMALL)
    assert plane.split.x_test.shape == (144, 2)
    assert np.abs(plane.split.x_train).max() < plane.half_width
    assert sum(len(rows) for rows in plane.classes) == 60


def test_regions_are_probabilities_that_tell_the_moons_apart(trained):
    _, regions = trained
    assert set(regions) == {(1, 4)}
    assert regions[1, 4].probability.shape == (3, 12, 12)
    assert ((regions[1, 4].probability >= 0) & (regions[1, 4].probability <= 1)).all()
    assert regions[1, 4].accuracy.mean() > 0.75
    upper, lower = (regions[1, 4].probability[:, rows].mean() for rows in (slice(9, 12), slice(0, 3)))
    assert upper < lower  # the upper moon is class 0


def test_a_second_training_gives_the_same_numbers(trained):
    plane, regions = trained
    again = train_gallery(SMALL, plane)
    np.testing.assert_array_equal(again[1, 4].probability, regions[1, 4].probability)


def test_galleries_have_a_square_a_network_and_one_a_seed(trained):
    plane, regions = trained
    average = ElementTree.fromstring(average_gallery(regions, plane))
    seeds = ElementTree.fromstring(seeds_gallery(regions, plane, [(1, 4)], seeds=3))
    titles = [[text.text for text in root.iter() if text.tag.endswith("text")] for root in (average, seeds)]
    assert [len(part) for part in titles] == [1, 3]
    assert titles[0][0].startswith("depth 1, width 4: ")
    assert [title.split(":")[0] for title in titles[1]] == ["1 × 4, seed 0", "1 × 4, seed 1", "1 × 4, seed 2"]
