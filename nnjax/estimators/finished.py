"""A finished search as plain data: what `intervals_`, `tied_best_` and `report_` are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier, is_regressor
from sklearn.exceptions import NotFittedError

from nnjax.estimators.intervals import (
    ChosenScore,
    SplitScores,
    candidate_intervals,
    chosen_score,
    is_complete,
    split_scores,
    tied_params,
)
from nnjax.estimators.python_call import python_call
from nnjax.estimators.score_bounds import BOUNDLESS, ScoreBounds, scorer_bounds
from nnjax.estimators.search_splits import SearchSplits
from nnjax.estimators.seeds import without_seed
from nnjax.estimators.training_course import TrainingCourse, course_of_best

_QUANTITIES = {"r2": "R²", "neg_mean_squared_error": "negative mean squared error"}
"""Names of scorers -> what a sentence calls the score; others by their own name."""


@dataclass(frozen=True)
class FinishedSearch:
    """All that the page of a search is made from.

    Attributes:
        cv_results: As scikit-learn's searches keep them.
        best: Index of the chosen candidate.
        splits: The splits.
        metric: Key of the score in `cv_results`.
        quantity: What sentences call it.
        course: How the trainings went.
        call: The Python lines that make the search again.
        unseeded: Classes of what draws without a seed; without any, these lines give the same numbers again.
        is_random: Whether the candidates were drawn.
        bounds: Between which numbers the score can lie: what is shown of intervals ends there.
        has_model: Whether the best candidate was fitted on all rows.
        error_score: The number that a failed fit counts as; None where it is NaN.
        chooses: What chose the best: "mean", or the name of the function that did.
    """

    cv_results: Mapping[str, Any]
    best: int
    splits: SearchSplits
    metric: str = "score"
    quantity: str = "score"
    course: TrainingCourse = field(default_factory=TrainingCourse)
    call: str = ""
    unseeded: tuple[str, ...] = ()
    is_random: bool = False
    bounds: ScoreBounds = BOUNDLESS
    has_model: bool = True
    error_score: float | None = None
    chooses: str = "mean"

    @property
    def params(self) -> Sequence[Mapping[str, Any]]:
        """Parameters of each candidate."""
        return list(self.cv_results["params"])

    @cached_property
    def scores(self) -> SplitScores:
        """Test scores of candidates × splits."""
        return split_scores(self.cv_results, self.metric)

    @cached_property
    def intervals(self) -> pd.DataFrame:
        """Every candidate beside the chosen one; what is not known of the intervals stands in `attrs`.

        Where no interval is known to hold, all that have a score are tied: nobody can be left out.
        """
        table = candidate_intervals(self.cv_results, self.best, self.splits.sizes, self.metric)
        if self.splits.doubt:
            table["is_tied"] = table["mean_test_score"].notna()
        table.attrs |= {"doubt": self.splits.doubt, "caution": self.splits.caution}
        return table

    @cached_property
    def ranked_intervals(self) -> pd.DataFrame:
        """The same from the best mean down, each parameter in a column of its own, named as in `cv_results`."""
        names = list(dict.fromkeys(name for each in self.params for name in each))
        found = {f"param_{name}": [each.get(name, np.nan) for each in self.params] for name in names}
        table = self.intervals
        columns = {name: pd.Series(values, dtype=object).infer_objects() for name, values in found.items()}
        wide = pd.concat([pd.DataFrame(columns, index=table.index), table.drop(columns="params")], axis=1)
        wide.attrs |= table.attrs
        return wide.sort_values("mean_test_score", ascending=False, kind="stable", na_position="last")

    @property
    def tied(self) -> list[dict[str, Any]]:
        """Params of the candidates that cannot be told apart from the best."""
        return tied_params(self.intervals, self.best)

    @property
    def chosen_score(self) -> ChosenScore | None:
        """The chosen candidate's own score; None where it lacks one."""
        return chosen_score(self.scores, self.best, self.splits.sizes)

    @property
    def complete(self) -> int:
        """Candidates with a score in every split."""
        return int(is_complete(self.scores).sum())


def read_finished(search: Any, splits: SearchSplits, course: TrainingCourse | None = None) -> FinishedSearch:
    """What a fitted search of scikit-learn's kind holds.

    Args:
        search: A fitted GridSearchCV, or what has its attributes.
        splits: Its splits, as `judge_splits` has them.
        course: How the trainings went; without it, the loss curve of the best estimator if there is one.

    Raises:
        NotFittedError: If there is no best candidate: it was not fitted, or nobody said by which metric.
    """
    if not hasattr(search, "cv_results_"):
        raise NotFittedError(f"This {type(search).__name__} is not fitted yet: call fit first.")
    if not hasattr(search, "best_index_"):
        raise NotFittedError("No candidate was chosen: with several metrics, set refit to the name of one.")
    metric = _metric(search)
    error_score = None if search.error_score == "raise" or np.isnan(search.error_score) else float(search.error_score)
    bounds = scorer_bounds(_scoring(search, metric), search.estimator)
    if error_score is not None and not bounds[0] <= error_score <= bounds[1]:
        bounds = BOUNDLESS
    return FinishedSearch(
        cv_results=search.cv_results_,
        best=int(search.best_index_),
        splits=splits,
        metric=metric,
        quantity=_quantity(search, metric),
        course=course or course_of_best(search),
        call=python_call(search),
        unseeded=without_seed(search, search.cv_results_["params"]),
        is_random=getattr(search, "n_iter", None) is not None,
        bounds=bounds,
        has_model=hasattr(search, "best_estimator_"),
        error_score=error_score,
        chooses=getattr(search.refit, "__name__", "a function") if callable(search.refit) else "mean",
    )


def _metric(search: Any) -> str:
    if not search.multimetric_:
        return "score"
    return search.refit if isinstance(search.refit, str) else next(iter(search.scorer_))


def _quantity(search: Any, metric: str) -> str:
    scoring = search.scoring if metric == "score" else metric
    if scoring is None:
        return "R²" if is_regressor(search.estimator) else "accuracy" if is_classifier(search.estimator) else "score"
    return _QUANTITIES.get(scoring, scoring) if isinstance(scoring, str) else "score"


def _scoring(search: Any, metric: str) -> Any:
    """The scorer as it was given: of many, the one that a name in a list is, or that a dict has."""
    if not search.multimetric_:
        return search.scoring
    if isinstance(search.scoring, Mapping):
        return search.scoring[metric]
    return search.scoring if callable(search.scoring) else metric
