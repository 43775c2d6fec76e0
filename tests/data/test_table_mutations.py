"""Whatever becomes of a table of one's own, it is read as it stands there, or refused in one line; never a traceback.

Every table is also read by `fakes/independent_reader`, and prepared by `fakes/independent_preparation`: they know
nothing of ours.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from fakes.command import nnjax
from fakes.independent_preparation import expected_columns, kind_of
from fakes.independent_reader import IllegalTableError, Known, is_missing, read_columnar, read_text
from fakes.table_mutations import COLUMN_CHANGES, PREPARED_CHANGES, Changes, write_columnar, write_text

from nnjax.cli import main
from nnjax.data.own_error import OwnTableError
from nnjax.data.own_table import FileSource, read_own_table
from nnjax.data.preparation import (
    DATE_COLUMNS,
    MISSING_VALUES,
    SKEWED_COLUMNS,
    WORD_COLUMNS,
    Preparation,
    check_preparation,
)
from nnjax.data.prepared import prepare
from nnjax.data.splits import Split, SplitPlan, check_labels, make_splits
from nnjax.data.tables import Table
from nnjax.data.target_scale import TARGET_SCALES, check_target, scale_target

STUDY = """
question = "What becomes of it?"
[data]
file = "{name}"
target = "y"
[replicates]
method = "shuffle_split"
splits = 2
[studied]
depth = [1, 2]
[fixed]
width = 2
epochs = 1
batch_size = "full"
"""

ENDINGS = ("csv", "tsv", "parquet", "csv.gz", "csv.zst", "tsv.gz", "tsv.zst", "arrow", "feather")

OF_THE_FILE = (
    r"cannot be read: ",
    r"two columns are called",
    r"column \d+ has no name",
    r"the name .* cannot be printed",
    r"the name of a column is not UTF-8 text",
    r"\d+ rows below the header",
    r"column .* has [\d,]+ rows of [\d,]+",
    r"a quote ends a word in the middle, in line",
    r"a quote of the row in line \d+ is not closed",
    r"two quotes make one row of lines",
    r"there is no column 'y'",
    r"no column is left but the target",
    r"column .* is not UTF-8 text",
    r"column .* holds (?!numbers)",
)
"""Of a file that is no table of numbers and words; all others are of what is in the cells."""

OF_THE_CELLS = (
    r"column .* has no number or word in",
    r"column .* has no finite number in",
    r"column .* has no date in",
    r"column .* is empty",
    r"no column is left that says anything",
    r"column .* is the same in all rows",
    r"column .* has [\d,]+ different words",
    r"column .* holds numbers or dates as words",
    r"column .* has numbers that 64 bits of a float cannot hold exactly",
    r"column .* holds (dates|time32)",
    r"column .* has numbers beyond 1e\+150",
    r"column .* has no number beyond 1e-150",
    r"column .* has dates outside the years 1 to 9999",
    r"column .* has [\d,]+ classes",
)


def check_values(known: Known, table: Table) -> None:
    """Every number and word of a table is the cell of the file, and different whole numbers stay different."""
    inputs = {
        name: cells
        for name, cells in known.columns.items()
        if name != "y" and name not in known.index and len(set(cells)) > 1
    }
    columns = [column for name, cells in inputs.items() for column in expected(name, cells)]
    assert list(table.feature_names) == [name for name, _ in columns]
    for place, (name, numbers) in enumerate(columns):
        assert np.array_equal(table.features[:, place], numbers), name
    target = known.columns["y"]
    if not table.class_names:
        assert table.target[:, 0].tolist() == [float(cell) for cell in target]  # type: ignore[arg-type]
        return
    names = [table.class_names[int(number)] for number in table.target[:, 0]]
    shown = {True: "true", False: "false"} if set(map(type, target)) == {bool} else {cell: cell for cell in target}
    assert names == [shown[cell] for cell in target]
    assert list(table.class_names) == sorted(set(names))


def expected(name: str, cells: list[object]) -> list[tuple[str, list[float]]]:
    """The inputs that a column must become, as docs/data.md says."""
    if isinstance(cells[0], str):
        words = sorted(set(map(str, cells)))
        told = words[1:] if len(words) == 2 else words
        return [(f"{name} = {word}", [float(cell == word) for cell in cells]) for word in told]
    whole = {cell for cell in cells if isinstance(cell, Decimal) and cell == cell.to_integral_value()}
    assert len(set(map(float, whole))) == len(whole), "whole numbers merged"
    assert all(int(float(cell)) == cell or Decimal(repr(float(cell))) == cell for cell in whole), "rounded"
    return [(name, [float(cell) for cell in cells])]  # type: ignore[arg-type]


@dataclass(frozen=True)
class Attempt:
    """What became of a mutated table.

    Attributes:
        is_legal: A file that a strict reader takes: UTF-8, every quote closed where a value ends, as many values in
            every row as names in the first; names that differ, can be printed and have y among them; 10 rows or more;
            of Parquet: columns of numbers, true and false, or words. Gaps, words among numbers, dates in a text, codes,
            columns that never vary, numbers that float64 cannot hold are legal, and refused or not by their cells.
        reason: Why it was refused; empty if it was accepted.
    """

    is_legal: bool
    reason: str = ""


def attempt(draw: random.Random, path: Path) -> Attempt:
    """Mutate a table, read it twice."""
    known = write_and_know(draw, path)
    is_legal = known is not None and "y" in known.columns and len(known.columns.keys() - {"y", *known.index}) > 0
    try:
        table = read_own_table(FileSource(path, ("y",)))
        check_preparation(table, Preparation())
    except OwnTableError as error:
        assert str(error).isprintable() and len(str(error)) < 600
        reasons = (*OF_THE_CELLS, *(() if is_legal else OF_THE_FILE))
        reason = next((reason for reason in reasons if re.match(reason, str(error))), None)
        assert reason is not None, f"legal: {is_legal}, but refused: {error}"
        return Attempt(is_legal, reason)
    assert known is not None and is_legal, "what no strict reader takes is accepted"
    check_values(known, table)
    return Attempt(is_legal)


def write_and_know(draw: random.Random, path: Path, changes: Changes = COLUMN_CHANGES) -> Known | None:
    """A mutated table as the independent reader knows it; None if that refuses it."""
    try:
        if path.suffix not in (".parquet", ".arrow", ".feather"):
            return read_text(path, write_text(path, draw, changes))
        write_columnar(path, draw, changes)
        return read_columnar(path)
    except IllegalTableError:
        return None


def plan(path: Path, levels: Mapping[str, object] = {}) -> int:
    """What the command line answers, in this process."""
    study = path.with_name("study.toml")
    study.write_text(
        STUDY.format(name=path.name) + "".join(f"{key} = {json.dumps(each)}\n" for key, each in levels.items())
    )
    return main(["plan", str(study), "--home", str(path.parent / "home")])


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("seeds", [range(20), pytest.param(range(1000, 2700), marks=pytest.mark.slow)], ids=len)
def test_a_mutated_table_is_read_as_it_stands_or_refused(seeds, ending, tmp_path, capsys):
    path, found = tmp_path / f"table.{ending}", Counter[Attempt]()
    for seed in seeds:
        attempted = attempt(random.Random(f"{ending} {seed}"), path)
        found[attempted] += 1
        if seed % 10 == 0:
            code = plan(path)
            assert code in (0, 2) and (code == 2 or not attempted.reason)
    legal = {each.reason: times for each, times in found.items() if each.is_legal}
    assert legal[""] >= 0.45 * sum(legal.values())
    assert sum(legal.values()) >= 0.25 * len(seeds), "most are not merely broken"
    with capsys.disabled():
        print(*tally(found, ending), sep="\n") if len(seeds) > 100 else None


def tally(found: Counter[Attempt], ending: str) -> list[str]:
    """How many tables were accepted, and why the others were not."""
    order = sorted(found.items(), key=lambda item: (not item[0].is_legal, -item[1]))
    return [
        f"{ending} {times:>5} {'legal' if it.is_legal else 'not legal':<9} {it.reason or 'accepted'}"
        for it, times in order
    ]


@pytest.mark.parametrize(
    ("ending", "seeds"),
    [("csv", range(1)), *(pytest.param(ending, range(100, 105), marks=pytest.mark.slow) for ending in ENDINGS)],
)
def test_the_command_line_answers_without_a_traceback(seeds, ending, tmp_path):
    path = tmp_path / f"table.{ending}"
    for seed in seeds:
        attempted = attempt(random.Random(f"{ending} {seed}"), path)
        path.with_name("study.toml").write_text(STUDY.format(name=path.name))
        answered = nnjax("plan", path.with_name("study.toml"), home=tmp_path / "home")
        assert answered.returncode == 2 if attempted.reason else answered.returncode in (0, 2)
        assert "Traceback" not in answered.stdout + answered.stderr


LEVELS: dict[str, tuple[object, ...]] = {
    "missing_values": (*MISSING_VALUES, *["most_frequent"] * 6),
    "word_columns": WORD_COLUMNS,
    "rare_words": (0.0, 0.05, 0.3),
    "date_columns": (*DATE_COLUMNS, "parts", "elapsed"),
    "skewed_columns": SKEWED_COLUMNS,
    "target_scale": TARGET_SCALES,
}
"""Every level of every factor of preparation."""

JUSTIFIED: dict[str, Callable[[Mapping[str, object]], bool]] = {
    r"column .* has no (number or word|finite number) in": lambda way: way["missing_values"] == "refuse",
    r"column .* has no date in": lambda way: way["missing_values"] != "most_frequent",
    r"column .* holds dates": lambda way: way["date_columns"] == "refuse",
    r"column .* has [\d,]+ different words": lambda way: way["word_columns"] == "one_hot" and not way["rare_words"],
    r"the target 'y' is negative in": lambda way: way["target_scale"] == "log",
}
"""Reasons that a level has: why a table is refused at the others nobody could say."""

IN_ANY_CASE = r"column .* has no finite number in .*\(('[-+]?[iI]nf|[-+]?inf|'[-+]?\d)"
"""What is infinite is filled by no level."""


@dataclass(frozen=True)
class Prepared:
    """What became of a mutated table that was prepared: at which levels, and why it was refused."""

    levels: tuple[object, ...]
    reason: str = ""


def attempt_prepared(draw: random.Random, path: Path) -> Prepared:
    """Mutate a table, prepare it in some way, and look at every number."""
    way = {name: draw.choice(levels) for name, levels in LEVELS.items()}
    known = write_and_know(draw, path, PREPARED_CHANGES)
    try:
        table, made, split = prepare_mutated(path, way)
    except OwnTableError as error:
        return Prepared((*way.values(),), why_refused(error, way, known))
    assert known is not None, "what no strict reader takes is accepted"
    names = table.class_names[1:] if len(table.class_names) == 2 else table.class_names
    told = {**way, "targets": [f"share of {each}" for each in names] or ["mean y"]}
    inputs = {name: cells for name, cells in known.columns.items() if name != "y" and name not in known.index}
    expected = [
        each
        for name, cells in inputs.items()
        if varies(cells)
        for each in expected_columns(name, cells, told, split.train.tolist())
    ]
    assert list(made.feature_names) == [name for name, _ in expected]
    assert [name for (name, check), numbers in zip(expected, made.features.T, strict=True) if not check(numbers)] == []
    return Prepared((*way.values(),))


def varies(cells: Sequence[object]) -> bool:
    kind = kind_of(cells)
    shown = [None if is_missing(cell) else str(cell).lower() if kind == "truth" else cell for cell in cells]
    return len({float(each) if isinstance(each, Decimal) else each for each in shown}) > 1


def prepare_mutated(path: Path, way: Mapping[str, object]) -> tuple[Table, Table, Split]:
    """The table, what became of it, and the split; its target is turned there and back."""
    table, levels = read_own_table(FileSource(path, ("y",))), dict(way)
    level, shares = str(levels.pop("target_scale")), (0.25, 0.25)
    preparation, split_plan = Preparation(**levels), SplitPlan("shuffle_split", 1, *shares, 7)  # type: ignore[arg-type]
    labels = table.labels
    if labels is not None and (rare := check_labels(labels, split_plan)):
        raise OwnTableError("target", rare, "")
    split = make_splits(len(table.target), split_plan, labels)[0]
    check_preparation(table, preparation, len(split.train))
    if labels is None and level != "as_is":
        if unfit := check_target(level, table.target, table.target_names):
            raise OwnTableError("target", *unfit)
        scaled, own = scale_target(level, table.target, split)
        assert own is not None and np.isfinite(scaled).all()
        reach = np.abs(table.target).max()
        np.testing.assert_allclose(own.turn_back(scaled)[split.train], table.target[split.train], atol=1e-9 * reach)
    return table, prepare(table, preparation, split), split


def why_refused(error: OwnTableError, way: Mapping[str, object], known: Known | None) -> str:
    """The reason, which the file, a cell or a level must have."""
    for each in (error, *error.rest):
        assert str(each).isprintable() and len(str(each)) < 600
        justified = next((reason for reason in JUSTIFIED if re.match(reason, str(each))), None)
        if justified and (each.key == "target" or JUSTIFIED[justified](way) or re.match(IN_ANY_CASE, str(each))):
            continue
        reasons = (*OF_THE_CELLS, r"class \d+ has ", *(() if known and "y" in known.columns else OF_THE_FILE))
        others = [reason for reason in reasons if re.match(reason, str(each)) and not justified]
        assert others or "no column is left" in str(each), f"at {way} refused: {each}"
    return str(error)


@pytest.mark.parametrize("seeds", [range(40), pytest.param(range(1000, 9000), marks=pytest.mark.slow)], ids=len)
def test_a_mutated_table_is_prepared_as_it_stands_or_refused(seeds, tmp_path, capsys):
    found = Counter[Prepared]()
    for seed in seeds:
        draw = random.Random(f"prepared {seed}")
        path = tmp_path / f"table.{draw.choice(ENDINGS)}"
        attempted = attempt_prepared(draw, path)
        found[attempted] += 1
        if seed % 20 == 0:
            code = plan(path, dict(zip(LEVELS, attempted.levels, strict=True)))
            assert code in (0, 2) and (code == 2 or not attempted.reason)
    accepted = [each.levels for each in found if not each.reason]
    if len(seeds) > 1000:
        assert [{*levels} for levels in zip(*accepted, strict=True)] == [{*each} for each in LEVELS.values()]
        with capsys.disabled():
            print(f"{sum(found.values())} tables, {sum(n for each, n in found.items() if not each.reason)} accepted")
    assert len(accepted) >= 0.2 * len(seeds)
