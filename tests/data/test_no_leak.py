"""No level of preparation and no splitter lets anything be learnt of a target that was permuted."""

from dataclasses import replace

import numpy as np
import pytest
from fakes.mixed import mixed_rows
from fakes.own_tables import written
from sklearn.linear_model import LinearRegression, LogisticRegression

from nnjax.data.arrangement import Arrangement
from nnjax.data.own_table import FileSource, read_own_table
from nnjax.data.preparation import DATE_COLUMNS, MISSING_VALUES, SKEWED_COLUMNS, WORD_COLUMNS, Preparation
from nnjax.data.prepared import prepare_and_scale
from nnjax.data.splits import SPLITTERS, SplitPlan, make_splits
from nnjax.data.tables import Table
from nnjax.data.target_scale import TARGET_SCALES
from nnjax.statistics.interval import PairedInterval, paired_interval
from nnjax.training.finals import score

ROWS, GROUPS = 240, 24
USUAL = {"missing_values": "most_frequent", "word_columns": "target", "date_columns": "parts"}
"""With gaps, very many words and dates."""

LEVELS = {
    "missing_values": MISSING_VALUES,
    "word_columns": WORD_COLUMNS,
    "rare_words": (0.0, 0.02),
    "date_columns": DATE_COLUMNS,
    "skewed_columns": SKEWED_COLUMNS,
    "target_scale": TARGET_SCALES,
}
CASES = [
    pytest.param(method, factor, level, marks=() if (method, level) == ("group_k_fold", "target") else pytest.mark.slow)
    for method in SPLITTERS
    for factor, levels in LEVELS.items()
    for level in levels
]


def permuted(folder, factor: str, level: object, classes: tuple[str, ...] = ()) -> Table:
    """A table whose target says something of its columns, given to other rows; without what the level refuses."""
    draws = np.random.default_rng(17)
    columns = mixed_rows(ROWS, 3, classes)
    columns["street"] = [f"s{number}" for number in draws.integers(0, 60, ROWS)]
    told = np.array(columns.pop("y"))
    size = np.array(columns["size"], dtype=np.float64)
    columns["y"] = draws.permutation(told if classes else np.exp(size / 60).round(3)).tolist()
    if level == "refuse":
        for name in ("sold",) if factor == "date_columns" else ("money", "city", "new"):
            del columns[name]
    if factor == "word_columns" and level == "one_hot":
        del columns["street"]
    return read_own_table(FileSource(written(folder, **columns), ("y",)))


def gain(table: Table, method: str, way: dict[str, object]) -> PairedInterval:
    """R² of least squares in the target's own unit, or accuracy beyond always naming the most frequent class."""
    levels = dict(way)
    target_scale, role = str(levels.pop("target_scale", "as_is")), SPLITTERS[method].role
    codes = np.arange(ROWS) // 5 if role == "order" else np.arange(ROWS) % (5 if role == "fold" else GROUPS)
    followed = replace(table, arrangement=Arrangement(role, "c", codes) if role else None)
    splits = 5 if method in ("time_series", "predefined") else 10 if SPLITTERS[method].grows else GROUPS
    plan = SplitPlan(method, splits, 0.2, 0.2, 5, n_folds=5)
    gains = []
    for split in make_splits(ROWS, plan, table.labels, followed.arrangement):
        preparation, output = Preparation(**levels), "softmax" if table.class_names else "identity"  # type: ignore[arg-type]
        scaled = prepare_and_scale(followed, split, output, preparation, (), target_scale)
        x_train, x_test = np.float64(scaled.x_train), np.float64(scaled.x_test)
        if table.labels is None:
            raw = LinearRegression().fit(x_train, np.float64(scaled.y_train)).predict(x_test)
            gains.append(score(scaled.own_target("test"), scaled.in_own_unit(raw)).r2)
        else:
            labels, test = table.labels[split.train], table.labels[split.test]
            named = LogisticRegression(max_iter=2000).fit(x_train, labels).predict(x_test)
            gains.append(float(np.mean(named == test) - np.mean(test == np.bincount(labels).argmax())))
    trained = len(split.train) + (0 if role else len(split.validation))
    return paired_interval(gains, trained, len(split.test))


@pytest.mark.parametrize(("method", "factor", "level"), CASES)
def test_nothing_is_learnt_of_a_permuted_target(method, factor, level, tmp_path):
    way = {**USUAL, factor: level}
    if factor == "rare_words" and level:
        way["word_columns"] = "one_hot"
    assert gain(permuted(tmp_path, factor, level), method, way).low <= 0
    if factor != "target_scale":
        assert gain(permuted(tmp_path, factor, level, ("a", "b")), method, way).low <= 0


def test_what_is_there_is_learnt(tmp_path):
    """The same table, its target where it belongs: so the test above can fail."""
    table = permuted(tmp_path, "", "")
    size = next(column.values for column in table.columns if column.name == "size")
    told = replace(table, target=np.exp(size / 60)[:, None])
    assert gain(told, "repeated_k_fold", {**USUAL, "target_scale": "log"}).low > 0.9
