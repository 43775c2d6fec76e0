"""A folder that is not what was written is refused in a line, or predicts the same."""

import random
import shutil
from collections import Counter

import numpy as np
import pytest
from fakes.folder_mutations import SEALED, UNSEALED, mutate
from fakes.served_models import mixed_model, mixed_rows

from nnjax.model.folders import load_fitted
from nnjax.model.standalone import RowsError
from nnjax.refusal import RefusedError

ROWS = mixed_rows(6)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Folders of a regression and of a classification, and what they predict."""
    home = tmp_path_factory.mktemp("sound")
    folders = [mixed_model(home / name, classes) for name, classes in (("one", ()), ("two", ("a", "b", "c")))]
    return [(folder, load_fitted(folder).predict(ROWS)) for folder in folders]


def after(sound, draw, folder, is_sealed):
    """How a folder was changed, and what it then predicts, or the line in which it is refused."""
    for path in (folder, folder.with_name("another")):
        shutil.rmtree(path, ignore_errors=True)
    place = draw.randrange(2)
    shutil.copytree(sound[place][0], folder)
    shutil.copytree(sound[1 - place][0], folder.with_name("another"))
    how = mutate(folder, draw, is_sealed)
    try:
        return how, load_fitted(folder).predict(ROWS), sound[place][1]
    except (RefusedError, RowsError) as error:
        said = str(error)
        assert said.isprintable() and len(said) < 500
        assert isinstance(error, RowsError) or said.startswith(str(folder))
        return how, said, sound[place][1]


@pytest.mark.parametrize("seeds", [range(40), pytest.param(range(1000, 2000), marks=pytest.mark.slow)], ids=len)
def test_a_damaged_folder_is_refused_or_predicts_the_same(seeds, sound, tmp_path):
    found = Counter()
    for seed in seeds:
        how, came_out, expected = after(sound, random.Random(f"damage {seed}"), tmp_path / "model", is_sealed=False)
        if isinstance(came_out, dict):
            assert all(np.array_equal(came_out[name], values) for name, values in expected.items()), (seed, how)
        found[how, isinstance(came_out, dict)] += 1
    assert {how for how, _ in found} >= {change.__name__ for change in UNSEALED} or len(seeds) < 100
    assert found["garbage_beside", True] and not found["garbage_beside", False]
    assert not found["other_byte", True] and not found["cut_short", True]


@pytest.mark.parametrize("seeds", [range(40), pytest.param(range(1000, 2000), marks=pytest.mark.slow)], ids=len)
def test_a_folder_that_lies_is_refused_in_a_line_or_predicts_numbers(seeds, sound, tmp_path):
    """Its sums are right; so a changed number may be what somebody wanted, but no program falls over it."""
    found = Counter()
    for seed in seeds:
        how, came_out, _ = after(sound, random.Random(f"lie {seed}"), tmp_path / "model", is_sealed=True)
        if isinstance(came_out, dict):
            assert all(np.isfinite(values).all() for values in came_out.values() if values.dtype.kind == "f"), (
                seed,
                how,
            )
        found[how, isinstance(came_out, dict)] += 1
    assert {how for how, _ in found} >= {change.__name__ for change in SEALED} or len(seeds) < 100
    assert not found["other_version", True] and found["other_version", False]
