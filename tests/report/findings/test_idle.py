"""Factors that never matter."""

from fakes.findings import DEPTHS, score

from nnjax.sweep.study.study import load_study


def test_a_factor_that_never_matters_is_named_and_asked_once_more(find):
    same = score({1: 0.3, 2: 0.3, 4: 0.3})
    found = find(DEPTHS, validation_r2=same, test_r2=same)["idle-depth"]
    study = load_study(found.path)
    assert (study.replicates.splits, study.replicates.base_seed) == (8, 6), "splits that did not suggest it"
    assert {claim.kind for claim in study.claims} == {"same"}
    by = score({1: 0.1, 2: 0.2, 4: 0.3})
    assert "idle-depth" not in find(DEPTHS, validation_r2=by, test_r2=by)


def test_a_factor_is_not_idle_where_all_levels_exploded(find):
    exploded = score({1: -3e25, 2: -1e24, 4: -7e25})
    assert "idle-depth" not in find(DEPTHS, validation_r2=exploded, test_r2=exploded)
