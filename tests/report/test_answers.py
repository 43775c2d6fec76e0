"""The answers in plain words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nnjax.report.answers import claims_lead, factor_lines, factors_lead, headline, one_by_one
from nnjax.report.differences import AT_BEST, AVERAGED
from nnjax.report.formats import decimals
from nnjax.report.ranked import rank
from nnjax.statistics.verdict import VERDICTS, Verdict


def test_the_headline_is_the_studys_own_claims(study_results):
    top = headline(study_results)
    assert [line.verdict for line in top.lines] == [Verdict.UNDECIDED, Verdict.SUPPORTED] and top.is_declared
    first, second = top.lines
    assert first.sentence == "With three hidden layers, relu beats logistic."
    assert first.detail.startswith("relu minus logistic: +0.0") and "(97.5 % interval " in first.detail
    assert second.detail.startswith("At the start each layer divides the gradient by 4.")
    assert second.detail.endswith("; claimed: above 2.")
    assert [line.label for line in top.lines] == ["undecided", "supported"]
    assert top.lead == "Of 2 claims 1 is supported and 1 undecided."
    assert top.words == "With three hidden layers, relu beats logistic. Undecided."


def test_epochs_to_the_target_are_compared_in_times(study_results):
    claim, answer = study_results.space.study.claims[0], study_results.claims[0]
    raced = claim.model_copy(update={"metric": "epochs_to_target"})
    study = replace(study_results.space.study, claims=(raced, *study_results.space.study.claims[1:]))
    interval = replace(answer.interval, estimate=3.0, low=2.0, high=np.inf)
    answers = (replace(answer, interval=interval), study_results.claims[1])
    race = replace(study_results, space=replace(study_results.space, study=study), claims=answers)
    detail = headline(race).lines[0].detail
    assert detail == "logistic takes ≥ 8.0 (97.5 % interval 4.0 to ∞) times as many epochs as relu."


def test_without_a_claim_the_factors_are_the_headline_and_nothing_has_a_verdict(without_claims):
    (line,) = headline(without_claims).lines
    assert line.verdict is None and line.label == "activation"
    assert headline(without_claims).words == f"activation: {line.sentence}"
    assert not any(verdict.word in line.sentence + line.detail for verdict in VERDICTS)


def test_a_level_far_behind_is_named_with_its_interval(without_claims):
    runs = without_claims.chosen
    worse = runs["test_score"] - 0.4 * (runs["activation"] == "logistic")
    (line,) = factor_lines(replace(without_claims, chosen=runs.assign(test_score=worse)))
    assert "cannot be told from it; logistic is behind by 0." in line.sentence


def test_the_lead_names_the_factors_that_make_a_difference_and_those_that_do_not(study_results, without_claims):
    runs = without_claims.chosen
    worse = runs["test_score"] - 0.4 * (runs["activation"] == "logistic")
    assert factors_lead(replace(without_claims, chosen=runs.assign(test_score=worse))) == (
        "A difference was found for activation."
    )
    noise = runs["test_score"] * 0.0 + (runs["split"] + runs["activation"].map(len)) % 3
    alike = replace(without_claims, chosen=runs.assign(test_score=noise))
    assert factors_lead(alike) == "No difference was found for activation."
    assert factors_lead(replace(alike, sizes=replace(alike.sizes, doubt="few groups"))) == (
        "No verdict: what follows describes these 4 splits."
    )


@pytest.mark.parametrize("averaged_differs", [True, False])
def test_the_averaged_reading_leads_and_one_that_comes_out_otherwise_stands_beside_it(
    without_claims, monkeypatch, averaged_differs
):
    layout, sizes = without_claims.layout, without_claims.sizes
    apart = pd.DataFrame([[0.5, 0.51, 0.49, 0.5], [0.1, 0.11, 0.12, 0.1]], index=["relu", "logistic"])
    alike = pd.DataFrame([[0.5, 0.4, 0.6, 0.5], [0.4, 0.6, 0.5, 0.5]], index=["relu", "logistic"])
    tables = (apart, alike) if averaged_differs else (alike, apart)
    views = {
        view: rank(table, "activation", layout, sizes) for view, table in zip((AVERAGED, AT_BEST), tables, strict=True)
    }
    monkeypatch.setattr("nnjax.report.answers.factor_rankings", lambda *_: views)
    (line,) = factor_lines(without_claims)
    other = "no difference found" if averaged_differs else "relu best"
    assert line.detail.startswith(f"Each level at its best: {other}.")
    assert line.sentence == views[AVERAGED].words(decimals, "test_r2")
    assert factors_lead(without_claims).startswith("A difference" if averaged_differs else "No difference")


@pytest.mark.parametrize(
    ("verdicts", "lead"),
    [
        ("S", "The claim is supported."),
        ("U", "The claim is undecided: these data cannot tell."),
        ("SS", "Both claims are supported."),
        ("UUU", "All 3 claims are undecided."),
        ("SUURU", "Of 5 claims 1 is supported, 1 refuted and 3 undecided."),
    ],
)
def test_claims_are_counted_by_their_verdicts(verdicts, lead):
    named = {verdict.name[0]: verdict for verdict in Verdict}
    assert claims_lead([named[letter] for letter in verdicts]) == lead


@pytest.mark.parametrize(
    ("boosting", "words"),
    [
        (
            0.1,
            "Neither the chosen network nor a baseline is shown to beat a constant prediction, the mean of the "
            "training rows.",
        ),
        (
            0.95,
            "The chosen network is not shown to beat a constant prediction, the mean of the training rows; gradient "
            "boosting is.",
        ),
    ],
)
def test_a_network_that_beats_no_constant_is_told_before_all_else(study_results, boosting, words):
    scores = {study_results.terms.naive: 0.9, study_results.terms.boosted: boosting}
    changed = study_results.baselines["model"].map(scores).fillna(study_results.baselines["test_score"])
    top = headline(replace(study_results, baselines=study_results.baselines.assign(test_score=changed)))
    assert top.words == top.warning == words and len(top.lines) == 2


def test_what_stands_out_one_by_one_is_told_where_all_at_once_nothing_does(without_claims):
    found = without_claims.differences.assign(q=0.01)
    level = {"averaged": type("Level", (), {"is_level": True})()}
    words = one_by_one(replace(without_claims, differences=found), "activation", level)
    assert words.startswith("Compared one by one with relu, tanh and logistic stand out (q ≤ 0.05")
    assert one_by_one(replace(without_claims, differences=found.assign(q=0.5)), "activation", level) == ""


def test_a_level_that_lacks_runs_is_left_out_and_named(without_claims):
    runs = without_claims.chosen
    few = runs[(runs["activation"] != "tanh") | (runs["split"] == 0)]
    (line,) = factor_lines(replace(without_claims, chosen=few))
    assert line.sentence.endswith("Left out for want of runs: tanh.") and "relu" in line.sentence
