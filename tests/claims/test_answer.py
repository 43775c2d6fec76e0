"""Claims against numbers computed by hand."""

import numpy as np
import pandas as pd
import pytest

from nnjax.claims.answer import Sizes, answer_claims, arm_runs
from nnjax.claims.declared import claim_level
from nnjax.judged import USUAL, Judged
from nnjax.metrics import MEASURES, METRICS
from nnjax.results.scores import with_scores
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.space import Cell, arm_cells
from nnjax.sweep.study.study import Claim

SIZES = Sizes(331, 111, 265)
DIFFERENCES = (0.02, 0.05, -0.01, 0.03, 0.04)
CELLS = tuple(
    Cell(i, name, None, {"activation": name, "l2": l2}, name)
    for i, (name, l2) in enumerate([("relu", 0.0), ("elu", 0.0)])
)


def table(a, b, metric="test_r2", **columns):
    rows = [("relu", split, value) for split, value in enumerate(a)] + [
        ("elu", split, value) for split, value in enumerate(b)
    ]
    frame, task = pd.DataFrame(rows, columns=["cell_id", "split", metric]), METRICS[metric].task or "regression"
    filled = {
        "status": "finished",
        "epochs": 32,
        "seed_index": 0,
        **dict.fromkeys(USUAL[task].scores, 0.3),
    }
    whole = frame.assign(**{name: value for name, value in (filled | columns).items() if name not in frame})
    return with_scores(whole, USUAL[task])


def judged(claims, cells, results, sizes=SIZES):
    arms = {
        each.name: [arm_runs(results, ids) for ids in arm_cells(each, cells)] for each in claims if not each.is_compound
    }
    return answer_claims(claims, arms, sizes, claim_level(claims))


def claim(kind="beats", **keys):
    arms = {"a": {"activation": "relu"}} | ({} if kind == "exceeds" else {"b": {"activation": "elu"}})
    return Claim.model_validate({"name": "it", "sentence": "It is so.", "kind": kind} | arms | keys)


def test_the_interval_is_the_known_answer():
    answer = judged([claim()], CELLS, table(0.3 + np.array(DIFFERENCES), [0.3] * 5))[0]
    assert answer.interval.estimate == pytest.approx(0.026)
    assert (answer.interval.low, answer.interval.high) == pytest.approx((-0.020768, 0.072768), abs=1e-6)
    assert answer.probability == pytest.approx(0.630158, abs=1e-6)
    assert answer.win_rate == 0.8
    assert answer.judgement.verdict is Verdict.UNDECIDED


def test_a_claim_on_r2_counts_a_diverged_run_as_the_worst_where_the_study_is_judged_by_another_measure():
    rmse = Judged(next(each for each in MEASURES if each.name == "rmse"), 154.0)
    status = ["diverged", *["finished"] * 9]
    results = with_scores(table([np.nan, -5.0, 0.3, 0.3, 0.3], [0.3] * 5, status=status, test_rmse=50.0), rmse)
    arms = {"it": [arm_runs(results, ids) for ids in arm_cells(claim(), CELLS)]}
    answer = answer_claims([claim()], arms, SIZES, 0.95, rmse)[0]
    assert answer.by_split == pytest.approx((-1.3, -1.3, 0.0, 0.0, 0.0))


def test_every_declared_claim_widens_the_intervals_of_all():
    results = table(0.3 + np.array(DIFFERENCES), [0.3] * 5)
    alone, shared = (judged([claim()] * m, CELLS, results)[0].interval for m in (1, 4))
    assert shared.level == pytest.approx(1 - 0.05 / 4) and shared.high > alone.high


def test_fewer_epochs_are_better_and_compared_as_log2():
    results = table([4, 4, 8], [16, 16, np.nan], "epochs_to_target")
    answer = judged([claim(metric="epochs_to_target")], CELLS, results)[0]
    assert answer.interval.estimate == pytest.approx(2.0)
    assert answer.metric == "log₂ epochs_to_target"


def test_fewer_passes_over_the_rows_are_better_and_compared_as_log2():
    results = table([8, 8, 16], [32, 32, 64], "function_evaluations")
    answer = judged([claim(metric="function_evaluations", margin=0.3)], CELLS, results)[0]
    assert answer.interval.estimate == pytest.approx(2.0) and answer.judgement.verdict is Verdict.SUPPORTED
    assert answer.metric == "log₂ function_evaluations" and "passes" in answer.direction


