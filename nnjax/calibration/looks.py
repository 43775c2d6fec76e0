"""Claims looked at several times while replicates are added, in the model in which the truth is known."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnjax.calibration.censoring import is_false
from nnjax.calibration.exact import N_TEST, N_TRAIN, OVERLAP
from nnjax.claims.declared import ALPHA
from nnjax.claims.growth import LOOKS, Seen, next_step
from nnjax.statistics.components import variance_components
from nnjax.statistics.interval import bonferroni_level, paired_interval
from nnjax.statistics.power import Design
from nnjax.statistics.verdict import Verdict, read_off

FOLDS = 4
FIRST = Design(20, 1)
MARGIN = 0.02


@dataclass(frozen=True)
class Truth:
    """A difference that is known, of which "A beats B" is claimed.

    Attributes:
        difference: The true difference.
        of_split: Standard deviation of the difference between splits of one table.
        of_seed: Standard deviation between seeds within a split. The larger, the more the correction errs on the safe
            side: it multiplies the wobble of seeds as if it were that of splits.
    """

    difference: float
    of_split: float = 0.0155
    of_seed: float = 0.004


@dataclass(frozen=True)
class Course:
    """What became of a claim on one table.

    Attributes:
        verdict: At the last look.
        runs: Replicates at the last look.
        is_missed: Whether the interval left out the truth at any look.
    """

    verdict: Verdict
    runs: int
    is_missed: bool


def follow(truth: Truth, level: float, generator: np.random.Generator) -> Course:
    """One table, looked at until the claim is decided, hopeless, or all looks are used up.

    The table's own luck is common to all its splits: sqrt(rho / (1 - rho)) times the wobble of splits, as in
    `exact.simulate_differences`; the wobble of seeds is averaged away by more seeds.
    """
    luck = truth.of_split * math.sqrt(OVERLAP / (1.0 - OVERLAP)) * generator.standard_normal()
    design, splits, noise = FIRST, np.zeros(0), np.zeros((0, 0))
    is_missed = False
    for look in range(1, LOOKS + 1):
        splits, noise = _grow(splits, noise, design, generator)
        differences = truth.difference + luck + truth.of_split * splits[:, None] + truth.of_seed * noise
        interval = paired_interval(differences.mean(axis=1), N_TRAIN, N_TEST, level)
        is_missed |= not interval.low <= truth.difference <= interval.high
        verdict = read_off("beats", interval.low, interval.high, MARGIN).verdict
        components = variance_components(differences) if design.seeds > 1 else None
        step = next_step(Seen("beats", MARGIN, None, verdict, interval, components), design, look, FOLDS)
        if step.design is None:
            return Course(verdict, design.runs, is_missed)
        design = step.design
    raise AssertionError("the last look settles every claim")


def _grow(
    splits: NDArray[np.float64], noise: NDArray[np.float64], design: Design, generator: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The wobble of splits [J] and of seeds [J, S] of a larger design; what was drawn before stays."""
    grown = generator.standard_normal((design.splits, design.seeds))
    grown[: noise.shape[0], : noise.shape[1]] = noise
    return np.concatenate([splits, generator.standard_normal(design.splits - len(splits))]), grown


@dataclass(frozen=True)
class LookRates:
    """Shares of tables.

    Attributes:
        missed: The interval left out the truth at some look.
        wrong: The verdict at the last look is wrong.
        decided: There is a verdict at the last look.
        runs: Mean replicates at the last look.
    """

    missed: float
    wrong: float
    decided: float
    runs: float


def look_rates(truth: Truth, tables: int, generator: np.random.Generator, looks: int = LOOKS) -> LookRates:
    """How often peeking goes wrong where the error is shared by so many looks; 1: as if each look were the only one."""
    level = bonferroni_level(ALPHA, looks)
    courses = [follow(truth, level, generator) for _ in range(tables)]
    return LookRates(
        missed=float(np.mean([course.is_missed for course in courses])),
        wrong=float(np.mean([is_false("beats", course.verdict, truth.difference, MARGIN) for course in courses])),
        decided=float(np.mean([course.verdict is not Verdict.UNDECIDED for course in courses])),
        runs=float(np.mean([course.runs for course in courses])),
    )
