"""A bucket: everything that shapes a program. Runs that agree in it train together."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nnjax.kernels.activation_codes import ACTIVATION_CODES
from nnjax.kernels.known_networks import knows
from nnjax.kernels.names import XLA, is_fused
from nnjax.network.architecture import Architecture, branches_for
from nnjax.training.optimizers import UpdateRule
from nnjax.training.weights import NONE

CHUNK_SIZES: dict[str, tuple[int, ...]] = {"cpu": (4, 5, 10, 20), "gpu": (4, 5, 10, 20, 40, 80, 160)}
"""The sizes that a chunk may have on each device. On a processor divisors of 20, so that 20 replicates need no padding;
on a GPU padding is cheap: a step of 160 runs takes a third longer than one of 20 (4 x 64 units, batch 8, one H200)."""

WORKING_SET_BYTES: dict[str, float] = {"cpu": 5.2e6, "gpu": 4e9}
"""What a chunk's parameters, moments, gradients and activations may take: the caches (measured with 1 MiB L2 and
32 MiB L3), or what leaves room for the data in a GPU's memory."""

FUSED_OPTIMIZERS = ("adam", "adamw")
"""Those whose step the fused Adam can take."""

SQUARED_ERROR = "half_mean_squared_error"
"""The loss from which R² follows."""


@dataclass(frozen=True)
class Bucket:
    """The static part of a training: what is here is compiled in, but for the epochs; what is not is batched.

    Names without a line below are levels of the factors that are called so.

    Attributes:
        n_train: Training rows, the same in all splits.
        n_validation: Validation rows, the largest over the splits.
        n_test: Test rows, the largest over the splits.
        task: "regression" or "classification".
        structures, branches, maxout_pieces, normalization, residual: See `Architecture`.
        l1, weight_decay, dropout, input_noise: Whether it is on.
        row_weights: Whether rows count what a column of the table says.
        kernels: What computes the operations that can be fused: XLA, or the full name of fused ones.
    """

    n_features: int
    hidden_layer_sizes: tuple[int, ...]
    n_outputs: int
    batch_size: int
    n_train: int
    n_validation: int
    n_test: int
    epochs: int
    optimizer: str
    loss: str
    output: str = "identity"
    task: str = "regression"
    structures: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    maxout_pieces: int = 2
    normalization: str = "none"
    normalization_statistics: str = "training_set"
    residual: int = 0
    clipping: str = "none"
    l1: bool = False
    weight_decay: bool = False
    dropout: bool = False
    input_noise: bool = False
    scored_rows: str = "validation"
    device: str = "cpu"
    row_weights: bool = False
    class_weight: str = NONE
    kernels: str = XLA

    @property
    def program(self) -> "Bucket":
        """What is compiled: a program does not know how many epochs it will train."""
        return replace(self, epochs=0)

    @property
    def widest(self) -> int:
        """Units of the widest hidden layer; 0 without one."""
        return max(self.hidden_layer_sizes, default=0)

    @property
    def architecture(self) -> Architecture:
        """What shapes the network itself."""
        return Architecture(
            layer_sizes=(self.n_features, *self.hidden_layer_sizes, self.n_outputs),
            structures=self.structures,
            branches=self.branches,
            maxout_pieces=self.maxout_pieces,
            normalization=self.normalization,
            residual=self.residual,
        )

    @property
    def update_rule(self) -> UpdateRule:
        """What shapes a step."""
        is_fused_adam = is_fused(self.kernels) and self.optimizer in FUSED_OPTIMIZERS
        return UpdateRule(self.optimizer, self.clipping, self.l1, self.weight_decay, is_fused_adam)

    @property
    def keeps_running_moments(self) -> bool:
        """Whether running averages of the batches' statistics are carried along."""
        return self.normalization == "batch" and self.normalization_statistics == "running"

    @property
    def tallies(self) -> bool:
        """Whether rows are tallied beside their loss: right answers, or squared errors that the loss does not tell."""
        return self.task == "classification" or self.n_outputs > 1 or self.loss != SQUARED_ERROR

    @property
    def is_weighted(self) -> bool:
        """Whether rows count differently in losses; else no weight but one over their number is in the program."""
        return self.row_weights or self.class_weight != NONE

    @property
    def uses_stack(self) -> bool:
        """Whether the fused operations on a stack of layers serve this network, wherever they can be built.

        (Not with L-BFGS, whose line search differentiates the loss of its own accord.)
        """
        return self.device == "cpu" and self.optimizer != "lbfgs" and knows(self.architecture, self.branches)

    @property
    def uses_kernels(self) -> bool:
        """Whether any fused operation serves this training; where none does, its kernels are XLA's."""
        return self.uses_stack or (self.device == "cpu" and self.optimizer in FUSED_OPTIMIZERS)

    @property
    def has_fused_stack(self) -> bool:
        """Whether rows go through the network by fused operations, but for those that train under dropout."""
        return is_fused(self.kernels) and self.uses_stack

    @property
    def trains_by_stack(self) -> bool:
        """Whether those that train do so, too."""
        return self.has_fused_stack and not self.dropout

    @property
    def steps(self) -> int:
        """Steps an epoch; the last one may see fewer examples."""
        return -(-self.n_train // self.batch_size)


def with_branches(bucket: Bucket, activations: Iterable[str]) -> Bucket:
    """The bucket of a program that can switch to these activations.

    To the fused stack an activation is a number: there the program has all that the operations know, so that one
    serves whatever trains in this shape.

    >>> bucket = Bucket(10, (64,), 1, 32, 265, 67, 111, 200, "adam", SQUARED_ERROR)
    >>> with_branches(bucket, ["tanh"]).branches
    ('tanh',)
    >>> len(with_branches(replace(bucket, kernels="fused_avx2_gcc"), ["tanh"]).branches)
    14
    """
    able = replace(bucket, branches=branches_for(activations))
    return replace(able, branches=branches_for(ACTIVATION_CODES)) if able.trains_by_stack else able


def chunk_size(bucket: Bucket) -> int:
    """Runs that train together: the largest size whose working set fits the device, a function of the bucket alone.

    XLA's sums depend on the shape of the batch, so a run's last bits depend on the chunk size; fixing it per bucket
    makes a run's numbers independent of its neighbours, its place and the number of workers.

    >>> chunk_size(Bucket(10, (64,) * 4, 1, 32, 265, 67, 111, 200, "adam", "half_mean_squared_error"))
    10
    """
    layers = sum(bucket.hidden_layer_sizes)
    # Bytes of float32: weights, gradient and Adam's two moments; then activations and slopes.
    working_set = 16 * bucket.architecture.parameter_count + 8 * bucket.batch_size * layers
    sizes = CHUNK_SIZES[bucket.device]
    return max((size for size in sizes if size * working_set <= WORKING_SET_BYTES[bucket.device]), default=sizes[0])
