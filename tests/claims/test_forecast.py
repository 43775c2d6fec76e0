"""What a plan says of the claims before anything is trained."""

import pytest
from fakes.followed import visits_study
from fakes.known import THREE_CLAIMS, write_space

from nnjax.claims.declared import claim_level
from nnjax.claims.forecast import find_all, forecast_claims, foretell
from nnjax.sweep.space import expand

SHUFFLED = "replicates.method=shuffle_split"


def asked(tmp_path, **changes):
    """The plan's word on one claim with these keys instead of its own."""
    head = THREE_CLAIMS.split("[[claims]]", maxsplit=1)[0]
    keys = {"kind": '"beats"', "a": "{learning_rate = 0.01}", "b": "{learning_rate = 0.001}"} | changes
    lines = [f"{key} = {value}" for key, value in keys.items() if value]
    space = write_space(tmp_path, "\n".join([head, "[[claims]]", 'name = "it"', 'sentence = "It."', *lines]))
    return " ".join(forecast_claims(space, find_all(space, claim_level(space.study.claims), {}))[0].lines)


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
    alone = write_space(tmp_path, "[[claims]]".join(THREE_CLAIMS.split("[[claims]]")[:2]))
    assert "claims      1 has all of the 5 %; differences" in foretell(alone, tmp_path, has_runs=False).words


def test_with_two_splits_nothing_can_be_decided(tmp_path):
    space = write_space(tmp_path, overrides=[SHUFFLED, "replicates.splits=2"])
    lines = forecast_claims(space, find_all(space, 0.9999, {}))[0].lines
    assert lines[-1] == "cannot be decided with these replicates: no such difference is larger than 2"


def test_a_claim_that_is_late_is_told_before_it_is_trained_for(space, tmp_path, train):
    later = write_space(tmp_path, THREE_CLAIMS.replace('"0.01 beats 0.001."', '"0.01 beats 0.001."\nmargin = 0.1'))
    assert "true-effect (declared after training)" in foretell(later, tmp_path, has_runs=True).words
    assert "4 share the 5 %, 1 of them withdrawn" in foretell(later, tmp_path, has_runs=True).words


def test_no_claim_is_forecast_where_none_gets_a_verdict(tmp_path):
    space = expand(visits_study(tmp_path, "time_series"))
    assert foretell(space, tmp_path, has_runs=False).words == "claims      exploratory, none gets a verdict: deep"
    judged = expand(visits_study(tmp_path, "group_k_fold"))
    assert "smallest difference that it finds" in foretell(judged, tmp_path, has_runs=False).words