@pytest.mark.parametrize("metric", sorted(name for name in METRICS if "accuracy" in name or "roc_auc" in name))
def test_the_right_direction_for_classes_is_up(metric):
    answer = judged([claim(metric=metric)], CELLS, table([0.9, 0.92], [0.8, 0.8], metric))[0]
    assert answer.interval.estimate == pytest.approx(0.11) and "A is better" in answer.direction


@pytest.mark.parametrize("metric", sorted(name for name in METRICS if "log_loss" in name or "brier" in name))
def test_of_surprise_and_squared_error_less_is_better(metric):
    answer = judged([claim(metric=metric, margin=0.01)], CELLS, table([0.1, 0.12], [0.2, 0.2], metric))[0]
    assert answer.interval.estimate == pytest.approx(0.09) and "less of it" in answer.direction


def test_a_metric_of_the_other_task_is_not_judged():
    results = table([0.3, 0.3], [0.3, 0.3], test_roc_auc=np.nan)
    answer = judged([claim(metric="test_roc_auc")], CELLS, results)[0]
    assert answer.interval is None and "2 of 2 splits have no test_roc_auc" in answer.judgement.note


def test_seeds_are_averaged_within_each_split_before_the_difference():
    results = table([0.5, 0.7, 0.4, 0.4], [0.5, 0.5, 0.2, 0.4])
    results = results.assign(split=[0, 0, 1, 1] * 2, seed_index=[0, 1] * 4)
    assert judged([claim()], CELLS, results)[0].interval.estimate == pytest.approx(0.1)


def raced(kind, a, b, epochs=18, **columns):
    """The answer to a claim on the epochs to the target; NaN: never."""
    results = table(a, b, "epochs_to_target", epochs=epochs, **columns)
    return judged([claim(kind, metric="epochs_to_target")], CELLS, results)[0]


NEVER = [np.nan] * 20
LATE = [16.0, 15.0, 16.0, 17.0] * 4 + [16.0, 16.0, np.nan, np.nan]


@pytest.mark.parametrize("kind", ["same", "suffices", "beats"])
def test_an_arm_that_never_arrives_is_not_the_same_as_one_that_arrives_late(kind):
    answer = raced(kind, NEVER, LATE)
    assert answer.judgement.verdict is Verdict.UNDECIDED and not answer.is_judged
    assert (answer.interval.low, answer.interval.high) == (-np.inf, np.inf) and np.isnan(answer.interval.estimate)
    assert answer.reached == ((0, 20), (18, 20)) and answer.by_split == ()
    assert "20 of 20 runs of A and 2 of 20 runs of B never reach the target" in answer.judgement.note
    assert "both ends" in answer.judgement.note and "More epochs" in answer.judgement.note


@pytest.mark.parametrize(
    ("kind", "a", "b", "verdict"),
    [
        ("beats", [4.0] * 20, LATE, Verdict.SUPPORTED),
        ("suffices", [4.0] * 20, NEVER, Verdict.SUPPORTED),
        ("same", [4.0] * 20, NEVER, Verdict.REFUTED),
        ("same", [16.0] * 20, LATE, Verdict.UNDECIDED),
        ("beats", NEVER, [4.0] * 20, Verdict.REFUTED),
        ("beats", [4.0] * 19 + [np.nan], [16.0] * 20, Verdict.UNDECIDED),
        ("suffices", [4.0] * 19 + [np.nan], [16.0] * 20, Verdict.UNDECIDED),
    ],
)
def test_the_slower_arm_censored_decides_the_faster_one_does_not(kind, a, b, verdict):
    wobble = 1 + 0.05 * np.array([0, 1, -1, 0] * 5)
    answer = raced(kind, np.array(a) * wobble, np.array(b) * wobble[::-1])
    assert answer.judgement.verdict is verdict and answer.is_judged
    assert np.isinf([answer.interval.low, answer.interval.high]).sum() == 1
    assert "never reach the target" in answer.judgement.note and " end of the interval open" in answer.judgement.note


