"""The tables of a study file, as pydantic checks them."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from nnjax.data.arrangement import Role
from nnjax.data.own_table import FileSource, read_own_table
from nnjax.data.reader import Task
from nnjax.data.splits import REPEATED_K_FOLD, SPLITTERS, SplitPlan, Splitter
from nnjax.data.tables import TABLES, Table, TableSource, load_table
from nnjax.metrics import MEASURE_NAMES, METRICS
from nnjax.sweep.study.factors import Choice, Level, Number, Whole
from nnjax.sweep.study.later_keys import without_later
from nnjax.sweep.study.values import (
    AnyNumber,
    CellLevels,
    ColumnName,
    ColumnNames,
    LevelLists,
    Name,
    Share,
    Takes,
    Text,
    Threshold,
)
from nnjax.training.thresholds import USUAL_THRESHOLD

FEWEST_SPLITS, MOST_SPLITS, MOST_FOLDS = 2, 10_000, 1_000

ROLES = ("studied", "nuisance", "fixed")
_Kind = Literal["beats", "suffices", "same", "exceeds", "all"]
CurveChoice = Literal["none", "reference", "main", "all"]


class _Table(BaseModel):
    """What all tables share: nothing changes after the check, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


OF_A_FILE = ("file", "target", "features", "task", "weight", "positive")
"""Keys of `[data]` that only a table of one's own has."""

OF_A_NAME = ("rows", "noise", "seed")
"""Keys that only a data set with a name has."""


class DataSource(_Table):
    """`[data]`: which data set, drawn and prepared how, and which part of its training rows chooses the epoch."""

    name: Annotated[str, PlainValidator(Choice("data set", tuple(TABLES)))] | None = Field(
        None, description="One of the data sets that come with nnjax."
    )
    file: Text | None = Field(
        None, description="A table of your own: its path as seen from the study file, else from where you are."
    )
    target: ColumnNames | None = Field(None, description="The column that is predicted; a regression may have several.")
    features: ColumnNames | None = Field(
        None, description="The inputs; where left out, all columns but those that another key names."
    )
    task: Annotated[Task, PlainValidator(Choice("task", ("regression", "classification")))] | None = Field(
        None, description="Where left out, a target of words or of true and false makes a classification."
    )
    weight: ColumnName | None = Field(None, description="Its positive numbers say what each row counts.")
    positive: Text | None = Field(
        None,
        description="Of two classes the one that is looked for, which measures of one class are of; where left out, "
        "the last of words in the order of their letters, the larger of numbers, and true.",
    )
    rows: Annotated[int, PlainValidator(Whole(1, 1_000_000_000))] | None = Field(
        None, description="How many rows are generated; where left out, the set's own number."
    )
    noise: Annotated[float, PlainValidator(Number(0.0, 1e30))] | None = Field(
        None, description="How much noise the rows have; where left out, the set's own."
    )
    seed: Annotated[int, PlainValidator(Whole(0, 2**32 - 1))] | None = Field(
        None, description="What the rows are drawn from; where left out, the set's own."
    )
    polynomial_degree: Annotated[int, PlainValidator(Whole(1, 5))] = Field(
        1, description="The features are all products of up to so many inputs."
    )
    validation_share: Share = Field(
        0.2, description="Part of the rows outside the test part that chooses the epoch and the nuisance levels."
    )

    @property
    def source(self) -> TableSource | FileSource:
        """The data set itself; a study without a name or a file has none, and is refused."""
        if self.file is not None:
            return FileSource(Path(self.file), self.target or (), self.features, self.task, self.polynomial_degree)
        return TableSource(self.name or "", self.rows, self.noise, self.seed, self.polynomial_degree)

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.source.text()

    def read(self, follows: tuple[Role, str] | None = None) -> Table:
        """The data set's numbers, and of a file the columns that its splits follow and that says what its rows count.

        Raises:
            OwnTableError: If it is a file that cannot be used.
            ValueError: If there is no such data set.
        """
        source = self.source
        if isinstance(source, FileSource):
            return read_own_table(replace(source, follows=follows, weight=self.weight, positive=self.positive))
        return load_table(source)

    def located(self) -> dict[str, Any]:
        """What was set, a file with its whole path: so that it is found from wherever the next study lies."""
        given = self.model_dump(exclude_unset=True)
        return given if self.file is None else {**given, "file": str(Path(self.file).resolve())}

    def record(self) -> dict[str, Any]:
        """What of it makes a study another one: not where a file lies. Its content is in the identity of every run."""
        given = without_later("data", self.model_dump())
        if self.file is None:
            return {key: value for key, value in given.items() if key not in OF_A_FILE}
        return {**given, "file": Path(self.file).name}


