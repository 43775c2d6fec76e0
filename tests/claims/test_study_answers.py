"""All claims of a study, answered where they were last looked at."""

import pytest
from fakes.known import THREE_CLAIMS, decide, write_space

from nnjax.claims.declared import claim_level
from nnjax.claims.growth import LOOKS
from nnjax.claims.logbook import looks_at_most
from nnjax.claims.rounds import study_logbook
from nnjax.claims.study_answers import answer_study, claim_results, grown_designs
from nnjax.sweep.declarations import declarations
from nnjax.sweep.journal.journal import Journal


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


def test_a_claim_that_was_taken_out_counts_for_every_look(space, tmp_path, train):
    parts = THREE_CLAIMS.split("[[claims]]")
    fewer = write_space(tmp_path, "[[claims]]".join([*parts[:2], parts[3]]))
    decide(fewer, tmp_path, train, budget=1e-9)
    look = study_logbook(fewer, tmp_path).last()["true-effect"]
    results = claim_results(fewer, {}, Journal(tmp_path))
    answer = answer_study(fewer, results, {}, LOOKS, declarations(fewer, tmp_path).withdrawn_intervals)[0]
    assert (look.low, look.high) == (answer.interval.low, answer.interval.high)
    assert answer.interval.level == pytest.approx(1 - 0.05 / (3 * LOOKS))
