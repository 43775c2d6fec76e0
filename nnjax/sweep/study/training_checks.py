"""Checks of a study's cells as trainings: settings that stand in each other's way are refused before anything runs."""

from collections.abc import Callable, Iterator

import numpy as np

from nnjax.data.encoding import OF_COUNTS
from nnjax.data.long_tails import AS_IS
from nnjax.data.target_scale import check_target
from nnjax.kernels.names import FUSED, XLA
from nnjax.network.losses import LOSSES
from nnjax.network.outputs import OUTPUTS
from nnjax.sweep.study.checks import Draft
from nnjax.sweep.study.errors import Fault, show_value
from nnjax.sweep.study.factors import KERNELS, Level
from nnjax.sweep.study.grid import layer_sizes, resolve
from nnjax.training.weights import NONE

Settings = dict[str, Level]
_COUNTS = "poisson"
"""The loss of counts."""

Found = tuple[str, str, str] | None
"""The factor at fault, the problem, the remedy; or nothing."""


def check_networks(draft: Draft) -> Iterator[Fault]:
    """Every cell's network can be built and fits the data."""
    yield from _first_fault(draft, (_layers, _skips, _outputs, _counts, _target, _classes))


def check_steps(draft: Draft) -> Iterator[Fault]:
    """Every cell's steps can be taken."""
    yield from _first_fault(draft, (_kernels, _lone_examples, _line_search, _clip_bounds, _orders))


def _kernels(draft: Draft, settings: Settings) -> Found:
    """Fused operations are the processor's."""
    if settings["device"] == "cpu" or not str(settings[KERNELS]).startswith(FUSED):
        return None
    return KERNELS, 'device = "gpu" has no fused operations', f'write {KERNELS} = "{XLA}", or device = "cpu"'


def _first_fault(draft: Draft, checks: tuple[Callable[[Draft, Settings], Found], ...]) -> Iterator[Fault]:
    for levels in draft.cells:
        settings = {**draft.fixed, **levels}
        for check in checks:
            if found := check(draft, settings):
                factor, problem, remedy = found
                yield Fault(draft.where(factor), show_value(settings[factor]), problem, remedy)
                return


MOST_ORDER_BYTES = 100_000_000
"""Of the order in which one run sees its examples; a worker holds those of dozens."""

ROWS_WITHOUT_THOUGHT = 100_000


def _orders(draft: Draft, settings: Settings) -> Found:
    """The order of the examples of a huge table fits into memory, epoch by epoch."""
    epochs, rows = settings["epochs"], draft.sizes.train
    assert isinstance(epochs, int)
    if len(draft.table.target) <= ROWS_WITHOUT_THOUGHT or 4 * rows * (epochs + 1) <= MOST_ORDER_BYTES:
        return None
    most = MOST_ORDER_BYTES // (4 * rows) - 1
    problem = f"{rows:,} training rows in {epochs:,} epochs: the order of a run's examples takes too much memory"
    return "epochs", problem, f"write epochs = {most} or fewer, or take fewer rows"


def _layers(draft: Draft, settings: Settings) -> Found:
    """A list of activations has one for each hidden layer."""
    activation = settings["activation"]
    if not isinstance(activation, tuple):
        return None
    depth = len(layer_sizes(settings))
    if len(activation) == depth:
        return None
    problem = f"{len(activation)} activations for a network of depth {depth}"
    return "activation", problem, "give one activation a hidden layer, or one name for all"


def _skips(draft: Draft, settings: Settings) -> Found:
    """A skip connection joins layers of one width, and spans no more layers than there are."""
    span, sizes = settings["residual"], settings.get("hidden_layer_sizes")
    if not span:
        return None
    depth = len(layer_sizes(settings))
    if isinstance(span, int) and span >= depth:
        remedy = "write a number below the depth (the first layer stands before the blocks), or exclude those cells"
        return "residual", f"no block of {span} fits into a network of depth {depth}", remedy
    if isinstance(sizes, tuple) and len(set(sizes)) > 1:
        return "residual", "a skip needs hidden layers of one width", "write equal hidden_layer_sizes"
    return None