class Replicates(_Table):
    """`[replicates]`: what every cell is repeated over."""

    method: Annotated[str, PlainValidator(Choice("method", tuple(SPLITTERS)))] = Field(
        REPEATED_K_FOLD, description="How rows are split into training, validation and test rows."
    )
    splits: Annotated[int, PlainValidator(Whole(FEWEST_SPLITS, MOST_SPLITS))] = Field(
        20, description="How many splits in all; of a k-fold a multiple of its folds."
    )
    test_share: Share = Field(0.25, description="Part of the rows that tests; of a k-fold, 1 / folds.")
    folds: Annotated[int, PlainValidator(Whole(2, MOST_FOLDS))] = Field(
        5, description="Into how many parts groups are dealt, or the later half of the rows is cut."
    )
    groups: ColumnName | None = Field(None, description="Rows that have the same in it belong together.")
    order: ColumnName | None = Field(None, description="Numbers or dates along which time runs.")
    gap: Annotated[int, PlainValidator(Whole(0, 1_000_000))] = Field(
        0, description="Instants left out between training and validation, and between validation and test."
    )
    fold: ColumnName | None = Field(None, description="The table's own folds; rows of fold -1 are never tested.")
    seeds_per_split: Annotated[int, PlainValidator(Whole(1, 1_000))] = Field(
        1, description="How often each cell is trained on each split, with other initial weights and another order."
    )
    base_seed: Annotated[int, PlainValidator(Whole(0, 2**32 - 1))] = Field(
        0, description="What splits, initial weights and orders are drawn from."
    )

    @property
    def splitter(self) -> Splitter:
        """The method of splitting."""
        return SPLITTERS[self.method]

    @property
    def follows(self) -> tuple[Role, str] | None:
        """Role and name of the column that the splits follow; None if rows are drawn at random."""
        role = self.splitter.role
        return (role, getattr(self, role) or "") if role else None

    def split_plan(self, validation_share: float) -> SplitPlan:
        """How the rows are split."""
        shares = (self.test_share, validation_share)
        followed = (0, 0) if self.splitter.role is None else (self.folds, self.gap)
        return SplitPlan(self.method, self.splits, *shares, self.base_seed, *followed)

    def resolved(self, table: Table) -> "Replicates":
        """With the number of splits that a table makes, where the method leaves no choice."""
        if "splits" in self.splitter.keys or table.arrangement is None:
            return self
        splits = self.folds if "folds" in self.splitter.keys else table.arrangement.count
        return self.model_copy(update={"splits": splits})

    def written(self) -> dict[str, Any]:
        """What a study file says of it: keys that were set, of those that the method takes."""
        return {key: value for key, value in self.model_dump(exclude_unset=True).items() if key not in self._foreign()}

    def record(self) -> dict[str, Any]:
        """What of it makes a study another one; as it was before there were methods that follow a column."""
        others = self._foreign() - {"splits"}
        return {key: value for key, value in self.model_dump().items() if key not in others}

    def _foreign(self) -> set[str]:
        """Keys that only other methods take."""
        return {key for each in SPLITTERS.values() for key in each.keys} - {*self.splitter.keys}


class Grid(_Table):
    """`[grid]`: how the levels combine where not all combinations are meant."""

    zip: Annotated[tuple[tuple[Text, ...], ...], Takes("a list of lists of factors")] = Field(
        (), description="Factors whose levels go side by side, the first with the first, and not each with each."
    )
    exclude: Annotated[tuple[CellLevels, ...], Takes("a list of tables: factor = level")] = Field(
        (), description="Combinations of levels that are no cells."
    )


