"""What draws without a seed in a search, so that the same lines give other numbers the next time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sklearn.ensemble import BaseEnsemble

from nnjax.estimators.ledger import TrainedTogether

_SEED = "random_state"


def without_seed(search: Any, candidates: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Classes of the objects that may draw without a seed; empty where another call gives the same numbers.

    A grid's own `random_state` draws no candidates. Given, it is the seed of every network without one; an ensemble
    gives its members theirs.

    Args:
        search: A fitted search of scikit-learn's kind.
        candidates: Parameters of each candidate.

    >>> from sklearn.linear_model import SGDRegressor
    >>> from sklearn.model_selection import GridSearchCV, KFold
    >>> without_seed(GridSearchCV(SGDRegressor(), {"alpha": [1, 2]}, cv=KFold(3, shuffle=True)), [])
    ('SGDRegressor', 'KFold')
    """
    tried: dict[str, list[Any]] = {}
    for each in candidates:
        for name, value in each.items():
            tried.setdefault(name, []).append(value)
    objects = _objects(search.estimator, tried)
    is_seed_given = getattr(search, _SEED, None) is not None
    found = [
        type(each).__name__
        for path, owners in objects.items()
        for each in owners
        if _lacks_seed(each, tried.get(f"{path}__{_SEED}" if path else _SEED))
        and not (is_seed_given and isinstance(each, TrainedTogether))
        and not any(isinstance(one, BaseEnsemble) for above in _above(path) for one in objects.get(above, ()))
    ]
    found += [type(each).__name__ for each in (search.cv, search) if _lacks_seed(each, None)]
    return tuple(dict.fromkeys(found))


def _objects(estimator: Any, tried: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Every object of the candidates by its path; those that the candidates replace are left out."""
    objects = {path: [each] for path, each in _parts("", estimator)}
    for name in sorted(tried, key=lambda name: name.count("__")):
        parts = [part for value in tried[name] for part in _parts(name, value)]
        if parts or name in objects:
            objects = {path: each for path, each in objects.items() if not f"{path}__".startswith(f"{name}__")}
        for path, each in parts:
            objects.setdefault(path, []).append(each)
    return objects


def _parts(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """An object and all inside it that have parameters or split rows, with their paths."""
    if isinstance(value, type):
        return
    if hasattr(value, "get_params"):
        yield path, value
        for name, each in value.get_params(deep=True).items():
            if not isinstance(each, type) and (hasattr(each, "get_params") or hasattr(each, "get_n_splits")):
                yield f"{path}__{name}" if path else name, each
    elif hasattr(value, "get_n_splits"):
        yield path, value


def _lacks_seed(owner: Any, tried: Sequence[Any] | None) -> bool:
    """Whether an object has a `random_state` that is None, and draws by it."""
    if not hasattr(owner, _SEED):
        return False
    if hasattr(owner, "get_n_splits") and not getattr(owner, "shuffle", True):
        return False
    if hasattr(owner, "cv") and getattr(owner, "n_iter", 0) is None:  # a grid
        return False
    return any(seed is None for seed in (tried or [getattr(owner, _SEED)]))


def _above(path: str) -> Iterator[str]:
    """Paths of the objects that hold one."""
    while path:
        path = path.rpartition("__")[0]
        yield path
