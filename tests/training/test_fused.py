"""Buckets whose operations are fused, against the same by XLA: numbers to rounding, and a run's bits its own."""

import dataclasses
import threading

import jax
import numpy as np
import pytest

from nnjax.data.weights import PartWeights
from nnjax.training import program
from nnjax.training.bucket import CHUNK_SIZES, with_branches
from nnjax.training.chunk import train_chunk

CLASSES = {"task": "classification", "n_outputs": 3, "loss": "cross_entropy", "output": "softmax"}
CLIPPED = {"clip_min": -0.02, "clip_max": 0.01, "clip_norm": 0.05}

FAST = {
    "plain": {},
    "classes, clipped by value, decay": {**CLASSES, "clipping": "value", "optimizer": "adamw", "weight_decay": True},
    "three outputs, weighted rows, l1, clipped": {
        **{"n_outputs": 3, "row_weights": True, "loss": "huber", "scored_rows": "validation_and_test"},
        **{"l1": True, "clipping": "global_norm"},
    },
    "momentum": {"optimizer": "momentum"},
    "dropout, clipped by layer": {"dropout": True, "clipping": "layer_norm"},
}
SLOW = {
    "classes": CLASSES,
    "weighted rows": {"row_weights": True},
    "decay": {"optimizer": "adamw", "weight_decay": True},
    "l1": {"l1": True},
    "clipped by layer": {"clipping": "layer_norm", "input_noise": True},
    "normalised": {"normalization": "layer", "residual": 1},
    "normalised by running averages": {"normalization": "batch", "normalization_statistics": "running"},
}
BUCKETS = [
    *(pytest.param(changes, id=name) for name, changes in FAST.items()),
    *(pytest.param(changes, id=name, marks=pytest.mark.slow) for name, changes in SLOW.items()),
]
"""What differs from a plain regression by Adam in mini-batches of 32, of which the last has 9 rows."""


@pytest.fixture(scope="module")
def split(scaled):
    """A split with three targets, or classes, beside the one it has, and weights for its rows."""
    rng = np.random.default_rng(0)

    def made(n_outputs, is_classes, is_weighted):
        split, parts = scaled[0], ("train", "validation", "test")
        rows = {part: len(getattr(split, f"x_{part}")) for part in parts}
        if is_classes:
            targets = {f"y_{part}": np.eye(3, dtype=np.float32)[rng.integers(0, 3, n)] for part, n in rows.items()}
            split = split._replace(**targets, y_mean=np.zeros(3), y_scale=np.ones(3))
        elif n_outputs > 1:
            targets = {f"y_{part}": np.repeat(getattr(split, f"y_{part}"), n_outputs, axis=1) for part in parts}
            repeated = {name: np.repeat(getattr(split, name), n_outputs) for name in ("y_mean", "y_scale")}
            split = split._replace(**targets, **repeated)
        if is_weighted:
            split = split._replace(weights=PartWeights(**{part: rng.uniform(0.5, 2, n) for part, n in rows.items()}))
        return split

    return made


def one_of(trainee, **others):
    numbers = {"l2": 0.01, "l1": 1e-3, "weight_decay": 0.1, "dropout": 0.2, "input_noise": 0.1, **CLIPPED}
    return trainee(activation=("tanh", "elu"), initializer="he", learning_rate=0.01, elu_alpha=1.3, **numbers, **others)


@pytest.mark.parametrize("changes", BUCKETS)
def test_a_fused_training_is_xlas_to_rounding(bucket, trainee, raw, split, fused, changes):
    shape = bucket(2, 9, epochs=2, activation=("tanh", "elu"), **changes)
    scaled = {0: split(shape.n_outputs, shape.task == "classification", shape.row_weights)}
    both = [raw(dataclasses.replace(shape, kernels=kernels), one_of(trainee), scaled)[1] for kernels in ("xla", fused)]
    pairs = zip(*map(jax.tree_util.tree_leaves_with_path, both), strict=True)
    for (path, ours), (_, theirs) in pairs:
        scale = np.abs(ours).max(initial=1e-6)
        np.testing.assert_allclose(theirs, ours, rtol=2e-4, atol=2e-5 * scale, err_msg=jax.tree_util.keystr(path))


def test_what_serves_a_training(bucket, fused):
    plain = bucket(activation="tanh", kernels=fused)

    def served(**changes):
        shape = dataclasses.replace(plain, **changes)
        return shape.uses_kernels, shape.has_fused_stack, shape.trains_by_stack, shape.update_rule.is_fused

    assert served() == (True, True, True, True)
    assert served(optimizer="sgd") == (True, True, True, False)
    assert served(dropout=True) == (True, True, False, True)
    assert served(normalization="batch") == served(residual=1) == (True, False, False, True)
    assert served(normalization="batch", optimizer="sgd") == (False, False, False, False)
    assert served(optimizer="lbfgs") == served(hidden_layer_sizes=(), optimizer="sgd") == (False,) * 4
    assert not any(served(device="gpu")[:3])
    assert served(kernels="xla") == (True, False, False, False)


