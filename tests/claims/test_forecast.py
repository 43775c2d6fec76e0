"""What a plan says of the claims before anything is trained."""

import pytest
from fakes.known import KNOWN, THREE_CLAIMS

from nnjax.claims.declared import claim_level
from nnjax.claims.forecast import ASSUMED_SPREADS, forecast_claims, foretell
from nnjax.claims.spread import claim_spreads
from nnjax.claims.study_answers import answer_study, claim_results
from nnjax.statistics.power import detectable_difference, half_width
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

SHUFFLED = "replicates.method=shuffle_split"


def made(tmp_path, text=THREE_CLAIMS, overrides=()):
    path = tmp_path / "three.toml"
    path.write_text(text)
    return expand(load_study(path, overrides))


def answers_of(space, home):
    return answer_study(space, claim_results(space, {}, Journal(home)), {}, 1)[:3]


def test_the_smallest_difference_is_that_of_the_design(space, tmp_path):
    level = claim_level(space.study.claims)
    first = forecast_claims(space, level, {})[0]
    assert first.is_assumed and first.spreads == ASSUMED_SPREADS == (0.01, 0.03, 0.08)
    sizes = (331, 111)
    assert first.found == pytest.approx([detectable_difference(s, 8, *sizes, level) for s in ASSUMED_SPREADS], rel=0.01)
    assert first.half_widths[1] == pytest.approx(half_width(0.03, 8, *sizes, level), rel=0.01)
    told = foretell(space, tmp_path, has_runs=False)
    assert "3 share the 5 %" in told and told.count("a spread between splits of 0.01, 0.03, 0.08 (assumed)") == 3
    assert "both" not in told


def test_runs_in_the_journal_say_the_spread(space, tmp_path, train):
    level = claim_level(space.study.claims)
    seen = claim_spreads(space, Journal(tmp_path), level)
    answers = answers_of(space, tmp_path)
    for answer in answers:
        assert seen[answer.claim.name] == answer.interval.standard_deviation
    for forecast, answer in zip(forecast_claims(space, level, seen), answers, strict=True):
        assert not forecast.is_assumed and forecast.found == (answer.detectable,)
    assert "(that of the journal's runs)" in foretell(space, tmp_path, has_runs=True)


def test_some_of_the_splits_say_it_too_and_too_few_say_nothing(tmp_path):
    for splits in (2, 4):
        some, all_of_them = (made(tmp_path, overrides=[SHUFFLED, f"replicates.splits={each}"]) for each in (splits, 8))
        run_sweep(some, tmp_path, "serial", engine=KNOWN)
        seen = claim_spreads(all_of_them, Journal(tmp_path), 0.95)
        assert len(seen) == (3 if splits == 4 else 0)
    whole = {answer.claim.name: answer.interval for answer in answers_of(some, tmp_path)}
    assert all(seen[name] == whole[name].standard_deviation for name in seen)


def asked(tmp_path, **changes):
    """The plan's word on one claim with these keys instead of its own."""
    head = THREE_CLAIMS.split("[[claims]]", maxsplit=1)[0]
    keys = {"kind": '"beats"', "a": "{learning_rate = 0.01}", "b": "{learning_rate = 0.001}"} | changes
    lines = [f"{key} = {value}" for key, value in keys.items() if value]
    space = made(tmp_path, "\n".join([head, "[[claims]]", 'name = "it"', 'sentence = "It."', *lines]))
    return " ".join(forecast_claims(space, claim_level(space.study.claims), {})[0].lines)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"metric": '"n_parameters"', "kind": '"same"', "margin": "1"}, "cannot fail: n_parameters of B − A is 0"),
        ({"metric": '"n_parameters"', "margin": "1"}, "cannot be supported: n_parameters"),
        ({"metric": '"n_parameters"', "kind": '"exceeds"', "threshold": "9", "b": ""}, "cannot fail: n_parameters"),
        ({"metric": '"function_evaluations"', "kind": '"same"'}, "cannot fail: log₂ function_evaluations"),
        ({"margin": "2.5"}, "cannot be supported: test_r2 of A − B lies between -2 and 2"),
        ({"margin": "0.01"}, "cannot be decided at its margin with these replicates"),
        ({"kind": '"same"', "margin": "0.01"}, "cannot be supported with these replicates: interval ±"),
        ({"kind": '"suffices"', "margin": "0.01"}, "cannot be decided at its margin with these replicates"),
    ],
)  # fmt: skip
def test_what_cannot_fail_or_be_decided_is_told(tmp_path, changes, words):
    assert words in asked(tmp_path, **changes)


def test_what_can_be_decided_brings_no_warning(tmp_path):
    assert "cannot" not in asked(tmp_path, margin="0.1") and "assumed" in asked(tmp_path, margin="0.1")


def test_a_claim_alone_shares_nothing(tmp_path):
    alone = made(tmp_path, "[[claims]]".join(THREE_CLAIMS.split("[[claims]]")[:2]))
    assert "claims      1 has all of the 5 %; differences" in foretell(alone, tmp_path, has_runs=False)


def test_with_two_splits_nothing_can_be_decided(tmp_path):
    space = made(tmp_path, overrides=[SHUFFLED, "replicates.splits=2"])
    lines = forecast_claims(space, 0.9999, {})[0].lines
    assert lines[-1] == "cannot be decided with these replicates: no such difference is larger than 2"


def test_a_claim_that_is_late_is_told_before_it_is_trained_for(space, tmp_path, train):
    later = made(tmp_path, THREE_CLAIMS.replace('"0.01 beats 0.001."', '"0.01 beats 0.001."\nmargin = 0.1'))
    assert "true-effect (declared after training)" in foretell(later, tmp_path, has_runs=True)
    assert "4 share the 5 %, 1 of them withdrawn" in foretell(later, tmp_path, has_runs=True)
