"""Findings: each is seen where it is, is not seen where it is not, and comes with a study that can be run."""

import math
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fakes.command import nnjax

from nnjax.claims.growth import State
from nnjax.claims.logbook import Logbook, Look
from nnjax.report.findings.next_studies import write_next_studies
from nnjax.report.findings.too_few import find_too_few
from nnjax.statistics.components import VarianceComponents
from nnjax.statistics.power import Design
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

HEAD = """
question = "Which?"
[data]
name = "diabetes"
[replicates]
splits = 4
base_seed = 5
[fixed]
width = 8
epochs = 12
optimizer = "adam"
initializer = "auto"
l2 = 0.0
"""
DEPTHS = HEAD + "[studied]\ndepth = [1, 2, 4]\n"
CLAIM = """
[[claims]]
name = "deeper"
sentence = "4 beats 1."
kind = "beats"
a = {depth = 4}
b = {depth = 1}
"""


@pytest.fixture
def find(make_space, make_results, make_study_results, tmp_path):
    """Study text and what to change in its results -> findings by key, their files in `tmp_path`."""

    def run(text, **columns):
        space = make_space(text)
        results = make_results(space)
        for name, value in columns.items():
            results[name] = value(results) if callable(value) else value
        studies = write_next_studies(make_study_results(space, results), tmp_path)
        assert {each.path.name for each in studies} == {path.name for path in tmp_path.glob("*.toml")}
        return {each.finding.key: each for each in studies}

    return run


def score(by):
    """Scores that depend on the depth alone, a little noise aside."""

    def numbers(results):
        noise = np.random.default_rng(0).normal(0, 0.001, len(results))
        return results["depth"].map(by) + noise

    return numbers


def test_the_best_depth_at_the_edge_asks_for_deeper_ones(find):
    by = score({1: 0.1, 2: 0.2, 4: 0.3})
    found = find(DEPTHS, validation_r2=by, test_r2=by)["edge-depth"]
    assert "depth = 4 in 4 of 4 splits, the largest level" in found.finding.sentence
    study = load_study(found.path)
    assert study.studied == {"depth": (4, 8, 16)}
    assert [claim.a for claim in study.claims] == [{"depth": 8}, {"depth": 16}]
    assert (found.runs, found.missing) == (12, 8), "the runs of depth 4 are there already"
    assert found.minutes > 0


def test_a_best_depth_inside_the_grid_asks_for_nothing(find):
    by = score({1: 0.1, 2: 0.3, 4: 0.2})
    assert not any(key.startswith("edge") for key in find(DEPTHS, validation_r2=by, test_r2=by))


def test_no_penalty_is_the_end_of_the_ladder_and_full_the_largest_batch(find):
    text = DEPTHS.replace("depth = [1, 2, 4]", 'l2 = [0.0, 0.01, 0.1]\nbatch_size = [8, 32, "full"]').replace(
        "l2 = 0.0\n", ""
    )
    best = lambda results: 0.3 - results["l2"] + 0.001 * results["batch_size"]  # noqa: E731
    assert not any(key.startswith("edge") for key in find(text, validation_r2=best, test_r2=best))
    small = lambda results: 0.3 - results["l2"] - 0.001 * results["batch_size"]  # noqa: E731
    found = find(text, validation_r2=small, test_r2=small)["edge-batch-size"]
    assert load_study(found.path).studied == {"batch_size": (8, 2)}


def test_runs_that_still_improve_ask_for_more_epochs(find):
    found = find(DEPTHS, best_epoch=12)["more-epochs"]
    assert "100 % of the runs" in found.finding.sentence
    assert load_study(found.path).studied == {"epochs": (12, 24)}
    assert "more-epochs" not in find(DEPTHS, best_epoch=6)


def test_over_fitting_asks_for_a_penalty(find):
    lost = {"test_r2": score({1: 0.4, 2: 0.4, 4: 0.4}), "last_test_r2": score({1: 0.2, 2: 0.2, 4: 0.2})}
    found = find(DEPTHS, **lost)["over-fitting"]
    study = load_study(found.path)
    assert study.studied == {"l2": (0.0, 0.01, 0.1)} and study.claims[0].metric == "last_test_r2"
    kept = {**lost, "last_test_r2": lost["test_r2"]}
    assert "over-fitting" not in find(DEPTHS, **kept)


def test_divergence_asks_for_smaller_steps_where_it_was_worst(find):
    def status(results):
        return np.where(results["depth"] == 4, "diverged", "finished")

    found = find(DEPTHS, status=status)["diverged"]
    assert "33 % of the runs diverged, most of all d4: 100 %" in found.finding.sentence
    study = load_study(found.path)
    assert study.fixed["depth"] == 4 and study.studied == {"learning_rate": (0.001, 0.000333, 0.0001)}
    assert "diverged" not in find(DEPTHS)


