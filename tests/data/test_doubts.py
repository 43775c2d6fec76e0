"""What should be looked at before a score is believed, on tables where it is known."""

import numpy as np
import pytest
from fakes.own_tables import written

from nnjax.data.doubts import doubts
from nnjax.data.own_table import FileSource, read_own_table

ROWS = 200
DRAWS = np.random.default_rng(3)
NOISE = DRAWS.normal(size=ROWS).round(6).tolist()
OTHER = DRAWS.normal(size=ROWS).round(6).tolist()


def told(folder, target="y", **columns) -> list[str]:
    return list(doubts(read_own_table(FileSource(written(folder, **columns), (target,)))))


def test_a_sound_table_raises_none(tmp_path):
    sizes = DRAWS.integers(20, 80, ROWS).tolist()
    words = DRAWS.choice(list("abcd"), ROWS).tolist()
    grows = [size / 10 + noise for size, noise in zip(sizes, OTHER, strict=True)]
    assert told(tmp_path, x=NOISE, size=sizes, word=words, y=grows) == []
    assert told(tmp_path, x=NOISE, size=sizes, word=words, y=DRAWS.choice(["no", "yes"], ROWS).tolist()) == []


def test_copies(tmp_path):
    [said] = told(tmp_path, x=[*NOISE[:-3], *NOISE[:3]], y=[*OTHER[:-3], *OTHER[:3]])
    assert said.startswith("3 rows of 200 (1.5 %) repeat another one in every column: networks may be tested")


def test_a_copy_among_many_rows_is_told_for_what_it_is_worth(tmp_path):
    [said] = told(tmp_path, x=[*NOISE[:-1], NOISE[0]], y=[*OTHER[:-1], OTHER[0]])
    assert said.startswith("1 row of 200 (0.5 %) repeats another one in every column: too few to move a score by much")


def test_rows_that_follow_one_another_in_time(tmp_path):
    days = [f"2024-{1 + number // 28:02}-{1 + number % 28:02}" for number in range(ROWS)]
    walk = np.cumsum(OTHER).tolist()
    [said] = told(tmp_path, x=NOISE, day=days, y=walk)
    assert said.startswith("Rows that follow one another by column 'day' are alike ('y' correlates with that of the ")
    assert 'method = "time_series" and order = "day" under [replicates]' in said
    shuffled = DRAWS.permutation(ROWS)
    assert told(tmp_path, x=NOISE, day=[days[each] for each in shuffled], y=[walk[each] for each in shuffled]) == [said]
    assert told(tmp_path, x=NOISE, day=days, y=OTHER) == []


@pytest.mark.parametrize(
    ("target", "start"),
    [
        (
            ["no"] * 195 + ["yes"] * 5,
            "97.5 % of the rows have the class 'no': whoever always says so is wrong in 2.5 %",
        ),
        ([0.0] * 192 + NOISE[:8], "96.0 % of the rows have the target 0"),
        ([1, 2, 3, 4] * 50, "The target 'y' has 4 different whole numbers (1, 2, 3, 4) and is read as a regression"),
    ],
)
def test_targets(tmp_path, target, start):
    [said] = told(tmp_path, x=NOISE, y=target)
    assert said.startswith(start)


def test_rare_ones_among_zeros_may_be_classes(tmp_path):
    share, classes = told(tmp_path, x=NOISE, y=[0] * 195 + [1] * 5)
    assert share.startswith("97.5 % of the rows have the target 0")
    assert classes.startswith("The target 'y' has 2 different whole numbers (0, 1) and is read as a regression")


def test_values_that_stand_apart(tmp_path):
    [said] = told(tmp_path, x=[1e3, -300, *NOISE[2:]], y=OTHER)
    least, most = (f"{each(NOISE[2:]):g}" for each in (min, max))
    assert said.startswith(
        f"Column 'x' has 1000, -300, while all other values lie between {least} and {most}: networks "
    )
    [said] = told(tmp_path, x=NOISE, y=[99.0, *OTHER[1:]])
    assert said.startswith("Column 'y' has 99, while")
    long_tail = np.exp(1.5 * DRAWS.normal(size=ROWS)).round(6).tolist()
    assert told(tmp_path, x=long_tail, rare=[7.0, *[0.0] * (ROWS - 1)], y=OTHER) == []


@pytest.mark.parametrize(("rare", "positive"), [("zero", []), ("fault", ['positive = "fault" under [data]'])])
def test_how_to_be_judged_by_a_rare_class(tmp_path, rare, positive):
    path = written(tmp_path, x=NOISE, y=["run"] * 195 + [rare] * 5)
    table = read_own_table(FileSource(path, ("y",)))
    for has_metric, keys in ((False, ['metric = "average_precision" above the first table']), (True, [])):
        [said] = doubts(table, has_metric)
        words = f"; to be judged by the others write {' and '.join([*keys, *positive])}"
        assert said.endswith(f"is wrong in 2.5 % of them{words if [*keys, *positive] else ''}.")


def test_what_gives_the_target_away(tmp_path):
    [copy] = told(tmp_path, x=NOISE, copy=[32 + 1.8 * value for value in OTHER], y=OTHER)
    assert copy == "Column 'copy' is the target 'y' in other units: leave it out of features."
    classes = ["sick" if value > 0.3 else "well" for value in OTHER]
    [drug] = told(tmp_path, x=NOISE, drug=["A" if each == "sick" else "none" for each in classes], y=classes)
    assert drug.startswith("Column 'drug' determines the target: all rows with the same of its 2 values have the ")


def test_identifiers(tmp_path):
    order = DRAWS.permutation(ROWS).tolist()
    [said] = told(tmp_path, x=NOISE, number=[7 + each for each in order], y=OTHER)
    assert said == "Column 'number' numbers the rows: if it is an identifier, leave it out of features."
    [said] = told(tmp_path, x=NOISE, code=[f"K{each}x" for each in order], y=OTHER)
    assert said.startswith("Column 'code' has another word in every row")


@pytest.mark.parametrize("name", ["P{}", "{}"])
def test_rows_that_belong_together(tmp_path, name):
    people = [number % 40 for number in range(ROWS)]
    level = DRAWS.normal(size=40) * 2
    target = [float(level[each]) + noise for each, noise in zip(people, NOISE, strict=True)]
    codes = DRAWS.permutation(1000)[:40]
    [said] = told(tmp_path, x=OTHER, person=[name.format(codes[each]) for each in people], y=target)
    assert said.startswith("Column 'person' has 40 values in 200 rows, and ")
    assert 'groups = "person" under [replicates]' in said
