"""The program of a training: what shapes it, compiled once a machine whatever the threads and processes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from nnjax.estimators.epoch import make_epochs
from nnjax.estimators.first_weights import architecture_of
from nnjax.estimators.kernels import are_being_built, kernels_here, kernels_to_come
from nnjax.estimators.problem import Examples, NetworkDesign, Problem, RateCourse, Stopping
from nnjax.estimators.slot_state import TrainingShape, first_going
from nnjax.estimators.slots import going_of, slot_data
from nnjax.estimators.solvers import Update
from nnjax.kernels.names import XLA
from nnjax.network.mlp import init
from nnjax.sweep.compilation_cache import cache_of_this_machine
from nnjax.sweep.kept_programs import KeptPrograms
from nnjax.training.bucket import Bucket, chunk_size, with_branches
from nnjax.training.device import LITTLE_IS_LEFT
from nnjax.training.optimizers import Hyperparameters

EPOCHS_A_CALL = 10
"""Epochs that one call trains: a training that ends within them makes room for the next one only after them."""

ROWS_ROUNDED_TO = 8
"""Rows to whose multiples the full batch is rounded up, so that folds which differ by a row share a program."""

_WIDEST_AT_LEVEL_1 = 64
"""Units of the widest layer up to which LLVM's level 1 is told: these programs are smaller than a sweep's, and with two
layers of 50 units one timing had it compile in four fifths of the time and train as fast."""


def _rounded(rows: int) -> int:
    return -(-rows // ROWS_ROUNDED_TO) * ROWS_ROUNDED_TO


def _bucket_of(problem: Problem) -> Bucket:
    """By whatever kernels."""
    design, numbers, train = problem.design, problem.numbers, problem.train
    n_rows, size = len(train.x), problem.design.batch_size
    steps = -(-n_rows // size)
    places = size if steps > 1 else _rounded(size)
    architecture = architecture_of(design, train.x.shape[1], train.y.shape[1])
    return Bucket(
        n_features=train.x.shape[1],
        hidden_layer_sizes=design.hidden_layer_sizes,
        n_outputs=train.y.shape[1],
        batch_size=places,
        n_train=steps * places,
        n_validation=0 if problem.validation is None else _rounded(len(problem.validation.x)),
        n_test=0,
        epochs=0,
        optimizer=design.solver,
        loss=design.loss,
        output=design.output,
        task=design.task,
        structures=architecture.structures,
        maxout_pieces=design.maxout_pieces,
        normalization=design.normalization,
        normalization_statistics="running",
        residual=design.residual,
        clipping=design.clipping,
        l1=bool(numbers.l1 > 0),
        weight_decay=bool(numbers.weight_decay > 0),
        dropout=bool(numbers.dropout > 0),
        input_noise=bool(numbers.input_noise > 0),
        row_weights=train.weights is not None,
    )


def shape_of(problem: Problem, watches: bool) -> TrainingShape:
    """What a training needs compiled, but for activations and the number of slots; waits for what computes it."""
    return _shape_of(problem, watches, kernels_here)


def shape_to_come(problem: Problem, watches: bool) -> TrainingShape:
    """What `shape_of` comes to, unless building the operations fails; nothing is waited for."""
    return _shape_of(problem, watches, kernels_to_come)


def _shape_of(problem: Problem, watches: bool, kernels: Callable[[], str]) -> TrainingShape:
    bucket = _bucket_of(problem)
    if bucket.uses_kernels:
        bucket = replace(bucket, kernels=kernels())
    update = Update(bucket.update_rule, problem.design.nesterovs_momentum)
    return TrainingShape(bucket, update, 1, EPOCHS_A_CALL, watches)


def trained_by(problem: Problem) -> str:
    """What is going to train a problem, as `Bucket.kernels`; nothing is waited for."""
    return kernels_to_come() if _bucket_of(problem).uses_kernels else XLA


def with_slots(shape: TrainingShape, activations: Iterable[str], runs: int | None) -> TrainingShape:
    """The shape with the activations that it can switch to, and so many slots; None: as many as fit the caches."""
    bucket = with_branches(shape.bucket, activations)
    return replace(shape, bucket=bucket, runs=runs or chunk_size(bucket))


_MOST_COMPILED = 128
"""Programs that a process holds; those that were not used for longest make room."""

_COMPILED: OrderedDict[TrainingShape, Any] = OrderedDict()
_COMPILING: dict[TrainingShape, threading.Lock] = {}
_LOWERED: dict[TrainingShape, jax.stages.Lowered] = {}
_LOOKING = threading.Lock()


def compiled(shape: TrainingShape) -> Any:
    """A shape's function, compiled once a process whatever the threads."""
    with _LOOKING:
        if shape in _COMPILED:
            _COMPILED.move_to_end(shape)
            return _COMPILED[shape]
        compiling = _COMPILING.setdefault(shape, threading.Lock())
    with compiling:
        program = _COMPILED.get(shape) or _compile(shape)
        with _LOOKING:
            _COMPILED[shape] = program
            _COMPILING.pop(shape, None)
            while len(_COMPILED) > _MOST_COMPILED:
                _COMPILED.popitem(last=False)
    return program


