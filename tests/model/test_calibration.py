"""Why a study's splits give intervals, or none; and what is proven where they do."""

from fractions import Fraction

import numpy as np
import pytest
from fakes.studies import write_small

from nnjax.model.calibration import no_intervals_why, score_folds
from nnjax.statistics.conformal import proven_level
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

GROUPED = 'method = "group_k_fold"\ngroups = "followed"\nfolds = 5\nsplits = 5'


@pytest.fixture(scope="module")
def space_of(tmp_path_factory):
    path = write_small(tmp_path_factory.mktemp("home"))
    return lambda *overrides: expand(load_study(path, overrides))


@pytest.fixture
def table_of(tmp_path):
    """A study of a table whose rows follow one another, come in groups, or have folds."""
    rows = [f"{row},{row % 7},{(row * 5) % 11},{row // 6},{row % 4},{row * row // 280}" for row in range(60)]
    (tmp_path / "own.csv").write_text("\n".join(["x,z,y,followed,part,unequal", *rows]))
    text = (
        '[data]\nfile = "own.csv"\ntarget = "y"\nfeatures = ["x", "z"]\n[replicates]\n{}\n[studied]\ndepth = [1, 2]\n'
    )
    path = tmp_path / "own.toml"

    def make(replicates, *overrides):
        path.write_text(
            'question = "?"\n' + text.format(replicates) + "[fixed]\nwidth = 2\nepochs = 1\nbatch_size = 8\n"
        )
        return expand(load_study(path, overrides))

    return make


def test_folds_that_hold_every_row_once(space_of, table_of):
    level = Fraction("0.9")
    assert no_intervals_why(space_of(), level, range(4)) == ""
    grouped = table_of(GROUPED)
    assert grouped.table.groups is not None and no_intervals_why(grouped, level, range(5)) == ""
    assert no_intervals_why(table_of('method = "predefined"\nfold = "part"'), level, range(4)) == ""


@pytest.mark.parametrize(
    ("replicates", "level", "words"),
    [
        ('method = "shuffle_split"\nsplits = 5', "0.9", "test rows of shuffle_split do not hold every row once"),
        ('method = "time_series"\norder = "x"\nfolds = 4', "0.9", "rows along time are not exchangeable"),
        (GROUPED, "0.95", "10 groups are too few: it takes 19"),
        ("splits = 4", "0.99", "60 rows are too few: it takes 99"),
    ],
)  # fmt: skip
def test_others_give_none_and_say_why(replicates, level, words, table_of):
    assert words in no_intervals_why(table_of(replicates), Fraction(level), range(5))


def test_a_fold_whose_runs_all_diverged_gives_none(space_of):
    assert "every run of split 2 diverged" in no_intervals_why(space_of(), Fraction("0.9"), [0, 1, 3])


class Always:
    """A model whose networks say zero, or that the first class is likely."""

    def __init__(self, said, folds):
        self.said, self.folds = said, dict.fromkeys(folds)

    def fold(self, fold, columns):
        return np.tile(self.said, (len(columns), 1))


def test_scores_are_how_far_off_the_folds_are(space_of):
    space = space_of()
    made = score_folds(space, Always([0.0], range(4)), space.table.features, "0.9")
    rows = np.concatenate([made.arrays[f"fold_{fold}.rows"] for fold in range(4)])
    assert sorted(rows) == list(range(442))
    scores = np.concatenate([made.arrays[f"fold_{fold}.scores"] for fold in range(4)])
    np.testing.assert_array_equal(scores, np.abs(space.table.target[rows]))
    assert made.intervals["count"] == 442 and made.intervals["units"] == "rows"
    assert made.intervals["proven"] == pytest.approx(float(proven_level(Fraction("0.9"), [111, 111, 110, 110])))


def test_classes_have_the_probability_of_those_that_come_before_them(space_of):
    space = space_of("data.name='iris'")
    made = score_folds(space, Always([0.5, 0.3, 0.2], range(4)), space.table.features, "0.9")
    for fold in range(4):
        expected = np.array([0.5, 0.8, 1.0])[space.table.labels[made.arrays[f"fold_{fold}.rows"]]]
        np.testing.assert_allclose(made.arrays[f"fold_{fold}.scores"][:, 0], expected)


def test_nothing_is_proven_for_folds_that_somebody_made(table_of):
    space = table_of('method = "predefined"\nfold = "part"')
    made = score_folds(space, Always([0.0], range(4)), space.table.features, "0.9")
    assert made.intervals["proven"] is None and not made.why_not


UNEQUAL, ONE_OUT = GROUPED.replace("followed", "unequal"), 'method = "leave_one_group_out"\ngroups = "unequal"'
CLASSES = ("data.target='part'", "data.task='classification'")


@pytest.mark.parametrize(
    ("replicates", "changes", "counts", "how"),
    [
        (GROUPED, (), [2] * 5, {"grouped": True}),  # all of six rows: nothing to balance
        (UNEQUAL, (), [3] * 3 + [2] * 2, {"grouped": True, "dealt_by_size": True}),
        (ONE_OUT, (), [1] * 13, {"grouped": True}),
        (GROUPED, CLASSES, [2] * 5, {"grouped": True, "classes_dealt": 4}),
        ("splits = 4", CLASSES, [15] * 4, {"classes_dealt": 4}),
    ],
)
def test_what_is_proven_knows_how_folds_were_dealt(replicates, changes, counts, how, table_of):
    space = table_of(replicates, *changes)
    said = [1 / 4] * 4 if space.table.class_names else [0.0]
    made = score_folds(space, Always(said, range(len(counts))), space.table.features, "0.9")
    assert made.intervals["proven"] == pytest.approx(float(proven_level(Fraction("0.9"), counts, **how)))
    assert made.intervals["dealt_by_size"] == how.get("dealt_by_size", False)
