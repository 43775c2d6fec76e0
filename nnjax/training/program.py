"""The program of a bucket: three compiled functions, and the loop on the host that calls them."""

import functools
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import numpy as np

from nnjax.network.mlp import init
from nnjax.surroundings import check_variables
from nnjax.training.bucket import Bucket, chunk_size
from nnjax.training.device import check_options, compiler_options, find_device
from nnjax.training.loop import (
    Constants,
    HistoryLine,
    Network,
    Rows,
    RowWeights,
    Start,
    Trained,
    TrainingState,
    make_beginning,
    make_lines,
    make_prediction,
)
from nnjax.training.noise import Keys
from nnjax.training.optimizers import Hyperparameters

LINES = 50
"""Lines of a history that one call trains, at most: a call takes a millisecond, and the order of its examples room."""


class Lowered(NamedTuple):
    """A bucket's functions before XLA compiles them; see `make_beginning`, `make_lines` and `make_prediction`."""

    beginning: jax.stages.Lowered
    lines: jax.stages.Lowered
    prediction: jax.stages.Lowered


@runtime_checkable
class Keeper(Protocol):
    """Whoever keeps programs for other processes, by bucket and what the compiler was told."""

    def find(self, bucket: Bucket, options: Mapping[str, Any]) -> tuple[jax.stages.Compiled, ...] | None:
        """The functions that were kept, in the order of `Lowered`; None if there are none."""

    def keep(self, bucket: Bucket, options: Mapping[str, Any], functions: tuple[jax.stages.Compiled, ...]) -> None:
        """Keep functions, if that can be done."""


@dataclass(frozen=True)
class Program:
    """A bucket's compiled functions."""

    beginning: jax.stages.Compiled
    lines: jax.stages.Compiled
    prediction: jax.stages.Compiled

    def __call__(self, starts: Start, weights: Any, activation: Any) -> Trained:
        """Train a chunk: starts of R runs, batch weights [steps, batch], position in the branches [hidden].

        HistoryLine 0 of the history is trained like any other, at a learning rate of zero, and what it leaves behind is
        dropped: the network as initialised is looked at by the very code that looks at it later.

        Returns:
            Numpy arrays, each with a leading axis of runs.
        """
        constants, shared = jax.device_put(starts.constants), (jax.device_put(weights), activation)
        state = self.beginning(starts.parameters, constants)
        _, record = self.lines(constants, *shared, state, *_some_lines(starts, 0, 1))
        records = [(record, 1)]
        epochs = starts.rates.shape[1] - 1
        for first in range(1, epochs + 1, LINES):
            count = min(LINES, epochs + 1 - first)
            state, record = self.lines(constants, *shared, state, *_some_lines(starts, first, count))
            records.append((record, count))
        networks = Network(*state.best[:2]), Network(state.carry.parameters, state.moments)
        best, last = (self.prediction(*network, constants, activation) for network in networks)
        blocks = [jax.device_put(block) for block in _validation_blocks(starts.constants.rows)]
        seen, last_seen = (self._predict(network, constants, activation, blocks) for network in networks)
        told = Trained(_join(records), best, last, seen, last_seen, *networks)
        trained: Trained = jax.device_get(told)
        return trained

    def _predict(self, network: Network, constants: Constants, activation: Any, blocks: list[Any]) -> Any:
        """Predictions of other rows by the program of the test rows, block by block."""
        given = (constants._replace(rows=constants.rows._replace(x_test=block)) for block in blocks)
        predicted = [np.asarray(self.prediction(*network, each, activation)) for each in given]
        return np.concatenate(predicted, axis=1)


