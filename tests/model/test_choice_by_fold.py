"""The cell that is chosen without a fold: by hand, and where the truth of what is measured with it is known."""

import numpy as np
import pyarrow as pa
import pytest
from fakes.rows import fake_row
from sklearn.metrics import accuracy_score, r2_score

from nnjax.model.choice import choose_by_validation, choose_cell, chosen_by_split
from nnjax.model.coverage import coverage_of_folds, held_out_folds
from nnjax.report.best_cell import choose_best_cell
from nnjax.results.from_predictions import judged_without
from nnjax.results.scores import with_scores
from nnjax.results.table import results_table
from nnjax.statistics.conformal import conformal_rank, exact_level, measured_coverage
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

LEVEL = exact_level("0.9")
MANY = 50

STUDY = """
question = "Which of many?"
[data]
name = "iris"
[replicates]
splits = 4
[studied]
learning_rate = [{rates}]
[fixed]
epochs = 2
"""


class Early(Journal):
    """The journal of a version that kept no predictions of validation rows."""

    def read_by_file(self, columns, run_ids=None):
        for kept in super().read_by_file(columns, run_ids):
            if "validation_prediction" in columns:
                place = kept.schema.get_field_index("validation_prediction")
                nothing = pa.nulls(len(kept), kept.schema.field(place).type)
                kept = kept.set_column(place, "validation_prediction", nothing)  # noqa: PLW2901
            yield kept


def by_hand(space, journal, rule):
    """The cell of each split by R² on the validation rows of all splits that are not its test rows."""
    kept, y, cells = (
        journal.column("validation_prediction"),
        space.table.target[:, 0],
        [cell.cell_id for cell in space.cells],
    )
    chosen = {}
    for split, fold in enumerate(space.splits):
        scores = np.zeros((len(cells), len(space.splits)))
        for run in space.runs:
            rows = space.splits[run.replicate.split].validation
            stays = ~np.isin(rows, fold.test)
            r2 = r2_score(y[rows][stays], np.asarray(kept[run.run_id])[stays])
            scores[cells.index(run.cell.cell_id), run.replicate.split] += max(r2, -1)
        scores /= space.study.replicates.seeds_per_split
        chosen[split] = choose_by_validation(space, cells, scores, rule)[0].cell_id
    return chosen


@pytest.mark.usefixtures("engine_here")
def test_every_split_has_a_say_by_the_rule_of_the_model(trained):
    home, space = trained("replicates.seeds_per_split=2", "replicates.splits=8")
    journal, first = Journal(home), space.cells[0].cell_id
    best, smallest = (chosen_by_split(space, journal, rule) for rule in ("best", "smallest"))
    assert best == by_hand(space, journal, "best") != smallest == by_hand(space, journal, "smallest")
    early = "no predictions of validation rows of 64 runs, which an earlier version trained"
    assert early in chosen_by_split(space, Early(home))
    assert early in coverage_of_folds(space, Early(home), LEVEL)
    assert not isinstance(coverage_of_folds(space, Early(home), LEVEL, cell_id=first), str)


def test_rows_of_the_fold_have_no_say(tmp_path):
    rng = np.random.default_rng(3)
    space = of_80_rows(tmp_path, 10, rng)
    journal, _, _ = made(tmp_path, space, rng)
    chosen = chosen_by_split(space, journal)
    assert chosen == by_hand(space, journal, "best") and len(set(chosen.values())) > 1


def of_80_rows(folder, cells, rng, *overrides):
    """A study of so many cells on a table whose targets have a standard deviation of 10."""
    (folder / "rows.csv").write_text("\n".join(["x,y", *(f"{x},{10 * x}" for x in rng.standard_normal(80))]))
    rates = ", ".join(f"{0.01 + 0.0001 * number:.4f}" for number in range(cells))
    text = STUDY.format(rates=rates).replace('name = "iris"', 'file = "rows.csv"\ntarget = "y"')
    (folder / "study.toml").write_text(text)
    return expand(load_study(folder / "study.toml", overrides))


