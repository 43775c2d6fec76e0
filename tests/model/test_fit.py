"""A finished sweep becomes a model: one folder, whole, made of what the journal has, and the same again."""

import json
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from fakes.model_folders import seal_folder
from safetensors.numpy import load_file

from nnjax.data.preparation import table_columns
from nnjax.model.files import check_arithmetic
from nnjax.model.fit import fit_study
from nnjax.model.networks import plan_refit, refit, retrain_runs
from nnjax.model.origin import FitOptions
from nnjax.model.standalone import Model
from nnjax.refusal import RefusedError
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.progress import Progress
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.terminal import to_nobody

pytestmark = pytest.mark.usefixtures("engine_here")

FEW = FitOptions(members=2)
FILES = {
    "MLmodel", "SHA256SUMS", "card.html", "card.md", "model.json", "model.onnx", "nnjax_model.py", "preparation.skops",
    "python_env.yaml", "requirements.txt", "weights.safetensors",
}  # fmt: skip


@pytest.fixture(scope="module")
def fitted(trained):
    home, space = trained()
    return home, space, fit_study(space, home, FEW, Progress())


def columns_of(space):
    return np.column_stack([column.values for column in table_columns(space.table)])


def arrays_of(folder):
    return load_file(folder / "weights.safetensors")


def contents(folder):
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_the_folder_is_whole_and_says_what_it_is_made_of(fitted):
    home, space, made = fitted
    assert made.is_new and made.folder == home / "models" / "small"
    assert set(contents(made.folder)) == FILES
    document = json.loads((made.folder / "model.json").read_text())
    cell = next(cell for cell in space.cells if cell.cell_id == document["cell"]["cell_id"])
    best = Journal(home).column("best_epoch")
    epochs = sorted(best[run.run_id] for run in space.runs if run.cell is cell)
    assert document["epochs"] == epochs[2]
    assert document["best_epochs"] == {"runs": 4, "low": epochs[0], "high": epochs[3]}
    assert document["retrained"] == {
        "runs": 4,
        "planned": 4,
        "largest_difference": 0.0,
    }
    folds = [fold["run_ids"] for fold in document["folds"]]
    assert folds == [[run.run_id] for run in space.runs if run.cell is cell]
    assert cell.label in made.summary() and "2 networks" in made.summary()


def test_to_find_a_model_nothing_is_imported_that_makes_one():
    dear = "{'jax', 'mlflow', 'onnx', 'sklearn', 'skops'}"
    subprocess.run(
        [sys.executable, "-c", f"import nnjax.model.fit, sys; sys.exit(bool({dear} & {{*sys.modules}}))"], check=True
    )


def test_it_predicts_what_its_networks_say(fitted):
    _, space, made = fitted
    model, columns = Model.load(made.folder), columns_of(space)
    rows = {name: columns[:, place] for place, name in enumerate(space.table.feature_names)}
    predicted = model.predict(rows)
    each = [model.networks[f"ensemble_{number}"].outputs(model.preparations[0].inputs(columns)) for number in range(2)]
    scaled = (np.mean(each, axis=0)[:, 0] * space.table.target.std()) + space.table.target.mean()
    np.testing.assert_allclose(predicted["prediction"], scaled, rtol=1e-9)
    assert (predicted["lower"] <= predicted["prediction"]).all() and (
        predicted["prediction"] <= predicted["upper"]
    ).all()
    truth = space.table.target[:, 0]
    inside = (predicted["lower"] <= truth) & (truth <= predicted["upper"])
    assert inside.mean() > 0.85


def test_scores_of_the_folds_are_of_rows_that_they_have_not_seen(fitted):
    home, space, made = fitted
    model, arrays = Model.load(made.folder), arrays_of(made.folder)
    kept = Journal(home).column("test_prediction")
    for fold in model.document["folds"]:
        rows = space.splits[fold["fold"]].test
        error = np.abs(space.table.target[rows, 0] - np.asarray(kept[fold["run_ids"][0]], np.float64))
        np.testing.assert_allclose(arrays[f"fold_{fold['fold']}.scores"][:, 0], error, atol=1e-3)
        np.testing.assert_array_equal(arrays[f"fold_{fold['fold']}.rows"], rows)