def _validation_blocks(rows: Rows) -> list[Any]:
    """The validation rows of a chunk [runs, M, D] as blocks of as many rows as there are test rows, padded by zeros.

    So the one program of predictions serves them, too: none is compiled for them, and none changes.
    """
    rows_of_a_block, n_rows = rows.x_test.shape[1], rows.x_validation.shape[1]
    padding = -n_rows % rows_of_a_block
    padded = np.pad(np.asarray(rows.x_validation), ((0, 0), (0, padding), (0, 0)))
    return np.split(padded, (n_rows + padding) // rows_of_a_block, axis=1)


def _some_lines(starts: Start, first: int, count: int) -> tuple[HistoryLine, Any]:
    """Lines `first` … of a chunk, [lines, runs, …], padded to `LINES`; and how many they are."""

    def padded(leaf: Any) -> Any:
        lines = np.zeros((LINES, len(leaf), *leaf.shape[2:]), leaf.dtype)
        lines[:count] = np.moveaxis(leaf[:, first : first + count], 0, 1)
        return lines

    numbers: Any = np.arange(first, first + LINES, dtype=np.int32)
    return HistoryLine(padded(starts.examples), padded(starts.rates), numbers), np.int32(count)


def _join(records: list[tuple[Any, int]]) -> Any:
    """Histories [runs, lines, …] of the records [lines, runs, …] that each call has filled."""
    histories, counts = zip(*((jax.device_get(record), count) for record, count in records), strict=True)
    filled = [jax.tree.map(lambda leaf, n=n: leaf[:n], each) for each, n in zip(histories, counts, strict=True)]
    return jax.tree.map(lambda *leaves: np.moveaxis(np.concatenate(leaves), 0, 1), *filled)


def compile_program(bucket: Bucket) -> Program:
    """Compile a bucket's program for chunks of `chunk_size(bucket)` runs, once a process whatever the threads."""
    program = bucket.program
    # A cache alone would let two threads that come at once compile twice.
    with _COMPILING.setdefault(program, threading.Lock()):
        return _compile(program)


_COMPILING: dict[Bucket, threading.Lock] = {}
_KEEPERS: list[Keeper] = []
"""One, or none."""


def keep_programs(keeper: Keeper | None) -> None:
    """Name who keeps the programs that are compiled from now on in this process; nobody does if it is None."""
    _KEEPERS[:] = [] if keeper is None else [keeper]


@functools.lru_cache(maxsize=64)
def _compile(bucket: Bucket) -> Program:
    check_variables({bucket.device})
    check_options()
    options = compiler_options(bucket.device, bucket.widest, bucket.trains_by_stack)
    with jax.default_device(find_device(bucket.device)):
        for keeper in _KEEPERS:
            if kept := keeper.find(bucket, options):
                return Program(*kept)
        functions = tuple(each.compile(compiler_options=options) for each in lower_program(bucket))
        for keeper in _KEEPERS:
            keeper.keep(bucket, options, functions)
        return Program(*functions)


def lower_program(bucket: Bucket) -> Lowered:
    """A bucket's program before XLA compiles it, its products in full float32.

    A GPU's default, TF32, keeps 10 bits of each factor: it moved an epoch's validation loss by 1e-3 on one whose
    float32 agreed with a CPU's to 2e-7. On a CPU the bits are the same either way.
    """
    runs = chunk_size(bucket)

    def of_all(shapes: Any, *before: int) -> Any:
        return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct((*before, runs, *leaf.shape), leaf.dtype), shapes)

    parameters, constants = map(of_all, (_parameter_shapes(bucket), _constant_shapes(bucket)))
    weights, activation = _shaped(bucket.steps, bucket.batch_size), _shaped(bucket.architecture.depth, dtype=np.int32)
    order, rates = of_all(_shaped(*weights.shape, dtype=np.int32), LINES), of_all(_shaped(bucket.steps), LINES)
    lines = HistoryLine(order, rates, _shaped(LINES, dtype=np.int32))
    with jax.default_device(find_device(bucket.device)), jax.default_matmul_precision("highest"):
        beginning = make_beginning(bucket).lower(parameters, constants)
        state: TrainingState = jax.tree.map(lambda leaf: _shaped(*leaf.shape, dtype=leaf.dtype), beginning.out_info)
        count = _shaped(dtype=np.int32)
        return Lowered(
            beginning,
            make_lines(bucket).lower(constants, weights, activation, state, lines, count),
            make_prediction(bucket).lower(parameters, state.moments, constants, activation),
        )


def _shaped(*shape: int, dtype: Any = np.float32) -> Any:
    return jax.ShapeDtypeStruct(shape, dtype)


def _parameter_shapes(bucket: Bucket) -> Any:
    parameters = init(np.random.default_rng(0), bucket.architecture, "lecun")
    return jax.tree.map(lambda leaf: _shaped(*leaf.shape), parameters)


def _constant_shapes(bucket: Bucket) -> Constants:
    n, m, t = bucket.n_train, bucket.n_validation, bucket.n_test
    d, o = bucket.n_features, bucket.n_outputs
    scored = (_shaped(t, o), _shaped(t)) if bucket.scored_rows == "validation_and_test" else (None, None)
    weights = RowWeights(_shaped(n), _shaped(n), _shaped(m), scored[1]) if bucket.is_weighted else None
    rows = Rows(_shaped(n, d), _shaped(n, o), _shaped(m, d), _shaped(m, o), _shaped(m), _shaped(t, d), *scored)
    # Two words: the data of one of jax's threefry keys.
    key = _shaped(2, dtype=np.uint32)
    return Constants(
        hyperparameters=Hyperparameters(*[_shaped()] * len(Hyperparameters._fields)),
        rows=rows._replace(weights=weights),
        keys=Keys(key if bucket.dropout else None, key if bucket.input_noise else None),
    )
