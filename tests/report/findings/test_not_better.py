"""Nothing that is better than the reference."""

from fakes.findings import DEPTHS, score

from nnjax.sweep.study.study import load_study


def test_no_better_than_ridge_asks_again_with_more_seeds(find):
    by = score({1: 0.1, 2: 0.2, 4: 0.3})
    found = find(DEPTHS, validation_r2=by, test_r2=by)["beat-reference"]
    study = load_study(found.path)
    assert study.replicates.seeds_per_split == 4 and not study.claims, "the report's first answer is the paired one"
    assert "beat ridge" in study.question
    better = lambda results: 0.9 + 0.0 * results["depth"]  # noqa: E731
    assert "beat-reference" not in find(DEPTHS, validation_r2=better, test_r2=better)
