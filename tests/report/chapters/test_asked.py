"""What was asked and run."""

from nnjax.report.chapters.asked import account_table, asked_chapter, factors_table


def test_the_lines_of_each_factor_sum_to_all_runs(material):
    table = account_table(material.results, material.layout).set_index("factor")
    total = table.loc["all"]
    for factor in material.layout.levels:
        assert (table.loc[factor, ["planned", "finished", "diverged", "missing"]].sum() == total[1:]).all()
    assert total["planned"] == total["finished"] + total["diverged"] + total["missing"]


def test_every_factor_has_its_role_and_levels(material):
    table = factors_table(material).set_index("factor")
    assert table.loc["batch_size", "levels"] == "32, full"
    assert table.loc["batch_size", "reference"] == "32"
    assert table.loc[["activation", "l2", "width"], "role"].tolist() == ["studied", "nuisance", "fixed"]


def test_lost_runs_are_listed_by_identity(material):
    rows = asked_chapter(material).tables["lost"].frame
    assert rows["status"].tolist() == ["diverged", "missing"]
    assert set(rows["run_id"]) == set(material.results.loc[material.results["status"] != "finished", "run_id"])
