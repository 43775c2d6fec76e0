"""The scale that a target is trained on, learnt on the training rows of a split, and the way back to its own unit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnjax.data.autologging import without_autologging
from nnjax.data.long_tails import AS_IS, LOG, QUANTILE, tail_transformer, without_dust
from nnjax.data.splits import Split

TARGET_SCALES = (AS_IS, LOG, QUANTILE)
"""Levels of the factor `target_scale`. The logarithm is that of 1 + y, which 0 has, too."""

FARTHEST_BACK = 1e150
"""What is turned back ends here: its square is a float64, too. No table of one's own has a number beyond."""

Target = NDArray[np.float64]


@dataclass(frozen=True)
class OwnUnit:
    """How a target that is trained on another scale is seen in its own unit.

    Attributes:
        transformer: scikit-learn's, fitted on the training rows; each target column by itself.
        validation: The target of the validation rows as the table has it [M, O].
        test: That of the test rows [T, O].
    """

    transformer: Any
    validation: Target
    test: Target

    def turn_back(self, values: Target) -> Target:
        """Values of the trained scale [N, O] in the target's own unit; NaN and infinite ones become NaN."""
        known = np.isfinite(values).all(axis=1)
        turned = np.full(values.shape, np.nan)
        if known.any():
            with np.errstate(over="ignore"):
                turned[known] = self.transformer.inverse_transform(values[known])
        return np.asarray(np.clip(turned, -FARTHEST_BACK, FARTHEST_BACK))


def check_target(level: str, target: Target, names: tuple[str, ...]) -> tuple[str, str] | None:
    """What keeps a regression's target [N, O] from being trained on a scale, and the remedy; None if nothing does.

    >>> check_target("log", np.array([[1.0], [-2.0]]), ("y",))
    ("the target 'y' is negative in 1 rows (first in row 2: -2)", 'write "quantile" or "as_is"')
    """
    for name, column in zip(names, target.T, strict=True):
        negative = np.flatnonzero(column < 0)
        if level == LOG and len(negative):
            first = f"first in row {negative[0] + 1:,}: {column[negative[0]]:g}"
            problem = f"the target {name!r} is negative in {len(negative):,} rows ({first})"
            return problem, f'write "{QUANTILE}" or "{AS_IS}"'
    return None


def scale_target(level: str, target: Target, split: Split) -> tuple[Target, OwnUnit | None]:
    """The target of all rows [N, O] on the scale that it is trained on, and the way back; None where it is its own.

    No number of a validation or test row enters. Under "quantile" a training row's place among the training rows is a
    quantile of a normal distribution, cut at 5.2 standard deviations; what is turned back lies between the least and
    the largest target of the training rows.
    """
    if level == AS_IS:
        return target, None
    shown = without_dust(target)
    transformer = tail_transformer(level, len(split.train)).set_output(transform="default")
    with without_autologging():
        transformer.fit(shown[split.train])
    own = OwnUnit(transformer, target[split.validation], target[split.test])
    return np.asarray(transformer.transform(shown), dtype=np.float64), own
