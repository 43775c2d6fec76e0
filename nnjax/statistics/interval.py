"""The interval: a paired difference over splits, with the correction for splits that share one table."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class PairedInterval:
    """A mean over splits with its interval, in the unit of the differences."""

    estimate: float
    """Mean over splits."""
    low: float
    """Lower end of the corrected interval."""
    high: float
    low_plain: float
    """Lower end of the plain t interval: what more splits of this same table would give."""
    high_plain: float
    standard_error: float
    """Corrected standard error."""
    p_value: float
    """Two-sided p of "the mean is 0", corrected."""
    p_plain: float
    """Two-sided p of the plain paired t."""
    standard_deviation: float
    """Standard deviation over splits (n - 1 in the denominator)."""
    n: int
    """Number of splits J."""
    n_train: int
    """Training rows of a split."""
    n_test: int
    """Test rows of a split; 0 for a quantity measured without test rows."""
    level: float
    """Confidence level 1 - alpha / m."""
    method: str
    """Its name, for people."""

    @property
    def is_open_below(self) -> bool:
        """Whether nothing bounds the mean from below: numbers are known only as "at most so much"."""
        return self.low == -math.inf

    @property
    def is_open_above(self) -> bool:
        """Whether nothing bounds the mean from above: numbers are known only as "at least so much"."""
        return self.high == math.inf


def bonferroni_level(alpha: float, m: int) -> float:
    """Give each of m intervals the level 1 - alpha / m, so that all hold together with probability >= 1 - alpha.

    Raises:
        ValueError: If alpha is outside (0, 1) or m below 1.

    >>> bonferroni_level(0.05, 8)
    0.99375
    """
    if not 0.0 < alpha < 1.0 or m < 1:
        raise ValueError(f"alpha = {alpha}, m = {m}: need 0 < alpha < 1 and m >= 1")
    return 1.0 - alpha / m


@cache
def critical_value(level: float, n: float) -> float:
    """Two-sided critical value of Student's t with n - 1 degrees of freedom; n may be infinite.

    Raises:
        ValueError: If the level is outside (0, 1) or n below 2.

    >>> round(critical_value(0.95, 20), 4)
    2.093
    """
    from scipy import special  # late: its import takes longer than all else of a sweep with nothing to do

    if not 0.0 < level < 1.0:
        raise ValueError(f"level = {level}: need 0 < level < 1")
    if n < 2:
        raise ValueError(f"n = {n}: an interval needs at least 2 splits")
    return float(special.stdtrit(n - 1.0, 0.5 + level / 2.0))


def error_factor(n: float, n_train: int, n_test: int) -> float:
    """Standard error per standard deviation of the differences: sqrt(1 / n + n_test / n_train).

    Source: Nadeau & Bengio (2003), Machine Learning 52, equation 9; for repeated k-fold n_test / n_train = 1 / (k - 1)
    (Bouckaert & Frank 2004). Without test rows (n_test = 0) it is the plain sqrt(1 / n).

    Raises:
        ValueError: If n_test is negative, or positive without training rows.
    """
    if n_test < 0 or (n_test > 0 and n_train < 1):
        raise ValueError(f"n_train = {n_train}, n_test = {n_test}: need n_test >= 0 and training rows")
    return math.sqrt(1.0 / n + (n_test / n_train if n_test else 0.0))


def paired_interval(differences: ArrayLike, n_train: int, n_test: int, level: float = 0.95) -> PairedInterval:
    """Corrected resampled t interval of a mean paired difference, with the plain one inside it.

    It answers: for new tables from the same source, is A's expected score at this training size better than B's?
    With n_test = 0 the plain t interval results, whose scope is this table only.

    Args:
        differences: One number per split, [J], J >= 2, finite; seeds averaged first (`seed_averaged_differences`).
        n_train: Training rows of a split (validation rows are part of them).
        n_test: Test rows of a split; 0 for quantities without test rows.
        level: Confidence level, 1 - alpha / m.

    Raises:
        ValueError: If there are fewer than 2 splits, another shape, or numbers that are not finite.

    Source: Nadeau & Bengio (2003), Machine Learning 52.

    >>> interval = paired_interval([0.02, 0.05, -0.01, 0.03, 0.04], n_train=331, n_test=111)
    >>> f"{interval.estimate:.3f} [{interval.low:.6f}, {interval.high:.6f}] p = {interval.p_value:.6f}"
    '0.026 [-0.020768, 0.072768] p = 0.197575'
    """
    d = np.asarray(differences, dtype=np.float64)
    if d.ndim != 1 or d.size < 2:
        raise ValueError(f"differences of shape {d.shape}: need one number for each of at least 2 splits")
    if not np.isfinite(d).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(d))} of {d.size} differences are not finite: unpaired splits")
    n, estimate, deviation = d.size, float(d.mean()), float(d.std(ddof=1))
    critical = critical_value(level, n)
    error = deviation * error_factor(n, n_train, n_test)
    error_plain = deviation / math.sqrt(n)
    return PairedInterval(
        estimate=estimate,
        low=estimate - critical * error,
        high=estimate + critical * error,
        low_plain=estimate - critical * error_plain,
        high_plain=estimate + critical * error_plain,
        standard_error=error,
        p_value=_two_sided_p(estimate, error, n),
        p_plain=_two_sided_p(estimate, error_plain, n),
        standard_deviation=deviation,
        n=n,
        n_train=n_train,
        n_test=n_test,
        level=level,
        method="corrected resampled t" if n_test else "paired t",
    )


def _two_sided_p(estimate: float, error: float, n: int) -> float:
    # By the lower tail: 1 − P would lose a small p to rounding.
    return 2.0 * _probability_below(0.0, abs(estimate), error, n) if estimate else 1.0


def _probability_below(x: float, location: float, scale: float, n: int) -> float:
    """P(T < x) of Student's t with location, scale and n - 1 degrees of freedom; a point mass at scale 0."""
    from scipy import special  # late, see `interval.critical_value`

    if scale == 0.0:
        return 1.0 if location < x else 0.0
    return float(special.stdtr(n - 1.0, (x - location) / scale))


