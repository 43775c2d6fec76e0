"""What the card says of columns: what becomes of gaps and of words that are new."""

import pytest
from fakes.model_documents import mixed_document

from nnjax.model.card import make_card


def test_gaps_and_unseen_words_are_told_column_by_column():
    lines = {line.split("`")[1]: line for line in make_card(mixed_document()).markdown.splitlines() if "| `" in line}
    assert "filled with 4, and marked" in lines["rooms"] and "23 gaps" in lines["rooms"]
    assert "counts as a rare word" in lines["district"] and "and 2 more" in lines["district"]
    assert "filled with 2020-09-14" in lines["sold on"] and "refused" in lines["area"]
    document = mixed_document()
    rule = document["preparations"][0]["columns"][2]
    rule |= {"missing": rule["encoding"][1], "unseen": None}
    line = next(line for line in make_card(document).markdown.splitlines() if line.startswith("| `district`"))
    assert "taken for `east` | refused" in line


@pytest.mark.parametrize(
    ("unseen_as", "said"),
    [
        ("rare", "counts as a rare word"),
        ("none of the known", "counts as none of the known words"),
        ("after the last", "counts as a word after the last: no row had its code"),
        ("mean of the target", "counts as the mean over all words"),
        (None, "predicted like no word of the table"),
    ],
)
def test_an_unseen_word_counts_as_what_the_preparation_says(unseen_as, said):
    document = mixed_document()
    document["cell"]["configuration"] |= {"word_columns": "target"}
    rule = document["preparations"][0]["columns"][2]
    rule["unseen_as"] = unseen_as
    if unseen_as is None:
        del rule["unseen_as"]
    line = next(line for line in make_card(document).markdown.splitlines() if line.startswith("| `district`"))
    assert line.endswith(f"| {said} |")
