"""Rounds: each claim gets the replicates that it needs, nothing is trained twice, no look is forgotten."""

import pytest
from fakes.followed import STUDY, visits_study
from fakes.known import Trainer, decide

from nnjax.claims.growth import LOOKS, State
from nnjax.claims.rounds import study_logbook
from nnjax.sweep.claim_lock import Standing
from nnjax.sweep.declarations import declarations
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import expand


class Killed(Exception):
    """What a kill looks like from inside."""


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


def test_rounds_change_nothing_about_the_claims(course):
    after = declarations(course.space, course.home)
    assert after == course.declared and not after.withdrawn
    assert after.named(Standing.BEFORE) == [claim.name for claim in course.space.study.claims]


@pytest.mark.parametrize(("method", "state"), [("time_series", "not judged"), ("leave_one_group_out", "hopeless")])
def test_no_replicates_are_added_where_they_could_decide_nothing(tmp_path, method, state):
    text = STUDY.replace("depth = [1, 2]", "learning_rate = [0.02, 0.05]").replace("depth = 2", "learning_rate = 0.05")
    space = expand(visits_study(tmp_path, method, text=text.replace("depth = 1", "learning_rate = 0.02")))
    train = Trainer(tmp_path)
    train(space)
    decisions, said = decide(space, tmp_path, train)
    [look] = decisions.logbook.looks
    assert look.state.value == state and len(train.asked) == 1
    assert (look.verdict == "exploratory") == (method == "time_series") and look.verdict in said[0]
