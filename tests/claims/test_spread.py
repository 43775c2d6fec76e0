"""The spread of earlier runs."""

from fakes.known import KNOWN, write_space

from nnjax.claims.declared import claim_level
from nnjax.claims.forecast import find_all, forecast_claims, foretell
from nnjax.claims.spread import claim_spreads
from nnjax.claims.study_answers import answer_study, claim_results
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.runner import run_sweep

SHUFFLED = "replicates.method=shuffle_split"


def answers_of(space, home):
    return answer_study(space, claim_results(space, {}, Journal(home)), {}, 1)[:3]


def test_runs_in_the_journal_say_the_spread(space, tmp_path, train):
    level = claim_level(space.study.claims)
    seen = claim_spreads(space, Journal(tmp_path), level)
    answers = answers_of(space, tmp_path)
    for answer in answers:
        assert seen[answer.claim.name] == answer.interval.standard_deviation
    for forecast, answer in zip(forecast_claims(space, find_all(space, level, seen)), answers, strict=True):
        assert not forecast.findable.is_assumed and forecast.findable.found == (answer.detectable,)
    assert "(that of the journal's runs)" in foretell(space, tmp_path, has_runs=True).words


def test_some_of_the_splits_say_it_too_and_too_few_say_nothing(tmp_path):
    for splits in (2, 4):
        some, all_of_them = (
            write_space(tmp_path, overrides=[SHUFFLED, f"replicates.splits={each}"]) for each in (splits, 8)
        )
        run_sweep(some, tmp_path, "serial", engine=KNOWN)
        seen = claim_spreads(all_of_them, Journal(tmp_path), 0.95)
        assert len(seen) == (3 if splits == 4 else 0)
    whole = {answer.claim.name: answer.interval for answer in answers_of(some, tmp_path)}
    assert all(seen[name] == whole[name].standard_deviation for name in seen)
