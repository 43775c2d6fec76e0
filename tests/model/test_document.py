"""What `model.json` says of a model, read off study, results and baselines."""

import shlex

import numpy as np
import pandas as pd
import pytest
from fakes.studies import write_small

from nnjax.model.choice import ChosenCell
from nnjax.model.document import command_parts, network_parts, score_parts, study_parts
from nnjax.model.networks import plan_refit
from nnjax.statistics.interval import paired_interval
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    changes = ("studied.activation=['prelu','relu']", "fixed.normalization='layer'")
    return expand(load_study(write_small(tmp_path_factory.mktemp("home")), changes))


def results_of(space, scores):
    rows = [{"cell_id": run.cell.cell_id, "split": run.replicate.split} for run in space.runs]
    return pd.DataFrame(rows).assign(test_score=scores)


def test_it_names_study_data_and_cell(space):
    told = study_parts(space, ChosenCell(space.cells[1], "smallest", 4, 2))
    assert told["study"] == "small" and told["question"] == "Which of two?" and "[studied]" in told["study_file"]
    assert told["data"]["digest"] == space.table.digest and len(told["data"]["columns"]) == 10
    assert told["choice"] == {"rule": "smallest", "candidates": 4, "tied": 2}
    assert told["cell"]["configuration"]["hidden_layer_sizes"] == space.cells[1].configuration.hidden_layer_sizes
    assert told["splits"]["splits"] == 4 and told["splits"]["train"] == len(space.splits[0].train)


def test_it_declares_the_network_in_full(space):
    cell = next(cell for cell in space.cells if cell.levels["activation"] == "prelu" and cell.levels["depth"] == 2)
    told = network_parts(space, plan_refit(space, cell, 2))["network"]
    assert told["layer_sizes"] == [10, 4, 4, 1] and told["activations"] == ["prelu", "prelu"]
    assert told["structures"] == ["prelu_unit", "prelu_unit"] and told["normalization"] == "layer"


def test_scores_have_the_intervals_of_the_report(space):
    scores = np.linspace(0.1, 0.5, len(space.runs))
    results, cell = results_of(space, scores), space.cells[2]
    baselines = pd.DataFrame({"model": ["mean"] * 4, "split": [3, 2, 1, 0], "test_score": [0.03, 0.02, 0.01, 0.0]})
    told = score_parts(space, ChosenCell(cell, "id", 1), results, None, baselines)
    own = results.loc[results["cell_id"] == cell.cell_id, "test_score"].to_numpy()
    expected = paired_interval(own, *space.correction_rows, 0.95)
    assert told["promise"] == told["out_of_fold"]
    assert (told["promise"]["low"], told["promise"]["high"]) == (expected.low, expected.high)
    [mean] = told["baselines"]
    assert mean["gain"]["estimate"] == pytest.approx(np.mean(own - np.array([0.0, 0.01, 0.02, 0.03])))


def test_commands(space, tmp_path):
    told = command_parts(space.study, tmp_path / "models" / "a b", tmp_path, ["--cell", "tanh d1"])
    assert told["fit"].startswith(f"nnjax fit {space.study.path} --set 'studied.activation=[")
    assert told["fit"].endswith(f"--cell 'tanh d1' --home {tmp_path}")
    assert f"'{tmp_path}/models/a b'" in told["predict"]
    assert shlex.split(told["standalone"])[1] == f"{tmp_path}/models/a b/nnjax_model.py"