def test_censored_numbers_are_bounds_of_the_finite_filling():
    answer = raced("beats", [4.0] * 4, [8.0, 8.0, 16.0, np.nan], epochs=32)
    assert answer.interval.estimate == pytest.approx((1 + 1 + 2 + 3) / 4)
    assert answer.win_rate == 1.0 and answer.interval.high == np.inf and np.isfinite(answer.detectable)
    mirrored = raced("beats", [8.0, 8.0, 16.0, np.nan], [4.0] * 4, epochs=32)
    assert mirrored.interval.high == -answer.interval.low and mirrored.detectable == np.inf


def test_a_diverged_run_never_reaches_the_target():
    answer = raced("beats", [4.0, 5.0], [9.0, np.nan], status=["finished"] * 3 + ["diverged"])
    assert answer.interval.high == np.inf and answer.reached == ((2, 2), (1, 2))


def seeded(a, b, status="finished"):
    """Two splits of two seeds each."""
    results = table(a, b, "epochs_to_target", status=status).assign(split=[0, 0, 1, 1] * 2, seed_index=[0, 1] * 4)
    return judged([claim("same", metric="epochs_to_target")], CELLS, results)[0]


def test_a_missing_run_is_not_one_that_never_arrived():
    times, lost = [4.0, 4.0, 8.0, 8.0], [4.0, np.nan, 8.0, 8.0]
    assert seeded(times, times).interval.estimate == 0.0
    never = seeded(times, lost)
    assert never.is_judged and never.interval.is_open_above and never.reached == ((4, 4), (3, 4))
    missing = seeded(times, lost, ["finished"] * 5 + ["missing"] + ["finished"] * 2)
    assert missing.interval is None and not missing.is_judged and missing.missing == 1
    assert missing.reached == ((4, 4), (3, 3)) and "1 of 2 splits have no epochs_to_target" in missing.judgement.note


def two_cells(a_validation, a_last, **columns):
    """Arm A has two cells, plain and l2, of two splits; arm B one."""
    results = table([0.4, 0.4, 0.9, 0.9], [0.3, 0.3], **columns)
    results["split"] = [0, 1, 0, 1, 0, 1]
    results["cell_id"] = ["relu", "relu", "relu l2", "relu l2", "elu", "elu"]
    results["validation_score"] = [*np.repeat(a_validation, 2), 0.3, 0.3]
    results["last_validation_score"] = [*np.repeat(a_last, 2), 0.3, 0.3]
    return results


L2_CELLS = (*CELLS, Cell(2, "relu l2", None, {"activation": "relu", "l2": 0.1}, "relu l2"))


def test_an_arm_that_lacks_runs_of_a_cell_to_choose_from_is_not_judged():
    results = two_cells([0.5, np.nan], [0.5, np.nan], status=["finished"] * 2 + ["missing"] * 2 + ["finished"] * 2)
    answer = judged([claim()], L2_CELLS, results)[0]
    assert answer.interval is None and "2 of the 6 runs" in answer.judgement.note


@pytest.mark.parametrize("metric", ["test_r2", "last_test_r2", "last_test_log_loss", "saturated", "epochs_to_target"])
def test_what_a_claim_leaves_open_is_chosen_by_the_epoch_that_is_judged(metric):
    """Plain is better at the best epoch, l2 at the last one; the metric is 3 with l2, 2 without, 1 in the other arm."""
    is_last = metric.startswith("last_") or metric in ("saturated", "dead")
    column = USUAL["regression"].column(metric)
    results = two_cells([0.5, 0.1], [0.1, 0.5]).assign(**{column: [2.0, 2.0, 3.0, 3.0, 1.0, 1.0]})
    answer = answer_claims([claim(metric=metric, margin=0.1)], arms_of(results, metric), SIZES, 0.95)[0]
    expected = 3.0 if is_last else 2.0
    expected = np.log2(expected) if "log₂" in answer.metric else expected - 1.0
    assert abs(answer.interval.estimate) == pytest.approx(expected)
    assert f"at the {'last' if is_last else 'best'} epoch" in answer.choice


def arms_of(results, metric):
    cells = arm_cells(claim(metric=metric, margin=0.1), L2_CELLS)
    return {"it": [arm_runs(results, ids) for ids in cells]}


def test_a_claim_that_leaves_nothing_open_tells_of_no_choice():
    assert judged([claim()], CELLS, table([0.1, 0.2], [0.1, 0.2]))[0].choice == ""


