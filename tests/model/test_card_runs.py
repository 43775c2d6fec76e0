"""Runs that diverged, a quantile, a single cell: the card says so."""

import re

import pytest
from fakes.model_documents import MIXED, importance_of_mixed, mixed_document, section_of

from nnjax.model.card import make_card


def test_diverged_runs_are_told():
    lost = {"runs": 14, "planned": 16, "largest_difference": None}
    document = mixed_document(retrained=lost, best_epochs={"runs": 14, "low": 61, "high": 300})
    card = make_card(document, importance_of_mixed(score_by_split=(0.7,) * 7)).markdown
    made = section_of("How it was made", card)
    assert made.count("14 of 16 runs finished; 2 diverged") == 2 and "cell’s 14 runs that finished" in made
    assert "a number is missing where the sweep has one" in made
    assert "and so does one that diverged, as 2 of this cell did" in section_of("What it is worth", card)
    assert "Mean over 7 of 8 splits (in the others every run diverged)" in card
    assert "diverged" not in make_card(mixed_document()).markdown and "all 8 runs finished" in make_card(MIXED).markdown


@pytest.mark.parametrize(("quantile", "said"), [(0.9, "0.9 quantile"), (0.5, "median")])
def test_a_quantile_does_not_look_like_a_mean(quantile, said):
    document = mixed_document()
    document["cell"]["configuration"] |= {"loss": "quantile", "loss_quantile": quantile}
    card = make_card(document).markdown
    assert f"predict the {said} (not the mean) of `price`" in card
    assert f"`prediction` is the {said}, not the mean." in section_of("What goes in, what comes out", card)
    limits = section_of("Limits", card)
    assert f"it predicts the {said}, so that {100 * quantile:g} % of new rows" in limits and "R² does not ask" in limits
    document["scores"] |= {"measure": "pinball_loss"}
    assert "does not ask" not in make_card(document).markdown
    document["cell"]["configuration"] |= {"loss": "huber"}
    assert "quantile" not in section_of("Limits", make_card(document).markdown)


def test_of_a_single_cell_nothing_was_chosen():
    document = mixed_document(choice={"rule": "best", "candidates": 1, "tied": 0})
    card = make_card(document).markdown
    assert "`relu d2`, the only cell, trained on all 1,460 rows" in card and "1 cells" not in card
    assert "At least 79.2 % of new rows, if rows come from where these did." in card
    assert not re.findall("It was, so look|chosen like|chosen with|too free|A model chosen|best of", card)
    assert "if rows come from where these did and the cell had not been chosen" in make_card(MIXED).markdown
    document["choice"] |= {"rule": "id"}
    assert "if rows come from where these did and whoever named the cell" in make_card(document).markdown
