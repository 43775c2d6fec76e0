"""CV+ where the truth is known: exact ranks against fractions, the proven bound against learners made to break it."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.model.standalone import class_scores
from nnjax.statistics.conformal import (
    HeldOutFold,
    canonical_level,
    conformal_quantile,
    conformal_rank,
    exact_level,
    fewest_units,
    measured_coverage,
    proven_level,
    unit_weights,
)

NINE_TENTHS = Fraction(9, 10)
LEVELS = st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=200)
WRITTEN = st.integers(1, 999).map(lambda thousandths: str(thousandths / 1000))


def deal(n, folds, rng):
    """A fold for each of n units, folds of like size."""
    return rng.permutation(np.arange(n) % folds)


def is_covered(scores, new_scores, units, level):
    """CV+ by its definition, in fractions: scores [N], the new row's under each row's fold [N]."""
    names, counts = np.unique(units, return_counts=True)
    size = dict(zip(names, counts, strict=True))
    below = sum(Fraction(1, int(size[unit])) for unit, r, s in zip(units, scores, new_scores, strict=True) if r < s)
    return below < level * (len(names) + 1)


def mean_coverage(covered):
    """Share and its standard error."""
    return np.mean(covered), np.std(covered) / len(covered) ** 0.5


@given(WRITTEN, st.integers(1, 400))
def test_the_rank_is_that_of_the_written_level(text, n):
    level = exact_level(text)
    assert level == exact_level(float(text)) == Fraction(text)
    below = sum(Fraction(rank, n + 1) < level for rank in range(1, n + 2))  # ranks that are too small
    assert conformal_rank(level, n) == (below + 1 if below < n else None)


@pytest.mark.parametrize(("level", "n", "rank"), [("0.8", 4, 4), ("0.9", 9, 9), ("0.95", 19, 19), ("0.9", 99, 90)])
def test_ranks_where_floats_are_off_by_one(level, n, rank):
    assert conformal_rank(exact_level(level), n) == rank
    assert conformal_rank(exact_level(level), fewest_units(exact_level(level)) - 1) is None


@given(LEVELS)
def test_fewest_units_are_the_fewest(level):
    n = fewest_units(level)
    assert conformal_rank(level, n) is not None
    assert n == 1 or conformal_rank(level, n - 1) is None


@pytest.mark.parametrize(
    "level",
    ["90 %", "1", "0", "nan", "", 1.5, "1/0", "9/10", "0.9_5", " 0.9", "-0.9", "0.٩", "1e-999", "0." + "9" * 99],
)
def test_what_is_no_level_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        exact_level(level)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 2**32 - 1), LEVELS)
def test_the_quantile_is_that_of_fractions_ties_and_groups_included(units, seed, level):
    scores = np.random.default_rng(seed).integers(0, 6, len(units)).astype(float)
    found = conformal_quantile(scores[:, None], units, level)
    count = len(set(units))
    weight = [Fraction(1, units.count(unit)) for unit in units]
    enough = [v for v in scores if sum(w for w, s in zip(weight, scores, strict=True) if s <= v) >= level * (count + 1)]
    assert (None if found is None else found[0]) == (min(enough) if enough else None)


def test_weights_beyond_62_bits_only_widen():
    sizes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59]
    weights, total = unit_weights(np.repeat(np.arange(len(sizes)), sizes))
    sums = np.add.reduceat(weights, np.cumsum([0, *sizes[:-1]]))
    assert total == 2**40 and (sums <= total).all() and (sums > total - 60).all()
    assert unit_weights([3, 3, 4])[0].tolist() == [1, 1, 2]


def test_a_score_that_is_not_there_is_larger_than_all():
    scores = np.array([[1.0, 2.0], [np.nan, 1.0], [2.0, 3.0], [3.0, 4.0]])
    assert conformal_quantile(scores, range(4), Fraction(4, 5)).tolist() == [np.inf, 4.0]
    assert conformal_quantile(scores, range(4), Fraction(3, 5)).tolist() == [3.0, 3.0]


def test_a_class_that_no_calibration_row_has_is_in_a_set_by_its_probability_alone():
    calibration = class_scores(np.array([[0.6, 0.3, 0.1]] * 9))[:, :1]
    [quantile] = conformal_quantile(calibration, range(9), NINE_TENTHS)
    assert (class_scores(np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])) <= quantile).tolist() == [
        [False] * 3,
        [False, False, True],
    ]


@pytest.mark.parametrize(
    ("units", "options", "outside"),
    [
        ([1] * 99, {}, Fraction(2 * 9 + 1, 100)),  # 2 α − 1/(n + 1)
        ([1] * 99, {"grouped": True, "dealt_by_size": True, "classes_dealt": 3}, Fraction(19, 100)),
        ([111, 111, 110, 110], {}, Fraction(2 * (43 + 4), 446)),  # few folds: an average of p-values
        ([10] * 19 + [9], {}, Fraction(2 * 19 + 10, 10 * 20)),  # many folds: a tournament
        ([4] * 5, {"grouped": True}, (2 * Fraction(11, 10) + 4) / 24),  # b = 21/10 − 1
        ([4] * 5, {"grouped": True, "dealt_by_size": True}, 2 * (Fraction(11, 10) + 5) / 25),
    ],
)
def test_proven_levels_by_hand(units, options, outside):
    assert proven_level(NINE_TENTHS, units, **options) == 1 - outside


@given(st.lists(st.integers(1, 40), min_size=2, max_size=12), LEVELS, st.booleans())
def test_proven_is_never_below_the_theorem_nor_above_the_level(units, level, grouped):
    proven, n, folds = proven_level(level, units, grouped=grouped), sum(units), len(units)
    if n < fewest_units(level):
        assert proven is None
        return
    assert 0 <= proven <= level
    assert proven >= 1 - 2 * (1 - level) - Fraction(2 * (folds - 1), n + folds)
    if len(set(units)) == 1:  # Barber et al. (2021), theorem 4
        assert proven >= 1 - 2 * (1 - level) - Fraction(n - folds, n * (folds + 1))
    classes = proven_level(level, units, grouped=grouped, classes_dealt=3)
    assert max(units) == 1 or 0 <= classes <= proven


def test_wilson_is_the_largest_share_that_allows_for_itself():
    n, classes, folds = 569, 2, 4
    share = (n - conformal_rank(NINE_TENTHS, n) + folds + 3) / n
    q = (1 - float(proven_level(NINE_TENTHS, [143, 142, 142, 142], classes_dealt=classes))) / 2
    assert q == pytest.approx(share + (q * (1 - q) / n) ** 0.5)
    assert q > share


def test_a_learner_made_for_it_comes_down_to_the_proven_level():
    """Two folds whose networks rank rows alike, but for the largest 18 %, which one of them ranks the other way round.

    So the two p-values of a row add up to 18 % there: it is outside of intervals at 90 %.
    """
    rng, half, turned = np.random.default_rng(3), 2000, 0.18
    covered = []
    for _ in range(1500):
        one, other, new = rng.random(half), rng.random(half), rng.random()
        other, new_in_other = (np.where(u > 1 - turned, 2 - turned - u, u) for u in (other, new))
        below = np.count_nonzero(one < new) + np.count_nonzero(other < new_in_other)
        covered.append(below < NINE_TENTHS * (2 * half + 1))
    share, error = mean_coverage(covered)
    assert float(proven_level(NINE_TENTHS, [half, half])) - 3 * error < share < 0.84  # nobody can prove 0.85


@pytest.mark.parametrize(("n", "folds"), [(9, 9), (20, 4), (23, 5), (41, 20)])
def test_means_of_heavy_tails_are_covered(n, folds):
    rng, level, covered = np.random.default_rng(n), NINE_TENTHS, []
    for _ in range(1200):
        y, new, fold = rng.standard_t(2, n), rng.standard_t(2), deal(n, folds, rng)
        means = np.array([y[fold != k].mean() for k in range(folds)])[fold]
        low, high = np.sort(means - abs(y - means)), np.sort(means + abs(y - means))
        rank = conformal_rank(level, n)
        covered.append(low[n - rank] <= new <= high[rank - 1])
        assert is_covered(abs(y - means), abs(new - means), np.arange(n), level) >= covered[-1]
    share, error = mean_coverage(covered)
    assert share >= float(proven_level(level, np.bincount(fold).tolist())) - 3 * error
    assert share >= 0.9 - 3 * error
    assert share <= 0.9 + 2 / (n + 1) + 4 * error


@pytest.mark.parametrize("folds", [4, 15])
def test_a_row_of_a_new_group_is_covered_where_rows_taken_for_independent_are_not(folds):
    """Fifteen persons of 1 to 29 rows, each around a mean of their own."""
    rng, level, sizes = np.random.default_rng(folds), Fraction(4, 5), np.arange(1, 30, 2)
    units = np.repeat(np.arange(15), sizes)
    by_groups, by_rows = [], []
    for _ in range(600):
        y = rng.standard_normal(15)[units] + 0.3 * rng.standard_normal(len(units))
        new, fold = rng.standard_normal() + 0.3 * rng.standard_normal(), deal(15, folds, rng)[units]
        means = np.array([y[fold != k].mean() for k in range(folds)])[fold]
        by_groups.append(is_covered(abs(y - means), abs(new - means), units, level))
        by_rows.append(is_covered(abs(y - means), abs(new - means), np.arange(len(y)), level))
    share, error = mean_coverage(by_groups)
    units_of_folds = np.bincount(np.arange(15) % folds).tolist()
    assert share >= float(proven_level(level, units_of_folds, grouped=True)) - 3 * error
    assert share >= 0.8 - 3 * error
    assert np.mean(by_rows) < share - 0.02


def test_sets_from_folds_balanced_by_class_hold_the_true_class():
    rng, level, n, folds = np.random.default_rng(8), NINE_TENTHS, 60, 4
    centres, covered, classes = np.array([0.0, 1.5, 3.0]), [], 3
    for _ in range(500):
        labels = rng.choice(classes, n + 1, p=[0.6, 0.3, 0.1])
        x = centres[labels] + rng.standard_normal(n + 1)
        dealt = np.empty(n, dtype=int)
        dealt[np.argsort(labels[:n] + rng.random(n) / 2)] = np.arange(n) % folds
        scores, new = np.empty(n), np.empty(n)
        for k in range(folds):
            seen = dealt != k
            shares = np.bincount(labels[:n][seen], minlength=classes) / seen.sum()
            at = np.array([x[:n][seen & (labels[:n] == c)].mean() if shares[c] else 0.0 for c in range(classes)])
            p = shares * np.exp(-((x[:, None] - at) ** 2) / 2)
            every = class_scores(p / p.sum(axis=1, keepdims=True))[np.arange(n + 1), labels]
            scores[~seen], new[~seen] = every[:n][~seen], every[n]
        covered.append(is_covered(scores, new, np.arange(n), level))
    share, error = mean_coverage(covered)
    assert share >= max(0.9, float(proven_level(level, [15] * 4, classes_dealt=3))) - 3 * error


def held_out(scores, fold, units, chosen):
    """Scores [C, N] of cells; the cell chosen for each fold."""
    return [
        HeldOutFold(scores[c, fold == k, None], units[fold == k], scores[c, fold != k, None], units[fold != k])
        for k, c in enumerate(chosen)
    ]


def test_one_cell_measures_the_level_and_cells_with_lucky_scores_less():
    """Two hundred equally good cells: each fold's is the one with the smallest scores of just the other rows."""
    rng, n, folds = np.random.default_rng(1), 80, 4
    one, lucky = [], []
    for _ in range(30):
        scores, fold, units = abs(rng.standard_normal((200, n))), deal(n, folds, rng), np.arange(n)
        best = [int((scores[:, fold != k] ** 2).mean(axis=1).argmin()) for k in range(folds)]
        one.append(measured_coverage([held_out(scores, fold, units, [0] * folds)], NINE_TENTHS))
        lucky.append(measured_coverage([held_out(scores, fold, units, best)], NINE_TENTHS))
    assert np.mean([each.coverage[0] for each in one]) == pytest.approx(0.91, abs=0.015)
    assert np.mean([each.coverage[0] for each in lucky]) < 0.85
    assert np.mean([each.width[0] for each in lucky]) < np.mean([each.width[0] for each in one]) - 0.3
    errors = np.mean([each.standard_error[0] ** 2 for each in lucky]) ** 0.5
    assert errors == pytest.approx(np.std([each.coverage[0] for each in lucky]), rel=0.5)


