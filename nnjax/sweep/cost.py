"""What a sweep will cost, predicted before anything is trained: seconds of the cores, megabytes of the disk."""

from itertools import pairwise
from math import ceil

from nnjax.metrics import LAYER_CURVES
from nnjax.training.bucket import Bucket, chunk_size

SECONDS_A_PARAMETER = 1.6e-9
"""A step's share per parameter: Adam, gradient norms, copies. Measured, one Zen 4 core, Adam, 24 shapes."""

SECONDS_A_FLOP = 1.4e-11
"""A step's share per floating-point operation of the products: 72 GFLOP/s, of a peak of 117. Same measurement."""

SECONDS_A_UNIT = 4.4e-9
"""A step's share per hidden unit and example: activation, its slope, diagnostics. Same measurement."""

GPU_SECONDS_A_LAYER = 4e-5
"""What a GPU takes for a layer and a step, however few runs are in the chunk; measured on one H200, 5 shapes."""

GPU_SECONDS_A_FLOP = 1.3e-13
"""A step's share per floating-point operation there, in full float32."""

GPU_STEPS_AN_EPOCH = 2
"""What looking at the other rows and closing an epoch cost there, in steps."""

SECONDS_A_RUN = 2e-3
"""Order of examples and initial parameters, made on the host."""

SECONDS_A_PROGRAM = 5.0
"""Tracing and compiling, nearly independent of depth."""

FUSED_SHARE, FUSED_SECONDS_A_PROGRAM = 0.67, 1.2
"""Where the fused stack trains: what a step takes of XLA's seconds, and its program. By the table in `docs/kernels.md`,
of six shapes: 0.61 to 0.78 of them, and 1.0 to 1.4 s."""

SECONDS_TO_START = 5.0
"""Until workers have imported jax."""

SECONDS_A_WORKER = 2.0
"""What one more worker process costs in CPU seconds: Python, jax, programs that are read back. Measured: 1.4 to 2.3."""

SECONDS_A_LINEAR_BASELINE = 0.1
"""The baselines of a split that are neither a network nor trees. Measured: 0.02 to 0.3, of six data sets."""

SECONDS_A_BASELINE_STEP, SECONDS_A_BASELINE_EXAMPLE = 3.0e-4, 1.3e-6
"""A step of scikit-learn's network, 64-64, and each of its rows: nearly the same for 1 and for 64 inputs. Measured at
32, 150 and 200 rows a step, on two busy cores, and scaled to an idle one."""

BASELINE_EPOCHS = 40
"""Epochs until it stops early, 22 to 120 in eighteen of the data sets."""

BASELINE_STEPS, BASELINE_BATCH, LARGEST_BASELINE_BATCH = 100, 32, 200
"""Steps an epoch that it keeps where its batches grow with the table, their rows, and scikit-learn's own number."""

SECONDS_A_TREE, SECONDS_A_TREES_ROW, BOOSTED_TREES = 6e-4, 1e-7, 100
"""A tree of gradient boosting, each of its rows, and how many are grown for an output. Same measurement, of two to
thirty columns; of 64 a tree takes three times as long."""

SECONDS_TO_TRACK, SECONDS_A_TRACKED_RUN = 4.5, 2.1e-3
"""Importing MLflow and making its file; telling it of a run or a cell. Measured: CPU seconds, 145 and 6,049 runs."""

SECONDS_A_REPORT, SECONDS_A_REPORTED_CELL = 6.0, 0.05
"""The report's imports and figures; what each cell adds. Measured: CPU seconds, 16 and 288 cells."""

JOURNAL_BYTES_A_VALUE = 3.4
"""Bytes of the journal for one float32 of a curve, or for one prediction, compressed."""

JOURNAL_BYTES_A_RUN = 1_200
"""Bytes of the journal for a run without these: finals, identity."""

MLFLOW_BYTES_A_RUN = 5_000
"""Bytes of MLflow's database for a run with finals only."""

MLFLOW_BYTES_A_POINT = 315
"""Bytes of MLflow's database for one point of a curve, indexes included."""

MLFLOW_EPOCHS = 25
"""Epochs at which MLflow is told a curve. Declared where they are paid for: a plan knows its price without MLflow, and
`tracking/curves.py` thins by the same number."""


