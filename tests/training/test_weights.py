"""Weighted rows against scikit-learn, against rows that are repeated, and against a plain float64 loop."""

import dataclasses
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from nnjax.data.scaling import scale_split
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.streams import stream
from nnjax.data.tables import load_table
from nnjax.data.weights import PartWeights
from nnjax.training.batches import draw_order
from nnjax.training.chunk import pad_rows, train_chunk
from nnjax.training.weights import balanced_weights, loss_weights

RATE, PENALTY, EPOCHS = 0.05, 0.02, 5
PARTS = ("train", "validation", "test")


def drawn(split, seed=0, whole=False):
    """A split whose rows count differently."""
    draws = np.random.default_rng(seed)
    sizes = [len(getattr(split, f"x_{part}")) for part in PARTS]
    weights = [draws.integers(1, 4, n).astype(float) if whole else draws.uniform(0.2, 5, n) for n in sizes]
    return split._replace(weights=PartWeights(*weights))


def in_classes(split, weights=None):
    """The target in three classes of very different size, one-hot."""

    def classes(part):
        return np.digitize(getattr(split, f"y_{part}")[:, 0], [-1.2, 1.0])

    encoded = {f"y_{part}": np.eye(3, dtype=np.float32)[classes(part)] for part in PARTS}
    return split._replace(**encoded, y_mean=np.zeros(3), y_scale=np.ones(3), weights=weights)


def classifying(shape, **others):
    named = {"task": "classification", "loss": "cross_entropy", "output": "softmax", "n_outputs": 3}
    return dataclasses.replace(shape, **named | others)


def peer(kind, start, x, y, weights, **others):
    """Scikit-learn's network after as many steps on all rows, from the same weights."""
    model = kind(
        hidden_layer_sizes=(8, 8), activation="tanh", solver="sgd", momentum=0.0, nesterovs_momentum=False,
        alpha=PENALTY * weights.sum(), batch_size=len(y), shuffle=False, warm_start=True, max_iter=1, tol=0.0,
        n_iter_no_change=1000, learning_rate_init=RATE, **others,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y, sample_weight=weights)
        model.coefs_ = [np.float64(layer.weights) for layer in start.parameters]
        model.intercepts_ = [np.float64(layer.bias) for layer in start.parameters]
        model.set_params(max_iter=EPOCHS).fit(x, y, sample_weight=weights)
    return model


def assert_alike(parameters, model):
    for layer, weights, bias in zip(parameters, model.coefs_, model.intercepts_, strict=True):
        np.testing.assert_allclose(layer.weights, weights, atol=2e-6)
        np.testing.assert_allclose(layer.bias, bias, atol=2e-6)


@pytest.fixture
def full(bucket):
    return bucket(batch_size=265, epochs=EPOCHS, optimizer="sgd", activation="tanh", row_weights=True)


@pytest.fixture
def run(trainee):
    return trainee(activation="tanh", learning_rate=RATE, l2=PENALTY)


def test_weighted_rows_train_as_scikit_learns_do(full, run, raw, scaled):
    split = drawn(scaled[0])
    start, trained = raw(full, run, {0: split})
    model = peer(MLPRegressor, start, np.float64(split.x_train), np.float64(split.y_train[:, 0]), split.weights.train)
    assert_alike(trained.last.parameters, model)


def test_weighted_counts_train_as_scikit_learns_do(full, run, raw):
    table = load_table("diabetes")
    counts = drawn(
        scale_split(table, make_splits(442, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5))[0], "exponential")
    )
    start, trained = raw(dataclasses.replace(full, loss="poisson", output="exponential"), run, {0: counts})
    rows = np.float64(counts.x_train), np.float64(counts.y_train[:, 0])
    assert_alike(trained.last.parameters, peer(MLPRegressor, start, *rows, counts.weights.train, loss="poisson"))


