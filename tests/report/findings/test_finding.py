"""A finding as a study."""

from nnjax.judged import USUAL
from nnjax.report.findings.finding import (
    LONGEST_NAME,
    chosen_cells,
    compared,
    favourite_levels,
    next_name,
    next_study,
)


def test_names_of_studies_and_claims_fit_the_reader():
    assert len(next_name("s" * 80, "edge-l2")) == LONGEST_NAME and next_name("s" * 80, "edge-l2").endswith("-edge-l2")
    claim = compared("beats", USUAL["regression"], "activation", ("relu",) * 20, "tanh")
    assert len(claim["name"]) <= LONGEST_NAME and claim["a"] == {"activation": ("relu",) * 20}
    assert compared("same", USUAL["regression"], "depth", 1, 2)["sentence"] == "depth = 1 and 2 give the same score."


def test_the_favourite_is_chosen_in_most_splits(study_results):
    chosen = chosen_cells(study_results)
    assert len(chosen) == 4 and chosen.count(favourite_levels(study_results)) == max(map(chosen.count, chosen))


def test_what_is_studied_anew_is_not_fixed_too(study_results):
    pinned = favourite_levels(study_results)
    tables = next_study(study_results, "edge-depth", "Deeper?", pinned, {"depth": (4, 8)}, [])
    assert tables["studied"] == {"depth": (4, 8)} and "depth" not in tables["fixed"]
    assert tables["fixed"].items() >= {name: level for name, level in pinned.items() if name != "depth"}.items()
    assert tables["name"] == "some-study-edge-depth"
