"""What regressor and classifier share: draws, fits that go on, validation rows, storage, callbacks, refusals."""

import pickle
import pickletools
import subprocess
import sys
from typing import ClassVar

import numpy as np
import pytest
import skops.io
from fakes.estimators import HELD_OUT, SMALL, classifier, numbers, regressor, words
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.base import clone
from sklearn.callback import ProgressBar
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import cross_validate
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, Y = numbers()
ROWS = len(X)
BOTH = [(regressor, Y), (classifier, words()[1])]


def weights(estimator):
    return np.concatenate([each.ravel() for each in (*estimator.coefs_, *estimator.intercepts_)])


# ---- randomness ----


@pytest.mark.parametrize("stopping", [{}, HELD_OUT])
def test_a_persons_generator_is_moved_on_as_scikit_learn_moves_it(stopping):
    ours, theirs = (np.random.RandomState(3) for _ in range(2))
    given = {**SMALL, "max_iter": 6, "tol": 0.0, "n_iter_no_change": 50} | stopping
    with pytest.warns(ConvergenceWarning):
        TheirRegressor(**given | {"random_state": theirs}).fit(X, Y)
    with pytest.warns(ConvergenceWarning):
        regressor(**given | {"random_state": ours}).fit(X, Y)
    assert ours.get_state()[2] == theirs.get_state()[2]
    assert (ours.get_state()[1] == theirs.get_state()[1]).all()


def test_a_generator_object_draws_alike_in_all_folds_and_a_number_in_all_fits():
    model = regressor(random_state=np.random.RandomState(3))
    first, second = (weights(clone(model).fit(X, Y)) for _ in range(2))
    assert (first == second).all()  # clone copies the generator
    assert (weights(model.fit(X, Y)) != weights(model.fit(X, Y))).any()
    assert (weights(regressor().fit(X, Y)) == weights(regressor().fit(X, Y))).all()


@pytest.mark.parametrize("given", [{"max_iter": 2.0}, {"shuffle": None}, {"alpha": np.float64(-1)}, {"solver": "adm"}])
def test_what_was_found_valid_once_lets_nothing_else_pass(given):
    model = regressor(max_iter=2, alpha=1.0)
    for _ in range(2):
        model._validate_params()
        with pytest.raises(ValueError, match=next(iter(given))):
            clone(model).set_params(**given)._validate_params()


def test_numpys_new_generator_is_refused():
    with pytest.raises(ValueError, match="random_state"):
        regressor(random_state=np.random.default_rng(0)).fit(X, Y)


# ---- weights of rows ----


def test_ten_times_the_weights_is_a_tenth_of_the_penalty():
    plain = regressor(alpha=0.5).fit(X, Y)
    weighted = regressor(alpha=5.0).fit(X, Y, np.full(ROWS, 10.0))
    assert weights(weighted) == pytest.approx(weights(plain), abs=1e-6)
    assert weighted.loss_ == pytest.approx(plain.loss_, rel=1e-6)


def test_rows_that_weigh_nothing_are_as_good_as_absent():
    counts = np.arange(ROWS) < 24
    weighted, other = (regressor().fit(X, np.where(counts, Y, rest), counts) for rest in (0.0, 99.0))
    assert (weights(weighted) == weights(other)).all()
    given = {"max_iter": 5, "tol": 0.0}
    with pytest.warns(ConvergenceWarning):
        absent = TheirRegressor(**SMALL | given).fit(X[:24], Y[:24])
    with pytest.warns(ConvergenceWarning):
        assert weights(regressor(**given).fit(X, Y, counts)) == pytest.approx(weights(absent), abs=1e-5)


# ---- going on ----


@pytest.mark.parametrize(("make", "y"), BOTH)
def test_partial_fit_counts_epochs_of_this_call_losses_of_all_and_rows(make, y):
    model = make()
    for call in range(1, 4):
        model.partial_fit(X, y, **({} if make is regressor else {"classes": np.unique(y)}))
        assert (model.n_iter_, len(model.loss_curve_), model.t_) == (1, call, call * ROWS)
        assert model.history_.epoch.max() == call
    assert model.best_loss_ == min(model.loss_curve_)


