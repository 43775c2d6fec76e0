"""The checks: each a known truth, what should be seen of it, and what is."""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np

from nnjax.calibration.arms import race_with_missing, tuned_arms, wrongly_supported
from nnjax.calibration.censoring import Race, race_intervals, verdict_share, worst_false_share
from nnjax.calibration.check import Check, Effort
from nnjax.calibration.exact import (
    N_TEST,
    N_TRAIN,
    OVERLAP,
    count_misses,
    simulate_differences,
    true_miss_rate,
    verdict_shares,
)
from nnjax.calibration.grouped import TWICE_DETECTABLE, Persons, grouped_scores
from nnjax.calibration.known import KNOWN_ANSWERS
from nnjax.calibration.learners import seed_differences, twin_differences
from nnjax.calibration.looks import MARGIN, Truth, look_rates
from nnjax.data.splits import REPEATED_K_FOLD
from nnjax.metrics import EPOCHS_TO_TARGET
from nnjax.statistics.interval import bonferroni_level, paired_interval
from nnjax.statistics.power import detectable_difference
from nnjax.statistics.verdict import Verdict

SEED = 20_240
"""Of all simulations."""

STANDARD_ERRORS = 3.2
"""How far a simulated share may lie from its truth, in standard errors of the simulation."""

VERDICT_TABLE = (
    (1, 0.01, 0.00, (0.023, 0.726, 0.136, 0.115)),
    (1, 0.01, 0.02, (0.862, 0.024, 0.000, 0.114)),
    (1, 0.02, 0.00, (0.025, 0.010, 0.324, 0.642)),
    (1, 0.02, 0.02, (0.334, 0.002, 0.022, 0.641)),
    (1, 0.02, 0.05, (0.968, 0.000, 0.000, 0.032)),
    (8, 0.01, 0.00, (0.003, 0.221, 0.345, 0.431)),
    (8, 0.02, 0.05, (0.816, 0.000, 0.000, 0.184)),
    (8, 0.04, 0.10, (0.816, 0.000, 0.000, 0.184)),
)
"""Claims, standard deviation within a table, true difference -> shares of the four verdicts at 20 splits, margin 0.02;
simulated by another program, to ± 0.01."""


FULL, QUICK = Effort(10_000, 400), Effort(1_500, 60)

LOOK_TABLES = 5
"""Of so many tables of the exact model one is looked at several times: a look is dearer than an interval."""

MOST_MISSED = 0.035
"""Five looks may miss in 5 % of tables; looks at one table resemble each other, so that it is nearer 1 %."""

CENSORED_SHARES = (0.0, 0.1, 0.5, 0.9, 1.0)
"""Shares of an arm's runs that do not reach the target."""

MISSING_SHARES = (0.0, 0.1, 0.5)
"""Shares of an arm's runs that were not trained."""

GROUP_K_FOLD, LEAVE_ONE_OUT = "group_k_fold", "leave_one_group_out"

SimulatedCheck = Callable[[Effort, int], Iterator[Check]]


def around(truth: float, draws: int, least: float = 0.0) -> tuple[tuple[float], tuple[float], tuple[float]]:
    """A true share, and the range in which it should be seen: at least as wide as what the truth itself is known to."""
    half = max(least, STANDARD_ERRORS * math.sqrt(truth * (1.0 - truth) / draws), 1.0 / draws)
    return (truth,), (max(0.0, truth - half),), (min(1.0, truth + half),)


def known_answers(effort: Effort, seed: int) -> Iterator[Check]:
    """Formulas by hand: no simulation."""
    for what, truth, compute in KNOWN_ANSWERS:
        seen = tuple(compute())
        low = tuple(value - 5e-7 for value in truth)
        high = tuple(value + 5e-7 for value in truth)
        yield Check("known answers", what, truth, low, high, seen, is_share=False)


def coverage(effort: Effort, seed: int) -> Iterator[Check]:
    """The interval misses as often as it says, and as often as theory says where its assumption does not hold."""
    generator = np.random.default_rng([seed, 1])
    for n_splits in (5, 20, 100):
        differences = simulate_differences(effort.draws, n_splits, OVERLAP, generator)
        for claims in (1, 8):
            level = bonferroni_level(0.05, claims)
            seen, what = count_misses(differences, level).corrected, f"{n_splits} splits, {_claims(claims)}"
            yield Check("corrected misses", what, *around(1.0 - level, effort.draws), (seen,))
    for correlation in (0.07, 0.35):
        misses = count_misses(simulate_differences(effort.draws, 20, correlation, generator))
        for name, seen in (("corrected", misses.corrected), ("plain t", misses.plain)):
            truth = true_miss_rate(20, correlation, is_corrected=name == "corrected")
            what = f"splits correlate {correlation:g}, not {OVERLAP:.2f}"
            yield Check(f"{name} misses", what, *around(truth, effort.draws), (seen,))


