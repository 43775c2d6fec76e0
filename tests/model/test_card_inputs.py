"""What the card says of inputs: groups are named, single columns of them not to be trusted, numbers as found."""

import re
from dataclasses import replace

import numpy as np
import pytest
from fakes.model_documents import classes_document, dependence_of_mixed, fall, importance_of_mixed, mixed_document

from nnjax.data.column import NUMBER_KIND, Column
from nnjax.judged import USUAL
from nnjax.model.card import make_card
from nnjax.model.card_figures import MOST_FALLS_DRAWN, fall_lines
from nnjax.model.dependence import Dependence
from nnjax.model.importance import Scoring, TestedFold, permutation_importance


def card_of(importance=None, dependence=(), document=None):
    return make_card(document or mixed_document(), importance or importance_of_mixed(), dependence)


def inputs_of(markdown):
    return markdown.partition("## Which inputs matter")[2].partition("\n## ")[0]


def test_a_noise_input_that_copies_a_true_one_is_not_to_be_trusted():
    draws = np.random.default_rng(41)
    values = draws.normal(size=(400, 3))
    values[:, 2] = values[:, 0]
    target = values[:, :2] @ [[3.0], [1.0]] + draws.normal(size=(400, 1))
    columns = [Column(name, NUMBER_KIND, each) for name, each in zip(("true", "other", "copy"), values.T, strict=True)]
    folds = [
        TestedFold(lambda rows: rows @ [[1.5], [1.0], [1.5]], values[k::4], target[k::4]) for k in range(4)
    ]  # the copy carries half of what the true one says
    found = permutation_importance(folds, columns, Scoring(USUAL["regression"], (300, 100)), 5)
    (group,) = found.groups
    assert group.estimate == pytest.approx(2 * 9 / target.var(), rel=0.15)
    assert group.estimate > 3 * max(drop.estimate for drop in found.columns if drop.columns[0] in group.columns)
    text = inputs_of(card_of(found).markdown)
    assert (
        "Columns that go together" in text
        and "`true` and `copy` (shuffled together" in text
        and "not to be trusted" in text
    )
    for name in ("true", "copy"):
        assert re.search(rf"\| `{name}` \|.*one of a group: not to be trusted", text)
    assert not re.search(r"\| `other` \|.*not to be trusted", text)


def test_what_stands_clear_of_chance_is_named_and_nothing_else():
    text = inputs_of(card_of().markdown)
    assert "`area` and `rooms` together; `sold on`. Maybe nothing: `district` and `garden`." in text
    none = importance_of_mixed(columns=(fall("area", estimate=0.01), fall("rooms", estimate=0.0)), groups=())
    card = card_of(none).markdown
    assert "No column matters by more than chance" in card and "no column that stands clear of chance" in card


def test_groups_stand_above_their_columns():
    lines = fall_lines(importance_of_mixed())
    assert [(line.name, line.is_member) for line in lines] == [
        ("area and rooms together", False),
        *(("area", True), ("rooms", True)),
        *(("sold on", False), ("district", False), ("garden", False)),
    ]


def test_every_number_of_importance_is_told():
    before = card_of()
    for changes in (
        {"rows": 999}, {"permutations": 11}, {"level": 0.9}, {"score_by_split": (0.7, 0.7, 0.7)},
        {"groups": (fall("area", "rooms", estimate=0.64),)}, {"measure": "mae"},
        *({"columns": (*importance_of_mixed().columns[:k], fall(importance_of_mixed().columns[k].columns[0],
           estimate=0.333), *importance_of_mixed().columns[k + 1:])} for k in range(5)),
    ):  # fmt: skip
        after = card_of(importance_of_mixed(**changes))
        assert after.markdown != before.markdown and after.html != before.html, changes


def test_without_intervals_none_is_claimed():
    plain = tuple(replace(drop, low=None, high=None) for drop in importance_of_mixed().columns)
    found = importance_of_mixed(columns=plain, groups=(), doubt="no interval is known to hold for such splits")
    text = inputs_of(card_of(found).markdown)
    assert "No intervals: no interval is known to hold for such splits." in text and "What matters on average" in text
    assert "by more than chance" not in text


def test_of_many_columns_the_first_are_drawn_and_all_are_told():
    many = tuple(fall(f"column {k} with a name that goes on and on", estimate=1 / (k + 1)) for k in range(60))
    card = card_of(importance_of_mixed(columns=many, groups=()))
    assert f"{60 - MOST_FALLS_DRAWN} more lines are left out" in card.markdown
    assert "column 59 with" in card.markdown and card.html.count("column 59 w") == 1, "in the table alone"
    assert "and 11 more" in card.markdown


def test_long_names_that_begin_alike_are_told_apart_beside_the_axis():
    many = tuple(fall(f"a column number {k} of the first sensor", estimate=1 / (k + 1)) for k in range(3))
    assert "…number 2 of the first sensor"[-23:] in card_of(importance_of_mixed(columns=many, groups=())).html


def test_partial_dependence_is_drawn_and_told():
    card = card_of(dependence=dependence_of_mixed())
    assert card.html.count('class="panel"') == 1 + 4
    assert "| `district` | `north` | 234,000 |" in card.markdown
    assert "Read `area` and `rooms` with care" in card.markdown
    changed = (replace(dependence_of_mixed()[1], values=((1.0,),) * 5), *dependence_of_mixed()[2:])
    assert card_of(dependence=changed).html != card_of(dependence=dependence_of_mixed()[1:]).html


def test_classes_have_a_curve_each_and_a_legend():
    places = tuple(np.linspace(0, 1, 8).tolist())
    classes = tuple(f"class {k}" for k in range(8))
    values = tuple(tuple((0.1 + place * k / 40).__float__() for k in range(8)) for place in places)
    document = classes_document() | {"classes": list(classes), "threshold": None}
    card = card_of(None, (Dependence("x", "numbers", places, (), places[::2], classes, values, 500),), document)
    assert "the classes that change most" in card.markdown and card.html.count("<li><svg") == 2 + 6
    two = (Dependence("x", "numbers", places, (), places[::2], ("yes",), tuple((p,) for p in places), 500),)
    assert "mean probability of yes" in card_of(None, two, classes_document()).html


def test_several_targets_have_a_figure_each():
    places = tuple(np.linspace(0, 1, 12).tolist())
    values = tuple((place, -100 * place) for place in places)
    document = mixed_document(targets=["a", "b"])
    card = card_of(None, (Dependence("x", "numbers", places, (), places[::3], ("a", "b"), values, 500),), document)
    assert 'id="dependence-0"' in card.html and 'id="dependence-1"' in card.html
    assert "mean prediction of b" in card.html


def test_a_column_that_moves_nothing_can_be_drawn():
    still = (Dependence("x", "numbers", (3.0,), (), (3.0,), ("price",), ((0.0,),), 1),)
    assert 'id="dependence-0"' in card_of(dependence=still).html