def test_again_it_is_found_and_anew_it_is_the_same(fitted):
    home, space, made = fitted
    before = contents(made.folder)
    assert not fit_study(space, home, FEW, Progress()).is_new
    shutil.move(made.folder, made.folder.with_name("kept"))
    assert fit_study(space, home, FEW, Progress()).is_new
    assert contents(made.folder) == before


def test_another_model_and_a_damaged_one_are_in_the_way(fitted):
    home, space, made = fitted
    before = contents(made.folder)
    with pytest.raises(RefusedError, match=r"small holds another model \(networks: 2, here 3\); .*--name"):
        fit_study(space, home, replace(FEW, members=3), Progress())
    card = made.folder / "card.md"
    card.write_bytes(before["card.md"] + b"!")
    with pytest.raises(RefusedError, match=r"card\.md.*remove the folder"):
        fit_study(space, home, FEW, Progress())
    card.write_bytes(before["card.md"])
    assert contents(made.folder) == before


def test_networks_whose_arithmetic_is_not_the_engines_are_not_published(fitted):
    home, space, made = fitted
    cell = next(cell for cell in space.cells if cell.cell_id == made.document["cell"]["cell_id"])
    runs, model = retrain_runs(space, cell, Journal(home), to_nobody), Model.load(made.folder)
    assert 0 < check_arithmetic(space, model, runs, columns_of(space)) < 1e-5
    beyond = [replace(run, prediction=np.where(run.prediction > 200, np.inf, run.prediction)) for run in runs]
    assert check_arithmetic(space, model, beyond, columns_of(space)) < 1e-5
    wrong = [replace(run, prediction=run.prediction + 1) for run in runs]
    with pytest.raises(RefusedError, match="standard deviations from those of the training in float32"):
        check_arithmetic(space, model, wrong, columns_of(space))


def test_a_level_for_which_there_are_too_few_rows(trained):
    home, space = trained()
    made = fit_study(space, home, FitOptions(members=1, level=Fraction("0.999"), name="sure"), Progress())
    assert made.document["intervals"] is None and made.document["folds"] == []
    assert "442 rows are too few: it takes 999" in made.document["why_no_intervals"]
    rows = {name: space.table.features[:3, place] for place, name in enumerate(space.table.feature_names)}
    assert set(Model.load(made.folder).predict(rows)) == {"prediction"}


def test_the_ensemble_is_trained_on_all_rows(fitted):
    _, space, made = fitted
    cell = next(cell for cell in space.cells if cell.cell_id == made.document["cell"]["cell_id"])
    members = refit(space, plan_refit(space, cell, made.document["epochs"]), 2, to_nobody)
    for number, member in enumerate(members):
        first = np.asarray(member.network.parameters[0].weights)
        np.testing.assert_array_equal(arrays_of(made.folder)[f"ensemble_{number}.layer_1.weights"], first)


OWN = """
question = "Does the penalty matter?"
[data]
file = "own.csv"
target = "y"
[replicates]
splits = 4
[studied]
l2 = [0.0, 0.1]
[fixed]
depth = 1
width = 3
epochs = 2
batch_size = 16
missing_values = "median"
rare_words = 0.04
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A table with gaps and a word of 4 rows: rare among all 120, not among the 72 that train a fold."""
    home, draws = tmp_path_factory.mktemp("own"), np.random.default_rng(0)
    words = np.array(["red", "blue", "green"])[draws.integers(0, 3, 120)]
    words[[3, 40, 70, 110]] = "odd"
    x = draws.normal(size=120).round(3)
    y = (x + (words == "red") + 0.1 * draws.normal(size=120)).round(3)
    cells = ["" if row % 9 == 0 else str(value) for row, value in enumerate(x)]
    lines = [f"{a},{word},{b}" for a, word, b in zip(cells, words, y, strict=True)]
    (home / "own.csv").write_text("\n".join(["x,colour,y", *lines]))
    (home / "own.toml").write_text(OWN)
    space = expand(load_study(home / "own.toml"))
    run_sweep(space, home, "serial")
    return home, space


