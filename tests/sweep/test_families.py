"""Every member of every family is a level of a study, and trains on real data in a sweep.

Families that shape the program compile one for each member: those are slow, `tests/training` trains each member alone.
"""

from collections.abc import Iterable, Set
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nnjax.network.activations import ACTIVATIONS
from nnjax.network.architecture import NORMALIZATIONS
from nnjax.network.initializers import INITIALIZERS
from nnjax.network.losses import LOSSES
from nnjax.results.table import results_table
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.training.clipping import CLIPPINGS
from nnjax.training.optimizers import OPTIMIZERS
from nnjax.training.schedules import SCHEDULES

STUDY = """
question = "Does every {factor} train?"
[data]
name = "{data}"
[replicates]
splits = 4
[studied]
{factor} = {levels}
[fixed]
depth = 2
width = 4
epochs = 3
learning_rate = 0.01
clip_norm = 0.05
clip_min = -0.01
clip_max = 0.01
decay_epochs = 1
{fixed}
"""

FAMILIES = {
    "activation": (tuple(ACTIVATIONS), ""),
    "initializer": (tuple(INITIALIZERS), ""),
    "normalization": (NORMALIZATIONS, ""),
    "optimizer": (tuple(OPTIMIZERS), 'batch_size = "full"'),
    "clipping": (tuple(CLIPPINGS), ""),
    "schedule": (tuple(SCHEDULES), ""),
}

LOSS_AND_OUTPUT = [
    pytest.param(
        loss.name, output, marks=() if output == loss.outputs[0] and loss.name != "huber" else pytest.mark.slow
    )
    for loss in LOSSES.values()
    for output in loss.outputs
]

REMEDIES = {
    "residual": [0, 1],
    "dropout": [0.0, 0.2],
    "input_noise": [0.0, 0.2],
    "l1": [0.0, 0.01],
    "weight_decay": [0.0, 1.0],
    "scored_rows": ["validation", "validation_and_test"],
    "prelu_sharing": ["unit", "layer"],
    "maxout_pieces": [2, 3],
    "negative_slope": [0.01, 0.1],
    "elu_alpha": [1.0, 0.5],
    "initializer_gain": [1.0, 2.0],
    "huber_delta": [1.0, 0.1],
    "loss_quantile": [0.5, 0.9],
    "normalization_statistics": ["training_set", "running"],
}

BESIDE = {
    "prelu_sharing": 'activation = "prelu"',
    "maxout_pieces": 'activation = "maxout"',
    "negative_slope": 'activation = "leaky_relu"',
    "elu_alpha": 'activation = "elu"',
    "huber_delta": 'loss = "huber"',
    "loss_quantile": 'loss = "quantile"',
    "normalization_statistics": 'normalization = "batch"',
}


def sweep(folder: Path, factor: str, levels: object, fixed: str = "", data: str = "diabetes") -> pd.DataFrame:
    path = folder / "family.toml"
    path.write_text(STUDY.format(factor=factor, levels=levels, fixed=fixed, data=data))
    space = expand(load_study(path))
    assert run_sweep(space, folder, "serial").missing == 0
    return results_table(space, Journal(folder))


def cases(names: Iterable[str], quick: Set[str]) -> list[object]:
    """All names; those that are not quick are slow."""
    return [pytest.param(name, marks=() if name in quick else pytest.mark.slow) for name in names]


@pytest.mark.parametrize("factor", cases(FAMILIES, {"activation", "initializer", "schedule"}))
def test_every_member_of_a_family_trains_in_a_sweep(factor: str, tmp_path: Path) -> None:
    levels, fixed = FAMILIES[factor]
    results = sweep(tmp_path, factor, list(levels), fixed)
    assert set(results["status"]) == {"finished"}
    assert np.isfinite(results[["test_r2", "test_rmse", "last_test_mae", "function_evaluations"]]).all(axis=None)
    losses = results.groupby(factor)["test_rmse"].apply(tuple)
    assert set(losses.index) == set(levels)
    twins = [(a, b) for a in levels for b in levels if a < b and np.allclose(losses[a], losses[b], rtol=1e-6)]
    assert twins == [], "members that train alike"


@pytest.mark.parametrize("factor", cases(REMEDIES, {"residual", "l1", "scored_rows", "initializer_gain"}))
def test_every_remedy_changes_the_numbers_and_watching_does_not(factor: str, tmp_path: Path) -> None:
    first, second = REMEDIES[factor]
    results = sweep(tmp_path, factor, REMEDIES[factor], BESIDE.get(factor, ""))
    assert set(results["status"]) == {"finished"}
    scores = [results.loc[results[factor] == level, "last_test_rmse"].to_numpy() for level in (first, second)]
    if factor == "scored_rows":  # watches more, trains alike
        np.testing.assert_allclose(*scores, rtol=1e-5)
        return
    assert (np.abs(scores[0] / scores[1] - 1) > 1e-5).all()
    if factor == "normalization_statistics":  # trains alike, looks differently
        np.testing.assert_allclose(*scores, rtol=0.2)


@pytest.mark.parametrize(("loss", "output"), LOSS_AND_OUTPUT)
def test_every_loss_trains_behind_every_output_that_it_allows(loss: str, output: str, tmp_path: Path) -> None:
    classes = output in ("logistic", "softmax")
    fixed = f'loss = "{loss}"\noutput = "{output}"'
    results = sweep(tmp_path, "activation", ["tanh", "relu"], fixed, "breast_cancer" if classes else "diabetes")
    assert set(results["status"]) == {"finished"}
    score = results["test_accuracy"] if classes else results["test_r2"]
    other = results["test_r2"] if classes else results["test_accuracy"]
    assert np.isfinite(score).all() and other.isna().all()
    if classes:
        assert score.mean() > 0.85
