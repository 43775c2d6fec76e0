"""Claims decided in rounds: look, add replicates to the cells of those that are open, look again."""

import math
import time
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from nnjax.claims.answer import ClaimAnswer
from nnjax.claims.growth import LOOKS, Seen, State, next_step
from nnjax.claims.logbook import Logbook, Look, save_logbook
from nnjax.claims.rounds import design_of, question_id, round_space, study_logbook
from nnjax.claims.study_answers import answer_study, claim_results, correction_sizes
from nnjax.statistics.power import Design
from nnjax.statistics.verdict import ClaimKind
from nnjax.sweep.declarations import declarations
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.plan import make_plan
from nnjax.sweep.space import Space
from nnjax.terminal import Say

Train = Callable[[Space], int]
"""Trains what is missing of a space, tells MLflow, and returns how many runs are still missing."""


@dataclass(frozen=True)
class Decisions:
    """What the rounds came to.

    Attributes:
        logbook: All looks, those of earlier calls among them.
        unaffordable: Name of each open claim that the time left does not reach for -> predicted minutes.
        problems: What did not work, a sentence each.
    """

    logbook: Logbook
    unaffordable: Mapping[str, float] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


class Decider:
    """One call: goes on from the looks of earlier ones, until every claim is settled or time is up."""

    def __init__(self, space: Space, home: Path | str, workers: int, train: Train, say: Say = print) -> None:
        """Read the logbook; the study's own runs are trained already, and minutes are predicted for so many workers.

        Raises:
            LogbookError: If the logbook is damaged.
            ClaimLockError: If the claims' lock is damaged.
        """
        self._space, self._home, self._workers, self._train, self._say = space, Path(home), workers, train, say
        self._journal, self._identity = Journal(home), question_id(space)
        self._folds = correction_sizes(space).folds
        self._logbook = study_logbook(space, home) or Logbook()
        self._withdrawn = declarations(space, home).withdrawn_intervals
        self._slowness = 1.0

    def decide(self, budget_minutes: float) -> Decisions:
        """Look and train in turn, for so many minutes on the clock; a round predicted to take longer is not begun."""
        began = time.monotonic()
        if not self._logbook.rounds:
            own = design_of(self._space)
            self._look({claim.name: own for claim in self._space.study.claims if not claim.is_compound})
        while pending := self._logbook.pending():
            left = budget_minutes - (time.monotonic() - began) / 60
            chosen, dear = self._affordable(pending, left)
            if not chosen:
                return Decisions(self._logbook, dear)
            missing = self._run(chosen)
            if missing:
                problem = "runs of a round are missing: its claims were not looked at; the same command goes on"
                return Decisions(self._logbook, problems=(f"{missing:,} {problem}",))
            self._look(chosen)
        return Decisions(self._logbook)

    def _affordable(self, pending: Mapping[str, Design], minutes: float) -> tuple[dict[str, Design], dict[str, float]]:
        """The open claims that fit, cheapest first, and the minutes that each other one would take."""
        finished = self._journal.run_ids()
        prices = {name: self._minutes({name: design}, finished) for name, design in pending.items()}
        chosen: dict[str, Design] = {}
        dear: dict[str, float] = {}
        for name in sorted(prices, key=lambda each: prices[each]):
            wanted = {**chosen, name: pending[name]}
            if self._minutes(wanted, finished) <= minutes:
                chosen = wanted
            else:
                dear[name] = prices[name]
        return chosen, dear

    def _minutes(self, designs: Mapping[str, Design], finished: Set[str]) -> float:
        """Predicted minutes of a round, corrected by how wrong earlier predictions were."""
        return make_plan(self._round(designs), finished).minutes(self._workers) * self._slowness

    def _round(self, designs: Mapping[str, Design]) -> Space:
        own = design_of(self._space)
        before = {name: look.design for name, look in self._logbook.last().items() if look.design != own}
        return round_space(self._space, before, designs)

    def _run(self, designs: Mapping[str, Design]) -> int:
        """Train a round; returns how many of its runs are missing."""
        space = self._round(designs)
        if not space.runs:
            return 0
        words = ", ".join(f"{name} {each.splits} × {each.seeds}" for name, each in designs.items())
        self._say(f"Round {len(self._logbook.rounds) + 1}: {len(space.runs):,} more runs (splits × seeds: {words}).")
        predicted, began = self._minutes(designs, self._journal.run_ids()), time.monotonic()
        missing = self._train(space)
        if predicted > 0:
            self._slowness *= max(0.1, (time.monotonic() - began) / 60 / predicted)
        return missing

    def _look(self, designs: Mapping[str, Design]) -> None:
        """Look once at some claims, on these replicates, and write down what was seen before anybody is told."""
        earlier = {look.claim: look.number for look in self._logbook.looks}
        results = claim_results(self._space, designs, self._journal)
        given = answer_study(self._space, results, designs, LOOKS, self._withdrawn)
        answers = {answer.claim.name: answer for answer in given}
        looks = tuple(self._describe(answers[name], at, earlier.get(name, 0) + 1) for name, at in designs.items())
        self._logbook = Logbook((*self._logbook.rounds, looks))
        save_logbook(self._home, self._identity, self._logbook)
        for look in looks:
            self._say(describe_look(look))

    def _describe(self, answer: ClaimAnswer, design: Design, number: int) -> Look:
        interval = answer.interval
        seen = Seen(
            kind=cast("ClaimKind", answer.claim.kind),  # compound claims are not looked at
            margin=answer.margin,
            threshold=answer.threshold,
            verdict=answer.judgement.verdict,
            interval=interval if answer.is_judged else None,
            components=answer.components,
        )
        step = next_step(seen, design, number, self._folds)
        seen_numbers = (interval.estimate, interval.low, interval.high) if interval else (math.nan,) * 3
        word = answer.judgement.verdict.word
        return Look(answer.claim.name, number, design, *seen_numbers, word, step.state, step.design)


def describe_look(look: Look) -> str:
    """One line about a look."""
    follows = {
        State.OPEN: "goes on",
        State.DECIDED: "decided",
        State.HOPELESS: "no affordable number of replicates of this table can decide it",
        State.USED_UP: f"all {LOOKS} looks are used up",
        State.NOT_JUDGED: "cannot be judged",
    }
    return (
        f"  {look.claim}, look {look.number} of {LOOKS}, {look.design.splits} × {look.design.seeds}: {look.verdict} "
        f"({look.estimate:+.3g} [{look.low:+.3g}, {look.high:+.3g}]), {follows[look.state]}"
    )