def lower_ahead(shapes: Iterable[TrainingShape]) -> None:
    """Trace what is going to be compiled, as long as the operations that it calls are still being built."""
    for shape in shapes:
        if are_being_built() and shape not in _LOWERED:
            _LOWERED[shape] = _lower(shape)


def _compile(shape: TrainingShape) -> Any:
    options, lowered = _options(shape.bucket), _LOWERED.pop(shape, None)
    keeper = KeptPrograms(cache_of_this_machine())
    if kept := keeper.find(shape, options):
        return kept[0]
    program = (lowered or _lower(shape)).compile(compiler_options=options)
    keeper.keep(shape, options, [program])
    return program


def _options(bucket: Bucket) -> dict[str, Any]:
    """What XLA is told when it compiles a program of this bucket."""
    if bucket.trains_by_stack:
        return LITTLE_IS_LEFT
    return {"xla_backend_optimization_level": 1} if bucket.widest <= _WIDEST_AT_LEVEL_1 else {}


def _lower(shape: TrainingShape) -> jax.stages.Lowered:
    """Of the shape alone, and of no training: whoever comes first must not decide for those that come after."""
    blank = _blank_problem(shape)
    data, going = jax.tree.map(
        lambda leaf: jax.ShapeDtypeStruct((shape.runs, *np.shape(leaf)), np.asarray(leaf).dtype),
        (slot_data(blank, shape), going_of(blank, first_going(shape, blank.parameters))),
    )
    lines = (shape.lines, shape.runs, shape.bucket.steps)
    with jax.default_matmul_precision("highest"):
        return make_epochs(shape).lower(
            data,
            jax.ShapeDtypeStruct((shape.bucket.architecture.depth,), np.int32),
            going,
            jax.ShapeDtypeStruct((*lines, shape.bucket.batch_size), np.int32),
            jax.ShapeDtypeStruct(lines, np.float32),
            jax.ShapeDtypeStruct((), np.int32),
        )


def _blank_problem(shape: TrainingShape) -> Problem:
    """A training of zeros that has this shape."""
    bucket = shape.bucket

    def rows(count: int, weights: NDArray[np.float32] | None = None) -> Examples:
        features, outputs = (np.zeros((count, width), np.float32) for width in (bucket.n_features, bucket.n_outputs))
        return Examples(features, outputs, weights)

    return Problem(
        design=NetworkDesign(bucket.task, bucket.loss, bucket.output, bucket.hidden_layer_sizes, ()),
        numbers=Hyperparameters(0.0, 0.0),
        stopping=Stopping(),
        course=RateCourse(),
        train=rows(bucket.n_train, np.ones(bucket.n_train, np.float32) if bucket.row_weights else None),
        validation=rows(bucket.n_validation) if bucket.n_validation else None,
        parameters=init(np.random.default_rng(0), bucket.architecture, "zeros"),
    )
