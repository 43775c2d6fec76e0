from pathlib import Path

import numpy as np
import pytest

from nnjax.network.activations import ACTIVATIONS
from nnjax.tour.activation_table import activation_curve, activation_page, activation_pictures

DOCS = Path(__file__).parents[2] / "docs"


def test_the_committed_table_is_current():
    assert (DOCS / "activations.md").read_text() == activation_page()


def test_the_committed_plots_are_current():
    folder = DOCS / "pictures" / "activations"
    drawn = activation_pictures()
    assert {path.name for path in folder.iterdir()} == set(drawn) == {f"{name}.svg" for name in ACTIVATIONS}
    for name, text in drawn.items():
        assert (folder / name).read_text() == text, name


def test_every_row_has_seven_cells():
    rows = [line for line in activation_page().replace("\\|", "/").splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(ACTIVATIONS)
    assert {row.count("|") for row in rows} == {8}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_dashed_line_is_the_slope_of_the_solid_one(name):
    curve = activation_curve(ACTIVATIONS[name])
    between = np.diff(curve["value"]) / np.diff(curve["z"])
    steps = curve["slope"].to_numpy()
    low, high = np.minimum(steps[:-1], steps[1:]), np.maximum(steps[:-1], steps[1:])
    is_met = (between > low - 0.02) & (between < high + 0.02)
    assert (~is_met).sum() <= (name == "binary_step")
