"""nnjax: which choice matters for a multilayer perceptron, on your data, and how sure are we?

The names of the command line, for notebooks: `load_study`, `expand`, `make_plan`, `sweep_study`, `rerun`,
`load_results`, `sync_sweep`, `make_report`, `answer_quiz`, `run_lecture`; and those inside scikit-learn:
`MLPRegressor`, `MLPClassifier`, `VectorizedSearchCV`. Each is imported when it is first asked for.
"""

from importlib import import_module

_HOMES = {
    "load_study": "nnjax.sweep.study.study",
    "expand": "nnjax.sweep.chosen_kernels",
    "make_plan": "nnjax.sweep.plan",
    "sweep_study": "nnjax.pipeline",
    "SweepOptions": "nnjax.pipeline",
    "rerun": "nnjax.sweep.rerun",
    "load_results": "nnjax.results.table",
    "curves_table": "nnjax.results.curves",
    "sync_sweep": "nnjax.tracking.study_sync",
    "make_report": "nnjax.sweep_report",
    "answer_quiz": "nnjax.quiz.answer",
    "run_lecture": "nnjax.tour.studies",
    "MLPClassifier": "nnjax.estimators.classifier",
    "MLPRegressor": "nnjax.estimators.regressor",
    "VectorizedSearchCV": "nnjax.estimators.search",
}

_THERE = {"expand": "expand_at"}
"""What is called otherwise there: in the house a study is also expanded where no home says what its kernels are."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'nnjax' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), _THERE.get(name, name))


def __dir__() -> list[str]:
    return sorted(_HOMES)
