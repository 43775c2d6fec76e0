"""The weights that leave a run are those by which its kept predictions were made."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from fakes.read_networks import read_network
from safetensors import safe_open
from safetensors.numpy import load_file

from nnjax.data.prepared import prepare_and_scale
from nnjax.model.run_weights import NETWORK_KEY, write_run_weights
from nnjax.network.activations import ActivationParameters
from nnjax.network.architecture import branch_indices, layer_activations
from nnjax.refusal import RefusedError
from nnjax.sweep.buckets import largest_sizes, make_bucket
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.rerun import rerun
from nnjax.training.model import Model

pytestmark = pytest.mark.usefixtures("engine_here")

KINDS = [
    (),
    ("fixed.optimizer='adam'", "fixed.normalization='batch'"),
    ("fixed.normalization='layer'", "studied.depth=[2,3]", "fixed.residual=1"),
    ("studied.activation=['prelu','maxout']", "fixed.dropout=0.2"),
    ("data.name='iris'", "replicates.splits=4", "fixed.optimizer='momentum'"),
]


def predicted(space, run, parameters, moments):
    """Test predictions by a network, as the engine makes them, in the unit that the journal keeps."""
    chosen, split = run.cell.configuration, space.splits[run.replicate.split]
    bucket = make_bucket(chosen, space.table, largest_sizes(space.splits))
    scaled = prepare_and_scale(space.table, split, chosen.output, chosen.preparation, run.replicate.rounded)
    layers = layer_activations(chosen.activation, chosen.depth)
    activation = jnp.asarray(branch_indices(layers, bucket.branches), jnp.int32)
    numbers = ActivationParameters(jnp.float32(chosen.negative_slope), jnp.float32(chosen.elu_alpha))
    made = np.asarray(Model(bucket, activation, numbers).predict(parameters, moments, jnp.asarray(scaled.x_test)))
    return made if space.table.class_names else scaled.in_own_unit(made.astype(np.float64))


@pytest.mark.parametrize("kind", [KINDS[0], *(pytest.param(each, marks=pytest.mark.slow) for each in KINDS[1:])])
def test_weights_of_a_run_make_its_predictions(kind, trained, tmp_path):
    home, space = trained(*kind)
    for run in (space.runs[1], space.runs[-1]):
        comparison, path = rerun(home, run.run_id), tmp_path / f"{run.run_id}.safetensors"
        assert comparison.agrees
        assert f"at epoch {comparison.outcome['best_epoch']}" in write_run_weights(comparison, path)
        with safe_open(path, "numpy") as file:
            told = file.metadata()
        assert (told["run_id"], told["is_bitwise_the_journals"]) == (run.run_id, "true")
        [kept] = Journal(home).read(["test_prediction"], {run.run_id})["test_prediction"].to_pylist()
        made = predicted(space, run, *read_network(NETWORK_KEY, load_file(path)))
        np.testing.assert_allclose(made.ravel(), kept, rtol=2e-5, atol=1e-6)


def test_a_run_that_diverged_has_no_weights_and_another_training_is_said(trained, tmp_path):
    home, space = trained()
    comparison = rerun(home, space.runs[0].run_id)
    elsewhere = replace(comparison, differences={"test_r2": 1e-9})
    assert "not that of the journal's run" in write_run_weights(elsewhere, tmp_path / "a.safetensors")
    diverged = replace(comparison, outcome={**comparison.outcome, "status": "diverged", "diverged_epoch": 2})
    with pytest.raises(RefusedError, match="diverged in epoch 2: so no network of it is worth keeping"):
        write_run_weights(diverged, tmp_path / "b.safetensors")
    (tmp_path / "folder").mkdir()
    with pytest.raises(RefusedError, match=r"--weights .*folder.*name a file"):
        write_run_weights(comparison, tmp_path / "folder")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.safetensors", "folder"]
