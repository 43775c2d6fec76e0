"""Coverage with the choice inside, from the journal's predictions, against the same by hand."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

from nnjax.model.choice import chosen_by_split
from nnjax.model.coverage import _every_score, coverage_of_folds, held_out_folds, measured_parts, true_scores, units_of
from nnjax.model.standalone import Model, Ranks, class_scores
from nnjax.statistics.conformal import measured_coverage
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

FOUR_FIFTHS = Fraction(4, 5)

GROUPED = """
question = "Which of two?"
[data]
file = "persons.csv"
target = "y"
[replicates]
method = "group_k_fold"
groups = "person"
folds = 4
splits = 8
seeds_per_split = 2
[studied]
activation = ["tanh", "relu"]
[fixed]
width = 2
epochs = 2
batch_size = "full"
"""

IRIS = """
question = "Which of two?"
[data]
name = "iris"
[replicates]
splits = 8
[studied]
activation = ["tanh", "relu"]
[fixed]
epochs = 2
"""


class Made(Journal):
    """Predictions that no network made, by run; None of one that diverged, "lost" of one whose file had none."""

    def __init__(self, predictions):
        self.predictions = predictions

    def read(self, columns, run_ids=None):
        there = {run: each for run, each in self.predictions.items() if run in run_ids}
        kept = [each.ravel() if isinstance(each, np.ndarray) else None for each in there.values()]
        status = ["diverged" if each is None else "finished" for each in there.values()]
        every = {"status": status, "test_prediction": pa.array(kept, pa.list_(pa.float32()))}
        return pa.table({"run_id": [*there], **{name: every[name] for name in columns}})


def made(folder, text, predict):
    """A space, and a journal with a prediction of each of its runs."""
    (folder / "made.toml").write_text(text)
    space = expand(load_study(folder / "made.toml"))
    return space, Made({run.run_id: predict(space.splits[run.replicate.split].test) for run in space.runs})


@pytest.fixture
def grouped(tmp_path):
    """Nine persons of one to five rows."""
    rng, persons = np.random.default_rng(4), np.repeat(np.arange(9), [1, 2, 3, 4, 5, 2, 3, 4, 2])
    lines = [f"p{person},{x:.3f},{x + person % 3:.3f}" for person, x in zip(persons, rng.random(26), strict=True)]
    (tmp_path / "persons.csv").write_text("\n".join(["person,x,y", *lines]))
    return made(tmp_path, GROUPED, lambda rows: rng.normal(1, 0.5, len(rows)))


def inside_by_hand(space, kept, cell_of, level):
    """Whether each row of each split is inside what the other folds of its repeat say under its own cell [J][n]."""
    folds, units, inside = space.study.split_plan.folds, units_of(space), []
    runs = {(run.cell.cell_id, run.replicate.split, run.replicate.seed_index): run.run_id for run in space.runs}
    for split, cell in cell_of.items():
        errors = {}
        for other in range(split - split % folds, split - split % folds + folds):
            said = np.mean(
                [np.asarray(kept[run], float) for at, run in runs.items() if at[:2] == (cell, other)], axis=0
            )
            errors[other] = abs(space.table.target[space.splits[other].test, 0] - said)
        rest = np.concatenate([space.splits[other].test for other in errors if other != split])
        scores = np.concatenate([errors[other] for other in errors if other != split])
        weights = np.array([1 / np.count_nonzero(units[rest] == unit) for unit in units[rest]])
        needed = float(level) * (weights.sum() + 1) - 1e-9
        inside.append(np.array([weights[scores < error].sum() < needed for error in errors[split]]))
    return inside


@pytest.mark.usefixtures("engine_here")
@pytest.mark.parametrize("rule", ["best", "smallest"])
def test_rows_are_inside_what_the_other_folds_promise_under_the_cell_that_was_chosen_without_them(trained, rule):
    home, space = trained()
    journal = Journal(home)
    cell_of = chosen_by_split(space, journal, rule)
    inside = inside_by_hand(space, journal.column("test_prediction"), cell_of, FOUR_FIFTHS)
    found = coverage_of_folds(space, journal, FOUR_FIFTHS, rule)
    assert found.coverage[0] == pytest.approx(np.concatenate(inside).mean())
    shares = [each.mean() for each in inside]
    assert found.standard_error[0] == pytest.approx(np.std(shares, ddof=1) / 2, rel=0.02)
    assert (found.repeats, found.folds, found.units) == (1, 4, 442)


def test_groups_count_alike_and_seeds_are_averaged(grouped):
    space, journal = grouped
    cell_of, shares = {split: space.cells[split % 2].cell_id for split in range(8)}, []
    for split, rows in enumerate(inside_by_hand(space, journal.predictions, cell_of, Fraction(3, 4))):
        groups = units_of(space)[space.splits[split].test]
        shares += [rows[groups == group].mean() for group in np.unique(groups)]
    repeats = held_out_folds(space, cell_of, journal)
    found = measured_coverage(repeats, Fraction(3, 4))
    assert (len(shares), found.repeats, found.units) == (18, 2, 9)
    assert found.coverage[0] == pytest.approx(np.mean(shares)) and 0 < found.coverage[0] < 1
    assert measured_coverage(repeats, Fraction(9, 10)) is None  # 6 or 7 of the 9 groups are too few


def test_classes_have_sets_and_a_repeat_that_is_not_whole_is_left_out(tmp_path):
    rng = np.random.default_rng(5)
    space, journal = made(tmp_path, IRIS, lambda rows: rng.dirichlet([1, 1, 1], len(rows)))
    cell = space.cells[1].cell_id
    [folds] = held_out_folds(space, dict.fromkeys(range(7), cell), journal)
    rows = space.splits[1].test
    [run] = [run for run in space.runs if run.cell.cell_id == cell and run.replicate.split == 1]
    scores = class_scores(journal.predictions[run.run_id].astype(np.float32).astype(np.float64))
    np.testing.assert_array_equal(folds[1].candidates, scores)
    np.testing.assert_array_equal(folds[1].scores[:, 0], scores[np.arange(len(rows)), space.table.labels[rows]])
    found = coverage_of_folds(space, journal, Fraction(1, 2), cell_id=cell)
    assert found.repeats == 2 and 1 < found.width[0] < 3


def lacking(space, journal, split, instead):
    """A journal in which the runs of a split diverged (None), or have no prediction ("lost")."""
    runs = {run.run_id for run in space.runs if run.replicate.split == split}
    return Made({run: instead if run in runs else each for run, each in journal.predictions.items()})


def test_a_fold_whose_runs_diverged_is_never_inside(grouped):
    space, journal = grouped
    diverged, cell = lacking(space, journal, 0, None), space.cells[0].cell_id
    first, _ = held_out_folds(space, dict.fromkeys(range(8), cell), diverged)
    assert np.isnan(first[0].scores).all() and not np.isnan(first[0].other_scores).any()
    whole, without = (coverage_of_folds(space, each, Fraction(3, 4), cell_id=cell) for each in (journal, diverged))
    assert without.coverage[0] < whole.coverage[0]


def test_nothing_is_measured_where_predictions_are_lost_or_units_too_few(grouped):
    space, journal = grouped
    named, y = document(space, "id"), space.table.target
    said = Said(space, named, y, dict.fromkeys(range(4), y))
    told = measured_parts(space, lacking(space, journal, 0, "lost"), said, np.arange(26.0)[:, None])
    assert (told["measured"], told["standard_error"]) == (None, None)
    assert told["why_not_measured"] == "the journal has no predictions of test rows of 2 runs"
    named["intervals"]["level"] = "0.88"
    told = measured_parts(space, journal, said, np.arange(26.0)[:, None])
    assert told["measured"] is None and "too few rows or groups are left" in told["why_not_measured"]


class Said(Model):
    """A model whose networks say what they are told, of every row of the table."""

    def __init__(self, space, document, point, folds):
        self.document, self.classes, self.task = document, document["classes"], space.table.task
        self.folds = {fold: {"keys": said, "preparation": 0} for fold, said in folds.items()}
        self._ensemble, tests = point, [space.splits[fold].test.astype(np.int64) for fold in folds]
        by_fold = [true_scores(space, said[rows], rows) for said, rows in zip(folds.values(), tests, strict=True)]
        by_target = zip(*(scores.T for scores in by_fold), strict=True)
        self._ranks = [Ranks(scores, [units_of(space)[rows] for rows in tests]) for scores in by_target]

    def _mean(self, said, preparation, columns):
        return said[columns[:, 0].astype(int)]


def document(space, rule):
    return {
        "intervals": {"level": "0.75"},
        "choice": {"rule": rule},
        "cell": {"cell_id": space.cells[0].cell_id},
        "classes": list(space.table.class_names),
        "threshold": None,
    }


def test_intervals_that_do_not_hold_the_prediction_are_counted_and_widened(grouped):
    space, journal = grouped
    rng, y, units = np.random.default_rng(6), space.table.target, units_of(space)
    folds = {fold: y + rng.normal(0, 0.3, y.shape) for fold in range(4)}
    point = y + rng.normal(0, 0.7, y.shape)
    found = measured_parts(space, journal, Said(space, document(space, "id"), point, folds), np.arange(26.0)[:, None])
    fold_of = np.concatenate([[(row, fold) for row in space.splits[fold].test] for fold in range(4)])
    fold_of = fold_of[np.argsort(fold_of[:, 0]), 1]
    own = np.array([folds[fold][row, 0] for row, fold in enumerate(fold_of)])
    weights = 1 / np.bincount(units)[units]
    lows, highs = [], []
    for row in range(26):
        shift = np.array([folds[fold][row, 0] for fold in fold_of])
        for ends, sign in ((lows, -1), (highs, 1)):
            values = sign * shift + abs(y[:, 0] - own)
            order = np.argsort(values)
            ends.append(sign * values[order][np.argmax(np.cumsum(weights[order]) >= 7.5 - 1e-9)])
    is_outside = (point[:, 0] < lows) | (point[:, 0] > highs)
    assert 0 < found["widened"] < 1 and found["widened"] == pytest.approx(is_outside.mean())
    expected = np.mean(np.maximum(highs, point[:, 0]) - np.minimum(lows, point[:, 0]))
    assert found["mean_width"] == pytest.approx(expected)
    measured = coverage_of_folds(space, journal, Fraction(3, 4), cell_id=space.cells[0].cell_id)
    assert (found["measured"], found["standard_error"]) == (measured.coverage[0], measured.standard_error[0])
    assert found["chosen_anew"] is False and "targets" not in found
    assert (found["shown_rows"], found["why_not_measured"]) == (26, "")


@pytest.mark.parametrize("classes", [2, 3, 12])
def test_a_row_of_which_a_probability_is_not_known_has_no_scores_and_the_others_have_theirs(classes):
    p = np.random.default_rng(classes).dirichlet([0.3] * classes, 500).astype(np.float32)
    p[7, 0] = np.nan
    is_unknown = np.isnan(_every_score(p))
    assert is_unknown[7].all() and not np.delete(is_unknown, 7, axis=0).any()


def test_of_a_large_table_drawn_rows_tell_how_wide_intervals_are(grouped, monkeypatch):
    space, journal = grouped
    monkeypatch.setattr("nnjax.model.coverage.MOST_WIDTHS", 4 * 13)
    y = space.table.target
    said = Said(space, document(space, "id"), y, dict.fromkeys(range(4), y))
    asked = []
    said.unwidened = lambda columns: asked.append(columns[:, 0].tolist()) or Said.unwidened(said, columns)
    found = [measured_parts(space, journal, said, np.arange(26.0)[:, None]) for _ in range(2)]
    assert found[0] == found[1] and (found[0]["shown_rows"], found[0]["mean_width"]) == (13, 0.0)
    assert asked[0] == asked[1] == sorted(set(asked[0])) and len(asked[0]) == 13
    assert len(set(np.diff(asked[0]))) > 1  # every second row would share the period of a table


def test_sets_are_counted_in_classes(tmp_path):
    rng = np.random.default_rng(5)
    space, journal = made(tmp_path, IRIS, lambda rows: rng.dirichlet([1, 1, 1], len(rows)))
    sure = np.eye(3)[space.table.labels] * 0.97 + 0.01
    said = Said(space, document(space, "id"), sure, dict.fromkeys(range(4), sure))
    columns = np.arange(150.0)[:, None]
    assert {**measured_parts(space, journal, said, columns)}["mean_width"] == 1.0
    off = Said(space, document(space, "id"), np.roll(sure, 1, axis=1), dict.fromkeys(range(4), sure))
    found = measured_parts(space, journal, off, columns)
    assert (found["mean_width"], found["widened"]) == (2.0, 1.0)
