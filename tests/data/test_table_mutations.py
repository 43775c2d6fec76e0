"""Whatever becomes of a table of one's own, it is read as it stands there, or refused in one line; never a traceback.

Every table is also read by `fakes/independent_reader`, which knows nothing of ours.
"""

import random
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from fakes.command import nnjax
from fakes.independent_reader import IllegalTableError, Known, read_parquet, read_text
from fakes.table_mutations import write_parquet, write_text

from nnjax.cli import main
from nnjax.data.own_error import OwnTableError
from nnjax.data.own_table import FileSource, read_own_table
from nnjax.data.preparation import Preparation, check_preparation
from nnjax.data.tables import Table

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

ENDINGS = ("csv", "tsv", "parquet")

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
    r"column .* is empty",
    r"no column is left that says anything",
    r"column .* is the same in all rows",
    r"column .* has [\d,]+ different words",
    r"column .* holds numbers or dates as words",
    r"column .* has numbers that 64 bits of a float cannot hold exactly",
    r"column .* holds (dates|time32)",
    r"column .* has numbers beyond 1e\+150",
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


def write_and_know(draw: random.Random, path: Path) -> Known | None:
    """A mutated table as the independent reader knows it; None if that refuses it."""
    try:
        if path.suffix != ".parquet":
            return read_text(path, write_text(path, draw))
        write_parquet(path, draw)
        return read_parquet(path)
    except IllegalTableError:
        return None


def plan(path: Path) -> int:
    """What the command line answers, in this process."""
    study = path.with_name("study.toml")
    study.write_text(STUDY.format(name=path.name))
    return main(["plan", str(study), "--home", str(path.parent / "home")])


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(1000, 2700), marks=pytest.mark.slow)], ids=len)
def test_a_mutated_table_is_read_as_it_stands_or_refused(seeds, ending, tmp_path, capsys):
    path, found = tmp_path / f"table.{ending}", Counter[Attempt]()
    for seed in seeds:
        attempted = attempt(random.Random(f"{ending} {seed}"), path)
        found[attempted] += 1
        if seed % 10 == 0:
            code = plan(path)
            assert code in (0, 2) and (code == 2 or not attempted.reason)
    legal = {each.reason: times for each, times in found.items() if each.is_legal}
    assert legal[""] >= 0.6 * sum(legal.values())
    assert sum(legal.values()) >= 0.3 * len(seeds), "most are not merely broken"
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
