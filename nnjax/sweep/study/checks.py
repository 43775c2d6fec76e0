"""A study file as a draft, and checks of what all others take for granted: roles, levels, the data set."""

import os.path
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import product
from typing import Any

from nnjax.data import tables
from nnjax.data.own_error import OwnTableError
from nnjax.data.preparation import Preparation, preparation_problems
from nnjax.data.splits import Split, SplitPlan, SplitSizes, make_splits, split_sizes
from nnjax.sweep.study.errors import Fault, show_value
from nnjax.sweep.study.factors import KERNELS, Level
from nnjax.sweep.study.grid import Levels, grid_cells
from nnjax.sweep.study.tables import OF_A_FILE, OF_A_NAME, ROLES, DataSource, Replicates, StudyFile


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
