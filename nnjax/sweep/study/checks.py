"""Checks of a study as a whole: one table against another, and all of them against the data set."""

import os.path
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import product
from typing import Any

from nnjax.data import tables
from nnjax.data.arrangement import SplitsError
from nnjax.data.encoding import output_width
from nnjax.data.own_error import OwnTableError
from nnjax.data.preparation import Preparation, preparation_problems, prepared_width
from nnjax.data.splits import SPLITTERS, Split, SplitPlan, SplitSizes, check_labels, make_splits, split_sizes
from nnjax.network.architecture import Architecture
from nnjax.sweep.identity import canonical_json
from nnjax.sweep.study.errors import Fault, did_you_mean, show_value
from nnjax.sweep.study.factors import FULL_BATCH, KERNELS, Level
from nnjax.sweep.study.grid import Levels, grid_cells, grid_size, layer_sizes, resolve
from nnjax.sweep.study.tables import (
    FEWEST_SPLITS,
    MOST_SPLITS,
    OF_A_FILE,
    OF_A_NAME,
    ROLES,
    DataSource,
    Replicates,
    StudyFile,
)

MOST_RUNS = 1_000_000
MOST_PARAMETERS = 20_000_000
"""Of one network: with gradient and Adam's moments 320 MB a run, and a chunk has four runs or more."""

FEWEST_ROWS = 2
"""Of any part of a split: R² of one row does not exist."""

FOLDS_OFF = 0.01
"""How far 1 / test_share may lie from a whole number of folds: 0.3333 means three."""


@dataclass(frozen=True)
class Draft:
    """A study file whose tables are sound each by itself, with the level of every factor that is not varied."""

    file: StudyFile
    fixed: Levels

    @property
    def factors(self) -> dict[str, tuple[Level, ...]]:
        """Levels of the varied factors, the studied ones first."""
        return {**self.file.studied, **self.file.nuisance}

    @cached_property
    def table(self) -> tables.Table:
        """The data set."""
        return self.file.data.read(self.file.replicates.follows)

    @property
    def replicates(self) -> Replicates:
        """What every cell is repeated over, with the number of splits that the data set makes."""
        return self.file.replicates.resolved(self.table)

    @property
    def plan(self) -> SplitPlan:
        """How the study splits its data."""
        return self.replicates.split_plan(self.file.data.validation_share)

    @cached_property
    def splits(self) -> tuple[Split, ...]:
        """The splits that follow a column; none where rows are drawn at random: those are as long as they should be.

        Raises:
            SplitsError: If the column leaves a part without rows.
        """
        if self.replicates.splitter.role is None:
            return ()
        return make_splits(len(self.table.target), self.plan, self.table.labels, self.table.arrangement)

    @cached_property
    def sizes(self) -> SplitSizes:
        """Rows of the parts of a split."""
        if not self.splits:
            return split_sizes(len(self.table.target), self.plan)
        fewest = (min(len(getattr(split, part)) for split in self.splits) for part in ("train", "validation", "test"))
        return SplitSizes(*fewest)

    @cached_property
    def cells(self) -> tuple[Levels, ...]:
        """The levels of every cell."""
        return tuple(grid_cells(self.factors, self.file.grid.zip, self.file.grid.exclude))

    @property
    def preparations(self) -> tuple[Preparation, ...]:
        """Every way of preparing the table that some cell may ask for."""
        names = [each.name for each in fields(Preparation)]
        levels: list[tuple[Any, ...]] = [self.factors.get(name, (self.fixed.get(name),)) for name in names]
        return tuple(Preparation(**dict(zip(names, chosen, strict=True))) for chosen in product(*levels))

    def where(self, factor: str) -> str:
        """The key under which a factor stands: `studied.depth`."""
        roles = {"studied": self.file.studied, "nuisance": self.file.nuisance}
        return next((f"{role}.{factor}" for role, table in roles.items() if factor in table), f"fixed.{factor}")


StudyCheck = Callable[[Draft], Iterator[Fault]]