def made(home, space, rng):
    """Cells that are wrong independently, networks of unequal luck: a journal, errors [C, N] and scales [C, J]."""
    y, cells, splits = space.table.target[:, 0], [cell.cell_id for cell in space.cells], space.splits
    errors = rng.standard_normal((len(cells), len(y)))
    luck = np.exp(0.3 * rng.standard_normal((len(cells), len(splits))))
    rows = []
    for run in space.runs:
        cell, split = cells.index(run.cell.cell_id), run.replicate.split
        said = y + luck[cell, split] * errors[cell]
        validation, test = splits[split].validation, splits[split].test
        told = {
            "test_prediction": said[test].astype(np.float32),
            "validation_prediction": said[validation].astype(np.float32),
            "validation_r2": r2_score(y[validation], said[validation]),
        }
        rows.append({**fake_row(run.run_id, depth=1, epochs=1), **told})
    journal = Journal(home)
    journal.append(rows)
    return journal, abs(errors), luck


def true_coverage(space, cell, errors, luck, rng):
    """How often new rows are inside the intervals of a cell, around the same truth."""
    new, below = abs(rng.standard_normal(2_000)), np.zeros(2_000)
    for split, fold in enumerate(space.splits):
        scores = luck[cell, split] * errors[cell, fold.test]
        below += (scores[None] < luck[cell, split] * new[:, None]).sum(axis=1)
    return np.mean(below < conformal_rank(LEVEL, errors.shape[1]))


def test_what_is_measured_is_true_where_networks_of_unequal_luck_are_chosen_among(tmp_path):
    """A choice by the split's own validation rows measures near to 1 here: it chooses the luck of its own network."""
    rng, measured, own, true = np.random.default_rng(0), [], [], []
    space = of_80_rows(tmp_path, MANY, rng)
    cells = [cell.cell_id for cell in space.cells]
    for number in range(12):
        journal, errors, luck = made(tmp_path / f"home_{number}", space, rng)
        results = with_scores(results_table(space, journal), space.study.judged)
        best = choose_best_cell(results)
        chosen = choose_cell(space, results, best).cell.cell_id
        measured.append(coverage_of_folds(space, journal, LEVEL).coverage[0])
        alone = {split: best.cell_ids[place] for split, place in enumerate(best.selection.chosen)}
        own.append(measured_coverage(held_out_folds(space, alone, journal), LEVEL).coverage[0])
        true.append(true_coverage(space, cells.index(chosen), errors, luck, rng))
    assert np.mean(measured) == pytest.approx(np.mean(true), abs=0.03)
    assert np.mean(own) > np.mean(true) + 0.06


@pytest.mark.parametrize("splits", [2, 4])
def test_two_folds_of_one_repeat_choose_nothing_since_each_would_choose_alone(tmp_path, splits):
    rng = np.random.default_rng(2)
    space = of_80_rows(tmp_path, 2, rng, f"replicates.splits={splits}", "replicates.test_share=0.5")
    journal, _, _ = made(tmp_path, space, rng)
    chosen = chosen_by_split(space, journal)
    assert ("fewer than two splits have validation rows left" in chosen) if splits == 2 else len(chosen) == 4
    alone = of_80_rows(
        tmp_path, 1, np.random.default_rng(2), f"replicates.splits={splits}", "replicates.test_share=0.5"
    )
    assert chosen_by_split(alone, Early(tmp_path)) == dict.fromkeys(range(splits), alone.cells[0].cell_id)


def test_measures_without_some_rows_are_those_of_scikit_learn(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY.format(rates="0.01, 0.02, 0.03"))
    space, rng = expand(load_study(tmp_path / "study.toml")), np.random.default_rng(1)
    runs = with_scores(results_table(space, Journal(tmp_path)), space.study.judged)
    said = {run.run_id: rng.dirichlet([1] * 3, len(space.splits[run.replicate.split].validation)) for run in space.runs}
    lost = space.runs[2].run_id
    kept = pa.table(
        {
            "run_id": [*said],
            "validation_prediction": pa.array(
                [None if run == lost else p.ravel() for run, p in said.items()], pa.list_(pa.float32())
            ),
        }
    )
    folds = [split.test for split in space.splits]
    found = judged_without(space, kept, runs, [*folds, np.arange(150)])
    assert set(found.index) == {*said} - {lost} and found[4].isna().all()
    for run in space.runs:
        rows = space.splits[run.replicate.split].validation
        for fold, out in enumerate(folds if run.run_id != lost else []):
            stays = ~np.isin(rows, out)
            expected = accuracy_score(space.table.labels[rows][stays], said[run.run_id][stays].argmax(axis=1))
            assert found.loc[run.run_id, fold] == pytest.approx(expected)