def verdicts(effort: Effort, seed: int) -> Iterator[Check]:
    """How often each verdict is given where the true difference is known."""
    generator = np.random.default_rng([seed, 2])
    for claims, spread, difference, truth in VERDICT_TABLE:
        drawn = difference + spread * simulate_differences(effort.draws, 20, OVERLAP, generator)
        seen = verdict_shares(drawn, MARGIN, bonferroni_level(0.05, claims))
        ranges = [around(share, effort.draws, least=0.01) for share in truth]
        low, high = tuple(part[1][0] for part in ranges), tuple(part[2][0] for part in ranges)
        yield Check("verdicts", f"Δ = {difference:g}, s = {spread:g}, {_claims(claims)}", truth, low, high, seen)


def power(effort: Effort, seed: int) -> Iterator[Check]:
    """The smallest detectable difference is detected in four of five tables."""
    generator = np.random.default_rng([seed, 3])
    for n_splits, claims in ((5, 1), (20, 1), (20, 8)):
        level = bonferroni_level(0.05, claims)
        true = detectable_difference(1.0, n_splits, N_TRAIN, N_TEST, level)
        drawn = true + simulate_differences(effort.draws, n_splits, OVERLAP, generator)
        seen = (float(np.mean([paired_interval(d, N_TRAIN, N_TEST, level).low > 0.0 for d in drawn])),)
        yield Check("power", f"{n_splits} splits, {_claims(claims)}", *around(0.8, effort.draws), seen)


def twins(effort: Effort, seed: int) -> Iterator[Check]:
    """Two equal learners on real splits: one is luckier on any one table, which fools the plain t only."""
    tables = np.array([twin_differences(seed + table) for table in range(effort.tables)])
    misses = count_misses(tables)
    slack = STANDARD_ERRORS * (math.sqrt(0.2 * 0.8 / effort.tables) - math.sqrt(0.2 * 0.8 / FULL.tables))
    yield Check("twins", "corrected, equal learners", (), (0.0,), (0.02 + slack,), (misses.corrected,))
    yield Check("twins", "plain t, equal learners", (), (0.12 - slack,), (0.26 + slack,), (misses.plain,))


def seeds(effort: Effort, seed: int) -> Iterator[Check]:
    """One learner against itself: with fresh seeds in every split even the plain t is right, with reused ones not."""
    nested, reused = (
        count_misses(np.array([seed_differences(seed + table, is_nested) for table in range(effort.tables)]))
        for is_nested in (True, False)
    )
    yield Check("seeds", "plain t, fresh seeds in every split", *around(0.05, effort.tables), (nested.plain,))
    yield Check("seeds", "corrected, fresh seeds in every split", (), (0.0,), (0.005,), (nested.corrected,))
    yield Check("seeds", "plain t, one list of seeds in all splits", (), (0.5,), (1.0,), (reused.plain,))


def looks(effort: Effort, seed: int) -> Iterator[Check]:
    """Claims looked at up to five times while replicates are added: the error stays below what one look may have."""
    generator, tables = np.random.default_rng([seed, 4]), effort.draws // LOOK_TABLES
    slack = STANDARD_ERRORS * math.sqrt(0.05 * 0.95 / tables)
    for difference, words in ((0.0, "no effect"), (0.005, "a tiny effect"), (MARGIN, "an effect of just the margin")):
        seen = look_rates(Truth(difference), tables, generator).missed
        yield Check("looks", f"missed at any look, {words}", (), (0.0,), (MOST_MISSED,), (seen,))
    peeking = look_rates(Truth(0.0), tables, generator, looks=1).missed
    yield Check("looks", "the same at the level of one look, no effect", (), (0.0,), (0.12 + slack,), (peeking,))
    strong = look_rates(Truth(2.0 * MARGIN), tables, generator).decided
    yield Check("looks", "decided, an effect of twice the margin", (), (0.8 - slack,), (1.0,), (strong,))