def test_epoch_by_epoch_is_as_at_one_go():
    whole = regressor(n_iter_no_change=50, max_iter=4, shuffle=False, batch_size=16)
    with pytest.warns(ConvergenceWarning, match="within max_iter=4 epochs"):
        whole.fit(X, Y)
    stepwise = regressor(shuffle=False, batch_size=16)
    for _ in range(4):
        stepwise.partial_fit(X, Y)
        stepwise = pickle.loads(pickle.dumps(stepwise))  # with the optimiser's state
    assert (weights(stepwise) == weights(whole)).all()
    assert stepwise.loss_curve_ == whole.loss_curve_


def test_warm_start_goes_on_with_weights_and_losses_and_a_fresh_optimiser():
    model = regressor(warm_start=True).fit(X, Y)
    first, n_iter = weights(model), model.n_iter_
    model.fit(X, Y)
    # The losses before are borne in mind: nothing is gained by so large a tol, and the first epoch ends it.
    assert (len(model.loss_curve_), model.n_iter_) == (n_iter + 1, 1)
    assert (weights(model) != first).any()
    cold = clone(model).set_params(warm_start=False).fit(X, Y)
    assert len(cold.fit(X, Y).loss_curve_) == cold.n_iter_
    assert (weights(cold) == first).all()


def test_another_network_or_other_outputs_cannot_be_gone_on_with():
    model = regressor(warm_start=True).fit(X, Y)
    with pytest.raises(ValueError, match=r"layers of \(3, 4, 1\), hidden_layer_sizes ask for \(3, 5, 1\); set warm"):
        model.set_params(hidden_layer_sizes=5).fit(X, Y)
    with pytest.raises(ValueError, match="y has 2 outputs, the network that is to be gone on with 1; set"):
        model.set_params(hidden_layer_sizes=4).fit(X, np.stack([Y, Y], axis=1))


def test_weights_of_ones_own_are_gone_on_with():
    trained, own = regressor(warm_start=True).fit(X, Y), regressor(warm_start=True)
    own.coefs_, own.intercepts_ = trained.coefs_, trained.intercepts_
    own.n_features_in_, own.n_outputs_ = 3, 1
    assert own.fit(X, Y).loss_curve_[0] == pytest.approx(trained.fit(X, Y).loss_curve_[-1])


@pytest.mark.slow
def test_running_averages_outlive_a_fit_that_another_goes_on_with():
    model = regressor(normalization="batch", warm_start=True, tol=1e9, n_iter_no_change=1).fit(X + 5, Y)
    before = model.running_means_[0]
    model.fit(X + 5, Y)
    # One epoch more moves an average by a tenth: not back to where it began, at 0.
    assert np.abs(model.running_means_[0]).sum() > np.abs(before).sum()


# ---- when it ends ----


def test_rows_given_for_it_decide_when_to_stop_and_which_weights_are_kept():
    held_out = X[:12], Y[:12]
    model = regressor(tol=0.0, n_iter_no_change=3, max_iter=300).fit(X[12:36], Y[12:36], X_val=X[:12], y_val=Y[:12])
    scores = model.validation_scores_
    assert model.n_iter_ == len(scores) == int(np.argmax(scores)) + 5
    assert model.best_validation_score_ == max(scores)
    assert model.score(*held_out) == pytest.approx(max(scores), abs=1e-5)
    assert (model.best_loss_, model.t_) == (None, 24 * model.n_iter_)


def test_validation_rows_are_refused_where_they_decide_nothing():
    with pytest.raises(ValueError, match="belong together, and one of them is None; give both"):
        regressor().fit(X, Y, X_val=X)
    with pytest.raises(ValueError, match="solver='lbfgs' is not stopped by X_val; leave it away, or take"):
        regressor(solver="lbfgs").fit(X, Y, X_val=X, y_val=Y)


