"""The one reference setting: nearest to the defaults, read off the study alone."""

import pytest

from nnjax.sweep.reference import compared_factors, reference_cell
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

STUDY = """
question = "What is held where?"
data = {name = "diabetes"}
replicates = {splits = 4}
studied = {activation = ["elu", "relu"], depth = [1, 2, 4], batch_size = [8, 32, "full"]}
nuisance = {learning_rate = [0.3, 0.03]}
fixed = {epochs = 3}
"""


@pytest.fixture
def space_of(tmp_path):
    """A study with other words in it, and its cells."""

    def make(*words):
        text = STUDY
        for old, new in words:
            text = text.replace(old, new)
        (tmp_path / "study.toml").write_text(text)
        return expand(load_study(tmp_path / "study.toml"))

    return make


def levels(space, cells=None):
    return reference_cell(space.study, cells or space.cells).levels


def test_it_is_the_default_or_else_the_first_level_as_written(space_of):
    reference = {"activation": "relu", "depth": 2, "batch_size": 32, "learning_rate": 0.3}
    assert levels(space_of()) == reference
    assert levels(space_of(("[1, 2, 4]", "[8, 4, 1]"))) == reference | {"depth": 8}


def test_a_level_that_is_added_does_not_move_it(space_of):
    assert levels(space_of()) == levels(space_of(("[1, 2, 4]", "[1, 2, 4, 8, 16, 32]")))


def test_an_excluded_default_gives_way_to_its_nearest_neighbour(space_of):
    excluded = '{activation = "relu", depth = 2, batch_size = 32}'
    space = space_of(("epochs = 3}", f"epochs = 3}}\ngrid = {{exclude = [{excluded}]}}"))
    wanted = {"activation": "relu", "depth": 2, "batch_size": 32, "learning_rate": 0.3}
    assert sum(levels(space)[factor] != level for factor, level in wanted.items()) == 1


def test_of_some_cells_it_is_the_nearest(space_of):
    space = space_of()
    assert levels(space, [cell for cell in space.cells if cell.levels["batch_size"] == 8])["depth"] == 2


def test_a_factor_that_follows_another_one_does_not_pull(space_of):
    space = space_of(("epochs = 3}", 'epochs = 3}\ngrid = {zip = [["depth", "batch_size"]]}'), ("[8, 32", "[32, 8"))
    assert (levels(space)["depth"], levels(space)["batch_size"]) == (2, 8)


def test_the_reference_belongs_to_every_comparison_and_its_neighbours_to_one(space_of):
    space = space_of()
    texts = [{factor: str(level) for factor, level in cell.levels.items()} for cell in space.cells]
    setting = {factor: str(level) for factor, level in levels(space).items()}
    counts = [len(compared_factors(cell, setting)) for cell in texts]
    assert counts.count(4) == 1
    assert counts.count(1) == 1 + 2 + 2 + 1
    assert set(counts) == {0, 1, 4}
