"""The buckets of configurations: which of them share a program, and with room for how many rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from nnjax.data.encoding import output_width
from nnjax.data.preparation import prepared_width
from nnjax.data.splits import Split, SplitSizes
from nnjax.data.tables import Table
from nnjax.kernels.names import XLA
from nnjax.network.architecture import branches_for, layer_activations, structures_for
from nnjax.sweep.configuration import Configuration
from nnjax.training.bucket import Bucket, with_branches


def largest_sizes(splits: Sequence[Split]) -> SplitSizes:
    """The rows that a program must have room for: of all splits of a study, or all folds of one repeat, the most.

    Where repeats differ in their rows, as many as any repeat can have: a run's last bits depend on the room.
    """
    parts = ("train", "validation", "test")
    return SplitSizes(
        *(
            max(getattr(split.room, part) if split.room else len(getattr(split, part)) for split in splits)
            for part in parts
        )
    )


def make_buckets(
    configurations: Iterable[Configuration], table: Table, sizes: SplitSizes
) -> dict[Configuration, Bucket]:
    """The bucket of each configuration: one program has the activations of all that differ in nothing else of it.

    A branch that nobody takes would cost compile time, and changes no bit of those that are taken. A network that a
    fused operation serves stays apart from one that it does not: company must not decide what computes it.
    """
    alone = {configuration: make_bucket(configuration, table, sizes) for configuration in configurations}
    shared: dict[tuple[Bucket, bool], set[str]] = defaultdict(set)
    for bucket in alone.values():
        shared[_without_branches(bucket)].update(bucket.branches)
    return {
        configuration: with_branches(bucket, shared[_without_branches(bucket)])
        for configuration, bucket in alone.items()
    }


def _without_branches(bucket: Bucket) -> tuple[Bucket, bool]:
    """What a bucket must share with another to be one with it: all but the branches, and what computes its layers."""
    return replace(bucket.program, branches=()), bucket.kernels != XLA and bucket.uses_stack


def is_served(configuration: Configuration) -> bool:
    """Whether some fused operation serves a training of these settings, whatever its data: part of its identity."""
    return _make_bucket(configuration, 1, 1, SplitSizes(1, 1, 1)).uses_kernels


def make_bucket(configuration: Configuration, table: Table, sizes: SplitSizes) -> Bucket:
    """The bucket of a configuration that trains alone, with room for so many rows."""
    ends = prepared_width(table, configuration.preparation, sizes.train), output_width(table, configuration.output)
    bucket = _make_bucket(configuration, *ends, sizes)
    return replace(bucket, task=table.task, row_weights=table.weights is not None)


OF_THE_PROGRAM = {each.name for each in fields(Bucket)} & {each.name for each in fields(Configuration)}
"""What a configuration says of its program."""

ON_OR_OFF = ("l1", "weight_decay", "dropout", "input_noise")
"""Settings of which a program knows only whether they are on; how much, each run says."""


def _make_bucket(configuration: Configuration, n_features: int, n_outputs: int, sizes: SplitSizes) -> Bucket:
    activations = layer_activations(configuration.activation, configuration.depth)
    chosen = {name: getattr(configuration, name) for name in OF_THE_PROGRAM}
    own: dict[str, Any] = {
        "n_features": n_features,
        "n_outputs": n_outputs,
        "n_train": sizes.train,
        "n_validation": sizes.validation,
        "n_test": sizes.test,
        "structures": structures_for(activations, configuration.prelu_sharing),
        "branches": branches_for(activations),
        **{name: chosen[name] > 0 for name in ON_OR_OFF},
    }
    return Bucket(**chosen | own)