def test_a_person_hears_that_it_has_not_converged_and_what_may_help():
    with pytest.warns(ConvergenceWarning, match="adam has not converged within max_iter=2 epochs") as heard:
        regressor(max_iter=2, tol=0.0).fit(X, Y)
    assert heard[0].filename == __file__
    with pytest.warns(ConvergenceWarning, match="lbfgs has not converged within max_fun=3 calls"):
        regressor(solver="lbfgs", tol=0.0, max_fun=3).fit(X, Y)


def test_a_mini_batch_has_no_more_rows_than_there_are():
    with pytest.warns(UserWarning, match="batch_size=64 is more than the 40 rows") as heard:
        model = regressor(batch_size=64).fit(X, Y)
    assert heard[0].filename == __file__
    assert (weights(model) == weights(regressor().fit(X, Y))).all()


def test_a_training_that_overflows_is_refused_and_leaves_the_earlier_model():
    model = regressor().fit(X, Y)
    before = weights(model)
    with pytest.raises(ValueError, match=r"non-finite parameter weights.* lower learning_rate_init"):
        model.fit(np.float64(X) * 1e300, Y)
    assert (weights(model) == before).all()


def test_verbose_prints_every_epoch_and_why_it_was_the_last(capsys):
    model = regressor(verbose=True, **HELD_OUT).fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Iteration 1, loss = {model.loss_curve_[0]:.8f}"
    assert lines[1] == f"Validation score: {model.validation_scores_[0]:f}"
    assert len(lines) == 2 * model.n_iter_ + 1 and "is over" in lines[-1]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"solver": "lbfgs"}, AttributeError, "partial_fit"),
        ({"early_stopping": True}, ValueError, "partial_fit does not support early_stopping=True; set it to False"),
        ({"learning_rate": "cosine"}, ValueError, "ends at max_iter, which partial_fit does not know; take"),
    ],
)
def test_partial_fit_is_refused_where_one_epoch_means_nothing(given, error, message):
    with pytest.raises(error, match=message):
        regressor(**given).partial_fit(X, Y)


# ---- rows ----


@pytest.mark.parametrize(("make", "y"), BOTH)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_and_predictions_have_the_dtype_of_x(make, y, dtype):
    model = make().fit(X.astype(dtype), y)
    assert {each.dtype for each in (*model.coefs_, *model.intercepts_)} == {np.dtype(dtype)}
    predicted = model.predict(X.astype(dtype)) if make is regressor else model.predict_proba(X.astype(dtype))
    assert predicted.dtype == dtype
    # A float64 table is trained as the float32 one that it rounds to.
    assert (weights(model) == weights(make().fit(X, y))).all()


def test_a_sparse_table_is_the_dense_one():
    dense, sparse = regressor().fit(X, Y), regressor().fit(csr_array(X), Y)
    assert (weights(dense) == weights(sparse)).all()
    assert (dense.predict(X) == sparse.predict(csr_array(X))).all()
    with pytest.raises(ValueError, match="reduce its columns"):
        regressor().fit(csr_array((5_001, 2_000)), np.zeros(5_001))


def test_a_row_is_predicted_alike_in_whatever_company():
    model = regressor().fit(X, Y)
    assert np.concatenate([model.predict(X[[row]]) for row in range(ROWS)]) == pytest.approx(model.predict(X), rel=1e-6)


# ---- storage, callbacks, routing ----


