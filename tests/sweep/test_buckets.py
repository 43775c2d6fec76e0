"""Buckets: one program for all that may share one, with room for every split."""

from collections.abc import Callable

import pytest

from nnjax.sweep.buckets import is_served, largest_sizes, make_bucket, make_buckets
from nnjax.sweep.plan import make_plan
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import Study
from nnjax.training.bucket import Bucket

FUSED = "fused_avx2_gcc"


def test_the_program_has_room_for_every_split(small_space: Space) -> None:
    sizes = largest_sizes(small_space.splits)
    assert (sizes.train, sizes.validation, sizes.test) == (265, 67, 111)
    bucket = make_bucket(small_space.cells[0].configuration, small_space.table, sizes)
    assert (bucket.n_train, bucket.n_validation, bucket.n_test, bucket.batch_size) == (265, 67, 111, 265)


def test_a_program_has_the_activations_that_the_study_puts_into_its_bucket(small_study: Callable[..., Study]) -> None:
    def branches(*overrides: str) -> set[tuple[int, tuple[str, ...]]]:
        plan = make_plan(expand(small_study(*overrides)), set())
        return {(part.bucket.architecture.depth, part.bucket.branches) for part in plan.buckets}

    every = 'activation=["tanh", "logistic", "prelu", "relu"]'
    assert branches(every, "depth=[2]") == {(2, ("logistic", "tanh", "relu")), (2, ())}
    excluded = branches('grid.exclude=[{depth = 2, activation = "relu"}]', 'activation=["relu", "elu"]')
    assert excluded == {(1, ("relu", "elu")), (2, ("elu",))}


def test_a_network_stays_apart_from_one_that_other_operations_compute(
    small_study: Callable[..., Study], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bucket, "uses_stack", property(lambda bucket: "elu" not in bucket.branches))
    for kernels, count in (("xla", 1), (FUSED, 2)):
        space = expand(small_study('activation=["tanh", "relu", "elu"]', "depth=[2]"), kernels=kernels)
        configurations = [cell.configuration for cell in space.cells]
        assert {each.kernels for each in configurations} == {kernels}
        found = make_buckets(configurations, space.table, largest_sizes(space.splits))
        assert len(set(found.values())) == count
        assert {each.kernels for each in found.values()} == {kernels}


def test_what_serves_a_training_does_not_depend_on_its_data(small_study: Callable[..., Study]) -> None:
    optimizers = ["adam", "adamw", "sgd"]
    space = expand(small_study(f"studied.optimizer={optimizers}"), kernels=FUSED)
    served = {cell.configuration.optimizer: is_served(cell.configuration) for cell in space.cells}
    assert served["adam"] and served["adamw"]
    for cell in space.cells:
        bucket = make_bucket(cell.configuration, space.table, largest_sizes(space.splits))
        assert is_served(cell.configuration) == bucket.uses_kernels == (cell.configuration.kernels == FUSED)