def check_roles(draft: Draft) -> Iterator[Fault]:
    """A factor has one role, and the layers are given in one way."""
    tables: dict[str, dict[str, object]] = {role: dict(getattr(draft.file, role)) for role in ROLES}
    seen: dict[str, str] = {}
    for role, table in tables.items():
        for factor, value in table.items():
            if factor in seen:
                problem = f"the factor is already in [{seen[factor]}]"
                remedy = "a factor has one role: remove one of the two"
                yield Fault(f"{role}.{factor}", show_value(value), problem, remedy)
            seen.setdefault(factor, role)
    for factor in ("depth", "width"):
        if factor in seen and "hidden_layer_sizes" in seen:
            value = show_value(tables[seen[factor]][factor])
            remedy = "remove it, or remove hidden_layer_sizes"
            yield Fault(f"{seen[factor]}.{factor}", value, "hidden_layer_sizes gives depth and width already", remedy)


def check_kernels(draft: Draft) -> Iterator[Fault]:
    """Kernels are the same in all cells: they change last bits, and nothing that could be compared."""
    for role in ("studied", "nuisance"):
        if KERNELS in (levels := getattr(draft.file, role)):
            remedy = f'write {KERNELS} = "…" under [fixed], with one of them'
            yield Fault(f"{role}.{KERNELS}", show_value(levels[KERNELS]), "kernels are only fixed", remedy)


def check_levels(draft: Draft) -> Iterator[Fault]:
    """No level stands twice."""
    for factor, levels in draft.factors.items():
        twice = next((level for level, count in Counter(levels).items() if count > 1), None)
        if twice is not None:
            problem = f"the level {show_value(twice)} stands twice"
            yield Fault(draft.where(factor), show_value(levels), problem, "remove one of the two")


def check_source(draft: Draft) -> Iterator[Fault]:
    """There is one data set; it takes the parameters that it is given, or its file can be read."""
    data = draft.file.data
    if data.file is None and data.name is None:
        remedy = 'write name = "diabetes", or file = "table.csv" and target = "column" for a table of your own'
        yield Fault("data.name", "", "missing", remedy)
    elif data.file is not None:
        yield from _file_faults(draft)
    elif of_a_file := next((key for key in OF_A_FILE if key in data.model_fields_set), None):
        problem = f"{data.name} has {'none' if of_a_file == 'weight' else 'its own'}"
        yield Fault(f"data.{of_a_file}", show_value(getattr(data, of_a_file)), problem, "remove it, or write file = …")
    else:
        yield from _parameter_faults(draft)


def _file_faults(draft: Draft) -> Iterator[Fault]:
    data = draft.file.data
    if key := next((key for key in ("name", *OF_A_NAME) if key in data.model_fields_set), None):
        twice, foreign = ("the data set is a file already", "remove one of the two"), ("a file has none", "remove it")
        yield Fault(f"data.{key}", show_value(getattr(data, key)), *(twice if key == "name" else foreign))
        return
    if not os.path.isfile(str(data.file)):
        problem = "no such file, beside the study or where you are"
        yield Fault("data.file", show_value(data.file), problem, "write its path as seen from the study file")
        return
    if data.target is None:
        yield Fault("data.target", "", "missing", 'write target = "…", the column that is predicted')
        return
    try:
        assert draft.table
    except OwnTableError as error:
        yield from (_table_fault(draft, each) for each in (error, *error.rest))


def _table_fault(draft: Draft, error: OwnTableError) -> Fault:
    table = "data" if error.key in DataSource.model_fields else "replicates"
    value = getattr(getattr(draft.file, table), error.key)
    return Fault(f"{table}.{error.key}", "" if value is None else show_value(value), error.problem, error.remedy)


def check_columns(draft: Draft) -> Iterator[Fault]:
    """Every column becomes numbers in each of the ways that the study asks for."""
    problems = {
        (error.key, error.problem): error
        for preparation in draft.preparations
        for error in preparation_problems(draft.table, preparation, draft.sizes.train)
    }
    yield from (_table_fault(draft, error) for error in problems.values())


def _parameter_faults(draft: Draft) -> Iterator[Fault]:
    source = draft.file.data.source
    assert isinstance(source, tables.TableSource)
    problem = tables.source_problem(source)
    if problem:
        given = draft.file.data.model_fields_set - {"name", "validation_share"}
        key = next((name for name in ("rows", "noise", "seed", "polynomial_degree") if name in given), "name")
        what, _, remedy = problem.partition("; ")
        yield Fault(f"data.{key}", show_value(getattr(draft.file.data, key)), what, remedy or "remove it")


