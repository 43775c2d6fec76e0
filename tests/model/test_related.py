"""Strength of what goes together, against pandas, scikit-learn and SciPy, and against what was built in."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nnjax.data.column import DATE_KIND, NUMBER_KIND, WORD_KIND, Column
from nnjax.model.related import correlation_ratio, cramers_v, related_groups, strengths

DRAWS = np.random.default_rng(31)


@given(st.integers(0, 10_000), st.integers(3, 60), st.integers(1, 9))
def test_numbers_are_compared_as_pandas_does(seed, rows, levels):
    values = np.random.default_rng(seed).integers(0, levels, (rows, 4)).astype(float)
    theirs = pd.DataFrame(values).corr(method="spearman").fillna(0.0).abs().to_numpy(copy=True)
    np.fill_diagonal(theirs, 0.0)
    assert strengths(values, [False] * 4) == pytest.approx(theirs, abs=1e-9)


def test_rows_with_a_gap_are_left_out_of_a_pair():
    values = DRAWS.normal(size=(300, 2))
    values[:, 1] += 2 * values[:, 0]
    values[::7, 0] = np.nan
    theirs = abs(stats.spearmanr(values[:, 0], values[:, 1], nan_policy="omit").statistic)
    assert strengths(values, [False, False])[0, 1] == pytest.approx(theirs, abs=5e-3)


def test_the_correlation_ratio_is_an_analysis_of_variance():
    words, numbers = DRAWS.integers(0, 4, 80).astype(float), DRAWS.normal(size=80)
    numbers += words
    f = stats.f_oneway(*(numbers[words == word] for word in range(4))).statistic
    explained = 3 * f / (3 * f + 76)
    assert correlation_ratio(words, numbers) ** 2 == pytest.approx(1 - (1 - explained) * 79 / 76)


def test_cramers_v_is_bergsmas():
    first, second = DRAWS.integers(0, 4, 200), DRAWS.integers(0, 3, 200)
    second = np.where(DRAWS.random(200) < 0.7, first % 3, second)
    table = pd.crosstab(first, second).to_numpy()
    phi = stats.chi2_contingency(table, correction=False).statistic / 200 - 3 * 2 / 199
    width = min(4 - 9 / 199, 3 - 4 / 199) - 1
    assert cramers_v(first.astype(float), second.astype(float)) == pytest.approx(np.sqrt(phi / width))


def test_many_different_words_go_with_nothing_by_chance():
    words, numbers, others = (DRAWS.integers(0, n, 300).astype(float) for n in (90, 300, 80))
    assert correlation_ratio(words, numbers) < 0.35 and cramers_v(words, others) < 0.35
    assert correlation_ratio(np.arange(300.0), numbers) == 0.0, "a word a row says nothing"


def test_groups_join_through_a_third():
    x = DRAWS.normal(size=2000)
    near, far = x + 0.6 * DRAWS.normal(size=2000), x - 0.6 * DRAWS.normal(size=2000)
    columns = [
        Column("near", NUMBER_KIND, near),
        Column("noise", NUMBER_KIND, DRAWS.normal(size=2000)),
        Column("x", DATE_KIND, 1e9 * x),
        Column("far", NUMBER_KIND, far),
        Column("word", WORD_KIND, np.digitize(x, [-1.0, 0.0, 1.0]).astype(float), ("a", "b", "c", "d")),
        Column("code", WORD_KIND, DRAWS.integers(0, 5, 2000).astype(float), ("a", "b", "c", "d", "e")),
        Column("constant", NUMBER_KIND, np.zeros(2000)),
        Column("empty", NUMBER_KIND, np.full(2000, np.nan)),
    ]
    assert strengths(np.column_stack([near, far]), [False, False])[0, 1] < 0.8
    assert related_groups(columns, 5) == ((0, 2, 3, 4),)


def test_a_chain_is_one_group():
    """Neighbours correlate by 0.8, those further apart by 0.64 and less."""
    links = [DRAWS.normal(size=4000)]
    for _ in range(4):
        links.append(0.8 * links[-1] + 0.6 * DRAWS.normal(size=4000))
    columns = [Column(f"x{k}", NUMBER_KIND, each) for k, each in enumerate(links)]
    far = strengths(np.column_stack(links), [False] * 5)
    assert far[0, 1] > 0.7 > far[0, 2]
    assert related_groups(columns, 5) == ((0, 1, 2, 3, 4),)


def test_of_many_rows_a_sample_is_enough():
    x = DRAWS.normal(size=30_000)
    columns = [Column("x", NUMBER_KIND, x), Column("y", NUMBER_KIND, x + 0.5 * DRAWS.normal(size=30_000))]
    assert related_groups(columns, 5) == ((0, 1),)
