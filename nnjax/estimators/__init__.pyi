"""The facade's types: its names are imported when they are first asked for."""

from nnjax.estimators.classifier import MLPClassifier as MLPClassifier
from nnjax.estimators.regressor import MLPRegressor as MLPRegressor
from nnjax.estimators.search import VectorizedSearchCV as VectorizedSearchCV