def test_a_quantity_is_judged_against_its_threshold():
    results = table([0.62, 0.63, 0.61], [0.0] * 3, "grad_slope_0")
    answer = judged([claim("exceeds", metric="grad_slope_0", threshold=0.3)], CELLS, results)[0]
    assert answer.judgement.verdict is Verdict.SUPPORTED
    assert answer.interval.estimate == pytest.approx(0.62) and answer.probability > 0.99
    assert "On this table" in answer.scope


def test_a_diverged_run_counts_as_minus_one():
    results = table([0.3, 0.3], [0.3, np.nan], status=["finished"] * 3 + ["diverged"])
    answer = judged([claim()], CELLS, results)[0]
    assert answer.interval.estimate == pytest.approx(1.3 / 2) and answer.diverged == 1


def test_a_claim_with_runs_missing_is_not_judged_and_says_so():
    results = table([0.3, 0.3], [0.3, np.nan], status=["finished"] * 3 + ["missing"])
    answer = judged([claim()], CELLS, results)[0]
    assert answer.interval is None and answer.missing == 1
    assert answer.judgement.note == "1 of 2 splits have no test_r2 in every arm: not judged."


def test_nuisance_factors_that_are_not_pinned_are_chosen_on_validation_rows():
    results = table([0.4, 0.4, 0.9, 0.9], [0.3, 0.3])
    results["split"] = [0, 1, 0, 1, 0, 1]
    results["cell_id"] = ["relu", "relu", "relu l2", "relu l2", "elu", "elu"]
    results["validation_score"] = [0.5, 0.5, 0.1, 0.1, 0.3, 0.3]
    cells = (*CELLS, Cell(2, "relu l2", None, {"activation": "relu", "l2": 0.1}, "relu l2"))
    assert judged([claim()], cells, results)[0].interval.estimate == pytest.approx(0.1)
    pinned = claim(a={"activation": "relu", "l2": 0.1})
    assert judged([pinned], cells, results)[0].interval.estimate == pytest.approx(0.6)


def test_no_claims_no_answers():
    assert judged([], CELLS, table([0.1, 0.2], [0.1, 0.2])) == ()


def compound(*parts):
    keys = {"name": "both", "sentence": "All of it.", "kind": "all", "parts": parts}
    return Claim.model_validate(keys)


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [(0.1, Verdict.SUPPORTED), (-0.1, Verdict.REFUTED), (0.02, Verdict.UNDECIDED)],
)
def test_a_compound_claim_is_its_parts_and_widens_nothing(differences, verdict):
    noise = 0.01 * np.array([-1, 1, -1, 1, 0])
    results = table(0.3 + differences + noise, [0.3] * 5)
    parts = [claim(name="first"), claim(name="second")]
    answers = judged([*parts, compound("first", "second")], CELLS, results)
    assert answers[0].interval.level == pytest.approx(1 - 0.05 / 2)
    assert answers[2].judgement.verdict is verdict and answers[2].interval is None
    assert f"first: {verdict.word}; second: {verdict.word}" in answers[2].judgement.note


@pytest.mark.parametrize("kind", ["beats", "suffices", "same", "exceeds"])
def test_where_no_interval_is_known_to_hold_there_is_no_verdict(kind):
    """However clear it looks, whatever is missing, and whatever it is a part of."""
    doubted = Sizes(331, 111, 265, 5, "nobody knows")
    threshold = {"threshold": 0.0} if kind == "exceeds" else {}
    clear = table(np.full(5, 0.9) + np.array(DIFFERENCES) / 100, [0.1] * 5)
    lacking = clear.assign(status=["missing", *["finished"] * (len(clear) - 1)])
    for results, note in ((clear, "No verdict: nobody knows."), (lacking, "1 of ")):
        claims = [claim(kind, **threshold), compound("it")]
        for answer in judged(claims, CELLS, results, doubted):
            assert answer.judgement.verdict is Verdict.EXPLORATORY
            assert answer.judgement.note.startswith(note)
    assert judged([claim(kind, **threshold)], CELLS, clear)[0].judgement.verdict is not Verdict.EXPLORATORY
    assert judged([claim(kind, **threshold)], CELLS, clear, doubted)[0].interval is not None
