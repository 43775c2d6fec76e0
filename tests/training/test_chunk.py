"""A run's numbers depend on its configuration, split and seed alone."""

import re

import jax
import numpy as np
import pytest
from sklearn.metrics import r2_score

from nnjax.network.activations import ACTIVATIONS
from nnjax.network.architecture import branches_for
from nnjax.training import chunk
from nnjax.training.bucket import chunk_size
from nnjax.training.chunk import train_all, train_chunk


def same(a, b):
    return a.keys() == b.keys() and all(
        np.array_equal(a[key], b[key], equal_nan=isinstance(a[key], (float, np.ndarray))) for key in a
    )


def alone_equals_together(shape, runs, scaled):
    together = train_chunk(shape, runs, scaled).outcomes
    backwards = train_chunk(shape, runs[::-1], scaled).outcomes
    return same(backwards[-1], together[0]) and all(
        same(train_chunk(shape, [runs[place]], scaled).outcomes[0], together[place]) for place in (0, len(runs) - 1)
    )


SHAPES = [(1, 64, 8), *(pytest.param(*shape, marks=pytest.mark.slow) for shape in [(2, 64, 32), (4, 64, 32)])] + [
    pytest.param(8, 64, size, marks=pytest.mark.slow) for size in (32, 265)
]


@pytest.mark.usefixtures("shipped_programs")
@pytest.mark.parametrize(("depth", "width", "batch_size"), SHAPES)
def test_alone_equals_inside_a_chunk_bitwise(bucket, trainee, scaled, depth, width, batch_size):
    shape = bucket(depth, width, batch_size, epochs=3)
    runs = [trainee(seed, l2=0.01 * seed) for seed in range(chunk_size(shape))]
    assert alone_equals_together(shape, runs, scaled)


EVERY = branches_for(ACTIVATIONS)


def bits_by_branches(bucket, name, sets, trainee, scaled, **remedies):
    """Outcomes of the same runs in programs that can switch to these activations."""
    runs = [trainee(seed, name, "he", 0.01, l2=0.01, dropout=0.1) for seed in range(3)]
    shapes = [bucket(2, 16, epochs=6, branches=branches_for(names), **remedies) for names in sets]
    return [train_chunk(shape, runs, scaled).outcomes for shape in shapes]


@pytest.mark.usefixtures("shipped_programs")
@pytest.mark.parametrize(
    "remedies", [pytest.param({}, marks=pytest.mark.slow), {"residual": 1, "dropout": True}], ids=str
)
def test_a_run_has_the_same_bits_alone_in_its_program_and_in_company(bucket, trainee, scaled, remedies):
    alone, beside = bits_by_branches(bucket, "selu", [["selu"], ["logistic", "selu"]], trainee, scaled, **remedies)
    assert all(map(same, alone, beside))


@pytest.mark.slow
@pytest.mark.parametrize("remedies", [{}, {"residual": 1, "dropout": True}], ids=str)
@pytest.mark.parametrize("name", EVERY)
def test_a_run_has_the_same_bits_beside_all_activations(bucket, trainee, scaled, name, remedies):
    alone, beside = bits_by_branches(bucket, name, [[name], EVERY], trainee, scaled, **remedies)
    assert all(map(same, alone, beside))


REMEDIES = {
    "normalization": "batch",
    "normalization_statistics": "running",
    "residual": 1,
    "clipping": "global_norm",
    "l1": True,
    "weight_decay": True,
    "dropout": True,
    "input_noise": True,
    "scored_rows": "validation_and_test",
}


@pytest.mark.usefixtures("shipped_programs")
@pytest.mark.parametrize("optimizer", ["adamw", pytest.param("lbfgs", marks=pytest.mark.slow)])
def test_alone_equals_inside_a_chunk_bitwise_with_every_remedy_on(bucket, trainee, scaled, optimizer):
    names = ("prelu", "maxout")
    shape = bucket(2, 16, 265 if optimizer == "lbfgs" else 32, 3, optimizer, names, **REMEDIES)
    runs = [
        trainee(seed, names, "he", 0.01, l2=0.01 * seed, l1=1e-4, weight_decay=0.1, dropout=0.05 * seed)
        for seed in range(6)
    ]
    assert alone_equals_together(shape, runs, scaled)


