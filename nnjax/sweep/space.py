"""The space of a study: cells, replicates and runs, each with the identity that makes it findable for ever."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256

from nnjax.data.splits import Split, SplitPlan, make_splits
from nnjax.data.streams import derive_seed
from nnjax.data.tables import Table, load_table
from nnjax.sweep.factors import FACTORS, Level
from nnjax.sweep.grid import grid_cells, resolve
from nnjax.sweep.identity import canonical_json, content_hash
from nnjax.sweep.study import Study
from nnjax.training import ENGINE_VERSION


@dataclass(frozen=True)
class Configuration:
    """Everything that is chosen about a training, nothing left to a default.

    Attributes:
        activation: Name of the hidden units' function.
        hidden_layer_sizes: Units of each hidden layer.
        batch_size: Examples a step.
        l2: Penalty α.
        optimizer: Name of the rule from gradient to step.
        learning_rate: Step size η.
        momentum: Share of the last step kept by momentum.
        beta_1: Adam's memory of the gradient.
        beta_2: Adam's memory of the squared gradient.
        epsilon: Adam's guard against division by zero.
        initializer: Name of the initial weights' spread.
        loss: Name of the loss.
        epochs: Passes over the training rows.
    """

    activation: str
    hidden_layer_sizes: tuple[int, ...]
    batch_size: int
    l2: float
    optimizer: str
    learning_rate: float
    momentum: float
    beta_1: float
    beta_2: float
    epsilon: float
    initializer: str
    loss: str
    epochs: int

    @property
    def depth(self) -> int:
        """Number of hidden layers."""
        return len(self.hidden_layer_sizes)

    @property
    def width(self) -> int:
        """Units of the widest hidden layer."""
        return max(self.hidden_layer_sizes)

    def to_json(self) -> str:
        """The canonical text that identities are made of."""
        return canonical_json(asdict(self))


@dataclass(frozen=True)
class Replicate:
    """One split with one seed of its own; every cell sees the same replicates.

    Attributes:
        split: Number of the split, 0 … splits − 1.
        repeat: Which shuffling of the rows.
        fold: Which part of it is the test part; 0 for shuffled splits.
        seed: What initialisation and order are drawn from, 32 bit; never the same in two replicates on purpose.
        seed_index: Number of the seed within the split.
        split_digest: Hash of the split's rows.
    """

    split: int
    repeat: int
    fold: int
    seed: int
    seed_index: int
    split_digest: str


@dataclass(frozen=True)
class Cell:
    """One combination of levels.

    Attributes:
        index: Place in the study's order.
        cell_id: Hash of configuration and data.
        configuration: What it means for a training.
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
    """One training: a cell on a replicate.

    Attributes:
        run_id: sha256 over engine version, data, split, seed and configuration, 64 hexadecimal digits.
        cell: What is trained.
        replicate: On which rows, from which seed.
    """

    run_id: str
    cell: Cell
    replicate: Replicate


@dataclass(frozen=True, eq=False)
class Space:
    """All that a study asks to be trained.

    Attributes:
        study: The study.
        table: Its data, not yet scaled.
        splits: Row numbers of each split.
        cells: In the study's order, the last factor varying fastest.
        replicates: Split by split, seeds inside.
        runs: Cell by cell, replicates inside.
    """

    study: Study
    table: Table
    splits: tuple[Split, ...]
    cells: tuple[Cell, ...]
    replicates: tuple[Replicate, ...]
    runs: tuple[Run, ...]


def expand(study: Study) -> Space:
    """The space of a study: deterministic, and a larger study contains the runs of a smaller one.

    Args:
        study: A checked study.

    Returns:
        Cells, replicates and runs.
    """
    table = load_table(study.data.name)
    plan = SplitPlan(
        method=study.replicates.method,
        splits=study.replicates.splits,
        test_share=study.replicates.test_share,
        validation_share=study.data.validation_share,
        base_seed=study.replicates.base_seed,
    )
    splits = make_splits(len(table.target), plan)
    cells = make_cells(study, table.digest, n_train=len(splits[0].train))
    replicates = make_replicates(plan, splits, study.replicates.seeds_per_split)
    runs = tuple(
        Run(identity, cell, replicate)
        for cell in cells
        for identity, replicate in zip(_run_ids(cell, replicates, table.digest), replicates, strict=True)
    )
    return Space(study, table, splits, cells, replicates, runs)


