"""Tables of runs of which the truth is known, put to a claim: runs that are missing, arms tuned for a stopping rule."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from nnjax.calibration.exact import N_TEST, N_TRAIN, OVERLAP, simulate_differences
from nnjax.claims.answer import Sizes, answer_claim
from nnjax.metrics import EPOCHS_TO_TARGET
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.study.tables import Claim

ARMS_SPLITS, SEEDS, EPOCHS = 20, 2, 16
ARMS_LEVEL = 0.95

Arms = list[pd.DataFrame]
"""All planned runs of each arm."""


def claimed(metric: str) -> Claim:
    """The claim that A beats B; where both are equal every "supported" is false."""
    arms = {"a": {"activation": "relu"}, "b": {"activation": "elu"}}
    return Claim.model_validate({"name": "beats", "sentence": "A beats B.", "kind": "beats", "metric": metric, **arms})


def wrongly_supported(
    metric: str, draw: Callable[[np.random.Generator], Arms], tables: int, generator: np.random.Generator
) -> float:
    """Share of so many tables, each drawn anew, on which A is said to beat an equal B."""
    claim, sizes = claimed(metric), Sizes(N_TRAIN, N_TEST, N_TRAIN)
    answers = (answer_claim(claim, draw(generator), sizes, ARMS_LEVEL) for _ in range(tables))
    return float(np.mean([answer.judgement.verdict is Verdict.SUPPORTED for answer in answers]))


def _runs(cell_id: str, **columns: object) -> pd.DataFrame:
    """Finished runs of a cell, split after split, its seeds one after the other."""
    places = {"split": np.repeat(np.arange(ARMS_SPLITS), SEEDS), "seed_index": np.tile(np.arange(SEEDS), ARMS_SPLITS)}
    return pd.DataFrame({"cell_id": cell_id, "status": "finished", "epochs": EPOCHS, **places, **columns})


def race_with_missing(share: float, generator: np.random.Generator) -> Arms:
    """Epochs to the target of two arms that are equally fast, well within the epochs; second seeds of B are missing.

    The share of B's runs that are missing is at most one half: the second seed of some splits, or of all.
    """
    shape = (ARMS_SPLITS, SEEDS)
    hard = 3.0 + 0.2 * generator.standard_normal((ARMS_SPLITS, 1))
    ahead = 0.15 * simulate_differences(1, ARMS_SPLITS, OVERLAP, generator)[0][:, None]
    arms = []
    for cell_id, sign in (("A", -0.5), ("B", 0.5)):
        logs = hard + sign * ahead + 0.1 * generator.standard_normal(shape)
        times = np.clip(np.ceil(np.exp2(logs)), 1, EPOCHS).ravel()
        arms.append(_runs(cell_id, epochs_to_target=times, validation_score=0.5))
    is_hit = (generator.permutation(ARMS_SPLITS) < round(2 * share * ARMS_SPLITS)).repeat(SEEDS)
    lost = (arms[1]["seed_index"] > 0) & is_hit
    gone = {"status": "missing", EPOCHS_TO_TARGET: np.nan, "validation_score": np.nan}
    arms[1] = arms[1].assign(**{name: arms[1][name].mask(lost, value) for name, value in gone.items()})
    return arms


TUNED = {"A": ((0.50, 0.44), (0.48, 0.46)), "B": ((0.50, 0.36), (0.46, 0.46))}
"""Arm -> scores of a weak and of a strong penalty, at the best and at the last epoch. Tuned for the last epoch both
arms reach 0.46; at the best one the weak penalty looks better, which at the last one costs B more than A."""


def tuned_arms(is_for_last: bool, generator: np.random.Generator) -> Arms:
    """Two arms with two penalties each, equal at the last epoch where the penalty is chosen for it.

    Where it is not, the validation score of the best epoch stands in place of the last one's, as if the penalty were
    chosen for another stopping rule.
    """
    arms = []
    for arm, penalties in TUNED.items():
        luck = 0.005 * simulate_differences(1, ARMS_SPLITS, OVERLAP, generator)[0].repeat(SEEDS)
        cells = []
        for place, (best, last) in enumerate(penalties):
            scores = np.array([[best], [last]]) + 0.003 * generator.standard_normal((2, ARMS_SPLITS * SEEDS))
            validation = {"validation_score": scores[0], "last_validation_score": scores[int(is_for_last)]}
            cells.append(_runs(f"{arm}{place}", **validation, last_test_score=last + luck))
        arms.append(pd.concat(cells, ignore_index=True))
    return arms
