"""Last against best epoch."""

import pytest

from nnjax.report.chapters.epochs import lost_interval, lost_table


def test_what_the_last_epoch_costs_is_a_paired_interval_over_splits(material):
    runs = material.results.assign(lost=material.results["test_score"] - material.results["last_test_score"])
    assert lost_interval(material).estimate == pytest.approx(runs.groupby("split")["lost"].mean().mean())


def test_every_level_of_every_factor_has_its_cost(material):
    table = lost_table(material)
    assert set(table["factor"]) == set(material.layout.levels)
    deep, shallow = (
        table[(table["factor"] == "depth") & (table["level"] == level)]["estimate"].item() for level in "31"
    )
    assert deep > shallow