def _outputs(draft: Draft, settings: Settings) -> Found:
    """Loss, output and data belong together."""
    task = draft.table.task
    settled = resolve({}, settings, draft.sizes.train, task)
    loss, output = LOSSES[str(settled["loss"])], OUTPUTS[str(settled["output"])]
    if output.name not in loss.outputs:
        return "output", f"{loss.name} cannot stand behind it", f"write {' or '.join(map(show_value, loss.outputs))}"
    if output.is_probability != (task == "classification"):
        fitting = [each.name for each in OUTPUTS.values() if each.is_probability == (task == "classification")]
        factor = "loss" if settings["output"] == "auto" else "output"
        legal = [each.name for each in LOSSES.values() if {*each.outputs} & {*fitting}] if factor == "loss" else fitting
        remedy = f"use the {factor} {' or '.join(map(show_value, legal))}, or another data set"
        return factor, f"{draft.file.data.title} is for {task}, the output {show_value(output.name)} is not", remedy
    return None


def _counts(draft: Draft, settings: Settings) -> Found:
    """What is taken for counts is one target without a negative number."""
    if settings["loss"] != _COUNTS:
        return None
    table, remedy = draft.table, "write half_mean_squared_error or huber, or predict a count"
    if len(table.target_names) > 1:
        return "loss", f"{len(table.target_names)} targets, counts are predicted one at a time", "name one target"
    negative = np.flatnonzero(table.target[:, 0] < 0)
    if len(negative):
        problem = f"the target {show_value(table.target_name)} is negative in {len(negative):,} rows (first "
        return "loss", f"{problem}in row {negative[0] + 1:,}: {table.target[negative[0], 0]:g})", remedy
    return None


def _target(draft: Draft, settings: Settings) -> Found:
    """The scale that a target is trained on suits it, and is not that of counts."""
    level, table, factor = str(settings["target_scale"]), draft.table, "target_scale"
    if level == AS_IS:
        return None
    if table.task == "classification":
        problem = f"{draft.file.data.title} is for classification, and classes have no scale"
        return factor, problem, f'write "{AS_IS}"'
    if resolve({}, settings, draft.sizes.train, table.task)["output"] == OF_COUNTS:
        problem = "the loss of counts is told the counts themselves, and its output is their logarithm already"
        return factor, problem, f'write "{AS_IS}", or another loss than {_COUNTS}'
    if unfit := check_target(level, table.target, table.target_names):
        return factor, f"{unfit[0]} of {draft.file.data.title}", unfit[1]
    return None


def _classes(draft: Draft, settings: Settings) -> Found:
    """Only classes can be balanced."""
    if settings["class_weight"] == NONE or draft.table.task == "classification":
        return None
    problem = f"{draft.file.data.title} is for regression, which has no classes"
    return "class_weight", problem, f'write "{NONE}", or data.weight = "…" for a column that says what rows count'


def _lone_examples(draft: Draft, settings: Settings) -> Found:
    """A mini-batch of one example has no statistics."""
    if settings["normalization"] != "batch":
        return None
    batch_size, n_train = settings["batch_size"], draft.sizes.train
    if not isinstance(batch_size, int) or n_train % batch_size != 1 % batch_size:
        return None
    remedy = f"choose a batch_size that leaves no single one of the {n_train} training rows"
    return "batch_size", "batch normalisation of a mini-batch of one example is zero throughout", remedy


NOT_WITH_LINE_SEARCH: dict[str, Level] = {
    "clipping": "none",
    "l1": 0.0,
    "dropout": 0.0,
    "input_noise": 0.0,
    "schedule": "constant",
}


def _line_search(draft: Draft, settings: Settings) -> Found:
    """L-BFGS needs the same smooth function at every trial: the full batch, and nothing random or clipped."""
    if settings["optimizer"] != "lbfgs":
        return None
    if settings["batch_size"] not in ("full", draft.sizes.train):
        is_varied = "batch_size" in draft.factors
        remedy = 'exclude its cells that are not "full"' if is_varied else 'write batch_size = "full" for it'
        return "batch_size", "lbfgs searches along a line on the full batch", remedy
    for factor, neutral in NOT_WITH_LINE_SEARCH.items():
        if settings[factor] != neutral:
            remedy = f"write {show_value(neutral)} for it, or exclude the cells"
            return factor, "lbfgs cannot be combined with it", remedy
    if settings["weight_decay"] not in ("auto", 0.0):
        return "weight_decay", "lbfgs has no decoupled decay", "use l2"
    return None


def _clip_bounds(draft: Draft, settings: Settings) -> Found:
    """Clipping leaves something."""
    if settings["clipping"] == "value" and settings["clip_min"] == settings["clip_max"]:
        return "clip_max", "clip_min and clip_max are both 0: no gradient is left", "write for example clip_max = 1.0"
    return None