def run_seconds(bucket: Bucket) -> float:
    """Predicted seconds of one worker for one run of a bucket, within a factor of two on a machine like those measured.

    Floating-point operations a step: 6·inputs·outputs·batch for a layer (forward, and two products backward), a third
    less for the first, whose input needs no gradient.

    >>> bucket = Bucket(10, (64,) * 4, 1, 32, 265, 67, 111, 200, "adam", "half_mean_squared_error")
    >>> 0.1 < run_seconds(bucket) < 0.3
    True
    """
    sizes = bucket.architecture.layer_sizes
    products = sum(inputs * outputs for inputs, outputs in pairwise(sizes))
    flops = bucket.batch_size * (6 * products - 2 * sizes[0] * sizes[1])
    units = bucket.batch_size * sum(bucket.hidden_layer_sizes)
    if bucket.device == "gpu":
        waiting = GPU_SECONDS_A_LAYER * len(sizes[1:]) * (bucket.steps + GPU_STEPS_AN_EPOCH) / chunk_size(bucket)
        return SECONDS_A_RUN + bucket.epochs * (waiting + bucket.steps * GPU_SECONDS_A_FLOP * flops)
    step = SECONDS_A_PARAMETER * bucket.architecture.parameter_count + SECONDS_A_FLOP * flops + SECONDS_A_UNIT * units
    return SECONDS_A_RUN + bucket.epochs * bucket.steps * step * (FUSED_SHARE if bucket.trains_by_stack else 1)


def program_seconds(bucket: Bucket) -> float:
    """Predicted seconds of one core to trace and compile a bucket's program."""
    return FUSED_SECONDS_A_PROGRAM if bucket.trains_by_stack else SECONDS_A_PROGRAM


def baseline_batch(rows: int) -> int:
    """Rows a step of scikit-learn's network as a baseline: more where a large table would make very many steps.

    >>> baseline_batch(331), baseline_batch(10_000), baseline_batch(54_000)
    (32, 100, 200)
    """
    return min(max(rows // BASELINE_STEPS, BASELINE_BATCH), LARGEST_BASELINE_BATCH)


def baseline_seconds(rows: int, splits: int, outputs: int = 1) -> float:
    """Predicted seconds of one core for all baselines, which choose and fit on so many rows of each split.

    >>> 2 < baseline_seconds(331, 20) < 10
    True
    """
    batch = baseline_batch(rows)
    step = SECONDS_A_BASELINE_STEP + SECONDS_A_BASELINE_EXAMPLE * batch
    network = BASELINE_EPOCHS * ceil(rows / batch) * step
    trees = BOOSTED_TREES * outputs * (SECONDS_A_TREE + SECONDS_A_TREES_ROW * rows)
    return splits * (SECONDS_A_LINEAR_BASELINE + network + trees)


def tracking_seconds(runs: int) -> float:
    """Predicted seconds to tell MLflow of so many runs, cells among them, in a file on this machine."""
    return SECONDS_TO_TRACK + SECONDS_A_TRACKED_RUN * runs


def report_seconds(cells: int) -> float:
    """Predicted seconds to write a report."""
    return SECONDS_A_REPORT + SECONDS_A_REPORTED_CELL * cells


def journal_bytes(bucket: Bucket) -> float:
    """Predicted bytes of the journal for one run of a bucket."""
    predictions = 2 * (bucket.n_validation + bucket.n_test) * bucket.n_outputs
    values = (5 + _layer_values(bucket)) * (bucket.epochs + 1) + predictions
    return JOURNAL_BYTES_A_RUN + JOURNAL_BYTES_A_VALUE * values


def _layer_values(bucket: Bucket) -> int:
    """Values an epoch of all curves of layers, of which three have the output layer, too."""
    return len(LAYER_CURVES) * len(bucket.hidden_layer_sizes) + 3


def count_curve_points(bucket: Bucket, curves: str) -> int:
    """Points that MLflow is told of one run's or one cell's curves.

    Those of "reference" are of so few runs that they count as none; "main" are fit, gradient norm and saturated units.
    """
    layers = len(bucket.hidden_layer_sizes)
    number = {"none": 0, "reference": 0, "main": 4 + (layers + 1) + layers, "all": 4 + _layer_values(bucket)}[curves]
    return number * min(MLFLOW_EPOCHS, bucket.epochs + 1)


def mlflow_bytes(bucket: Bucket, replicates: int, curves: str) -> int:
    """Predicted bytes of MLflow's database for a cell, which always has its main curves, and for its runs."""
    points = count_curve_points(bucket, "main") + replicates * count_curve_points(bucket, curves)
    return (1 + replicates) * MLFLOW_BYTES_A_RUN + points * MLFLOW_BYTES_A_POINT
