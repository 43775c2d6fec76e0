"""The difference of two estimates, each with an interval of its own: did a conclusion really change?"""

import math
from dataclasses import dataclass

from nnjax.statistics.interval import PairedInterval


@dataclass(frozen=True)
class Difference:
    """Second estimate minus first, in their unit, with its interval."""

    estimate: float
    low: float
    high: float
    freedom: float
    """Degrees of freedom."""
    level: float


def independent_difference(first: PairedInterval, second: PairedInterval, level: float = 0.95) -> Difference:
    """The difference of two estimates from tables that share no row.

    The corrected standard errors add in squares; the degrees of freedom are Welch's and Satterthwaite's, each estimate
    with one less than its splits.

    Raises:
        ValueError: If the level is outside (0, 1), or an interval is open at an end.

    Source: Welch (1947), Biometrika 34.

    >>> from nnjax.statistics.interval import paired_interval
    >>> a, b = (paired_interval([x, x + 0.02, x + 0.04, x + 0.02], 331, 111) for x in (0.0, 0.1))
    >>> found = independent_difference(a, b)
    >>> f"{found.estimate:.2f} [{found.low:.3f}, {found.high:.3f}] on {found.freedom:.0f} degrees of freedom"
    '0.10 [0.057, 0.143] on 6 degrees of freedom'
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"level = {level}: need 0 < level < 1")
    if not all(math.isfinite(part.high - part.low) for part in (first, second)):
        raise ValueError("an interval is open at an end: of two bounds the difference is not known")
    from scipy import special  # late, see `interval.critical_value`

    squares = [part.standard_error**2 for part in (first, second)]
    total, estimate = sum(squares), second.estimate - first.estimate
    if total == 0.0:
        return Difference(estimate, estimate, estimate, math.inf, level)
    parts = (square**2 / (each.n - 1) for square, each in zip(squares, (first, second), strict=True))
    freedom = total**2 / sum(parts)
    half = float(special.stdtrit(freedom, 0.5 + level / 2.0)) * math.sqrt(total)
    return Difference(estimate, estimate - half, estimate + half, freedom, level)