@given(WRITTEN, st.sampled_from(["", "0", "000"]))
def test_a_level_is_written_in_one_way(text, zeros):
    assert canonical_level(text + zeros) == text == canonical_level(float(text))
    assert canonical_level(text.removeprefix("0") + zeros) == text


def test_folds_that_agree_have_no_standard_error():
    """All rows inside, or one of ten outside in each fold: what folds differ by tells nothing."""
    scores, fold = np.tile(np.linspace(0.1, 1.0, 10), 4)[None], np.repeat(np.arange(4), 10)
    for level, share in ((Fraction(29, 30), 1.0), (Fraction(8, 10), 0.9)):
        repeat = held_out(scores, fold, np.arange(40), [0] * 4)
        found = measured_coverage([repeat, repeat], level)
        assert found.coverage[0] == pytest.approx(share) and np.isnan(found.standard_error[0])
    scores[0, 0] = 2.0
    assert measured_coverage([held_out(scores, fold, np.arange(40), [0] * 4)], level).standard_error[0] > 0.0


def test_repeats_make_coverage_steadier_not_more_certain():
    rng, units = np.random.default_rng(2), np.repeat(np.arange(20), 3)
    scores = abs(rng.standard_normal((1, 60)))
    repeats = [held_out(scores, deal(20, 5, rng)[units], units, [0] * 5) for _ in range(4)]
    found, alone = measured_coverage(repeats, NINE_TENTHS), [measured_coverage([r], NINE_TENTHS) for r in repeats]
    assert (found.repeats, found.folds, found.units) == (4, 5, 20)
    assert found.coverage[0] == pytest.approx(np.mean([each.coverage[0] for each in alone]))
    assert found.standard_error[0] ** 2 == pytest.approx(np.mean([each.standard_error[0] ** 2 for each in alone]))


def test_sets_are_measured_in_classes_and_too_few_units_not_at_all():
    p = np.array([[0.5, 0.3, 0.2]] * 12)
    every, fold = class_scores(p), np.arange(12) % 3
    own = every[np.arange(12), [0] * 11 + [1]]
    folds = [
        HeldOutFold(own[fold == k, None], np.flatnonzero(fold == k), own[fold != k, None], np.flatnonzero(fold != k),
                    every[fold == k])
        for k in range(3)
    ]  # fmt: skip
    found = measured_coverage([folds], Fraction(3, 4))
    assert (found.width[0], found.coverage[0]) == (1.0, pytest.approx(11 / 12))
    assert measured_coverage([folds], NINE_TENTHS) is None and measured_coverage([], NINE_TENTHS) is None
