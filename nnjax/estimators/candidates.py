"""The candidates of a search: listed or drawn, and their names checked before anything is trained."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import wraps
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import ParameterGrid, ParameterSampler

Grids = Mapping[str, Any] | Sequence[Mapping[str, Any]]

OTHER_NAMES = {
    "param_grid": "pass the grid as params=",
    "param_distributions": "pass the distributions as params=, and say how many candidates to draw, n_iter=10",
    "pre_dispatch": "leave it away: no process is started",
}
"""A parameter of scikit-learn's searches that this one has not -> what to write instead."""


def naming_the_other(init: Callable[..., None]) -> Callable[..., None]:
    """A constructor that says, of scikit-learn's other names, what to write instead."""

    @wraps(init)  # also its signature, from which scikit-learn reads the parameters
    def with_words(self: Any, *args: Any, **given: Any) -> None:
        for name in OTHER_NAMES.keys() & given.keys():
            raise TypeError(f"{type(self).__name__} has no argument {name!r}; {OTHER_NAMES[name]}")
        init(self, *args, **given)

    assert not OTHER_NAMES.keys() & inspect.signature(init).parameters.keys()
    return with_words


def draw_candidates(params: Grids, n_iter: int | None, draws: np.random.RandomState) -> list[dict[str, Any]]:
    """All candidates of a grid, or so many that are drawn.

    Raises:
        TypeError: A distribution is among the values of a grid.
    """
    if n_iter is not None:
        return list(ParameterSampler(params, n_iter, random_state=draws))
    for grid in [params] if isinstance(params, Mapping) else params:
        for name, values in grid.items() if isinstance(grid, Mapping) else ():
            if hasattr(values, "rvs"):
                raise TypeError(f"{name} is a distribution: say how many candidates to draw, n_iter=10")
    return list(ParameterGrid(params))


def check_parameter_names(estimator: BaseEstimator, candidates: Sequence[Mapping[str, Any]]) -> None:
    """Refuse candidates with a name that the estimator does not know.

    Raises:
        ValueError: With the name that may have been meant.
    """
    known = estimator.get_params(deep=True)
    for candidate in candidates:
        # A candidate may put another estimator in a place, whose parameters it sets, too: that is seen in its turn.
        for name in (name for name in candidate if name not in known and not _is_inside(name, candidate)):
            try:
                clone(estimator).set_params(**{name: candidate[name]})
            except ValueError as problem:
                words = f"Invalid parameter {name!r} for estimator {type(estimator).__name__}; {_meant(name, known)}"
                raise ValueError(words) from problem


def _is_inside(name: str, candidate: Mapping[str, Any]) -> bool:
    return any(name.startswith(f"{other}__") for other in candidate)


def _meant(name: str, known: Mapping[str, Any]) -> str:
    """What may help: a parameter of this name further inside, or one that is spelt alike.

    >>> _meant("alpha", {"steps": [], "mlpregressor__alpha": 0.1}), _meant("stesp", {"steps": []})
    ("did you mean 'mlpregressor__alpha'?", "did you mean 'steps'?")
    """
    inside = [each for each in known if each.endswith(f"__{name.rpartition('__')[2]}")]
    near = get_close_matches(name, inside or known, n=1, cutoff=0.0 if inside else 0.6)
    return f"did you mean {near[0]!r}?" if near else "name one of its get_params()"
