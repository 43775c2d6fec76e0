"""The best level at the end of its ladder, and factors that never matter."""

from fakes.findings import DEPTHS, score

from nnjax.sweep.study.study import load_study


def test_the_best_depth_at_the_edge_asks_for_deeper_ones(find):
    by = score({1: 0.1, 2: 0.2, 4: 0.3})
    found = find(DEPTHS, validation_r2=by, test_r2=by)["edge-depth"]
    told = "Try depth 8 or 16: the validation rows chose depth 4, the largest level of the grid, in 4 of 4 splits."
    assert found.finding.says == told
    study = load_study(found.path)
    assert study.studied == {"depth": (4, 8, 16)}
    assert [claim.a for claim in study.claims] == [{"depth": 8}, {"depth": 16}]
    assert (found.runs, found.missing) == (12, 8), "the runs of depth 4 are there already"
    assert found.minutes > 0


def test_a_best_depth_inside_the_grid_asks_for_nothing(find):
    by = score({1: 0.1, 2: 0.3, 4: 0.2})
    assert not any(key.startswith("edge") for key in find(DEPTHS, validation_r2=by, test_r2=by))


def test_no_penalty_is_the_end_of_the_ladder_and_full_the_largest_batch(find):
    text = DEPTHS.replace("depth = [1, 2, 4]", 'l2 = [0.0, 0.01, 0.1]\nbatch_size = [8, 32, "full"]').replace(
        "l2 = 0.0\n", ""
    )
    best = lambda results: 0.3 - results["l2"] + 0.001 * results["batch_size"]  # noqa: E731
    assert not any(key.startswith("edge") for key in find(text, validation_r2=best, test_r2=best))
    small = lambda results: 0.3 - results["l2"] - 0.001 * results["batch_size"]  # noqa: E731
    found = find(text, validation_r2=small, test_r2=small)["edge-batch-size"]
    assert load_study(found.path).studied == {"batch_size": (8, 2)}


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
