"""Our search under the constructors of scikit-learn's two."""

import numpy as np

from nnjax.estimators import VectorizedSearchCV

ALLOWED = VectorizedSearchCV._parameter_constraints | {"pre_dispatch": [int, str]}


class GridSearchCV(VectorizedSearchCV):
    """Ours under their constructor."""

    _parameter_constraints = ALLOWED | {"param_grid": [dict, list]}
    n_iter, random_state, memory = None, None, None

    def __init__(
        self,
        estimator,
        param_grid,
        *,
        scoring=None,
        n_jobs=None,
        refit=True,
        cv=None,
        verbose=0,
        pre_dispatch="2*n_jobs",
        error_score=np.nan,
        return_train_score=False,
    ):
        given = dict(locals())
        vars(self).update({name: given[name] for name in self._get_param_names()})

    @property
    def params(self):
        return self.param_grid


class RandomizedSearchCV(VectorizedSearchCV):
    """Ours under their other constructor."""

    _parameter_constraints = ALLOWED | {"param_distributions": [dict, list]}
    memory = None

    def __init__(
        self,
        estimator,
        param_distributions,
        *,
        n_iter=10,
        scoring=None,
        n_jobs=None,
        refit=True,
        cv=None,
        verbose=0,
        pre_dispatch="2*n_jobs",
        random_state=None,
        error_score=np.nan,
        return_train_score=False,
    ):
        given = dict(locals())
        vars(self).update({name: given[name] for name in self._get_param_names()})

    @property
    def params(self):
        return self.param_distributions