@pytest.mark.parametrize("stage", ["make_start", "describe_run"])
def test_whatever_fails_of_one_run_costs_its_neighbours_nothing(bucket, trainee, scaled, monkeypatch, stage):
    shape, runs = bucket(epochs=5, activation="tanh"), [trainee(seed, "tanh") for seed in range(3)]
    expected, do = train_chunk(shape, runs, scaled), getattr(chunk, stage)
    assert expected.failures == {}

    def fail(*arguments):
        if any(argument in ("1", runs[1]) for argument in arguments if isinstance(argument, (str, type(runs[1])))):
            raise ArithmeticError("of all\nthings")
        return do(*arguments)

    monkeypatch.setattr(chunk, stage, fail)
    trained = train_chunk(shape, runs, scaled)
    assert all(map(same, trained.outcomes, (expected.outcomes[0], expected.outcomes[2])))
    assert [*trained.failures] == ["1"]
    assert re.fullmatch(r"ArithmeticError: of all things \(fail, line \d+\)", trained.failures["1"])
    with pytest.raises(RuntimeError, match="of all things"):
        train_all(shape, runs, scaled)
    assert train_chunk(shape, runs[1:2], scaled).outcomes == []


@pytest.mark.parametrize("stage", ["make_start", "describe_run"])
@pytest.mark.parametrize("error", [MemoryError, SystemError, OSError, jax.errors.JaxRuntimeError])
def test_what_fails_of_the_process_is_no_failure_of_a_run(bucket, trainee, scaled, monkeypatch, stage, error):
    def fail(*_):
        raise error("RESOURCE_EXHAUSTED: Out of memory")

    monkeypatch.setattr(chunk, stage, fail)
    with pytest.raises(error, match="Out of memory"):
        train_chunk(bucket(epochs=5, activation="tanh"), [trainee(0, "tanh")], scaled)


def test_too_many_runs_or_two_activations_are_misuse(bucket, trainee, scaled):
    with pytest.raises(ValueError, match="one activation"):
        train_chunk(bucket(), [trainee(), trainee(activation="tanh")], scaled)
    with pytest.raises(ValueError, match="1 to 20"):
        train_chunk(bucket(1), [trainee()] * 21, scaled)


def test_test_r2_is_that_of_the_kept_predictions(bucket, trainee, scaled):
    outcome = train_chunk(bucket(epochs=5, activation="tanh"), [trainee(activation="tanh")], scaled).outcomes[0]
    target = scaled[0].y_test * scaled[0].y_scale + scaled[0].y_mean
    assert outcome["test_r2"] == pytest.approx(r2_score(target.ravel(), outcome["test_prediction"]), abs=1e-6)
    assert outcome["validation_r2"] == outcome["fit_validation_r2"][1:].max()
    assert outcome["fit_validation_r2"][outcome["best_epoch"]] == outcome["validation_r2"]
    seen = scaled[0].y_validation * scaled[0].y_scale + scaled[0].y_mean
    for epoch in ("", "last_"):
        kept = r2_score(seen.ravel(), outcome[f"{epoch}validation_prediction"])
        assert outcome[f"{epoch}validation_r2"] == pytest.approx(kept, abs=1e-5)


def test_scoring_test_rows_adds_curves_and_changes_nothing_else(bucket, trainee, scaled):
    run = trainee(activation="tanh", learning_rate=0.02)
    plain = train_chunk(bucket(epochs=5, activation="tanh"), [run], scaled).outcomes[0]
    scoring = bucket(epochs=5, activation="tanh", scored_rows="validation_and_test")
    scored = train_chunk(scoring, [run], scaled).outcomes[0]
    assert scored.keys() - plain.keys() == {"fit_test_loss", "fit_test_r2"}
    assert scored["fit_test_r2"][-1] == pytest.approx(scored["last_test_r2"], abs=1e-5)
    assert scored["fit_test_r2"][scored["best_epoch"]] == pytest.approx(scored["test_r2"], abs=1e-5)
    assert same(plain, {name: scored[name] for name in plain})
