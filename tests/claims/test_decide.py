"""Rounds: each claim gets the replicates that it needs, nothing is trained twice, no look is forgotten."""

from pathlib import Path
from typing import NamedTuple

import pytest
from fakes.known import THREE_CLAIMS, Trainer, write_space

from nnjax.claims.decide import Decider, Decisions
from nnjax.claims.declared import claim_level
from nnjax.claims.growth import LOOKS, State
from nnjax.claims.logbook import LogbookError, looks_at_most
from nnjax.claims.rounds import design_of, question_id, round_spaces, study_logbook
from nnjax.claims.study_answers import answer_study, claim_results, grown_designs
from nnjax.statistics.power import Design
from nnjax.sweep.claim_lock import Standing
from nnjax.sweep.declarations import Declarations, declarations
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space, sweep_id

BUDGET = 100.0


class Killed(Exception):
    """What a kill looks like from inside."""


class Course(NamedTuple):
    """A decision from its beginning to its end."""

    space: Space
    home: Path
    train: Trainer
    declared: Declarations
    decisions: Decisions
    said: list[str]


def decide(space, home, train, budget=BUDGET):
    said = []
    return Decider(space, home, 1, train, said.append).decide(budget), said


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The study decided, once for all who only look at it."""
    home = tmp_path_factory.mktemp("decided")
    space = write_space(home, THREE_CLAIMS)
    train = Trainer(home)
    train(space)
    declared = declarations(space, home)
    decisions, said = decide(space, home, train)
    return Course(space, home, train, declared, decisions, said)


def test_each_claim_comes_to_its_own_end(course):
    decisions, said = course.decisions, course.said
    last = decisions.logbook.last()
    assert {name: look.state for name, look in last.items()} == {
        "true-effect": State.DECIDED,
        "no-effect": State.DECIDED,
        "hopeless": State.HOPELESS,
    }
    assert (last["true-effect"].verdict, last["no-effect"].verdict) == ("supported", "supported")
    assert last["true-effect"].number < last["no-effect"].number <= LOOKS
    assert last["no-effect"].design.runs > last["true-effect"].design.runs
    assert not decisions.problems and not decisions.unaffordable
    assert sum(line.startswith("  no-effect, look") for line in said) == last["no-effect"].number


def test_only_open_claims_get_more_and_nothing_is_trained_twice(course):
    space, train, logbook = course.space, course.train, course.decisions.logbook
    assert train.asked == train.trained
    spaces = [space, *round_spaces(space, logbook)]
    runs = [run.run_id for each in spaces for run in each.runs]
    assert len(runs) == len(set(runs)) == sum(train.trained)
    assert set(runs) == Journal(course.home).run_ids()
    assert [sweep_id(each) for each in spaces] == train.sweeps, "a later sync finds the very sweeps"
    rates = {run.cell.levels["learning_rate"] for run in spaces[-1].runs}
    assert rates <= {0.02, 0.03}, "the last claim that is open is the one of nothing"


def test_the_report_judges_each_claim_where_its_last_look_did(course):
    space, logbook = course.space, course.decisions.logbook
    designs = grown_designs(space, logbook)
    answers = answer_study(space, claim_results(space, designs, Journal(course.home)), designs, looks_at_most(logbook))
    for answer in answers:
        if answer.claim.is_compound:
            assert answer.judgement.verdict.word == "supported"
            continue
        look = logbook.last()[answer.claim.name]
        assert (answer.interval.estimate, answer.interval.low) == (look.estimate, look.low)
        assert answer.interval.n == look.design.splits
        assert answer.interval.level == claim_level(space.study.claims, LOOKS) == pytest.approx(1 - 0.05 / 15)
        assert answer.judgement.verdict.word == look.verdict


def test_a_kill_between_training_and_look_costs_nothing(space, tmp_path, train, course):
    def die(grown):
        train(grown)
        raise Killed

    with pytest.raises(Killed):
        decide(space, tmp_path, die)
    looked = study_logbook(space, tmp_path)
    assert len(looked.rounds) == 1
    before = sum(train.trained)
    logbook = decide(space, tmp_path, train)[0].logbook
    assert logbook.rounds[0] == looked.rounds[0]
    assert sum(train.trained) == len(Journal(tmp_path).run_ids()) > before
    assert course.decisions.logbook == logbook, "as if nobody had killed it"


def test_once_settled_it_trains_and_looks_no_more(course):
    trained = len(course.train.trained)
    again, said = decide(course.space, course.home, course.train)
    assert again.logbook == course.decisions.logbook and len(course.train.trained) == trained and not said


def test_without_time_the_claims_stay_open_and_say_what_they_need(space, tmp_path, train):
    decisions, _ = decide(space, tmp_path, train, budget=1e-9)
    states = {name: look.state for name, look in decisions.logbook.last().items()}
    assert State.OPEN in states.values() and len(decisions.logbook.rounds) == 1
    assert set(decisions.unaffordable) == {name for name, state in states.items() if state is State.OPEN}
    assert all(minutes > 0 for minutes in decisions.unaffordable.values())
    more = decide(space, tmp_path, train)[0]
    assert not more.unaffordable and more.logbook.rounds[0] == decisions.logbook.rounds[0]


def test_a_round_that_lost_runs_is_not_looked_at(space, tmp_path, train):
    decisions, _ = decide(space, tmp_path, lambda _: 3)
    assert len(decisions.logbook.rounds) == 1
    assert "3 runs of a round are missing" in decisions.problems[0]


def test_the_first_look_is_at_the_study_itself(space, tmp_path, train):
    decisions, _ = decide(space, tmp_path, train, budget=1e-9)
    assert design_of(space) == Design(8, 1)
    assert {look.design for look in decisions.logbook.rounds[0]} == {Design(8, 1)}


def rewritten(folder, before, after):
    return write_space(folder, THREE_CLAIMS.replace(before, after))


def test_other_words_for_the_same_question_bring_no_new_looks(course, tmp_path):
    space, logbook = course.space, course.decisions.logbook
    reworded = rewritten(tmp_path, 'question = "', 'question = "Once more: ')
    assert sweep_id(reworded) != sweep_id(space) and question_id(reworded) == question_id(space)
    assert study_logbook(reworded, course.home) == logbook
    other_sentence = rewritten(tmp_path, 'sentence = "0.01 beats', 'sentence = "0.01 is better, it beats')
    assert study_logbook(other_sentence, course.home) == logbook


def test_another_margin_is_another_question(course, tmp_path):
    wider = rewritten(tmp_path, 'sentence = "0.01 beats', 'margin = 0.5\nsentence = "0.01 beats')
    assert study_logbook(wider, course.home) is None


def test_a_claim_that_was_looked_at_keeps_its_name(course, tmp_path):
    renamed = rewritten(tmp_path, "true-effect", "sure-effect")
    with pytest.raises(LogbookError, match="true-effect: no claim has this name any more; give it back"):
        study_logbook(renamed, course.home)


def test_rounds_change_nothing_about_the_claims(course):
    after = declarations(course.space, course.home)
    assert after == course.declared and not after.withdrawn
    assert after.named(Standing.BEFORE) == [claim.name for claim in course.space.study.claims]


def test_a_claim_that_was_taken_out_counts_for_every_look(space, tmp_path, train):
    parts = THREE_CLAIMS.split("[[claims]]")
    fewer = write_space(tmp_path, "[[claims]]".join([*parts[:2], parts[3]]))
    decide(fewer, tmp_path, train, budget=1e-9)
    look = study_logbook(fewer, tmp_path).last()["true-effect"]
    results = claim_results(fewer, {}, Journal(tmp_path))
    answer = answer_study(fewer, results, {}, LOOKS, declarations(fewer, tmp_path).withdrawn_intervals)[0]
    assert (look.low, look.high) == (answer.interval.low, answer.interval.high)
    assert answer.interval.level == pytest.approx(1 - 0.05 / (3 * LOOKS))