@pytest.mark.parametrize(
    "is_weighted", [pytest.param(False, marks=pytest.mark.slow), True], ids=["classes alone", "rows too"]
)
def test_balanced_classes_train_as_scikit_learns_do(full, run, raw, scaled, is_weighted):
    split = in_classes(scaled[0], drawn(scaled[0], whole=True).weights if is_weighted else None)
    shape = classifying(full, class_weight="balanced", row_weights=is_weighted)
    start, trained = raw(shape, run, {0: split})
    classes = split.y_train.argmax(axis=1)
    rows = split.weights.train.astype(int) if is_weighted else np.ones(265, dtype=int)
    by_class = dict(enumerate(compute_class_weight("balanced", classes=np.arange(3), y=np.repeat(classes, rows))))
    weights = compute_sample_weight(by_class, classes) * rows
    model = peer(MLPClassifier, start, np.float64(split.x_train), classes, weights)
    assert_alike(trained.last.parameters, model)


def test_a_row_of_weight_three_is_three_rows(full, bucket, run, scaled):
    split = drawn(scaled[0], whole=True)
    times = {part: getattr(split.weights, part).astype(int) for part in PARTS}
    repeated = split._replace(
        weights=None,
        **{f"{axis}_{part}": np.repeat(getattr(split, f"{axis}_{part}"), times[part], axis=0)
           for axis in "xy" for part in PARTS},
    )  # fmt: skip
    sizes = {f"n_{part}": int(times[part].sum()) for part in PARTS}
    longer = dataclasses.replace(full, **sizes, batch_size=sizes["n_train"], row_weights=False)
    watched = {"scored_rows": "validation_and_test"}
    weighted = train_chunk(dataclasses.replace(full, **watched), [run], {0: split}).outcomes[0]
    expected = train_chunk(dataclasses.replace(longer, **watched), [run], {0: repeated}).outcomes[0]
    alike = [
        name for name in expected if name.startswith(("fit_", "unit_m", "unit_st", "unit_sa", "grad_norm", "weight_"))
    ]
    alike += [f"{epoch}test_{name}" for epoch in ("", "last_") for name in ("r2", "rmse", "mae")]
    for name in (*alike, "validation_r2", "best_epoch"):
        np.testing.assert_allclose(weighted[name], expected[name], rtol=2e-4, atol=2e-5, err_msg=name)


def test_mini_batches_equal_a_plain_float64_loop(bucket, run, raw, scaled, numpy_backpropagation):
    split = drawn(scaled[0])
    start, trained = raw(
        bucket(batch_size=32, epochs=EPOCHS, optimizer="sgd", activation="tanh", row_weights=True), run, {0: split}
    )
    order, relative = draw_order(stream(0, "order"), 265, 32, EPOCHS + 1), split.weights.train
    arrays = [np.float64(leaf) for layer in start.parameters for leaf in layer[:2]]
    for epoch in order.examples[1:]:
        for rows, weight in zip(epoch, order.weights, strict=True):
            counted = weight * relative[rows] / relative.mean()
            layers = list(zip(arrays[::2], arrays[1::2], strict=True))
            pairs, _ = numpy_backpropagation(layers, split.x_train[rows], split.y_train[rows], counted)
            gradients = [part for pair in pairs for part in pair]
            arrays = [
                array - RATE * (gradient + (PENALTY * array if place % 2 == 0 else 0))
                for place, (array, gradient) in enumerate(zip(arrays, gradients, strict=True))
            ]
    for layer, w, b in zip(trained.last.parameters, arrays[::2], arrays[1::2], strict=True):
        np.testing.assert_allclose(layer.weights, w, atol=1e-5)
        np.testing.assert_allclose(layer.bias, b, atol=1e-5)


