"""Partial dependence where it is known, and where the model is asked."""

import numpy as np
import pytest
from sklearn.inspection import partial_dependence as sklearn_dependence
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import PolynomialFeatures

from nnjax.data.column import DATE_KIND, NUMBER_KIND, TRUTH_KIND, WORD_KIND, Column
from nnjax.data.preparation import MISSING_WORD
from nnjax.model.dependence import MOST_AVERAGED, MOST_WORDS_SHOWN, partial_dependence

DRAWS = np.random.default_rng(37)


def along(predict, columns, wanted, classes=()):
    return partial_dependence(predict, columns, wanted, ["y"], classes, 5)


def test_it_is_scikit_learns():
    values = DRAWS.normal(size=(300, 2))
    target = values[:, 0] ** 2 + values[:, 0] * values[:, 1]
    powers = PolynomialFeatures(2)
    model = LinearRegression().fit(powers.fit_transform(values), target)
    columns = [Column(f"x{k}", NUMBER_KIND, values[:, k]) for k in range(2)]
    (found,) = along(lambda rows: model.predict(powers.transform(rows))[:, None], columns, ["x0"])

    class Piped(LinearRegression):
        def predict(self, X):
            return model.predict(powers.transform(X))

    theirs = sklearn_dependence(
        Piped().fit(values, target), values, [0], custom_values={0: np.array(found.places)}, kind="average"
    )
    assert np.array(found.values)[:, 0] == pytest.approx(theirs["average"][0])


def test_a_linear_model_is_a_line_within_the_data():
    values = DRAWS.exponential(size=(2000, 2))
    columns = [Column(f"x{k}", NUMBER_KIND, values[:, k]) for k in range(2)]
    (found,) = along(lambda rows: rows @ [[2.0], [5.0]], columns, ["x1"])
    assert found.rows == MOST_AVERAGED and found.outputs == ("y",)
    assert np.diff(np.array(found.values)[:, 0]) == pytest.approx(5.0 * np.diff(found.places))
    assert np.quantile(values[:, 1], 0.015) < found.places[0] < found.places[-1] < np.quantile(values[:, 1], 0.985)
    assert found.ticks[2] == pytest.approx(np.median(values[:, 1]), abs=0.01)
    assert set(found.places) <= set(values[:, 1]) and set(found.ticks) <= set(values[:, 1])


def test_few_values_are_all_asked_and_ticked():
    (found,) = along(lambda rows: rows, [Column("rooms", NUMBER_KIND, np.arange(40.0) % 4 + 1)], ["rooms"])
    assert found.places == found.ticks == (1.0, 2.0, 3.0, 4.0)
    assert found.values == ((1.0,), (2.0,), (3.0,), (4.0,))


def test_words_come_by_how_frequent_they_are_and_a_gap_comes_last():
    codes = np.array([0.0, 1, 1, 1, 2, 2, np.nan])
    column = Column("city", WORD_KIND, codes, ("a", "b", "c"), gap="has a gap")
    (found,) = along(lambda rows: np.where(np.isnan(rows), -1.0, rows), [column], ["city"])
    assert found.names == ("b", "c", "a", MISSING_WORD) and found.values == ((1.0,), (2.0,), (0.0,), (-1.0,))
    many = Column("code", WORD_KIND, np.arange(60.0) % 30, tuple(f"w{k}" for k in range(30)))
    assert len(along(lambda rows: rows, [many], ["code"])[0].names) == MOST_WORDS_SHOWN


def test_true_and_false_are_words_here_and_dates_are_seconds():
    truth = Column("garden", TRUTH_KIND, np.array([0.0, 1.0, 1.0]))
    date = Column("day", DATE_KIND, 86_400.0 * np.arange(3))
    found = along(lambda rows: rows[:, :1] + rows[:, 1:], [truth, date], ["day", "garden"])
    assert found[0].places == (0.0, 86_400.0, 172_800.0) and found[1].names == ("false", "true")
    assert found[1].values == ((86_400.0,), (86_401.0,))


def test_of_two_classes_the_second_is_told_of_more_all():
    column = Column("x", NUMBER_KIND, np.linspace(0, 1, 30))
    (two,) = along(lambda rows: np.column_stack([1 - rows, rows]), [column], ["x"], ("no", "yes"))
    assert two.outputs == ("yes",) and two.values[-1] == (two.places[-1],)
    (three,) = along(lambda rows: np.column_stack([1 - rows, rows / 2, rows / 2]), [column], ["x"], ("a", "b", "c"))
    assert three.outputs == ("a", "b", "c") and sum(three.values[3]) == pytest.approx(1.0)