def make_cells(study: Study, data_digest: str, n_train: int) -> tuple[Cell, ...]:
    """The cells of a study in its order.

    Args:
        study: A checked study.
        data_digest: Hash of the data.
        n_train: Training rows, which "full" stands for.
    """
    varying = [factor for factor, levels in study.factors.items() if len(levels) > 1]
    cells = []
    for index, levels in enumerate(grid_cells(study.factors, study.grid.zip, study.grid.exclude)):
        settings = resolve(levels, study.fixed, n_train)
        configuration = Configuration(**settings)  # type: ignore[arg-type]  # checked by the factors' own rules
        identity = content_hash({"configuration": asdict(configuration), "data": data_digest})
        label = cell_label(levels, varying) or str(configuration.activation)
        cells.append(Cell(index, identity, configuration, levels, label))
    return tuple(cells)


def make_replicates(plan: SplitPlan, splits: tuple[Split, ...], seeds_per_split: int) -> tuple[Replicate, ...]:
    """The replicates of a study: each split with its own fresh seeds.

    Seeds are nested in splits; one list of seeds for all splits would let the luck of an initialisation pass for a
    difference between cells.
    """
    return tuple(
        Replicate(
            split=index,
            repeat=index // plan.folds,
            fold=index % plan.folds,
            seed=derive_seed(plan.base_seed, index, seed_index),
            seed_index=seed_index,
            split_digest=split.digest,
        )
        for index, split in enumerate(splits)
        for seed_index in range(seeds_per_split)
    )


def run_identity(configuration: Configuration, data_digest: str, split_digest: str, seed: int) -> str:
    """The identity of a run: what could change one of its numbers, and nothing else.

    Left out on purpose: the study, the cell's label, chunk and worker, place and time.

    Returns:
        sha256 as 64 hexadecimal digits.
    """
    return content_hash(
        {
            "configuration": asdict(configuration),
            "data": data_digest,
            "engine": ENGINE_VERSION,
            "seed": seed,
            "split": split_digest,
        }
    )


def _run_ids(cell: Cell, replicates: tuple[Replicate, ...], data_digest: str) -> list[str]:
    """`run_identity` for all replicates of a cell; the text before the seed is hashed once, 8 times faster."""
    shared = canonical_json({"data": data_digest, "engine": ENGINE_VERSION})[1:-1]
    start = sha256(f'{{"configuration":{cell.configuration.to_json()},{shared},'.encode())
    identities = []
    for replicate in replicates:
        whole = start.copy()
        whole.update(canonical_json({"seed": replicate.seed, "split": replicate.split_digest})[1:].encode())
        identities.append(whole.hexdigest())
    return identities


def cell_label(levels: Mapping[str, Level], varying: list[str]) -> str:
    """What tells a cell from its siblings.

    Args:
        levels: The cell's levels as written.
        varying: The factors with more than one level, in the study's order.

    Example:
        >>> cell_label({"depth": 4, "batch_size": "full", "l2": 0.0}, ["depth", "batch_size", "l2"])
        'd4 bfull l2=0'
    """
    return " ".join(FACTORS[factor].mark + level_text(levels[factor]) for factor in varying)


def level_text(level: Level) -> str:
    """A level as labels and axes show it.

    Example:
        >>> level_text(0.1), level_text(1.0), level_text("full"), level_text((64, 32))
        ('0.1', '1', 'full', '64-32')
    """
    if isinstance(level, tuple):
        return "-".join(str(width) for width in level)
    return str(level).removesuffix(".0")


def sweep_id(space: Space) -> str:
    """The identity of a study's execution: its content and the runs that it asks for.

    Returns:
        sha256 as 64 hexadecimal digits.
    """
    whole = sha256(space.study.digest().encode())
    for run in space.runs:
        whole.update(run.run_id.encode())
    return whole.hexdigest()
