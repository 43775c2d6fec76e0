"""A search over the settings of networks that trains all candidates on all splits at once."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from functools import partial
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from joblib import parallel_config
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import Tags, get_tags
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from nnjax.data.autologging import without_autologging
from nnjax.estimators.candidates import check_parameter_names, draw_candidates, naming_the_other
from nnjax.estimators.engine import import_engine
from nnjax.estimators.fold_fits import FoldData, FoldFit, FoldRows, holds_network, seconds_of, train_together
from nnjax.estimators.kept_trainings import KeptTrainings
from nnjax.estimators.kernels import kernels_to_come
from nnjax.estimators.ledger import FitLedger, Keep, TrainAll, current_ledger, seed_of, using
from nnjax.estimators.problem import Problem
from nnjax.estimators.search_splits import SearchSplits, judge_splits
from nnjax.estimators.shared_preprocessing import SharedPreprocessing, share_preprocessing, unshare_preprocessing
from nnjax.estimators.threads import count_threads
from nnjax.estimators.training_course import TrainingCourse, course_of_search
from nnjax.sweep.progress import choose_progress

if TYPE_CHECKING:
    from nnjax.estimators.page import SearchReport


class ListedSplits:
    """The splits of a splitter, drawn once: one that shuffles without a seed would draw others the next time."""

    def __init__(self, splits: Sequence[FoldRows]) -> None:
        self._splits = splits

    def split(self, *_: Any, **__: Any) -> Iterator[FoldRows]:
        """The splits, whatever the rows."""
        return iter(self._splits)


class VectorizedSearchCV(BaseSearchCV):
    """Cross-validated search whose networks, of all candidates on all splits, train together.

    What scikit-learn's `GridSearchCV` and `RandomizedSearchCV` are to any estimator, this is to `MLPRegressor` and
    `MLPClassifier` of this package, and to whatever fits one: pipelines, `TransformedTargetRegressor`, ensembles, a
    search of this kind. Splits, scores, ranks, failures and the refit are scikit-learn's own code, and so are the
    names of all results. Any other estimator among the candidates is fitted as scikit-learn fits it, one after another.

    Args:
        estimator: What is fitted.
        params: Without `n_iter`, a grid or a list of grids, as `GridSearchCV` takes it. With it, lists or
            distributions of scipy, or a list of such, as `RandomizedSearchCV` takes them; the same `random_state` gives
            the same candidates.
        n_iter: How many candidates are drawn; None tries the whole grid.
        scoring: As in scikit-learn.
        n_jobs: Threads that train, each up to twenty networks of a shape at a time; None is one, unless joblib's
            `parallel_config` says otherwise, and -1 all cores. No process is started, so a notebook will do, and a
            script needs no main guard. Inside a worker of joblib or Dask one thread trains.
        refit: As in scikit-learn.
        cv: As in scikit-learn; a splitter that draws is asked once.
        verbose: From 1 on, how far the training has come goes to standard error; the rest is as in scikit-learn.
        error_score: As in scikit-learn: what a fit scores that fails, a diverged network's included.
        return_train_score: As in scikit-learn.
        random_state: Draws the candidates, where they are drawn, and one seed. That seed stands for every
            `random_state=None` of a network in the search, so all candidates and folds start alike; a RandomState
            object does so too, as it is copied with its estimator. What else draws without a seed inside a pipeline
            draws once a fold; outside of one its networks are trained one by one, as they differ every time.
        memory: A folder where results of trainings are kept as soon as they are there: a second search trains what is
            new. It knows a training by its rows, settings, first weights and order, so give seeds; a result of another
            version of JAX counts as the same, although its last digits differ. None keeps nothing.

    Attributes:
        split_sizes_: Rows of each split that train, and that test [splits, 2].
        intervals_: Every candidate beside the best, from the best mean down, by its index: a param_ column for each
            parameter, mean_test_score, difference (the best's mean minus its own) with low and high, corrected for
            splits that share one table, is_tied, failed_splits.
        tied_best_: Parameters of the candidates that cannot be told apart from the best, that one first.
        report_: A page that says which candidate is best, what ties with it and which parameter matters: a notebook
            shows it, elsewhere it is `report_.path`, or `report_.save(path)`.
        cv_results_: As in scikit-learn. `mean_fit_time` is each fit's share of the training, and all around it.

    Example:
        >>> from nnjax.estimators import MLPRegressor, VectorizedSearchCV
        >>> search = VectorizedSearchCV(MLPRegressor(random_state=0), {"alpha": [1e-4, 1e-2]}, n_jobs=-1)
        >>> search.fit(X, y).best_params_  # doctest: +SKIP
    """

    pre_dispatch = "2*n_jobs"  # scikit-learn's base class wants one; nothing is dispatched
    _parameter_constraints = {  # noqa: RUF012
        **{name: allowed for name, allowed in BaseSearchCV._parameter_constraints.items() if name != "pre_dispatch"},
        "params": [dict, list],
        "n_iter": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
        "memory": [str, PathLike, None],
    }

    @naming_the_other
    def __init__(  # noqa: PLR0913
        self,
        estimator: BaseEstimator,
        params: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        n_iter: int | None = None,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        error_score: Any = np.nan,
        return_train_score: bool = False,
        random_state: int | np.random.RandomState | None = None,
        memory: str | PathLike[str] | None = None,
    ) -> None:
        self.estimator = estimator
        self.params = params
        self.n_iter = n_iter
        self.scoring = scoring
        self.n_jobs = n_jobs
        self.refit = refit
        self.cv = cv
        self.verbose = verbose
        self.error_score = error_score
        self.return_train_score = return_train_score
        self.random_state = random_state
        self.memory = memory

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Search, and fit the best candidate on all rows.

        Args:
            X: Rows; whatever the estimator takes.
            y: Targets.
            params: What `fit` of the estimator, the splitter and the scorer take beside them, as in scikit-learn.

        Raises:
            ValueError: No candidate has a finite score, or all fits failed.
        """
        self._validate_params()
        if self.memory is not None and not str(self.memory):
            raise ValueError("memory='' names no folder; name one, or take memory=None")
        if holds_network(self.estimator):
            kernels_to_come()  # built beside the import of jax
        self.__dict__.pop("_report", None)
        kept = None if self.memory is None else KeptTrainings(Path(self.memory))
        ledger = FitLedger(0, _train_on(count_threads(self.n_jobs), current_ledger(), bool(self.verbose)), kept)
        # Before its ledger is the current one: for a candidate of another search, None means the other's seed.
        running = _Running(ledger, seed_of(self.random_state))
        # MLflow's autologging would make a run of every pipeline's fit: of those, too, that end where they are noted.
        with without_autologging(), self._prepared(running), using(ledger), parallel_config(backend="sequential"):
            super().fit(X, y, **params)
        if kept is not None and kept.damaged:
            words = (
                f"{len(kept.damaged)} files of memory={self.memory!r} were damaged: their networks were trained anew"
            )
            warnings.warn(words, UserWarning, stacklevel=2)
        self._refuse_a_best_without_score()
        self._keep_course(running)
        if hasattr(self, "best_estimator_"):
            unshare_preprocessing(self.best_estimator_)
        return self

    @property
    def report_(self) -> "SearchReport":
        """The page of the search; it is made when somebody looks at it.

        Raises:
            AttributeError: Not fitted, no candidate was chosen, or there is one split.
        """
        from nnjax.estimators.finished import read_finished  # here: few look at the page
        from nnjax.estimators.page import SearchReport

        # scikit-learn's picture of an estimator reads all its properties, and bears no other error than this one.
        check_is_fitted(self, "cv_results_")
        if "_report" not in vars(self):
            kept: dict[str, Any] | None = self.__dict__.get("_course")
            course = None if kept is None else TrainingCourse(**kept)
            try:
                finished = read_finished(self, SearchSplits(**self._splits_told), course)
                self._report = SearchReport(finished)
            except ValueError as problem:
                raise AttributeError(str(problem)) from problem
        return self._report

    @property
    def intervals_(self) -> pd.DataFrame:
        """Every candidate beside the best, with corrected intervals."""
        return self.report_.intervals

    @property
    def tied_best_(self) -> list[dict[str, Any]]:
        """Parameters of the candidates that cannot be told apart from the best, that one first."""
        return self.report_.tied

    def __getstate__(self) -> dict[str, Any]:
        """Without the page: it is made again."""
        return {name: value for name, value in (super().__getstate__() or {}).items() if name != "_report"}

    def _keep_course(self, running: "_Running") -> None:
        """As plain arrays, for a file of a fitted search shall hold no classes of its own."""
        best = getattr(self, "best_index_", 0)
        course = course_of_search(running.fits, running.ledger, self.n_splits_, int(best))
        self._course = None if course is None else vars(course)

    def _refuse_a_best_without_score(self) -> None:
        """After the refit, which has told by its own error what is wrong with all rows, if something is."""
        if np.isfinite(getattr(self, "best_score_", 0.0)):
            return
        for name in [name for name in vars(self) if name.startswith("best_")]:
            delattr(self, name)
        raise ValueError(
            "no candidate has a finite mean score, so none is best: each failed, diverged or had no score on at least "
            "one split; cv_results_ says on which, error_score='raise' why"
        )

    def __sklearn_tags__(self) -> Tags:
        """As the estimator's: what it asks of targets, too, so that it is refused and warned of alike."""
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.target_tags = deepcopy(inner.target_tags)
        tags.input_tags.allow_nan = inner.input_tags.allow_nan
        return tags

    @contextmanager
    def _prepared(self, running: "_Running") -> Iterator[None]:
        """Let the base class see an estimator whose pipelines share their preprocessing, and its hooks the ledger."""
        given, shared = self.estimator, SharedPreprocessing()
        try:
            self.estimator, self._running = clone(given), running
            share_preprocessing(self.estimator, shared)
            yield
        finally:
            shared.close()
            self.estimator = given
            del self._running

    def _get_routed_params_for_fit(self, params: dict[str, Any]) -> Any:
        routed = super()._get_routed_params_for_fit(params)
        self._running.fit_params = routed.estimator.fit
        return routed

    def _check_input_parameters(self, X: Any, y: Any, split_params: Mapping[str, Any]) -> None:
        if y is None and get_tags(self.estimator).target_tags.required:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
        self._running.x, self._running.y, self._running.split_params = X, y, split_params

    def _run_search(self, evaluate_candidates: Callable[..., Any], *, callback_ctx: Any = None) -> None:
        running = self._running
        candidates = draw_candidates(self.params, self.n_iter, running.draws)
        check_parameter_names(self.estimator, candidates)
        splits = list(self._checked_cv_orig.split(running.x, running.y, **running.split_params))
        if not splits or not candidates:
            raise ValueError("No fits were performed. Was the CV iterator empty? Were there no candidates?")
        running.ledger.seed = int(running.draws.randint(np.iinfo(np.int32).max))
        context = callback_ctx.subcontext(
            task_name="search", max_subtasks=len(candidates) * self.n_splits_, sequential_subtasks=False
        ).call_on_fit_task_begin(estimator=self)
        raises = self.error_score == "raise"
        data = FoldData(clone(self.estimator), running.x, running.y, running.fit_params, raises)
        running.fits = train_together(data, candidates, splits, running.ledger)
        running.seconds = seconds_of(running.fits, running.ledger)
        evaluate_candidates(candidates, cv=ListedSplits(splits), callback_ctx=context)
        context.call_on_fit_task_end(estimator=self)
        groups = running.split_params.get("groups")
        self.split_sizes_ = np.array([[_n_rows(each) for each in split] for split in splits])
        self._splits_told = asdict(judge_splits(self._checked_cv_orig, self.split_sizes_.tolist(), groups))
        running.ledger.watches = True

    def _format_results(
        self,
        candidate_params: Sequence[Mapping[str, Any]],
        n_splits: int,
        out: Sequence[Mapping[str, Any]],
        more_results: Any = None,
    ) -> Any:
        timed = [
            {**each, "fit_time": each["fit_time"] + seconds}
            for each, seconds in zip(out, self._running.seconds, strict=True)
        ]
        return super()._format_results(candidate_params, n_splits, timed, more_results)


@dataclass
class _Running:
    """What the base class's hooks hand to each other during a search."""

    ledger: FitLedger
    draws: np.random.RandomState
    x: Any = None
    y: Any = None
    fit_params: Mapping[str, Any] = field(default_factory=dict)
    split_params: Mapping[str, Any] = field(default_factory=dict)
    fits: Sequence[FoldFit] = ()
    seconds: Sequence[float] = ()


def _train_on(threads: int, outer: FitLedger | None, is_shown: bool) -> TrainAll:
    """How a search trains: on threads of its own, or by the search that it is a candidate of."""

    def train(problems: Sequence[Problem], watches: bool, keep: Keep) -> None:
        if outer is not None:
            for index, fitted in enumerate(outer.obtain(problems, watches)):
                keep(index, fitted)
            return
        # What is watched is the refit, to its last bits what a fit outside of the search comes to: one slot.
        options = {"workers": threads, "watches": watches, "slots": 1 if watches else None, "keep": keep}
        train_all = partial(import_engine().train, problems, **options)
        if not is_shown:
            train_all()
            return
        folds = f"training {len(problems)} network{'s' * (len(problems) > 1)}"
        with choose_progress().stage("refitting the best candidate on all rows" if watches else folds) as say:
            train_all(report=lambda so_far: say(str(so_far)))

    return train


def _n_rows(chosen: Any) -> int:
    """Rows that indices, or a mask, choose."""
    rows = np.asarray(chosen)
    return int(rows.sum()) if rows.dtype == bool else rows.size
