"""The rounds of a study, and which logbook is its own."""

import pytest
from fakes.known import THREE_CLAIMS, decide, write_space

from nnjax.claims.logbook import LogbookError
from nnjax.claims.rounds import design_of, question_id, round_spaces, study_logbook
from nnjax.statistics.power import Design
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import sweep_id


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