class Logging(_Table):
    """`[logging]`: which curves of single runs MLflow is told, and the targets of `epochs_to_target`."""

    curves: Annotated[CurveChoice, BeforeValidator(Choice("choice of curves", get_args(CurveChoice)))] = Field(
        "none", description="Which runs' curves MLflow is told; the journal has all."
    )
    target_r2: Annotated[float, PlainValidator(Number(-1.0, 1.0))] = Field(
        0.4, description="Validation R² that epochs_to_target waits for, of a regression."
    )
    target_accuracy: Annotated[float, PlainValidator(Number(0.0, 1.0))] = Field(
        0.9, description="Validation accuracy that it waits for, of a classification."
    )


class Claim(_Table):
    """`[[claims]]`: a sentence that the report must answer from one interval."""

    name: Name = Field(description="What other claims, report and MLflow call it.")
    sentence: Text = Field(description="What is claimed, in words.")
    kind: Annotated[_Kind, BeforeValidator(Choice("kind of claim", get_args(_Kind)))] = Field(
        description="beats, suffices and same compare a with b; exceeds compares a with the threshold; all holds if "
        "every one of its parts does."
    )
    a: CellLevels = Field({}, description="The levels of the first arm.")
    b: CellLevels | None = Field(None, description="The levels of the second arm.")
    at: CellLevels = Field({}, description="Levels that both arms share.")
    metric: Annotated[str, PlainValidator(Choice("metric", tuple(METRICS)))] = Field(
        "test_r2", description="What is compared; where left out and the study has a metric, that on test rows."
    )
    margin: Annotated[float, PlainValidator(Number(0.0, 1e30))] = Field(
        default_factory=lambda validated: METRICS[str(validated["metric"])].margin or 0.0,
        description="The smallest difference that matters, in the metric's unit (log₂ for epochs_to_target); where "
        "left out, the metric's own.",
    )
    threshold: AnyNumber | None = Field(None, description="What a is to exceed, of kind exceeds.")
    parts: Annotated[tuple[Text, ...], Takes("a list of names of claims")] = Field(
        (), description="The claims that one of kind all joins."
    )

    @property
    def is_compound(self) -> bool:
        """Whether it joins other claims, and has no interval of its own."""
        return self.kind == "all"

    @property
    def arms(self) -> dict[str, dict[str, Level]]:
        """The levels that pin each arm, the shared ones included.

        "a", and "b" where the kind has one; none for kind "all".
        """
        own = {} if self.is_compound else {"a": self.a, "b": self.b}
        return {arm: {**self.at, **levels} for arm, levels in own.items() if levels is not None}


class StudyFile(_Table):
    """A study file as written: every table checked by itself, not yet against the others."""

    question: Text = Field(description="What is asked: the report's title.")
    expected: Text | None = Field(None, description="What you expect, or how long it takes.")
    lecture: Text | None = Field(None, description="The sentence of the lecture that is put to the test.")
    confirms: Text | None = Field(None, description="What would confirm it.")
    refutes: Text | None = Field(None, description="What would refute it.")
    name: Name | None = Field(None, description="The study's name; where left out, its file's.")
    metric: Annotated[str, PlainValidator(Choice("measure", MEASURE_NAMES))] | None = Field(
        None,
        description="The measure that chooses nuisance levels and the best cell on validation rows and is judged on "
        "test rows, the default of claims, too; where left out, r2 or accuracy. It makes no run another one, and the "
        "epoch stays that of the least validation loss.",
    )
    decision_threshold: Threshold = Field(
        USUAL_THRESHOLD,
        description="Of two classes: the probability of the second one from which on a row is put into it. Of "
        '"validation" the validation rows of each run choose it by the study\'s metric, where that depends on it, else '
        "by f1. It makes no run another one.",
    )
    data: DataSource = Field(description="Which table, and which part of its rows chooses.")
    replicates: Replicates = Field(Replicates(), description="What every cell is repeated over.")
    studied: LevelLists = Field({}, description="Factors that the question is about.")
    nuisance: LevelLists = Field({}, description="Factors that are chosen on validation rows, for a fair comparison.")
    fixed: CellLevels = Field({}, description="Factors with one level.")
    grid: Grid = Field(Grid(), description="How levels combine, where not each with each.")
    logging: Logging = Field(Logging(), description="Curves in MLflow, and what epochs_to_target waits for.")
    claims: tuple[Claim, ...] = Field((), description="Sentences that the report answers, one table each.")