def check_folds(draft: Draft) -> Iterator[Fault]:
    """A k-fold has a whole number of folds, and whole repeats."""
    replicates = draft.file.replicates
    if not replicates.splitter.has_folds:
        return
    share, splits, is_told = replicates.test_share, replicates.splits, "folds" in replicates.splitter.keys
    folds = replicates.folds if is_told else max(2, round(1 / share))
    if not is_told and abs(1 / share - folds) > FOLDS_OFF:
        problem = f"{replicates.method} needs a whole number of folds, 1 / test_share is {1 / share:.2f}"
        written = f"{1 / folds:.4g}" if abs(1 / float(f"{1 / folds:.4g}") - folds) <= FOLDS_OFF else f"{1 / folds:.6g}"
        without = next(name for name, each in SPLITTERS.items() if not each.has_folds and each.role is None)
        remedy = f'write {written} for {folds} folds, or method = "{without}"'
        yield Fault("replicates.test_share", show_value(share), problem, remedy)
    elif splits % folds:
        below = splits // folds * folds
        legal = [number for number in (below, below + folds) if FEWEST_SPLITS <= number <= MOST_SPLITS]
        remedy = f"write {' or '.join(map(str, legal))}"
        yield Fault("replicates.splits", show_value(splits), f"not a multiple of the {folds} folds", remedy)


def check_rows(draft: Draft) -> Iterator[Fault]:
    """Every part of a split has rows enough, and no batch is larger than the training rows."""
    try:
        sizes = draft.sizes
    except SplitsError as error:
        value = getattr(draft.file.replicates, error.key)
        yield Fault(f"replicates.{error.key}", show_value(value), error.problem, error.remedy)
        return
    if draft.splits and min(sizes.train, sizes.validation) >= FEWEST_ROWS:
        sizes = replace(sizes, test=FEWEST_ROWS)  # which of them are too few, `check_scores` says
    if min(sizes.train, sizes.validation, sizes.test) < FEWEST_ROWS:
        key = "replicates.test_share" if sizes.test < FEWEST_ROWS and not draft.splits else "data.validation_share"
        table, name = key.split(".")
        problem = (
            f"too few rows: {sizes.train} for training, {sizes.validation} for validation, {sizes.test} for the test"
        )
        value = show_value(getattr(getattr(draft.file, table), name))
        yield Fault(key, value, problem, f"each part needs at least {FEWEST_ROWS}")
        return
    labels, names = draft.table.labels, [show_value(name) for name in draft.table.class_names]
    rare = check_labels(labels, draft.plan, names) if labels is not None and not draft.splits else None
    if rare:
        key = "name" if draft.file.data.file is None else "target"
        yield Fault(f"data.{key}", show_value(getattr(draft.file.data, key)), rare, "take more rows or larger shares")
        return
    for level in draft.factors.get("batch_size", (draft.fixed.get("batch_size"),)):
        if isinstance(level, int) and level > sizes.train:
            problem = f"larger than the {sizes.train} training rows"
            is_there = FULL_BATCH in draft.factors.get("batch_size", ())
            remedy = "remove it" if is_there else f'write "{FULL_BATCH}" for all of them'
            yield Fault(draft.where("batch_size"), show_value(level), problem, remedy)


def check_zip(draft: Draft) -> Iterator[Fault]:
    """Factors that vary together are varied, stand in one group, and have equally many levels."""
    factors, seen = draft.factors, set[str]()
    for place, group in enumerate(draft.file.grid.zip):
        key, value = f"grid.zip[{place}]", show_value(group)
        unknown = [name for name in group if name not in factors]
        if unknown:
            problem = f"{show_value(unknown[0])} is not a studied or nuisance factor"
            yield Fault(key, value, problem, did_you_mean(unknown[0], factors) if factors else "remove the group")
        elif len(group) < 2:
            yield Fault(key, value, "one factor alone cannot vary together", "name at least two factors")
        elif len(set(group)) < len(group) or seen & set(group):
            yield Fault(key, value, "a factor stands twice", "a factor can be in one group only")
        elif len({len(factors[name]) for name in group}) > 1:
            counts = ", ".join(f"{name} has {len(factors[name])}" for name in group)
            yield Fault(key, value, f"unequal numbers of levels: {counts}", "give each the same number of levels")
        seen |= set(group)


