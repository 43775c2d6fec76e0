"""Growth: never smaller, never past the target, in whole repeats, and there at the last look."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nnjax.claims.growth import LEAST_GROWTH, LOOKS, Seen, State, next_step, part_of_the_way
from nnjax.statistics.components import variance_components
from nnjax.statistics.interval import paired_interval
from nnjax.statistics.power import MOST_REPLICATES, Design
from nnjax.statistics.verdict import Verdict, read_off

FOLDS = 4


@example(1, 2, 1, 1, 2)
@given(st.integers(1, 10), st.integers(1, 20), st.integers(0, 30), st.integers(0, 200), st.integers(1, LOOKS - 1))
def test_a_part_of_the_way(repeats, seeds, more_repeats, more_seeds, looks_left):
    design = Design(repeats * FOLDS, seeds)
    target = Design((repeats + more_repeats) * FOLDS, seeds + more_seeds)
    if target.runs == design.runs:
        return
    found = part_of_the_way(design, target, looks_left, FOLDS)
    assert design.splits <= found.splits <= target.splits and found.splits % FOLDS == 0
    assert design.seeds <= found.seeds <= max(target.seeds, LEAST_GROWTH * design.seeds)
    assert found.runs >= min(LEAST_GROWTH * design.runs, MOST_REPLICATES) or found == target
    if looks_left == 1:
        assert found.runs >= target.runs


def seen(mean, of_split, of_seed, design, generator, kind="beats"):
    """A look at a difference of known mean and wobble."""
    splits = of_split * generator.standard_normal((design.splits, 1))
    values = mean + splits + of_seed * generator.standard_normal((design.splits, design.seeds))
    interval = paired_interval(values.mean(axis=1), 331, 111, 1 - 0.05 / LOOKS)
    verdict = read_off(kind, interval.low, interval.high, 0.02).verdict
    components = variance_components(values) if design.seeds > 1 else None
    return Seen(kind, 0.02, None, verdict, interval, components)


@given(st.integers(0, 10_000), st.floats(-0.1, 0.1), st.floats(0.0, 0.05), st.floats(0.001, 0.05))
def test_a_claim_is_settled_within_its_looks(number, mean, of_split, of_seed):
    generator, design = np.random.default_rng(number), Design(8, 1)
    for look in range(1, LOOKS + 1):
        step = next_step(seen(mean, of_split, of_seed, design, generator), design, look, FOLDS)
        assert (step.design is not None) == (step.state is State.OPEN)
        if step.design is None:
            return
        assert step.design.runs > design.runs
        assert step.design.splits % FOLDS == 0 and step.design.runs <= MOST_REPLICATES
        design = step.design
    pytest.fail("open after its last look")


def test_one_seed_a_split_gets_a_second_one_first():
    design = Design(8, 1)
    step = next_step(seen(0.0, 0.01, 0.03, design, np.random.default_rng(0)), design, 1, FOLDS)
    assert step.design == Design(8, 2)


def test_what_no_replicates_can_decide_is_hopeless():
    design = Design(8, 4)
    step = next_step(seen(0.015, 0.2, 0.001, design, np.random.default_rng(1)), design, 2, FOLDS)
    assert step.state is State.HOPELESS


def test_seeds_are_added_where_seeds_wobble():
    design = Design(20, 2)
    step = next_step(seen(0.0, 0.003, 0.03, design, np.random.default_rng(2), "same"), design, 2, FOLDS)
    assert step.design.splits == 20 and step.design.seeds > 2


def test_what_was_not_judged_is_not_looked_at_again():
    nothing = Seen("beats", 0.02, None, Verdict.UNDECIDED, None, None)
    assert next_step(nothing, Design(8, 1), 1, FOLDS).state is State.NOT_JUDGED


@pytest.mark.parametrize(("low", "high", "estimate"), [(-math.inf, 0.5, 0.4), (-0.5, math.inf, -0.4)])
def test_an_end_that_stays_open_whatever_the_replicates_is_hopeless(low, high, estimate):
    """Runs that never reach a target do not reach it in more splits: only the closed end can decide."""
    design = Design(8, 2)
    closed = seen(estimate, 0.01, 0.01, design, np.random.default_rng(3))
    interval = replace(closed.interval, low=low, high=high)
    opened = replace(closed, interval=interval, verdict=Verdict.UNDECIDED)
    assert next_step(opened, design, 1, FOLDS).state is State.HOPELESS


def test_an_open_claim_whose_closed_end_is_near_goes_on():
    design = Design(8, 2)
    closed = seen(0.03, 0.005, 0.05, design, np.random.default_rng(3))
    opened = replace(closed, interval=replace(closed.interval, high=math.inf), verdict=Verdict.UNDECIDED)
    assert next_step(opened, design, 1, FOLDS).state is State.OPEN


def test_nothing_grows_where_there_is_no_verdict_or_no_more_splits():
    design = Design(20, 2)
    looked = seen(0.02, 0.01, 0.05, design, np.random.default_rng(0))
    assert looked.verdict is Verdict.UNDECIDED
    assert next_step(looked, design, 1, FOLDS).state is State.OPEN
    assert next_step(looked, design, 1, None).state is State.HOPELESS
    assert next_step(replace(looked, verdict=Verdict.EXPLORATORY), design, 1, FOLDS).state is State.NOT_JUDGED
