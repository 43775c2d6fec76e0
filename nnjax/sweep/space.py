"""The space of a study: cells, replicates and runs, each with the identity that makes it findable for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib.metadata import version

from nnjax.data.long_tails import AS_IS
from nnjax.data.rounding import rounded_columns
from nnjax.data.splits import Split, SplitPlan, make_splits
from nnjax.data.streams import derive_seed
from nnjax.data.tables import Table
from nnjax.kernels.names import XLA
from nnjax.sweep.buckets import is_served
from nnjax.sweep.configuration import Configuration, make_configuration
from nnjax.sweep.identity import canonical_json
from nnjax.sweep.study.factors import FACTORS, Level
from nnjax.sweep.study.grid import grid_cells, has_levels, resolve
from nnjax.sweep.study.study import Study
from nnjax.sweep.study.tables import Claim
from nnjax.training import ENGINE_VERSION

BEFORE_ROUNDING = ("1", "2")
"""Engines that scaled every column that was not exactly constant."""


@dataclass(frozen=True)
class Replicate:
    """One split with one seed of its own; every cell sees the same replicates.

    Attributes:
        split: Number of the split, 0 … splits − 1.
        repeat: Which shuffling of the rows.
        fold: Which part of it is the test part; 0 for shuffled splits.
        seed: What initialisation and order are drawn from, 32 bit; never the same in two replicates on purpose.
        seed_index: Number of the seed within the split.
        rounded: Columns that are constant but for rounding over the training rows; see `rounded_columns`.
    """

    split: int
    repeat: int
    fold: int
    seed: int
    seed_index: int
    split_digest: str
    rounded: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One combination of levels.

    Attributes:
        index: Place in the study's order.
        cell_id: Hash of configuration and data.
        levels: The study's factors as written, "full" and "auto" included.
        label: What differs between the study's cells: "relu d4 b32 l2=0.01".
    """

    index: int
    cell_id: str
    configuration: Configuration
    levels: dict[str, Level] = field(hash=False)
    label: str


@dataclass(frozen=True)
class Run:
    """One training: a cell on a replicate; `run_ids` says what its identity is made of."""

    run_id: str
    cell: Cell
    replicate: Replicate


@dataclass(frozen=True, eq=False)
class Space:
    """All that a study asks to be trained; the table is not yet scaled.

    Cells stand in the study's order, the last factor varying fastest; replicates split by split, seeds inside; runs
    cell by cell, replicates inside.

    Attributes:
        kernels: What the runs that a fused operation serves are trained by: XLA, or the full name of fused operations.
        about_kernels: What a person should know of why it is these; empty if there is nothing to know.
    """

    study: Study
    table: Table
    splits: tuple[Split, ...]
    cells: tuple[Cell, ...]
    replicates: tuple[Replicate, ...]
    runs: tuple[Run, ...]
    kernels: str = XLA
    about_kernels: str = ""

    @property
    def doubt(self) -> str:
        """Why nobody knows whether intervals over these splits hold; empty where they are known to."""
        splitter = self.study.replicates.splitter
        return splitter.interval.doubt(splitter.name, self.table.arrangement)

    @property
    def correction_rows(self) -> tuple[int, int]:
        """Training and test rows of a split as the correction of an interval counts them: validation rows train.

        They choose the epoch, so what two splits share of them makes their scores alike, too. Not so where splits
        follow a column: intervals are wider there, as it takes for groups (`nnjax calibrate`). Test rows are a mean.
        """
        split = self.splits[0]
        if self.table.arrangement is None:
            return len(split.train) + len(split.validation), len(split.test)
        return len(split.train), round(sum(len(each.test) for each in self.splits) / len(self.splits))


def expand(study: Study, engine: str | None = None, kernels: str = XLA) -> Space:
    """The space of a study: deterministic, and a larger study contains the runs of a smaller one.

    With an earlier engine, the runs that it has trained. With the full name of fused operations, which is what
    `settle_kernels` says the study's word for them comes to, those that they train.
    """
    table = study.table
    plan = study.split_plan
    splits = make_splits(len(table.target), plan, table.labels, table.arrangement)
    cells = make_cells(study, table, len(splits[0].train), kernels)
    rounded = [() if engine in BEFORE_ROUNDING else rounded_columns(table, split) for split in splits]
    replicates = make_replicates(plan, splits, study.replicates.seeds_per_split, rounded)
    return Space(study, table, splits, cells, replicates, _make_runs(cells, replicates, table, engine), kernels)


def _make_runs(
    cells: Sequence[Cell], replicates: Sequence[Replicate], table: Table, engine: str | None
) -> tuple[Run, ...]:
    return tuple(
        Run(identity, cell, replicate)
        for cell in cells
        for identity, replicate in zip(run_ids(cell, replicates, table.digest, engine), replicates, strict=True)
    )


def with_kernels(space: Space, kernels: str, engine: str | None = None, about: str = "") -> Space:
    """The space of the same study, and of the engine that it is of, with these kernels and what is to be said of it.

    Splits and replicates are the same ones.
    """
    if space.kernels == kernels:
        return replace(space, about_kernels=about)
    study, table, replicates = space.study, space.table, space.replicates
    cells = make_cells(study, table, len(space.splits[0].train), kernels)
    runs = _make_runs(cells, replicates, table, engine)
    return Space(study, table, space.splits, cells, replicates, runs, kernels, about)


