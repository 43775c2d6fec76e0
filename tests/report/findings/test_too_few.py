"""Claims that have too few replicates."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from fakes.findings import DEPTHS, score

from nnjax.claims.growth import State
from nnjax.claims.logbook import Logbook, Look
from nnjax.report.findings.too_few import find_too_few
from nnjax.statistics.components import VarianceComponents
from nnjax.statistics.power import Design
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.study.study import load_study

CLAIM = """
[[claims]]
name = "deeper"
sentence = "4 beats 1."
kind = "beats"
a = {depth = 4}
b = {depth = 1}
"""


def test_an_undecided_claim_without_power_asks_for_its_cells_only(find):
    noise = lambda results: np.random.default_rng(1).normal(0.3, 0.1, len(results))  # noqa: E731
    found = find(DEPTHS + CLAIM, validation_r2=noise, test_r2=noise)["more-replicates"]
    assert found.finding.sentence.startswith(
        "More replicates may decide the undecided claim: train 4 random starts (seeds) on each of 4 splits. "
    )
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


def test_perhaps_no_better_than_ridge_asks_again_with_more_seeds(find):
    by = lambda results: 0.45 + 0.05 * (-1.0) ** results["split"]  # noqa: E731
    found = find(DEPTHS, validation_r2=by, test_r2=by)["beat-reference"]
    study = load_study(found.path)
    assert study.replicates.seeds_per_split == 4 and not study.claims, "the report's first answer is the paired one"
    assert "beat ridge" in study.question
    for known in (0.9, 0.3, -0.1):  # better; no advantage left to be found; nothing learnt at all
        same = lambda results, known=known: known + 0.0 * results["depth"]  # noqa: E731
        assert "beat-reference" not in find(DEPTHS, validation_r2=same, test_r2=same)


def test_networks_that_learn_nothing_are_not_asked_for_again(open_claim):
    study_results = open_claim(DEPTHS + CLAIM)
    assert [*find_too_few(study_results)]
    constant = study_results.baselines["model"] == study_results.terms.naive
    scores = study_results.baselines["test_score"].mask(constant, 0.99)
    assert not [*find_too_few(replace(study_results, baselines=study_results.baselines.assign(test_score=scores)))]
