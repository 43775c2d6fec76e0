"""Findings: each is seen where it is, is not seen where it is not, and comes with a study that can be run."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fakes.command import nnjax
from fakes.findings import DEPTHS, score

from nnjax.report.findings.next_studies import write_next_studies
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study


def test_over_fitting_asks_for_a_penalty(find):
    lost = {"test_r2": score({1: 0.4, 2: 0.4, 4: 0.4}), "last_test_r2": score({1: 0.2, 2: 0.2, 4: 0.2})}
    found = find(DEPTHS, **lost)["over-fitting"]
    study = load_study(found.path)
    assert study.studied == {"l2": (0.0, 0.01, 0.1)} and study.claims[0].metric == "last_test_r2"
    kept = {**lost, "last_test_r2": lost["test_r2"]}
    assert "over-fitting" not in find(DEPTHS, **kept)


def test_of_an_error_without_a_usual_margin_a_proposal_names_one_and_can_be_run(find):
    levels = {1: 0.1, 2: 0.2, 4: 0.4}
    validation = {f"{epoch}validation_rmse": lambda results: 1 - score(levels)(results) for epoch in ("", "last_")}
    found = find('metric = "rmse"\n' + DEPTHS, **validation)["edge-depth"]
    claim = load_study(found.path).claims[0]
    assert claim.metric == "test_rmse" and claim.margin == pytest.approx(1.5, abs=0.1)


def test_what_an_earlier_report_proposed_is_gone(find, tmp_path):
    (tmp_path / "edge-l2.toml").write_text("old")
    find(DEPTHS)
    assert not (tmp_path / "edge-l2.toml").exists()


TWISTS = ("as it is", "late and diverged", "over-fitted", "noise")


def twisted():
    """Each study of the house with a twist, and each twist with many studies; the other pairs are slow."""
    for number, path in enumerate(sorted(Path("experiments").rglob("*.toml"))):
        for place, twist in enumerate(TWISTS):
            marks = () if place == number % len(TWISTS) else pytest.mark.slow
            yield pytest.param(path, twist, marks=marks, id=f"{twist}-{path.stem}")


@pytest.fixture(scope="module")
def house(make_results):
    """Study file -> its space on four splits and results, made once for all that is done to them."""

    @cache
    def make(path):
        space = expand(load_study(path, ["replicates.splits=4", "replicates.seeds_per_split=1"]))
        return space, make_results(space)

    return make


@pytest.mark.parametrize(("path", "twist"), list(twisted()))
def test_every_proposal_for_every_study_of_the_house_can_be_run(path, twist, house, make_study_results, tmp_path):
    space, results = house(path)
    results = results.copy()
    for factor in set(space.study.factors) - set(results):
        results[factor] = results["cell_id"].map(
            {cell.cell_id: getattr(cell.configuration, factor) for cell in space.cells}
        )
    measure = {"regression": "r2", "classification": "accuracy"}[space.table.task]
    if twist == "late and diverged":
        results["best_epoch"] = results["epochs"]
        results.loc[::3, "status"] = "diverged"
    elif twist == "over-fitted":
        results[f"last_test_{measure}"] = results[f"test_{measure}"] - 0.3
    elif twist == "noise":
        results[f"test_{measure}"] = np.random.default_rng(2).normal(0.3, 0.2, len(results))
    studies = write_next_studies(make_study_results(space, results), tmp_path / "reports" / "some-study" / "next")
    assert [each.problem for each in studies if each.problem] == []
    for each in studies:
        assert each.command == f"nnjax sweep {each.path} --home {tmp_path}"
        assert f"# run it:  {each.command}\n" in each.path.read_text()
        assert load_study(each.path).question == each.finding.tables["question"]


@pytest.mark.slow
def test_a_proposal_really_runs_and_answers(find, tmp_path):
    by = score({1: 0.1, 2: 0.2, 4: 0.3})
    found = find(DEPTHS, validation_r2=by, test_r2=by)["edge-depth"]
    home = tmp_path / "home"
    done = nnjax("sweep", found.path, home=home)
    assert done.returncode == 0, done.stderr
    assert f"Trained {found.runs} of {found.runs} runs" in done.stdout
    claims = pd.read_csv(home / "reports" / "some-study-edge-depth" / "tables" / "claims.csv")
    assert claims["claim"].tolist() == ["depth-8-beats-4", "depth-16-beats-4"]