def test_no_better_than_ridge_asks_again_with_more_seeds(find):
    by = score({1: 0.1, 2: 0.2, 4: 0.3})
    found = find(DEPTHS, validation_r2=by, test_r2=by)["beat-reference"]
    study = load_study(found.path)
    assert study.replicates.seeds_per_split == 4 and not study.claims, "the report's first answer is the paired one"
    assert "beat ridge" in study.question
    better = lambda results: 0.9 + 0.0 * results["depth"]  # noqa: E731
    assert "beat-reference" not in find(DEPTHS, validation_r2=better, test_r2=better)


def test_a_factor_that_never_matters_is_named_and_asked_once_more(find):
    same = score({1: 0.3, 2: 0.3, 4: 0.3})
    found = find(DEPTHS, validation_r2=same, test_r2=same)["idle-depth"]
    study = load_study(found.path)
    assert (study.replicates.splits, study.replicates.base_seed) == (8, 6), "splits that did not suggest it"
    assert {claim.kind for claim in study.claims} == {"same"}
    by = score({1: 0.1, 2: 0.2, 4: 0.3})
    assert "idle-depth" not in find(DEPTHS, validation_r2=by, test_r2=by)


def test_a_factor_is_not_idle_where_all_levels_exploded(find):
    exploded = score({1: -3e25, 2: -1e24, 4: -7e25})
    assert "idle-depth" not in find(DEPTHS, validation_r2=exploded, test_r2=exploded)


def test_an_undecided_claim_without_power_asks_for_its_cells_only(find):
    noise = lambda results: np.random.default_rng(1).normal(0.3, 0.1, len(results))  # noqa: E731
    found = find(DEPTHS + CLAIM, validation_r2=noise, test_r2=noise)["more-replicates"]
    assert found.finding.sentence.startswith("One claim is undecided, and no wonder")
    assert "(deeper: " in found.finding.sentence
    study = load_study(found.path)
    assert study.studied == {"depth": (1, 4)} and study.replicates.seeds_per_split == 4
    by = score({1: 0.1, 2: 0.2, 4: 0.3})
    assert "more-replicates" not in find(DEPTHS + CLAIM, validation_r2=by, test_r2=by)


def undecided(make_space, make_results, make_study_results, text, **columns):
    """StudyResults of a study whose one claim drowns in noise."""
    space = make_space(text)
    results = make_results(space)
    noise = np.random.default_rng(1).normal(0.3, 0.1, len(results))
    for name, value in {"validation_r2": noise, "test_r2": noise, **columns}.items():
        results[name] = value
    return make_study_results(space, results)


@pytest.fixture
def open_claim(make_space, make_results, make_study_results):
    """Makes the results of a study whose one claim is undecided for lack of replicates."""
    return partial(undecided, make_space, make_results, make_study_results)


def test_a_claim_that_no_replicates_can_decide_asks_for_none(open_claim):
    seeded = DEPTHS.replace("splits = 4", "splits = 8\nseeds_per_split = 5") + CLAIM
    study_results = open_claim(seeded)
    [answer] = study_results.claims
    assert answer.judgement.verdict is Verdict.UNDECIDED and answer.detectable > answer.margin
    assert [*find_too_few(study_results)]
    hopeless = replace(answer, components=VarianceComponents(seed=0.0, split=1.0, n_splits=8, n_seeds=5))
    assert not [*find_too_few(replace(study_results, claims=(hopeless,)))]
    censored = replace(answer, interval=replace(answer.interval, low=-math.inf), detectable=math.inf)
    assert not [*find_too_few(replace(study_results, claims=(censored,)))]


def test_a_claim_that_is_not_judged_or_was_grown_asks_for_none(open_claim):
    study_results = open_claim(DEPTHS + CLAIM)
    [answer] = study_results.claims
    assert [*find_too_few(study_results)]
    unjudged = replace(answer, judgement=replace(answer.judgement, verdict=Verdict.UNDECIDED), is_judged=False)
    assert not [*find_too_few(replace(study_results, claims=(unjudged,)))]
    look = Look("deeper", 1, Design(4, 1), 0.0, -1.0, 1.0, "undecided", State.HOPELESS)
    assert not [*find_too_few(replace(study_results, logbook=Logbook(((look,),))))]


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
    studies = write_next_studies(make_study_results(space, results), tmp_path)
    assert [each.problem for each in studies if each.problem] == []
    for each in studies:
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
