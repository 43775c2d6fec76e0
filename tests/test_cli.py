"""The command line as a person meets it: in a process of its own, on a study small enough for a test."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from fakes.command import ROOT, nnjax
from mlflow.tracking import MlflowClient

from nnjax.cli import main, make_parser
from nnjax.commands.contract import DOCUMENTS, EXIT_CODES
from nnjax.data.tables import load_table
from nnjax.execution.executor import ExecutionError
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.study.study import load_study
from nnjax.tracking.client_lane import every_run

STUDY = """
question = "Does the activation matter?"
[data]
name = "diabetes"

[replicates]
splits = 4
[studied]
activation = ["relu", "tanh"]
depth = [1]
[nuisance]
l2 = [0.0, 0.1]
[fixed]
width = 8
epochs = 6
optimizer = "adam"
initializer = "auto"
batch_size = "full"
learning_rate = 0.01
[[claims]]
name = "same"
sentence = "ReLU and tanh are the same."
kind = "same"
a = {activation = "relu"}
b = {activation = "tanh"}
at = {depth = 1}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    (folder / "small.toml").write_text(STUDY)
    first = nnjax("sweep", folder / "small.toml", "--set", "epochs=5", "--workers", 1, home=folder)
    assert first.returncode == 0, first.stderr
    return folder, first