def outcomes_of(shape, runs, scaled):
    return {outcome["run_id"]: outcome for outcome in train_chunk(shape, runs, scaled).outcomes}


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)


def test_a_run_that_diverges_is_told_the_same(bucket, trainee, scaled, fused):
    shape = bucket(2, 9, epochs=4, activation=("tanh", "elu"))
    runs = [
        trainee(0, ("tanh", "elu"), "he", 1e35),
        trainee(1, ("tanh", "elu"), "he", 1e5),
        trainee(2, ("tanh", "elu"), "he"),
    ]
    by_xla, by_operations = (
        outcomes_of(dataclasses.replace(shape, kernels=kernels), runs, scaled) for kernels in ("xla", fused)
    )
    for run in runs:
        told = [(each[run.run_id]["status"], each[run.run_id]["diverged_epoch"]) for each in (by_xla, by_operations)]
        assert told[0] == told[1]
    assert [by_xla[str(seed)]["status"] for seed in (0, 2)] == ["diverged", "finished"]


@pytest.fixture
def shape(bucket, fused, shipped_programs):
    """A bucket of the fused stack and the fused Adam, compiled as shipped."""
    return with_branches(bucket(2, 9, epochs=3, kernels=fused, clipping="global_norm"), ["tanh"])


@pytest.fixture
def runs(trainee):
    """Three runs of which the second diverges."""
    return [trainee(seed, "tanh", learning_rate=rate) for seed, rate in enumerate((0.01, 1e35, 0.02))]


def test_a_fused_runs_bits_are_its_own(shape, runs, scaled):
    together = outcomes_of(shape, runs, scaled)
    assert [together[run.run_id]["status"] for run in runs] == ["finished", "diverged", "finished"]
    for others in ([runs[0]], [runs[2]], runs[::-1], [runs[2], runs[0]]):
        for run_id, outcome in outcomes_of(shape, others, scaled).items():
            assert_same(outcome, together[run_id])


def test_fused_chunks_on_two_threads_keep_their_bits(shape, runs, scaled):
    expected, found = outcomes_of(shape, runs, scaled), {}
    door = threading.Barrier(2)

    def work(name):
        door.wait()
        found[name] = [outcomes_of(shape, runs, scaled) for _ in range(3)]

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in found["a"] + found["b"]:
        for run_id, outcome in expected.items():
            assert_same(each[run_id], outcome)


def test_one_program_serves_all_activations_with_the_bits_of_each(shape, runs, scaled):
    alone = dataclasses.replace(shape, branches=("tanh",))
    assert_same(outcomes_of(alone, runs[:1], scaled)["0"], outcomes_of(shape, runs[:1], scaled)["0"])


SUMMED_BY_XLA = {"weight_norm", "update_ratio", "grad_norm"}
"""Of a history: norms that XLA sums, in an order of each chunk size. (Those of clipping by a norm, too: there all of a
training has the bits of its chunk size.)"""

OF_ALL_ROWS = {"fit_train_loss", "fit_train_r2"}
"""Likewise where a step takes all rows: the mean of their losses."""


@pytest.mark.slow
@pytest.mark.usefixtures("shipped_programs")
@pytest.mark.parametrize(
    ("batch_size", "moved"), [(32, SUMMED_BY_XLA), (265, SUMMED_BY_XLA | OF_ALL_ROWS)], ids=["32", "all rows"]
)
def test_a_chunk_of_another_size_trains_the_same_networks(
    bucket, trainee, scaled, fused, monkeypatch, batch_size, moved
):
    """But for what is named, all that is known of a run has the same bits; and that is the same to rounding."""
    shape = with_branches(bucket(2, 64, batch_size, epochs=3, kernels=fused, clipping="value"), ["tanh"])
    runs = [trainee(seed, "tanh", learning_rate=0.01, l2=0.01, **CLIPPED) for seed in range(2)]

    def trained(size, runs):
        with monkeypatch.context() as patch:
            patch.setattr(program, "_compile", program._compile.__wrapped__)
            patch.setitem(CHUNK_SIZES, "cpu", (size,))
            chunk = train_chunk(shape, runs, scaled, with_networks=True)
        return chunk.outcomes[-1], jax.tree.leaves(chunk.networks[runs[-1].run_id])

    expected, weights = trained(20, runs)
    for size, together in ((1, runs[1:]), (5, runs)):
        outcome, own_weights = trained(size, together)
        assert_same(dict(enumerate(own_weights)), dict(enumerate(weights)))
        for name, value in expected.items():
            if name in moved:
                np.testing.assert_allclose(outcome[name], value, rtol=2e-6, err_msg=name)
            else:
                np.testing.assert_array_equal(outcome[name], value, err_msg=f"{name}, {size}")
