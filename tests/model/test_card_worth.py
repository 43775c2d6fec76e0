"""Scores that are worse than the worst that counts are told so; what is not cut, too."""

import re

from fakes.model_documents import classes_document, importance_of_mixed, mixed_document, score, section_of

from nnjax.model.card import make_card


def at_the_floor(document):
    """All its runs are worse than what counts."""
    document["scores"] |= {"promise": score(-1.0, 0.0) | {"cut": 8}, "out_of_fold": score(-1.0, 0.0) | {"cut": 8}}
    document["scores"]["baselines"][0]["gain"] = score(-0.988, 0.01)
    return document


def test_a_score_at_the_floor_is_told_as_that_or_worse():
    card = make_card(at_the_floor(mixed_document()), importance_of_mixed()).markdown
    assert "R² −1 or worse (below −1 all count alike) on rows" in card and "−1.000" not in card
    assert "| −1 or worse | – | |" in re.sub(" +", " ", card) and "−0.988 or less" in card
    assert "A run with R² below −1 counts as −1." in card and "in 8 of its 8 splits" in card
    assert "is not cut at −1, as the scores above are" in section_of("Which inputs matter", card)
    assert "counts as" not in section_of("What it is worth", make_card(mixed_document()).markdown)


def test_a_loss_at_the_floor_is_told_as_it_is_measured():
    document = at_the_floor(classes_document())
    document["scores"] |= {"measure": "log_loss", "floor": -2.5, "promise": score(-2.5, 0.0)}
    card = make_card(document).markdown
    assert "log loss 2.5 or worse (above 2.5 all count alike, lower is better)" in card
    assert "A run with log loss above 2.5 counts as 2.5" in card