@pytest.fixture
def here(home, monkeypatch):
    """The command in this process: what it says and does is no other there, and its imports are paid for."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return lambda *words: main([*map(str, words), "--home", str(home[0])])


def test_sweep_says_where_everything_is(home):
    folder, first = home
    assert "Trained 16 of 16 runs" in first.stdout
    assert str(folder / "reports" / "small" / "index.html") in first.stdout
    assert "workflowType=machine_learning" in first.stdout
    assert f"nnjax ui --home {folder}, then open http" in first.stdout
    assert re.search(rf"nnjax sweep {folder}/reports/small/next/\S+.toml --home {folder}\n", first.stdout)
    assert (folder / "reports" / "small" / "index.html").stat().st_size > 10_000


def test_a_finished_sweep_trains_nothing_and_doubles_nothing(home):
    again = nnjax("sweep", home[0] / "small.toml", "--set", "epochs=5", home=home[0])
    assert again.returncode == 0
    assert "nothing to train" in again.stdout
    assert "0 runs written, 21 were there" in again.stdout


def test_results_are_one_tidy_row_a_run(home, here):
    out = home[0] / "runs.csv"
    assert here("results", home[0] / "small.toml", "--set", "epochs=5", "--out", out) == 0
    table = pd.read_csv(out)
    assert len(table) == 16
    assert set(table["status"]) == {"finished"}
    assert (table["epochs"] == 5).all()


@pytest.mark.usefixtures("engine_here")
def test_run_trains_one_run_again_and_agrees(home, here, capsys):
    assert here("run", min(Journal(home[0]).run_ids())[:16]) == 0
    assert "bitwise equal" in capsys.readouterr().out


@pytest.mark.usefixtures("engine_here")
@pytest.mark.filterwarnings("ignore:.*Any type hint")  # of MLflow's own, when its pyfunc is imported
def test_a_sweep_becomes_a_model_that_hangs_on_its_cell_and_predicts(home, here, capsys):
    study, folder = (home[0] / "small.toml", "--set", "epochs=5"), home[0] / "models" / "small"
    client = MlflowClient(f"sqlite:///{home[0] / 'mlflow.db'}")
    before = {run.info.run_id: run.info.end_time for run in every_run(client, ["1"], "")}
    assert here("fit", *study, "--seeds", 2, "--register", "small") == 0
    told = capsys.readouterr().out
    assert f"Model    {folder}\n" in told and "registered as small, version 1" in told
    assert here("fit", *study, "--seeds", 2) == 0
    again = capsys.readouterr().out
    assert "as it was" in again
    logged = [re.search(r"models:/(\S+) on run (\w+)", text).groups() for text in (told, again)]
    assert logged[0] == logged[1]
    assert {run.info.run_id: run.info.end_time for run in every_run(client, ["1"], "")} == before
    assert client.get_run(logged[0][1]).data.tags["nnjax.kind"] == "cell"
    table = home[0] / "new.csv"
    pd.DataFrame(load_table("diabetes").features[:3], columns=load_table("diabetes").feature_names).to_csv(table)
    assert here("predict", "small", table, "--out", home[0] / "predictions.csv") == 0
    predicted = pd.read_csv(home[0] / "predictions.csv")
    assert list(predicted) == ["prediction", "lower", "upper"] and len(predicted) == 3
    assert here("fit", *study, "--seeds", 3) == 2
    assert "holds another model (networks: 2, here 3)" in capsys.readouterr().err


def test_a_larger_study_reuses_a_smaller_ones_runs(home, here, capsys):
    assert here("plan", home[0] / "small.toml", "--set", "epochs=5", "--set", "depth=[1, 2]") == 0
    assert "32, 16 to train" in capsys.readouterr().out


@pytest.mark.usefixtures("engine_here")
def test_undecided_claims_get_more_replicates_and_the_report_says_so(home, here, capsys):
    study = home[0] / "small.toml", "--set", "epochs=5"
    assert here("sweep", *study, "--until-decided", "--budget", "0.5", "--executor", "serial") == 0
    told = capsys.readouterr().out
    assert "same, look 1 of 5, 4 × 1: undecided" in told
    assert "Round 2: 16 more runs (splits × seeds: same 4 × 2)." in told
    page = (home[0] / "reports" / "small" / "index.html").read_text()
    assert re.search(r"Look \d of at most 5, on \d+ splits × \d+", page)
    assert "Several looks." in (home[0] / "reports" / "small" / "method.html").read_text()
    looks = pd.read_csv(home[0] / "reports" / "small" / "tables" / "looks.csv")
    assert looks["look"].tolist() == list(range(1, len(looks) + 1)) and len(looks) >= 2
    capsys.readouterr()
    assert here("report", home[0] / "small.toml", "--set", "epochs=5", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == set(DOCUMENTS["report"]) and told["page"].endswith("small/index.html")
    assert pd.read_csv(home[0] / "reports" / "small" / "tables" / "looks.csv").equals(looks)


def test_a_damaged_logbook_stops_the_next_look_before_any_training(home, here, capsys):
    assert here("sweep", home[0] / "small.toml", "--set", "epochs=5", "--until-decided", "--budget", "1e-6") == 0
    logbook = next((home[0] / "journal" / "decisions").glob("*.json"))
    sound = logbook.read_text()
    logbook.write_text("{")
    try:
        for command in (("sweep", "--until-decided"), ("report",)):
            name, *flags = command
            capsys.readouterr()
            assert here(name, home[0] / "small.toml", "--set", "epochs=5", *flags) == 2
            (refused,) = capsys.readouterr().err.splitlines()
            assert "cannot be read" in refused
    finally:
        logbook.write_text(sound)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("plan", "nowhere.toml"), "nowhere.toml"),
        (("sweep", "experiments/quick.toml", "--budget", "5"), "--until-decided"),
        (("sweep", "experiments/quick.toml", "--until-decided", "--set", "claims=[]"), "declare a claim"),
        (("sweep", "experiments/quick.toml", "--set", "batch_size=0"), "batch_size"),
        (("plan", "experiments/quick.toml", "--set", 'activation=["rleu"]'), "relu"),
        (("results", "experiments/quick.toml", "--out", "runs.xlsx"), ".csv"),
        (("run", "f00"), "no run"),
        (("results", "experiments/quick.toml", "--out", "/nowhere/runs.csv"), "/nowhere"),
        (
            ("sync", "experiments/quick.toml", "--set", "epochs=7"),
            "run `nnjax sweep experiments/quick.toml --set epochs=7 --home /",
        ),
        (("sweep", "experiments/quick.toml", "--tracking-uri", "htp://server:5000"), "htp://server:5000"),
        (("plan", "nothing-of-that-name"), "nothing-of-that-name"),
        (("sweep", "experiments/quick.toml", "--tracking-uri", "mysql://me:s3cret@host/db"), "mysql://…@host/db"),
        (("sweep", "experiments/quick.toml", "--address", "http://me:s3cret@host"), "--address http://…@host"),
        (("plan", "experiments/quick.toml", "--set", "epoch=http://me:s3cret@host"), "epoch"),
        (("plan", "http://me:s3cret@host/study.toml"), "…@host/study.toml"),
        (("plan", "http://me:my s3cret@host/study"), "…@host/study"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, message, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert main([*arguments, "--home", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert "s3cret" not in error
    assert not list(tmp_path.iterdir())


def test_an_option_that_does_not_exist_is_refused_without_the_password_behind_it(capsys, monkeypatch):
    typed = ["sweep", "--tracking-url=http://me:s3cret@host"]
    monkeypatch.setattr("sys.argv", ["nnjax", *typed])
    with pytest.raises(SystemExit, match="2"):
        main(typed)
    error = capsys.readouterr().err
    assert "unrecognized arguments: --tracking-url=http://…@host" in error and "s3cret" not in error


def test_a_home_that_is_a_file_is_one_line_too(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    (tmp_path / "home").write_text("")
    assert main(["sweep", "experiments/quick.toml", "--home", str(tmp_path / "home")]) == 2
    assert "Not a directory" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), ExecutionError("it failed:\nTrace\nno room")]
)
def test_what_the_machine_refuses_is_one_line(error, capsys, monkeypatch):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr("nnjax.pipeline.sweep_study", refuse)
    monkeypatch.chdir(ROOT)
    assert main(["sweep", "experiments/quick.toml"]) == 2
    said = capsys.readouterr().err
    assert said in (
        "[Errno 28] No space left on device; nothing trained is lost\n",
        "it failed: no room; nothing trained is lost\n",
    )


@pytest.mark.parametrize("words", [["--home", "{}", "plan", "small"], ["plan", "small", "--home", "{}"]])
def test_home_may_stand_before_and_after_the_command(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there" / "experiments").mkdir(parents=True)
    (tmp_path / "there" / "experiments" / "small.toml").write_text(STUDY)
    assert main([word.format("there") for word in words]) == 0
    assert "16 to train" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["small", "lecture/small"])
def test_a_study_in_a_folder_of_experiments_is_found_by_its_name(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "experiments" / "lecture").mkdir(parents=True)
    (tmp_path / "experiments" / "lecture" / "small.toml").write_text(STUDY)
    assert main(["plan", name, "--home", str(tmp_path / "home")]) == 0
    assert "16 to train" in capsys.readouterr().out


def test_studies_of_the_house_differ_in_name():
    """A study's name names its report and its experiment in MLflow, whatever folder its file lies in."""
    names = [load_study(path).name for path in (ROOT / "experiments").rglob("*.toml")]
    assert len(names) == len(set(names))