def served_runs(space: Space) -> set[str]:
    """Identities of the runs that some fused operation serves, whatever trains them."""
    served = {cell.cell_id for cell in space.cells if is_served(cell.configuration)}
    return {run.run_id for run in space.runs if run.cell.cell_id in served}


def make_cells(study: Study, table: Table, n_train: int, kernels: str = XLA) -> tuple[Cell, ...]:
    """The cells of a study in its order; "full" stands for the training rows.

    What no fused operation serves is XLA's, whatever the kernels.
    """
    varying = [factor for factor, levels in study.factors.items() if len(levels) > 1]
    cells = []
    for index, levels in enumerate(grid_cells(study.factors, study.grid.zip, study.grid.exclude)):
        configuration = make_configuration(resolve(levels, study.fixed, n_train, table.task))
        if kernels != XLA and is_served(configuration):
            configuration = replace(configuration, kernels=kernels)
        identity = sha256(f'{{"configuration":{configuration.to_json()},"data":"{table.digest}"}}'.encode()).hexdigest()
        label = cell_label(levels, varying) or level_text(configuration.activation)
        cells.append(Cell(index, identity, configuration, levels, label))
    return tuple(cells)


def make_replicates(
    plan: SplitPlan, splits: tuple[Split, ...], seeds_per_split: int, rounded: Sequence[tuple[int, ...]]
) -> tuple[Replicate, ...]:
    """The replicates of a study: each split with its own fresh seeds.

    Seeds are nested in splits; one list of seeds for all splits would let the luck of an initialisation pass for a
    difference between cells. Columns that are constant but for rounding are given for each split.
    """
    return tuple(
        Replicate(
            split=index,
            repeat=index // plan.folds,
            fold=index % plan.folds,
            seed=derive_seed(plan.base_seed, index, seed_index),
            seed_index=seed_index,
            split_digest=split.digest,
            rounded=rounded[index],
        )
        for index, split in enumerate(splits)
        for seed_index in range(seeds_per_split)
    )


def run_ids(cell: Cell, replicates: Sequence[Replicate], data_digest: str, engine: str | None) -> list[str]:
    """The identities of a cell's runs: what could change one of their numbers, and nothing else.

    Left out on purpose: the study, the cell's label, chunk and worker, place and time. Where columns or the target are
    prepared, scikit-learn's version is among them, since its transformers learn. Columns that are taken for
    constant are named only where there are any, so that all other identities are what they were before there was such a
    rule.
    """
    learnt, scaled = not cell.configuration.preparation.is_default, cell.configuration.target_scale != AS_IS
    fitted = {"scikit-learn": version("scikit-learn")} if learnt or scaled else {}
    shared = canonical_json({"data": data_digest, "engine": engine or ENGINE_VERSION, **fitted})[1:-1]
    # Canonical JSON up to where the replicate's keys begin: hashed once for all runs of the cell.
    before = sha256(f'{{"configuration":{cell.configuration.to_json()},{shared},'.encode())
    identities = []
    for each in replicates:
        decided = {"rounded": each.rounded} if each.rounded and not learnt else {}
        whole = before.copy()
        whole.update(canonical_json({"seed": each.seed, "split": each.split_digest, **decided})[1:].encode())
        identities.append(whole.hexdigest())
    return identities


def cell_label(levels: Mapping[str, Level], varying: list[str]) -> str:
    """What tells a cell from its siblings, of the factors with more than one level.

    >>> cell_label({"depth": 4, "batch_size": "full", "l2": 0.0}, ["depth", "batch_size", "l2"])
    'd4 bfull l2=0'
    """
    return " ".join(FACTORS[factor].mark + level_text(levels[factor]) for factor in varying)


def level_text(level: Level) -> str:
    """A level as labels and axes show it.

    >>> level_text(0.1), level_text(1.0), level_text("full"), level_text((64, 32))
    ('0.1', '1', 'full', '64-32')
    """
    if isinstance(level, tuple):
        return "-".join(str(item) for item in level) or "none"
    return str(level).removesuffix(".0")


def arm_cells(claim: Claim, cells: Sequence[Cell]) -> tuple[frozenset[str], ...]:
    """Identities of the cells of each arm, whatever the nuisance factors that are not pinned."""
    return tuple(cells_at(levels, cells) for levels in claim.arms.values())


def cells_at(levels: Mapping[str, Level], cells: Sequence[Cell]) -> frozenset[str]:
    """Identities of the cells at some levels; a factor that the study fixes does not tell cells apart."""
    return frozenset(
        cell.cell_id
        for cell in cells
        if has_levels(cell.levels, {factor: level for factor, level in levels.items() if factor in cell.levels})
    )


def sweep_id(space: Space) -> str:
    """The identity of a study's execution: its content and the runs that it asks for."""
    whole = sha256(space.study.digest().encode())
    for run in space.runs:
        whole.update(run.run_id.encode())
    return whole.hexdigest()
