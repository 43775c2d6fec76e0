"""A bucket: everything that shapes a program. Runs that agree in it train together."""

from dataclasses import dataclass

from nnjax.network.mlp import parameter_count

WORKING_SET_BYTES = 4_000_000
"""What a chunk's parameters, moments, gradients and activations may take; measured with 1 MiB L2 and 32 MiB L3."""

CHUNK_SIZES: tuple[int, ...] = (4, 5, 10, 20)
"""The sizes a chunk may have; multiples of the usual replicate counts, so that groups of 20 need no padding."""

CHUNK_SLACK = 1.3


@dataclass(frozen=True)
class Bucket:
    """The static part of a training: what is here is compiled in, what is not is batched.

    Attributes:
        n_features: Inputs D.
        hidden_layer_sizes: Units of each hidden layer.
        n_outputs: Outputs.
        batch_size: Examples a step.
        n_train: Training rows.
        n_validation: Validation rows, the largest over the splits.
        n_test: Test rows, the largest over the splits.
        epochs: Passes over the training rows.
        optimizer: A key of `OPTIMIZERS`.
        loss: A key of `LOSSES`.
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

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Inputs, hidden units …, outputs."""
        return (self.n_features, *self.hidden_layer_sizes, self.n_outputs)

    @property
    def steps(self) -> int:
        """Steps an epoch; the last one may see fewer examples."""
        return -(-self.n_train // self.batch_size)


def chunk_size(bucket: Bucket) -> int:
    """Runs that train together: the largest size whose working set fits the cache, a function of the bucket alone.

    XLA's sums depend on the shape of the batch, so a run's last bits depend on the chunk size; fixing it per bucket
    makes a run's numbers independent of its neighbours, its place and the number of workers.

    Example:
        >>> chunk_size(Bucket(10, (64,) * 4, 1, 32, 265, 67, 111, 200, "adam", "half_mean_squared_error"))
        10
    """
    layers = sum(bucket.hidden_layer_sizes)
    working_set = 16 * parameter_count(bucket.layer_sizes) + 8 * bucket.batch_size * layers
    fitting = [size for size in CHUNK_SIZES if size * working_set <= CHUNK_SLACK * WORKING_SET_BYTES]
    return max(fitting, default=CHUNK_SIZES[0])