def seed_averaged_differences(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Difference [J] of the seed means of A and B, scores [J, S] on the same splits; their numbers of seeds may differ.

    Seeds are averaged before the correction, which must not multiply noise that more seeds can remove.

    Raises:
        ValueError: If the splits do not pair up.

    >>> seed_averaged_differences([[0.5, 0.7], [0.4, 0.4]], [[0.5, 0.5], [0.2, 0.4]]).round(3).tolist()
    [0.1, 0.1]
    """
    scores_a, scores_b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if scores_a.ndim != 2 or scores_b.ndim != 2 or len(scores_a) != len(scores_b):
        raise ValueError(f"scores of shapes {scores_a.shape} and {scores_b.shape}: need [J, S] on the same J splits")
    return np.asarray(scores_a.mean(axis=1) - scores_b.mean(axis=1))


def practical_probabilities(interval: PairedInterval, margin: float) -> tuple[float, float, float]:
    """Posterior probabilities that the difference is below -margin, within, and above +margin.

    With a flat prior and correlation n_test / (n_test + n_train) the posterior is the interval's own t. Of an interval
    with one open end the last one is a bound: at least so much where it is open above, at most where it is open below;
    with two open ends nothing is known, and all are NaN.

    Source: Corani & Benavoli (2015), Machine Learning 100.

    Raises:
        ValueError: If the margin is negative.

    >>> interval = paired_interval([0.02, 0.05, -0.01, 0.03, 0.04], n_train=331, n_test=111)
    >>> [round(p, 6) for p in practical_probabilities(interval, 0.02)]
    [0.026198, 0.343644, 0.630158]
    """
    if margin < 0.0:
        raise ValueError(f"margin = {margin}: need a margin >= 0")
    if math.isnan(interval.estimate):
        return math.nan, math.nan, math.nan
    location, scale, n = interval.estimate, interval.standard_error, interval.n
    below = _probability_below(-margin, location, scale, n)
    above = _probability_below(-margin, -location, scale, n)
    return below, max(0.0, 1.0 - (below + above)), above


def win_rate(differences: ArrayLike) -> float:
    """Share of splits in which A is ahead; ties count one half.

    A description, not a test: its bootstrap interval would treat the splits as independent.
    Bouthillier et al. (2021) call 0.75 meaningful.

    Raises:
        ValueError: If there is no split, or a number is NaN.

    >>> win_rate([0.1, 0.0, -0.2, 0.3])
    0.625
    """
    d = np.asarray(differences, dtype=np.float64)
    if d.size == 0 or np.isnan(d).any():
        raise ValueError("the win rate needs at least one split, and a number in each")
    return float(np.mean(d > 0.0) + 0.5 * np.mean(d == 0.0))
