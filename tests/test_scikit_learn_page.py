"""The page on scikit-learn: its code runs as printed, and where the import is swapped back the results are the same."""

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import ParameterSampler

PAGE = (Path(__file__).parents[1] / "docs" / "scikit-learn.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def run(blocks):
    """The names that blocks leave behind which run one after another, as in a notebook."""
    names = {}
    for block in blocks:
        exec(compile(block, "scikit-learn.md", "exec"), names)
    return names


def as_before(block):
    """A block before the import was swapped."""
    block = block.replace("nnjax.estimators import MLPRegressor", "sklearn.neural_network import MLPRegressor")
    block = block.replace("nnjax.estimators import Vectorized", "sklearn.model_selection import Vectorized")
    return block.replace("VectorizedSearchCV", "GridSearchCV").replace("n_jobs=-1", "n_jobs=None")


def shortened(block):
    """A block whose trainings are a tenth as long."""
    return re.sub(r"max_iter=(\d+)0", r"max_iter=\1", block)


def test_every_line_that_a_block_is_swapped_by_stands_in_it():
    swapped = re.search(r"```diff\n(.*?)```", PAGE, re.DOTALL).group(1)
    added = [line[1:] for line in swapped.splitlines() if line.startswith("+")]
    assert added == [
        "from nnjax.estimators import MLPRegressor, VectorizedSearchCV",
        "search = VectorizedSearchCV(pipeline, grid, cv=folds, n_jobs=-1)",
    ]
    assert added[1] in BLOCKS[1]


@pytest.mark.slow
def test_the_first_script_says_the_same_before_and_after_the_swap(engine_here):
    ours, theirs = run([shortened(BLOCKS[0])]), run([shortened(as_before(BLOCKS[0]))])
    np.testing.assert_allclose(ours["scores"], theirs["scores"], rtol=1e-3)


@pytest.mark.slow
def test_the_grid_search_says_the_same_before_and_after_the_swap(engine_here):
    ours = run(map(shortened, BLOCKS[:2]))["search"]
    theirs = run(shortened(as_before(block)) for block in BLOCKS[:2])["search"]
    assert ours.best_params_ == theirs.best_params_
    np.testing.assert_allclose(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"], rtol=1e-3)


@pytest.mark.slow
def test_the_page_does_from_top_to_bottom_what_it_says(engine_here, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = run(BLOCKS)
    search, drawn, watched = names["search"], names["drawn"], names["watched"]
    assert search.tied_best_[0] == search.best_params_ and len(search.intervals_) == 12
    assert (tmp_path / "search.html").stat().st_size > 10_000
    assert drawn.cv_results_["params"] == list(ParameterSampler(names["spread"], 8, random_state=0))
    assert list(watched.history_["layer"].unique()) == [1, 2, 3]
    assert watched.history_["epoch"].max() == watched.n_iter_
    is_new = names["wider"].best_params_ != names["kept"].best_params_
    assert len(list(tmp_path.glob("searches/*.npz"))) == (12 * 5 + 1) + (4 * 5 + is_new)
    assert names["asked"] == ["nnjax.estimators.regressor.MLPRegressor"]