def test_folds_may_know_other_words_than_all_rows(own):
    home, space = own
    made = fit_study(space, home, FEW, Progress())
    widths = [len(each["x_mean"]) for each in made.document["preparations"]]
    assert widths == [6, 7, 7, 7, 7] and made.document["network"]["layer_sizes"][0] == 6
    predicted = Model.load(made.folder).predict({"x": [0.5, None, 1], "colour": ["red", "odd", "unseen"]})
    assert np.isfinite(predicted["lower"]).all() and (predicted["lower"] <= predicted["upper"]).all()


def test_a_model_of_another_build_is_made_anew(own):
    home, space = own
    made = fit_study(space, home, FEW, Progress())
    document = json.loads((made.folder / "model.json").read_text())
    (made.folder / "model.json").write_text(json.dumps({**document, "model_id": "of another build"}))
    seal_folder(made.folder)
    again = fit_study(space, home, FEW, Progress())
    assert again.is_new and again.document["model_id"] == document["model_id"]


def test_a_cell_whose_runs_all_diverged_makes_no_model(trained):
    home, space = trained(
        "fixed.learning_rate=1000", "fixed.l2=10", "fixed.batch_size=32", "epochs=20", "optimizer='sgd'", "depth=[1]"
    )
    with pytest.raises(RefusedError, match=r"all 4 runs of cell .* diverged"):
        fit_study(space, home, replace(FEW, cell=space.cells[0].label), Progress())


def test_of_two_calls_at_once_the_second_finds_what_the_first_has_made(own):
    home, space = own
    options = replace(FEW, name="twice")
    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(lambda _: fit_study(space, home, options, Progress()), range(2)))
    assert sorted(each.is_new for each in made) == [False, True]


@pytest.mark.slow
@pytest.mark.parametrize("word", ["Training the cell", "Training 2 networks", "wrote weights.safetensors", "renamed"])
def test_a_killed_fit_leaves_no_folder_and_the_next_one_a_whole_one(word, trained, tmp_path):
    home, space = trained()
    shutil.copytree(home / "journal", tmp_path / "journal")
    words = [sys.executable, "-u", "-c", KILLED, str(space.study.path), str(tmp_path), word]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(word):
                process.send_signal(signal.SIGKILL)
                break
    there = [each.name for each in (tmp_path / "models").glob("[!.]*")]
    assert there == (["small"] if word == "renamed" else [])
    made = fit_study(space, tmp_path, FEW, Progress())
    assert made.is_new == (word != "renamed") and set(contents(made.folder)) == FILES
    left = {each.name for each in (tmp_path / "models").iterdir()} - {".gitignore", ".small.lock"}
    assert left == {"small"}


KILLED = """
import sys
from contextlib import contextmanager
from pathlib import Path
from nnjax.model.fit import fit_study
from nnjax.model.origin import FitOptions
from nnjax.sweep import durable
from nnjax.sweep.progress import Progress
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
write, rename = durable.write_durably, durable.os.rename
def written(path, content):
    write(path, content)
    print("wrote", path.name)
def renamed(*names):
    rename(*names)
    print("renamed")
durable.write_durably, durable.os.rename = written, renamed
class Told(Progress):
    @contextmanager
    def stage(self, what):
        print(what)
        yield print
fit_study(expand(load_study(Path(sys.argv[1]))), Path(sys.argv[2]), FitOptions(members=2), Told())
"""
