"""Losses that a table cannot be judged by are refused, each with the key, the value and the remedy."""

from pathlib import Path

import pytest

from nnjax.sweep.study.study import StudyError, load_study

STUDY = """
question = "Which loss?"
[data]
file = "counts.csv"
target = {target}
[replicates]
splits = 4
[fixed]
width = 4
batch_size = "full"
{fixed}
"""


def refusal(folder: Path, fixed: str, target: str = '"y"', lowest: int = 0) -> str:
    """What is said of a table whose column y begins with the lowest number."""
    rows = [f"{n},{lowest + n % 5},{n % 7},{'ab'[n % 2]}" for n in range(40)]
    (folder / "counts.csv").write_text("\n".join(["x,y,z,kind", *rows]) + "\n")
    (folder / "counts.toml").write_text(STUDY.format(target=target, fixed=fixed))
    try:
        load_study(folder / "counts.toml")
    except StudyError as error:
        return str(error).removeprefix(f"{folder}/counts.toml: ")
    return ""


def test_counts_are_one_target_that_is_never_negative(tmp_path):
    assert refusal(tmp_path, 'loss = "poisson"') == ""
    assert refusal(tmp_path, 'loss = "poisson"', lowest=-2) == (
        "fixed.loss = 'poisson': the target 'y' is negative in 16 rows (first in row 1: -2); "
        "write half_mean_squared_error or huber, or predict a count"
    )
    assert refusal(tmp_path, 'loss = "poisson"', target='["y", "z"]') == (
        "fixed.loss = 'poisson': 2 targets, counts are predicted one at a time; name one target"
    )


@pytest.mark.parametrize("loss", ["huber", "quantile", "poisson"])
def test_a_loss_of_numbers_is_none_of_classes(tmp_path, loss):
    told = refusal(tmp_path, f'loss = "{loss}"', target='"kind"')
    assert told.startswith(f"fixed.loss = '{loss}': counts.csv is for classification, the output ")
    assert told.endswith("use the loss 'half_mean_squared_error' or 'binary_cross_entropy' or 'cross_entropy', or "
                         "another data set")  # fmt: skip


def test_only_classes_can_be_balanced(tmp_path):
    assert refusal(tmp_path, 'class_weight = "balanced"', target='"kind"') == ""
    assert refusal(tmp_path, 'class_weight = "balanced"') == (
        "fixed.class_weight = 'balanced': counts.csv is for regression, which has no classes; "
        'write "none", or data.weight = "…" for a column that says what rows count'
    )


@pytest.mark.parametrize("loss", ["huber", "quantile"])
def test_other_losses_take_any_number(tmp_path, loss):
    assert refusal(tmp_path, f'loss = "{loss}"', target='["y", "z"]', lowest=-2) == ""


RACE = """
optimizer = "adam"
initializer = "auto"
l2 = 0.0
epochs = 9
[studied]
target_scale = ["as_is", "log"]
depth = [1, 2]
[[claims]]
name = "sooner"
sentence = "Sooner."
kind = "beats"
metric = "epochs_to_target"
"""


def test_epochs_are_counted_on_one_scale(tmp_path):
    same = 'at = {target_scale = "log"}\na = {depth = 1}\nb = {depth = 2}'
    assert refusal(tmp_path, RACE + same) == ""
    other = 'at = {depth = 1}\na = {target_scale = "as_is"}\nb = {target_scale = "log"}'
    assert refusal(tmp_path, RACE + other) == (
        "claims.sooner.metric = 'epochs_to_target': R² of an epoch is of the target as it is trained, here on several "
        "scales: ['as_is', 'log']; write metric = 'test_r2', or pin target_scale in at"
    )


@pytest.mark.parametrize("level", ["log", "quantile"])
def test_the_scale_of_a_target_suits_it(tmp_path, level):
    scale = f'target_scale = "{level}"'
    assert refusal(tmp_path, scale, target='["y", "z"]') == ""
    assert refusal(tmp_path, scale, target='"kind"') == (
        f"fixed.target_scale = '{level}': counts.csv is for classification, and classes have no scale; write \"as_is\""
    )
    assert refusal(tmp_path, f'{scale}\nloss = "poisson"') == (
        f"fixed.target_scale = '{level}': the loss of counts is told the counts themselves, and its output is their "
        'logarithm already; write "as_is", or another loss than poisson'
    )
    told = (
        "fixed.target_scale = 'log': the target 'y' is negative in 16 rows (first in row 1: -2) of counts.csv; "
        'write "quantile" or "as_is"'
    )
    assert refusal(tmp_path, scale, lowest=-2) == (told if level == "log" else "")