def check_exclude(draft: Draft) -> Iterator[Fault]:
    """Excluded combinations name levels that the study has."""
    for place, combination in enumerate(draft.file.grid.exclude):
        key = f"grid.exclude[{place}]"
        if not combination:
            yield Fault(key, "{}", "an empty combination excludes everything", "name at least one level, or remove it")
        for factor, level in combination.items():
            if factor not in draft.factors:
                problem = f"{factor} is not a studied or nuisance factor"
                remedy = did_you_mean(factor, draft.factors) if draft.factors else "remove it"
                yield Fault(f"{key}.{factor}", show_value(level), problem, remedy)
            elif level not in draft.factors[factor]:
                remedy = f"levels of {factor}: {show_value(draft.factors[factor])}"
                yield Fault(f"{key}.{factor}", show_value(level), "not a level of the study", remedy)


def check_size(draft: Draft) -> Iterator[Fault]:
    """The grid is neither absurdly large nor empty."""
    replicates = draft.replicates
    repeated = replicates.splits * replicates.seeds_per_split
    cells = grid_size(draft.factors, draft.file.grid.zip)
    if cells * repeated > MOST_RUNS:
        problem = f"{cells:,} cells × {repeated:,} replicates are {cells * repeated:,} runs"
        yield Fault("grid", "", problem, f"at most {MOST_RUNS:,}: remove levels, splits or seeds")
    elif not draft.cells:
        value = show_value(draft.file.grid.exclude)
        yield Fault("grid.exclude", value, "no cell is left", "exclude fewer combinations")


FIRST_CHECKS: tuple[StudyCheck, ...] = (
    check_roles,
    check_kernels,
    check_levels,
    check_source,
    check_folds,
    check_rows,
    check_columns,
    check_zip,
    check_exclude,
    check_size,
)
"""In this order: each may take for granted what those before it have found sound."""


def check_cells(draft: Draft) -> Iterator[Fault]:
    """No two cells are the same training, and no network is absurdly large."""
    n_train, task = draft.sizes.train, draft.table.task
    first: dict[str, Levels] = {}
    shapes: set[tuple[int, ...]] = set()
    for levels in draft.cells:
        shapes.add(layer_sizes({**draft.fixed, **levels}))
        same = first.setdefault(canonical_json(resolve(levels, draft.fixed, n_train, task)), levels)
        if same is not levels:
            factor = next(name for name in levels if levels[name] != same[name])
            problem = f"{show_value(same[factor])} and {show_value(levels[factor])} are the same training in some cells"
            remedy = f"remove one, or {_exclusion(draft, levels, factor)}"
            yield Fault(draft.where(factor), show_value(draft.factors[factor]), problem, remedy)
            return
    widths = [prepared_width(draft.table, preparation, n_train) for preparation in draft.preparations]
    ends = max(widths), output_width(draft.table, "softmax")
    counts = {shape: Architecture((ends[0], *shape, ends[1])).parameter_count for shape in shapes}
    largest, count = max(counts.items(), key=lambda item: item[1])
    if count > MOST_PARAMETERS:
        factor = "hidden_layer_sizes" if "hidden_layer_sizes" in {**draft.fixed, **draft.factors} else "width"
        remedy = f"at most {MOST_PARAMETERS:,} fit: use narrower or fewer layers"
        yield Fault(draft.where(factor), show_value(max(largest)), f"a network of {count:,} weights and biases", remedy)


def _exclusion(draft: Draft, levels: Levels, factor: str) -> str:
    """What to write so that a factor has one level where it means nothing, if that is where one other has its level."""
    whole = tuple(draft.cells)
    if _means_nothing(draft, whole, factor):
        return "exclude those cells"
    for other, level in levels.items():
        if other != factor and _means_nothing(draft, [cell for cell in whole if cell[other] == level], factor):
            left_out = [
                f"{{{factor} = {show_value(each)}, {other} = {show_value(level)}}}"
                for each in draft.factors[factor][1:]
            ]
            return f"under [grid] write exclude = [{', '.join(left_out)}]".replace("'", '"')
    return "exclude those cells"


def _means_nothing(draft: Draft, cells: Sequence[Levels], factor: str) -> bool:
    """Whether all of its levels are the same training, whatever the others are."""
    trainings: dict[str, set[str]] = {}
    for cell in cells:
        others = canonical_json({name: level for name, level in cell.items() if name != factor})
        training = canonical_json(resolve(cell, draft.fixed, draft.sizes.train, draft.table.task))
        trainings.setdefault(others, set()).add(training)
    return all(len(each) == 1 for each in trainings.values())
