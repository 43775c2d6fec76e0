"""Best cells."""

from nnjax.report.chapters.best import best_chapter, top_cells


def test_the_leaderboard_is_sorted_by_validation_rows(material):
    scores = top_cells(material)["validation_r2"]
    assert scores.is_monotonic_decreasing
    assert len(scores) == 20


def test_the_nested_figure_stands_beside_the_naive_maximum(material):
    facts = best_chapter(material).facts
    assert float(facts["nested"]) <= float(facts["naive"])
    assert float(facts["flattery"]) > 0
    assert facts["cells"] == 23


def test_the_chosen_cells_are_counted_over_all_splits(material):
    chosen = best_chapter(material).tables["chosen"].frame
    assert chosen["splits"].sum() == 4