def test_the_unit_of_the_weights_is_nothing(full, run, scaled):
    split = drawn(scaled[0], whole=True)
    larger = split._replace(weights=PartWeights(*(1024 * part for part in split.weights)))
    first, second = (train_chunk(full, [run], {0: each}).outcomes[0] for each in (split, larger))
    for name in ("fit_train_loss", "fit_validation_loss", "test_r2", "test_prediction"):
        assert np.array_equal(first[name], second[name]), name


def test_scores_are_weighted_by_rows_and_never_by_classes(full, run, scaled):
    """The validation rows tested, so that their predictions are seen."""
    split = in_classes(drawn(scaled[0]), drawn(scaled[0]).weights)
    split = split._replace(
        x_test=split.x_validation,
        y_test=split.y_validation,
        weights=split.weights._replace(test=split.weights.validation),
    )
    shape = classifying(full, class_weight="balanced", n_test=67)
    outcome = train_chunk(shape, [run], {0: split}).outcomes[0]
    true, rows = split.y_test.argmax(axis=1), split.weights.test
    probability = np.float64(outcome["last_test_prediction"]).reshape(-1, 3)
    probability /= probability.sum(axis=1, keepdims=True)
    accuracy = accuracy_score(true, probability.argmax(axis=1), sample_weight=rows)
    assert outcome["last_test_accuracy"] == pytest.approx(accuracy)
    assert outcome["last_validation_accuracy"] == pytest.approx(accuracy, rel=1e-6)
    for epoch in ("", "last_"):  # one forward for both
        assert np.array_equal(outcome[f"{epoch}validation_prediction"], outcome[f"{epoch}test_prediction"])
    assert outcome["last_test_log_loss"] == pytest.approx(log_loss(true, probability, sample_weight=rows), rel=1e-5)
    in_loss = log_loss(true, probability, sample_weight=loss_weights(split, "validation", "balanced"))
    assert outcome["fit_validation_loss"][-1] == pytest.approx(in_loss, rel=1e-5)
    assert in_loss != pytest.approx(outcome["last_test_log_loss"], rel=1e-3)


def test_validation_loss_and_scores_of_numbers_are_weighted(full, run, scaled):
    split = drawn(scaled[0])
    split = split._replace(
        x_test=split.x_validation,
        y_test=split.y_validation,
        weights=split.weights._replace(test=split.weights.validation),
    )
    outcome = train_chunk(dataclasses.replace(full, n_test=67), [run], {0: split}).outcomes[0]
    predicted = (np.float64(outcome["last_test_prediction"]) - split.y_mean) / split.y_scale
    expected = r2_score(split.y_test[:, 0], predicted, sample_weight=split.weights.test)
    assert outcome["last_test_r2"] == pytest.approx(expected, rel=1e-4)
    assert outcome["last_validation_r2"] == pytest.approx(expected, rel=1e-4)
    error = mean_squared_error(split.y_test[:, 0], predicted, sample_weight=split.weights.test)
    assert outcome["fit_validation_loss"][-1] == pytest.approx(error / 2, rel=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_balanced_weights_are_scikit_learns(seed):
    draws = np.random.default_rng(seed)
    classes = np.concatenate([np.arange(4), draws.integers(0, 4, 50)])
    theirs = compute_class_weight("balanced", classes=np.arange(4), y=classes)
    np.testing.assert_allclose(balanced_weights(classes, 4), theirs)
    times = draws.integers(1, 4, 54)
    repeated = compute_class_weight("balanced", classes=np.arange(4), y=np.repeat(classes, times))
    np.testing.assert_allclose(balanced_weights(classes, 4, times.astype(float)), repeated)


def test_a_class_without_rows_counts_as_if_it_had_one():
    assert balanced_weights(np.array([0, 0]), 2).tolist() == [0.5, 1.0]


def test_rows_without_weights_go_into_a_program_without_them(bucket, scaled):
    rows = pad_rows(scaled[0], bucket())
    assert rows.weights is None and rows.validation_weights.tolist() == [*[np.float32(1 / 66)] * 66, 0.0]
