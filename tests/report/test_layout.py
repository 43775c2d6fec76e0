"""Which factor is colour, panel or reference."""

import pandas as pd
import pytest

from nnjax.report.layout import each_group, make_layout


@pytest.fixture
def table():
    grid = [(a, d, b) for a in ("elu", "relu") for d in (1, 2, 4) for b in (8, 32, 265)]
    return pd.DataFrame(grid, columns=["activation", "depth", "batch_size"]).assign(learning_rate=0.001)


REFERENCE = {"activation": "relu", "depth": 2, "batch_size": 32}


def test_activation_is_colour_and_depth_is_panel(table):
    layout = make_layout(table, ["batch_size", "depth", "activation"], [], 265, reference=REFERENCE)
    assert (layout.color, layout.panel, layout.others) == ("activation", "depth", ("batch_size",))
    assert layout.reference == REFERENCE


def test_a_factor_of_one_level_is_not_shown(table):
    layout = make_layout(table[table["activation"] == "elu"], ["depth", "activation"], [], 265)
    assert layout.studied == ("depth",) and layout.color == "depth" and layout.panel == ""


def test_without_activations_depth_still_is_the_panel(table):
    relu = table[table["activation"] == "relu"]
    layout = make_layout(relu, ["depth", "batch_size"], [], 265)
    assert (layout.color, layout.panel) == ("batch_size", "depth")


def test_a_factor_that_another_one_determines_is_left_out(table):
    zipped = table.assign(learning_rate=table["depth"] / 1000)
    assert make_layout(zipped, ["depth", "learning_rate"], [], 265).studied == ("depth",)


def test_levels_are_written_as_in_the_label_of_a_cell(table):
    layout = make_layout(table, ["depth"], [], 265)
    texts = [layout.text("l2", level) for level in (0.0, 1e-05, 0.1)] + [layout.text("batch_size", 265)]
    assert texts == ["0", "1e-05", "0.1", "full (265)"]


def test_rows_at_reference_keep_the_varied_factors(table):
    layout = make_layout(table, ["activation", "depth", "batch_size"], [], 265, reference=REFERENCE)
    kept = layout.at_reference(table, ["activation", "depth"])
    assert len(kept) == 6 and set(kept["batch_size"]) == {32}


def test_the_reference_sentence_names_what_a_figure_does_not_show(table):
    table = table.assign(l2=[0.0, 0.1] * 9)
    layout = make_layout(table, ["activation", "depth", "batch_size"], ["l2"], 265, reference=REFERENCE)
    sentence = layout.reference_sentence(["activation", "depth"])
    assert sentence == "batch_size = 32; l2 chosen on validation rows in each split"
    assert layout.where(["activation", "depth"]) == f"At {sentence}."
    assert make_layout(table, ["depth"], [], 265).where(["depth"]) == ""


def test_a_study_of_nothing_shows_the_one_activation():
    layout = make_layout(pd.DataFrame({"activation": ["relu"] * 2}), [], [], 265)
    assert layout.shown == ["activation"] and layout.levels["activation"] == ("relu",)


def test_groups_come_in_the_order_of_the_table():
    table = pd.DataFrame({"activation": ["relu", "elu", "relu"], "depth": [2, 1, 2]})
    groups = [(levels, len(rows)) for levels, rows in each_group(table, ["activation", "depth"])]
    assert groups == [({"activation": "relu", "depth": 2}, 2), ({"activation": "elu", "depth": 1}, 1)]