def test_the_studies_of_the_house_can_be_planned(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    for study in sorted((ROOT / "experiments").rglob("*.toml")):
        assert main(["plan", str(study), "--home", str(tmp_path)]) == 0
    assert "5,760" in capsys.readouterr().out


def test_targets_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    assert len(targets) <= 13
    named = set(re.findall(r"make ([a-z-]+)", (ROOT / "README.md").read_text())) - {"nothing"}
    assert named <= set(targets) | {"and"}


PLAN_AND_LOOK = """
import sys
from nnjax.cli import main
assert main(["plan", *sys.argv[1:]]) == 0
print(sorted({"jax", "optax", "sklearn", "pandas"} & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(("study", "imported"), [("diabetes", []), ("own-table", ["pandas"])])
def test_a_study_is_planned_without_jax_and_scikit_learn(study, imported, tmp_path):
    command = [sys.executable, "-c", PLAN_AND_LOOK, f"experiments/{study}.toml", "--home", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stderr.splitlines()[-1] == f"{imported}", "the last line, below what takes long on a busy machine"


def test_the_environment_s_home_is_used_where_none_is_given(monkeypatch):
    monkeypatch.setenv("NNJAX_HOME", "/somewhere")
    assert make_parser().parse_args(["plan"]).home == Path("/somewhere")
    assert make_parser().parse_args(["--home", "a", "plan", "--home", "b"]).home == Path("b")


def commands():
    actions = next(action for action in make_parser()._actions if action.choices and "plan" in action.choices)
    return actions.choices


def test_help_says_how_a_command_may_end():
    lines = make_parser().format_help().splitlines()
    for code, words in EXIT_CODES.items():
        assert any(line.split(maxsplit=1) == [str(int(code)), words] for line in lines)


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_a_sentence_and_an_example_that_parses(name):
    parser = commands()[name]
    assert parser.description.endswith(".")
    words = parser.epilog.removeprefix("example: nnjax ").split()
    assert make_parser().parse_args(words).command.__name__ == name


@pytest.mark.parametrize(("document", "least"), [("README.md", 7), ("docs/commands.md", 3)])
def test_every_command_of_a_document_parses(document, least):
    lines = re.findall(r"^    nnjax ([^>\n]+?)(?:\s+(?:#|>).*)?$", (ROOT / document).read_text(), re.MULTILINE)
    assert len(lines) >= least
    for line in lines:
        make_parser().parse_args(line.split())