def plain(value):
    """Whether nothing but numbers, words and numpy's arrays is in it."""
    if isinstance(value, dict):
        return all(map(plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(plain, value)) and type(value) in (list, tuple)
    return value is None or type(value) in (bool, int, float, str, np.ndarray, np.random.RandomState)


@pytest.mark.parametrize(("make", "y"), BOTH)
def test_a_model_is_stored_by_plain_arrays(make, y):
    model = make(**HELD_OUT).fit(X, y)
    state = {name: value for name, value in model.__getstate__().items() if name != "_label_binarizer"}
    assert plain(state), state
    needed = {argument for code, argument, _ in pickletools.genops(pickle.dumps(model, 2)) if code.name == "GLOBAL"}
    assert not [name for name in needed if name.startswith(("jax", "optax", "nnjax.network", "nnjax.training"))]
    stored = skops.io.dumps(model)
    own = f"{type(model).__module__}.{type(model).__name__}"
    assert skops.io.get_untrusted_types(data=stored) == [own]
    for back in (pickle.loads(pickle.dumps(model)), skops.io.loads(stored, trusted=[own])):
        assert (back.predict(X) == model.predict(X)).all()
        assert back.history_.equals(model.history_)


def test_jax_is_not_imported_before_a_fit():
    code = """
import sys, pickle
from sklearn.base import clone
from nnjax.estimators import MLPClassifier, MLPRegressor
for kind in (MLPClassifier, MLPRegressor):
    pickle.loads(pickle.dumps(clone(kind(alpha=0.5)).set_params(max_iter=3)))
assert not {"jax", "optax"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


class Listener:
    """A callback that notes what it hears."""

    heard: ClassVar[list] = []

    def setup(self, estimator, context):
        self.heard.append("setup")

    def on_fit_task_begin(self, estimator, context, *, X=None, metadata=None):
        self.heard.append(("begin", len(X), metadata))

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.heard.append(("end", len(fitted_estimator.predict(numbers()[0]))))

    def teardown(self, estimator, context):
        self.heard.append("teardown")


def test_callbacks_hear_a_fit_begin_and_end_also_of_a_clone():
    Listener.heard = []
    model = regressor().set_callbacks(Listener())
    clone(model).fit(X, Y)
    assert Listener.heard == ["setup", ("begin", ROWS, None), ("end", ROWS), "teardown"]
    with pytest.raises(ValueError, match="poisson"):
        clone(model).set_params(loss="poisson").fit(X, Y)
    cross_validate(model, X, Y, cv=[(range(ROWS), range(ROWS))] * 3)
    assert Listener.heard.count("setup") == Listener.heard.count("teardown") == 4


def test_a_callback_travels_into_a_pickle_until_it_is_dropped():
    model = regressor().set_callbacks(Listener()).fit(X, Y)
    assert b"Listener" in pickle.dumps(model)
    assert b"Listener" not in pickle.dumps(model.set_callbacks())


def test_scikit_learns_progress_bar_is_heard_through_a_pipeline(capsys):
    make_pipeline(StandardScaler(), regressor()).set_callbacks(ProgressBar()).fit(X, Y)
    assert "MLPRegressor" in capsys.readouterr().out


def test_weights_are_routed_to_whom_they_are_asked_for():
    of_rows = np.arange(ROWS) % 3.0
    with config_context(enable_metadata_routing=True):
        last = regressor().set_fit_request(sample_weight=True)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), last)
        pipeline.fit(X, Y, sample_weight=of_rows)
    by_hand = regressor().fit(StandardScaler().fit_transform(X), Y, of_rows)
    assert pipeline[-1].loss_curve_ == by_hand.loss_curve_


def test_validation_rows_go_through_the_pipeline():
    with config_context(enable_metadata_routing=True):
        last = regressor().set_fit_request(X_val=True, y_val=True)
        pipeline = make_pipeline(StandardScaler(), last).set_params(transform_input=["X_val"])
        pipeline.fit(X[12:36], Y[12:36], X_val=X[:12], y_val=Y[:12])
    scaled = StandardScaler().fit(X[12:36]).transform(X)
    by_hand = regressor().fit(scaled[12:36], Y[12:36], X_val=scaled[:12], y_val=Y[:12])
    assert pipeline[-1].validation_scores_ == by_hand.validation_scores_
