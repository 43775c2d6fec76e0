"""Gradient boosting sees a table's columns as they were read, and the validation rows choose how far it goes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fakes.mixed import mixed_table
from sklearn.ensemble import HistGradientBoostingRegressor

from nnjax.data.column import DATE_KIND, NUMBER_KIND, WORD_KIND, Column
from nnjax.data.splits import Split, SplitPlan, make_splits
from nnjax.data.tables import Table, load_table, make_table
from nnjax.report.boosting import MOST_LEVELS, MOST_TREES, boost_classifier, boost_regressor, boosting_columns

ROWS = 400


def draws() -> np.random.Generator:
    return np.random.default_rng(3)


def rows_of(count: int = ROWS) -> tuple[pd.DataFrame, np.ndarray]:
    rng = draws()
    inputs = rng.normal(size=(count, 2))
    return pd.DataFrame(inputs), np.sin(2 * inputs[:, 0]) + 0.3 * rng.normal(size=count)


def halves(x: pd.DataFrame, y: np.ndarray):
    middle = len(x) // 2
    return (x.iloc[:middle], y[:middle]), (x.iloc[middle:], y[middle:])


@pytest.fixture(scope="module")
def boosted():
    """Fitted once, for all who look at it."""
    return boost_regressor(*halves(*rows_of()), 0)


def worded(codes: np.ndarray, words: int) -> tuple[Table, Split]:
    """A table of one column of words, and a split of it."""
    table = make_table("worded", codes[:, None].astype(float), np.arange(len(codes), dtype=float), ("word",), "y")
    column = Column("word", WORD_KIND, codes.astype(float), tuple(f"w{number:04}" for number in range(words)))
    plan = SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 0)
    return replace(table, columns=(column,)), make_splits(len(codes), plan)[0]


def test_words_are_categories_gaps_are_gaps_and_dates_are_seconds(tmp_path):
    table = mixed_table(tmp_path)
    columns = boosting_columns(table, make_splits(len(table.target), SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 0))[0])
    assert {WORD_KIND, NUMBER_KIND, DATE_KIND} <= {column.kind for column in table.columns}
    for number, column in enumerate(table.columns):
        seen = columns[number]
        assert (seen.dtype == "category") == (column.kind == WORD_KIND)
        assert np.array_equal(seen.astype(float), column.values, equal_nan=True)
    sold = table.columns[[column.name for column in table.columns].index("sold")].values
    days = pd.to_datetime(sold, unit="s")
    assert len(columns.columns) == len(table.columns) + 2
    assert (columns.iloc[:, -2] == days.day_of_year - 1).all() and (columns.iloc[:, -1] == days.day_of_week).all()


def test_a_table_that_was_never_columns_is_its_features():
    table = load_table("diabetes")
    split = make_splits(len(table.target), SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 0))[0]
    assert np.array_equal(boosting_columns(table, split).to_numpy(), table.features)


def test_the_words_that_are_rarest_in_the_training_rows_are_one():
    codes = np.repeat(np.arange(300), 8)
    table, split = worded(codes, 300)
    seen = boosting_columns(table, split)[0]
    assert seen.nunique() == MOST_LEVELS
    counts = np.bincount(codes[split.train], minlength=300)
    merged = seen.value_counts().index[0]
    rare = set(codes[(seen == merged).to_numpy()])
    assert len(rare) == 300 - MOST_LEVELS + 1
    assert max(counts[list(rare)]) <= min(counts[list({*range(300)} - rare)])


def test_words_of_other_rows_merge_nothing():
    codes = draws().integers(0, 300, 2400)
    table, split = worded(codes, 300)
    others = codes.copy()
    outside = np.concatenate([split.validation, split.test])
    others[outside] = 0
    changed, _ = worded(others, 300)
    before, after = (boosting_columns(each, split)[0].iloc[split.train] for each in (table, changed))
    assert before.tolist() == after.tolist()


def test_the_validation_rows_choose_how_many_trees_there_are(boosted):
    train, validation = halves(*rows_of())
    (trees,) = boosted.trees
    assert 1 < trees < MOST_TREES
    alone = {
        number: HistGradientBoostingRegressor(max_iter=number, early_stopping=False).fit(*train).predict(validation[0])
        for number in (trees - 1, trees, trees + 1)
    }
    losses = {number: float(((validation[1] - each) ** 2).mean()) for number, each in alone.items()}
    assert min(losses, key=losses.__getitem__) == trees
    assert boosted.predict(validation[0]) == pytest.approx(alone[trees])


def test_every_output_has_trees_of_its_own_the_same_again(boosted):
    x, y = rows_of()
    both = boost_regressor(*halves(x, np.column_stack([y, x[1]])), 0)
    assert len(both.trees) == 2 and both.trees[0] == boosted.trees[0]
    assert both.predict(x).shape == (ROWS, 2) and both.predict(x)[:, 0].tobytes() == boosted.predict(x).tobytes()


def test_which_word_it_is_counts_and_not_its_place_in_the_alphabet():
    codes = draws().integers(0, 30, 3000)
    x = pd.DataFrame({0: pd.Categorical.from_codes(codes, categories=range(30))})
    train, validation = halves(x, (codes % 2).astype(np.int64))
    probability = boost_classifier(train, validation, 0, 2).predict(validation[0])
    assert (probability.argmax(axis=1) == validation[1]).all()


def test_a_class_without_training_rows_has_no_probability():
    x, y = rows_of()
    train, validation = halves(x, (y > 0).astype(np.int64))
    validation[1][:5] = 2
    probability = boost_classifier(train, validation, 0, 3).predict(validation[0])
    assert (probability[:, 2] == 0).all() and probability.sum(axis=1) == pytest.approx(1)
