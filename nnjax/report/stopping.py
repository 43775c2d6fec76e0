"""When to stop: what training on to the last epoch costs, and what early stopping would save and lose."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.report.differences import interval_numbers
from nnjax.report.formats import confidence, decimals
from nnjax.report.histories import Histories
from nnjax.report.study_results import StudyResults
from nnjax.report.task import TaskTerms
from nnjax.statistics.interval import PairedInterval, paired_interval
from nnjax.training.finals import stopped_epoch

PATIENCES = (1, 2, 5, 10, 20, 50, 100)
"""Epochs without a lower validation loss, after which training would stop."""

LOSS = "fit_validation_loss"
"""The curve that early stopping watches."""

STOPPING_COLUMNS = ("patience", "stop_epoch", "share_saved", "validation_score_lost", "test_score_lost", "runs")


def lost_interval(study_results: StudyResults) -> PairedInterval | None:
    """Test score at the chosen epoch minus that at the last one, over all cells.

    None if fewer than two splits have a score.
    """
    lost = _lost_by_split(study_results.results)
    return paired_interval(lost, *study_results.sizes.pair) if len(lost) > 1 else None


def last_epoch_words(study_results: StudyResults) -> str:
    """What training on to the last epoch costs; empty where nothing can be said."""
    interval = lost_interval(study_results)
    if interval is None:
        return ""
    finished = study_results.results[study_results.results["status"] == "finished"]
    return (
        f"Training on to epoch {int(study_results.results['epochs'].max())} instead of stopping at the best epoch on "
        f"validation rows (median {finished['best_epoch'].median():.0f}) costs {decimals(interval.estimate)} in "
        f"{study_results.terms.test} ({confidence(interval.level)} interval {decimals(interval.low)} to "
        f"{decimals(interval.high)}), averaged over all cells."
    )


def _lost_by_split(runs: pd.DataFrame) -> list[float]:
    lost = runs["test_score"] - runs["last_test_score"]
    return lost.dropna().groupby(runs["split"]).mean().sort_index().tolist()


def lost_table(study_results: StudyResults) -> pd.DataFrame:
    """What the last epoch costs at a level of a listed factor, over all else: factor, level, the interval's columns."""
    rows = []
    for factor, levels in study_results.layout.levels.items():
        for level in levels:
            lost = _lost_by_split(study_results.results[study_results.results[factor] == level])
            if len(lost) > 1:
                numbers = interval_numbers(paired_interval(lost, *study_results.sizes.pair))
                rows.append({"factor": factor, "level": study_results.layout.text(factor, level)} | numbers)
    return pd.DataFrame(rows, columns=["factor", "level", "estimate", "low", "high", "low_plain", "high_plain", "n"])


def stopping_table(runs: pd.DataFrame, histories: Histories, terms: TaskTerms) -> pd.DataFrame:
    """Early stopping at several patiences, replayed on the curves of the finished runs: one training answers all.

    One row a patience below the number of epochs: patience, stop_epoch (median), share_saved (mean share of the epochs
    that are not trained), validation_score_lost and test_score_lost (mean score at the best epoch of the whole training
    minus that at the epoch kept; NaN where the curve was not recorded), runs.
    """
    finished = runs[runs["status"] == "finished"].drop_duplicates("run_id").set_index("run_id")
    if (LOSS, 0) not in histories.matrices:
        return pd.DataFrame(columns=list(STOPPING_COLUMNS))
    losses = histories.matrices[LOSS, 0]
    losses = losses.loc[losses.index.isin(finished.index)]
    epochs = finished.loc[losses.index, "epochs"].to_numpy(dtype=int)
    curves = [curve[: last + 1] for curve, last in zip(losses.to_numpy(dtype=float), epochs, strict=True)]
    scored = {"validation_score_lost": terms.fit_validation, "test_score_lost": terms.fit_test}
    read = partial(histories.rows, layer=0, run_ids=losses.index.tolist(), epochs=range(losses.shape[1]))
    scores = {name: np.maximum(read(curve), terms.curve_floor) for name, curve in scored.items()}
    patiences = [patience for patience in PATIENCES if len(epochs) and patience < epochs.max()]
    rows = [_stopped(patience, curves, scores) for patience in patiences]
    return pd.DataFrame(rows, columns=list(STOPPING_COLUMNS))


def _stopped(
    patience: int, curves: Sequence[NDArray[np.float64]], scores: dict[str, NDArray[np.float64]]
) -> dict[str, float]:
    stops = [stopped_epoch(curve, patience) for curve in curves]
    kept = np.array([stop.best_epoch for stop in stops])
    best = np.array([int(np.argmin(curve[1:])) + 1 for curve in curves])
    saved = [1 - stop.stop_epoch / (len(curve) - 1) for stop, curve in zip(stops, curves, strict=True)]
    run = np.arange(len(curves))
    lost = {name: float(np.mean(values[run, best] - values[run, kept])) for name, values in scores.items()}
    stop_epoch = float(np.median([stop.stop_epoch for stop in stops]))
    shares = {"patience": patience, "stop_epoch": stop_epoch, "share_saved": float(np.mean(saved))}
    return shares | lost | {"runs": len(curves)}