def censoring(effort: Effort, seed: int) -> Iterator[Check]:
    """Runs that never reach the target: no verdict rests on what is not known, and what is known still decides."""
    generator, tables = np.random.default_rng([seed, 5]), effort.draws // LOOK_TABLES
    slack = STANDARD_ERRORS * math.sqrt(0.05 * 0.95 / tables)
    for share in CENSORED_SHARES:
        ways = [(arm, is_late) for is_late in (True, False) for arm in "AB"]
        seen = tuple(worst_false_share(arm, share, is_late, tables, generator) for arm, is_late in ways)
        what = f"false verdicts, {share:.0%} of A late, of B late, of A never, of B never"
        yield Check("censoring", what, (), (0.0,) * len(ways), (0.05 + slack,) * len(ways), seen)
    full, late, never = (
        verdict_share("beats", Verdict.SUPPORTED, race_intervals(race, tables, generator))
        for race in (Race(1.0, "B", 0.0), Race(1.0, "B", 0.1), Race(1.0, "B", 0.1, is_late=False))
    )
    what = "verdicts kept, a factor of two, 10 % of the slower arm late, never"
    yield Check("censoring", what, (), (0.8, 0.8), (2.0, 2.0), (late / full, never / full))
    faster = race_intervals(Race(1.0, "A", 0.1, is_late=False), tables, generator)
    seen = (verdict_share("beats", Verdict.UNDECIDED, faster),)
    yield Check("censoring", "undecided, 10 % of the faster arm never", (), (1.0,), (1.0,), seen)


def arms(effort: Effort, seed: int) -> Iterator[Check]:
    """Tables of runs put to a claim: equal arms stay equal though runs are missing, if tuned for the epoch judged."""
    generator, tables = np.random.default_rng([seed, 6]), max(5, effort.tables // 8)
    most = 0.05 + STANDARD_ERRORS * math.sqrt(0.05 * 0.95 / tables)
    for share in MISSING_SHARES:
        seen = wrongly_supported(EPOCHS_TO_TARGET, partial(race_with_missing, share), tables, generator)
        yield Check("arms", f"A beats an equal B, {share:.0%} of B's runs missing", (), (0.0,), (most,), (seen,))
    for is_for_last, words, low, high in ((True, "the last", 0.0, most), (False, "the best", 0.5, 1.0)):
        seen = wrongly_supported("last_test_r2", partial(tuned_arms, is_for_last), tables, generator)
        yield Check("arms", f"A beats an equal B at the last epoch, tuned for {words}", (), (low,), (high,), (seen,))


def groups(effort: Effort, seed: int) -> Iterator[Check]:
    """Rows of persons: whole groups keep the error, random folds take a person that is known again for skill."""
    tables = max(20, effort.tables // 4)
    seeds = range(seed, seed + tables)
    most = 0.05 + STANDARD_ERRORS * math.sqrt(0.05 * 0.95 / tables)
    for persons, method in ((20, GROUP_K_FOLD), (100, GROUP_K_FOLD), (20, LEAVE_ONE_OUT), (40, REPEATED_K_FOLD)):
        scores = [grouped_scores(Persons(persons, 0.7, 0.7), method, each) for each in seeds]
        seen = (float(np.mean([each.is_found() or each.is_found(-1) for each in scores])),)
        low, high = ((0.15,), (1.0,)) if method == REPEATED_K_FOLD else ((0.0,), (most,))
        yield Check("groups", f"wrong verdicts, equal learners, {persons} persons, {method}", (), low, high, seen)
    strong = [grouped_scores(Persons(100, TWICE_DETECTABLE), GROUP_K_FOLD, each).is_found() for each in seeds]
    what = f"found, twice the detectable difference, 100 persons, {GROUP_K_FOLD}"
    yield Check("groups", what, (), (0.7,), (1.0,), (float(np.mean(strong)),))


def _claims(number: int) -> str:
    return f"{number} claim{'s' if number > 1 else ''}"


CHECKS: tuple[SimulatedCheck, ...] = (
    known_answers,
    coverage,
    verdicts,
    power,
    twins,
    seeds,
    looks,
    censoring,
    arms,
    groups,
)


def run_checks(
    effort: Effort = FULL, seed: int = SEED, simulated: Iterable[SimulatedCheck] = CHECKS
) -> Iterator[Check]:
    """Run checks, one after the other."""
    for each in simulated:
        yield from each(effort, seed)
