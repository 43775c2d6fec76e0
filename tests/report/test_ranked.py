"""Levels of a factor from the best down, in words."""

from dataclasses import replace

import numpy as np
import pandas as pd

from nnjax.claims.answer import Sizes
from nnjax.report.layout import make_layout
from nnjax.report.ranked import by_split, level_name, rank

LAYOUT = make_layout(pd.DataFrame({"activation": ["a", "b", "c", "d"], "depth": [1, 2, 1, 2]}), ["activation"], [], 265)
SIZES = Sizes(331, 111, 265)


def ranked(means, noise=0.001):
    spread = noise * np.array([[1, -1, 2, -2], [-2, 1, 1, 0], [0, 2, -1, -1], [1, 0, -2, 1]])
    table = pd.DataFrame(np.array(means)[:, None] + spread[: len(means)], index=list("abcd")[: len(means)])
    return rank(table, "activation", LAYOUT, SIZES)


def test_of_many_that_are_behind_the_first_and_the_last_are_named():
    words = ranked([0.5, 0.4, 0.3, 0.2]).words("{:.1f}".format, "test_r2")
    assert words == (
        "a has the highest test_r2, 0.5; 3 others are behind, from b by 0.1 [0.1, 0.1] to d by 0.3 [0.3, 0.3]."
    )
    three = ranked([0.5, 0.4, 0.3]).words("{:.1f}".format, "test_r2")
    assert "; b is behind by 0.1 [0.1, 0.1] and c by 0.2 [0.2, 0.2]. Left out for want of runs: d." in three


def test_two_that_differ_are_told_where_none_is_known_to_be_first():
    noisy = 0.3 * np.array([1.0, -1.0, 2.0, -2.0])
    table = pd.DataFrame([0.60 + noisy, 0.55 + noisy * 0.01, 0.40 - noisy * 0.01], index=list("abc"))
    words = rank(table, "activation", LAYOUT, SIZES).words("{:.2f}".format, "test_r2")
    assert words.startswith("No level is known to be first in test_r2; c is behind b by 0.15 [")


def test_the_takeaway_names_the_first_where_it_stands_alone_else_those_behind():
    noisy = 0.3 * np.array([1.0, -1.0, 2.0, -2.0])
    unclear = pd.DataFrame([0.60 + noisy, 0.55 + noisy * 0.01, 0.40 - noisy * 0.01], index=list("abc"))
    each = [
        ranked([0.5, 0.4, 0.3]),
        ranked([0.5, 0.4999, 0.3, 0.2]),
        ranked([0.5, 0.5]),
        rank(unclear, "activation", LAYOUT, SIZES),
    ]
    told = ["a best", "c and d behind", "no difference found", "c behind"]
    assert [every.takeaway("best", "behind") for every in each] == told


def test_one_level_alone_is_nothing_to_compare():
    assert ranked([0.5]) is None


def test_only_combinations_that_all_levels_have_are_averaged():
    runs = pd.DataFrame(
        {"activation": ["a", "b", "a"], "depth": [1, 1, 2], "split": [0, 0, 0], "test_score": [0.2, 0.4, 0.9]}
    )
    assert by_split(runs, "activation", ["depth"])[0].tolist() == [0.2, 0.4]


def test_words_that_say_nothing_alone_keep_their_factor():
    assert level_name(LAYOUT, "residual", "true") == "residual true"
    assert level_name(LAYOUT, "hidden_layer_sizes", "[8, 4]") == "hidden_layer_sizes [8, 4]"


def test_where_no_interval_is_known_to_hold_nobody_says_what_would_be_missed():
    table = pd.DataFrame([[0.5, 0.4, 0.6], [0.4, 0.6, 0.5]], index=["relu", "tanh"])
    sizes = [replace(SIZES, doubt=doubt) for doubt in ("", "few groups")]
    said = [rank(table, "activation", LAYOUT, each).words("{:.2f}".format, "test_r2") for each in sizes]
    assert said[0].startswith("No difference in test_r2 between relu and tanh was found; a true difference of 0.")
    assert said[1].startswith("relu and tanh cannot be told apart in test_r2. ")
