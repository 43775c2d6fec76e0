"""Cells, replicates and runs: complete, in order, and recognised for ever."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from nnjax.sweep.configuration import Configuration
from nnjax.sweep.space import Cell, Replicate, Space, expand, run_ids, sweep_id
from nnjax.sweep.study.study import load_study

QUICK = Path("experiments/quick.toml")


def quick(*overrides: str) -> Space:
    return expand(load_study(QUICK, overrides))


def ids(space: Space) -> set[str]:
    return {run.run_id for run in space.runs}


def test_runs_are_cells_times_replicates_cell_by_cell() -> None:
    space = quick()
    assert len(space.cells) == 16 and len(space.replicates) == 8 and len(ids(space)) == 128
    pairs = [(run.cell.index, run.replicate.split) for run in space.runs]
    assert pairs == [(cell, split) for cell in range(16) for split in range(8)]


def test_the_default_study_has_5760_runs() -> None:
    assert len(ids(expand(load_study("experiments/diabetes.toml")))) == 5760


def test_full_batch_and_initializer_are_resolved() -> None:
    cells = {cell.label: cell for cell in quick().cells}
    relu, logistic = cells["relu d4 bfull l2=0.01"], cells["logistic d1 b32 l2=0"]
    assert relu.configuration.batch_size == 265 and relu.levels["batch_size"] == "full"
    assert (relu.configuration.initializer, logistic.configuration.initializer) == ("he", "glorot")
    assert relu.configuration.hidden_layer_sizes == (32, 32, 32, 32)
    assert (relu.configuration.depth, relu.configuration.width) == (4, 32)


def identity(configuration: Configuration, data: str, split: str, seed: int, engine: str | None = None) -> str:
    cell, replicate = Cell(0, "", configuration, {}, ""), Replicate(0, 0, 0, seed, 0, split)
    return run_ids(cell, [replicate], data, engine)[0]


def test_run_ids_are_the_hash_of_their_content() -> None:
    space = quick()
    for run in space.runs[::17]:
        replicate = run.replicate
        expected = identity(run.cell.configuration, space.table.digest, replicate.split_digest, replicate.seed)
        assert run.run_id == expected and len(expected) == 64


@pytest.mark.parametrize("field", [field.name for field in fields(Configuration)])
def test_every_setting_is_part_of_the_identity(field: str) -> None:
    configuration = quick().cells[0].configuration
    value = getattr(configuration, field)
    other = replace(configuration, **{field: value + value if isinstance(value, str | tuple) else value + 1})
    assert identity(configuration, "d", "s", 1) != identity(other, "d", "s", 1)


def test_data_split_seed_and_engine_are_part_of_the_identity() -> None:
    configuration = quick().cells[0].configuration
    identities = {identity(configuration, *rest) for rest in [("d", "s", 1), ("e", "s", 1), ("d", "t", 1)]}
    identities.add(identity(configuration, "d", "s", 2))
    identities.add(identity(configuration, "d", "s", 1, "another"))
    assert len(identities) == 5


@pytest.mark.parametrize(
    "larger",
    [
        "replicates.splits=16",
        "replicates.seeds_per_split=3",
        'activation=["relu", "tanh", "logistic"]',
        "claims=[]",
        "name=another",
        "studied.optimizer=[adam, sgd]",
    ],
)
def test_a_larger_study_contains_the_smaller(larger: str) -> None:
    first = ("claims=[]",) if "optimizer" in larger else ()
    small, large = quick(), quick(*first, larger.replace("[adam, sgd]", '["adam", "sgd"]'))
    assert ids(small) <= ids(large) and sweep_id(small) != sweep_id(large)


@pytest.mark.parametrize("other", ["epochs=41", "replicates.base_seed=6", "data.validation_share=0.3", "width=16"])
def test_another_training_is_another_run(other: str) -> None:
    assert not ids(quick()) & ids(quick(other))


def test_seeds_are_fresh_in_every_replicate() -> None:
    replicates = quick("replicates.seeds_per_split=3").replicates
    assert len({replicate.seed for replicate in replicates}) == len(replicates) == 24
    assert [(r.split, r.repeat, r.fold, r.seed_index) for r in replicates[12:16]] == [
        (4, 1, 0, 0),
        (4, 1, 0, 1),
        (4, 1, 0, 2),
        (5, 1, 1, 0),
    ]


def test_shuffled_splits_have_no_folds() -> None:
    replicates = quick("replicates.method=shuffle_split").replicates
    assert [(r.repeat, r.fold) for r in replicates] == [(split, 0) for split in range(8)]


def test_labels_tell_all_cells_apart_and_say_only_what_varies() -> None:
    labels = [cell.label for cell in quick().cells]
    assert labels[0] == "logistic d1 b32 l2=0" and len(set(labels)) == len(labels)
    assert quick("l2=0.01").cells[-1].label == "relu d4 bfull"
    assert quick("claims=[]", "activation=relu", "depth=4", "batch_size=32", "l2=0").cells[0].label == "relu"


def test_zip_and_exclude() -> None:
    zipped = quick("claims=[]", 'grid.zip=[["depth", "l2"]]', 'grid.exclude=[{activation="relu", depth=4}]')
    labels = [cell.label for cell in zipped.cells]
    assert labels == [
        "logistic d1 b32 l2=0",
        "logistic d1 bfull l2=0",
        "logistic d4 b32 l2=0.01",
        "logistic d4 bfull l2=0.01",
        "relu d1 b32 l2=0",
        "relu d1 bfull l2=0",
    ]


def test_layers_given_one_by_one_are_the_same_training() -> None:
    by_depth = quick("claims=[]", "depth=2", "width=8")
    overrides = ["claims=[]", "fixed.depth=2", "hidden_layer_sizes=[8, 8]"]
    with pytest.raises(Exception, match="hidden_layer_sizes gives depth and width already"):
        quick(*overrides)
    one_by_one = quick(
        "claims=[]",
        'studied={activation=["logistic", "relu"], batch_size=[32, "full"]}',
        "fixed={hidden_layer_sizes=[8, 8], epochs=40, learning_rate=0.01}",
    )
    assert ids(one_by_one) == ids(by_depth)


def test_a_cell_is_the_same_in_every_study() -> None:
    cell_ids = {cell.cell_id for cell in quick().cells}
    assert cell_ids == {cell.cell_id for cell in quick("replicates.splits=4", "name=other").cells}


def test_the_runs_of_another_engine_are_other_runs_of_the_same_cells() -> None:
    study = load_study(QUICK)
    here, there = expand(study), expand(study, "another")
    assert here.cells == there.cells and not ids(here) & ids(there)
