"""A statistician's attack: each fault is planted in a copy of the house, and named tests of the house must catch it.

All of these tests pass in a copy without a fault, so that it is the fault that they catch.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Attack:
    """A fault: in which file what is written instead of what, and which tests must fail of it."""

    file: str
    old: str
    new: str
    caught_by: str


ATTACKS = {
    "one list of seeds reused in all splits": Attack(
        "nnjax/sweep/space.py",
        "seed=derive_seed(plan.base_seed, index, seed_index),",
        "seed=derive_seed(plan.base_seed, 0, seed_index),",
        "tests/sweep/test_space.py::test_seeds_are_fresh_in_every_replicate",
    ),
    "test rows leak into the scaling of the features": Attack(
        "nnjax/data/scaling.py",
        "x_mean, x_scale = _mean_and_scale(table.features[split.train], rounded)",
        "x_mean, x_scale = _mean_and_scale(table.features, rounded)",
        "tests/data/test_scaling.py::test_rows_outside_do_not_move_the_training_rows",
    ),
    "test rows leak into the scaling of the target": Attack(
        "nnjax/data/scaling.py",
        "y_mean, y_scale = _mean_and_scale(target[split.train], ",
        "y_mean, y_scale = _mean_and_scale(target, ",
        "tests/data/test_scaling.py::test_training_rows_are_standardised",
    ),
    "the scale of the target is learnt on all rows": Attack(
        "nnjax/data/target_scale.py",
        "transformer.fit(shown[split.train])",
        "transformer.fit(shown)",
        "tests/data/test_target_scale.py::test_rows_outside_teach_nothing_of_the_target",
    ),
    "gaps, words and quantiles are learnt on all rows": Attack(
        "nnjax/data/prepared.py",
        ".fit(values[split.train])",
        ".fit(values)",
        "tests/data/test_prepared.py::test_rows_outside_teach_nothing",
    ),
    "a word's mean target is learnt on all rows": Attack(
        "nnjax/data/prepared.py",
        "encoder.fit_transform(codes[train], target[train])",
        "encoder.fit(codes, target).transform(codes[train])",
        "tests/data/test_prepared.py::test_rows_outside_teach_nothing",
    ),
    "a word's mean target has its own row in it": Attack(
        "nnjax/data/prepared.py",
        "encoder.fit_transform(codes[train], target[train])",
        "encoder.fit(codes[train], target[train]).transform(codes[train])",
        "tests/data/test_prepared.py::test_a_word_by_its_target_never_sees_its_own_row",
    ),
    "days are counted from the first row of all": Attack(
        "nnjax/data/prepared.py",
        "float(moments[split.train].min())",
        "float(moments.min())",
        "tests/data/test_prepared.py::test_rows_outside_teach_nothing",
    ),
    "which columns are skewed is decided on all rows": Attack(
        "nnjax/data/prepared.py",
        "np.ma.masked_invalid(values[split.train])",
        "np.ma.masked_invalid(values)",
        "tests/data/test_prepared.py::test_rows_outside_teach_nothing",
    ),
    "the best cell is chosen on test rows": Attack(
        "nnjax/statistics/selection.py",
        "chosen = np.argmax(v, axis=0)",
        "chosen = np.argmax(t, axis=0)",
        "tests/statistics/test_selection.py::test_chooses_by_validation_and_reports_test",
    ),
    "nuisance levels are chosen on test rows": Attack(
        "nnjax/claims/choice.py",
        '.groupby([*keys, "cell_id"], sort=False, observed=True)[score]',
        '.groupby([*keys, "cell_id"], sort=False, observed=True)["test_score"].mean().rename(score)'
        '.groupby(level=[*keys, "cell_id"], sort=False)',
        "tests/claims/test_choice.py",
    ),
    "the correction for overlapping splits is dropped": Attack(
        "nnjax/statistics/interval.py",
        "return math.sqrt(1.0 / n + (n_test / n_train if n_test else 0.0))",
        "return math.sqrt(1.0 / n)",
        "tests/calibration/test_checks.py::test_all_checks_are_as_expected_and_the_command_says_so",
    ),
    "the interval is silently half as wide": Attack(
        "nnjax/statistics/interval.py",
        "low=estimate - critical * error,",
        "low=estimate - 0.5 * critical * error,",
        "tests/calibration/test_checks.py::test_all_checks_are_as_expected_and_the_command_says_so",
    ),
    "every look has the whole error to itself": Attack(
        "nnjax/claims/declared.py",
        "return bonferroni_level(ALPHA, looks * max(1,",
        "return bonferroni_level(ALPHA, max(1,",
        "tests/claims/test_study_answers.py::test_the_report_judges_each_claim_where_its_last_look_did",
    ),
    "seeds count as if they were splits": Attack(
        "nnjax/statistics/interval.py",
        "n, estimate, deviation = d.size,",
        "n, estimate, deviation = 3 * d.size,",
        "tests/calibration/test_checks.py::test_all_checks_are_as_expected_and_the_command_says_so",
    ),
}


def copy_house(folder: Path) -> Path:
    """A copy of the house, tests and studies included."""
    for name in ("nnjax", "tests", "experiments", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def failures(house: Path, *tests: str) -> int:
    """Exit code of the tests in the copy: 0 all passed, 1 some failed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    environment = os.environ | {"PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=house, env=environment, capture_output=True, check=False).returncode


@pytest.mark.parametrize("name", ATTACKS)
def test_the_attack_still_finds_its_line_and_its_test(name: str) -> None:
    attack = ATTACKS[name]
    assert (ROOT / attack.file).read_text("utf-8").count(attack.old) == 1, f"{attack.file} no longer reads {attack.old}"
    file, _, test = attack.caught_by.partition("::")
    assert f"def {test}(" in (ROOT / file).read_text("utf-8") or not test, f"{file} has no {test}"


@pytest.mark.slow
def test_a_sound_house_passes(tmp_path: Path) -> None:
    assert failures(copy_house(tmp_path), *dict.fromkeys(attack.caught_by for attack in ATTACKS.values())) == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_the_attack_is_caught(name: str, tmp_path: Path) -> None:
    attack = ATTACKS[name]
    path = copy_house(tmp_path) / attack.file
    path.write_text(path.read_text("utf-8").replace(attack.old, attack.new), "utf-8")
    assert failures(tmp_path, attack.caught_by) == 1
