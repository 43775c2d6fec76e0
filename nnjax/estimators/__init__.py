"""scikit-learn's interface to the engine: estimators, and a search that trains all its candidates at once.

Nothing of the house imports it.
"""

from importlib import import_module

_HOMES = {
    "MLPClassifier": "nnjax.estimators.classifier",
    "MLPRegressor": "nnjax.estimators.regressor",
    "VectorizedSearchCV": "nnjax.estimators.search",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'nnjax.estimators' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
