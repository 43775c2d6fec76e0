"""MLPClassifier against scikit-learn's own, and what only it has."""

import numpy as np
import pytest
from fakes.estimators import HELD_OUT, SMALL, classifier, numbers, words
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier as TheirClassifier

X, WORDS = words()
LABELS = np.stack([numbers()[1] > 0, X[:, 0] > 0.2, X[:, 2] > 0], axis=1).astype(int)
TARGETS = {"three classes": WORDS, "two classes": WORDS == "low", "labels": LABELS}


@pytest.mark.parametrize("targets", TARGETS)
def test_weights_and_what_is_told_are_scikit_learns(targets):
    y = TARGETS[targets]
    given = {**SMALL, "max_iter": 5, "n_iter_no_change": 50, "tol": 0.0} | HELD_OUT
    with pytest.warns(ConvergenceWarning):
        ours = classifier(**given).fit(X, y)
    with pytest.warns(ConvergenceWarning):
        theirs = TheirClassifier(**given).fit(X, y)
    for name in ("coefs_", "intercepts_"):
        for mine, other in zip(getattr(ours, name), getattr(theirs, name), strict=True):
            assert np.abs(mine - other).max() <= 1e-5
    assert ours.predict_proba(X) == pytest.approx(theirs.predict_proba(X), abs=1e-5)
    assert ours.predict_log_proba(X) == pytest.approx(theirs.predict_log_proba(X), abs=1e-4)
    assert (ours.predict(X) == theirs.predict(X)).all()
    assert np.array_equal(ours.classes_, theirs.classes_)
    assert ours.validation_scores_ == pytest.approx(theirs.validation_scores_)
    names = ("n_iter_", "n_layers_", "n_outputs_", "out_activation_", "t_", "best_loss_")
    assert [getattr(ours, name) for name in names] == [getattr(theirs, name) for name in names]


def test_probabilities_sum_to_one_in_their_own_dtype():
    model = classifier().fit(X, WORDS)
    for dtype in (np.float32, np.float64):
        sums = model.predict_proba(X.astype(dtype)).sum(axis=1, dtype=np.float64)
        assert np.abs(sums - 1).max() <= 4 * np.finfo(dtype).eps


def test_a_class_counts_as_often_as_its_weight_says():
    of_rows = np.select([WORDS == "low", WORDS == "high"], [3.0, 1.0], 0.5)
    by_class = classifier(class_weight={"low": 3.0, "middle": 0.5}).fit(X, WORDS)
    by_rows = classifier().fit(X, WORDS, of_rows)
    assert by_class.loss_curve_ == by_rows.loss_curve_
    both = classifier(class_weight={"low": 3.0, "middle": 0.5}).fit(X, WORDS, np.full(len(X), 2.0))
    assert both.loss_curve_ == pytest.approx(classifier().fit(X, WORDS, 2 * of_rows).loss_curve_)


@pytest.mark.slow
def test_balanced_means_the_same_of_every_class_and_leaves_scores_alone():
    counts = {word: np.sum(word == WORDS) for word in np.unique(WORDS)}
    dictionary = {word: len(WORDS) / 3 / count for word, count in counts.items()}
    rows = {"X_val": X, "y_val": WORDS}
    balanced, named = (
        classifier(class_weight=weight, tol=0.1).fit(X, WORDS, **rows) for weight in ("balanced", dictionary)
    )
    assert balanced.loss_curve_ == pytest.approx(named.loss_curve_)
    assert balanced.best_validation_score_ == pytest.approx(balanced.score(X, WORDS))
    with pytest.raises(ValueError, match=r"'balanced' needs all rows at once, .*; give a dict of weights"):
        classifier(class_weight="balanced").partial_fit(X, WORDS, classes=np.unique(WORDS))


def test_a_new_class_is_refused_where_a_network_is_gone_on_with():
    model = classifier(warm_start=True).fit(X, WORDS)
    other = np.where(WORDS == "low", "new", WORDS)
    with pytest.raises(ValueError, match="warm_start can only be used where `y` has the same classes"):
        model.fit(X, other)
    model = classifier().partial_fit(X, WORDS, classes=np.unique(WORDS))
    with pytest.raises(ValueError, match=r"classes \['new'\], which are not among .*; name all classes"):
        model.partial_fit(X, other)
    with pytest.raises(ValueError, match=r"y_val has the classes \['new'\], .*; y has those alone; leave such rows"):
        classifier().fit(X, WORDS, X_val=X, y_val=other)


@pytest.mark.slow
def test_classes_that_are_named_may_come_later():
    model = classifier().partial_fit(X, WORDS, classes=[*np.unique(WORDS), "new"])
    assert model.predict_proba(X).shape[1] == 4
    model.partial_fit(X, np.where(WORDS == "low", "new", WORDS))


def test_words_that_are_numbers_stay_what_they_are():
    y = np.where(WORDS == "low", 7.5, -1.0).astype(int)
    assert set(classifier(**HELD_OUT).fit(X, y).predict(X)) <= {7, -1}
