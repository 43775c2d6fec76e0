"""What a model is made of: every option that changes a number is part of it, and no other."""

import argparse
from dataclasses import replace
from fractions import Fraction

import pytest
from fakes.studies import write_small

from nnjax.commands.training import _level
from nnjax.model.choice import ChosenCell
from nnjax.model.origin import FitOptions, made_of, model_id
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study


@pytest.fixture(scope="module")
def space_of(tmp_path_factory):
    path = write_small(tmp_path_factory.mktemp("home"))
    return lambda *changes: expand(load_study(path, ("data.name='breast_cancer'", *changes)))


def made(space, options=FitOptions(), rule="best", cell=0):  # noqa: B008
    return made_of(space, ChosenCell(space.cells[cell], rule, 4), options)


def test_whatever_changes_a_number_makes_another_model(space_of):
    space, usual = space_of(), FitOptions()
    threshold = space_of("decision_threshold='validation'")
    all_made = [
        made(space),
        made(space, replace(usual, members=9)),
        made(space, replace(usual, level=Fraction("0.95"))),
        made(space, rule="smallest"),
        made(space, cell=1),
        made(threshold),
        made(space_of("metric='f1'")),
        made(space_of("replicates.splits=8")),
    ]
    assert len({model_id(each) for each in all_made}) == len(all_made)
    assert model_id(made(space, replace(usual, name="other"))) == model_id(all_made[0])


def test_a_level_is_the_number_that_it_is(space_of):
    assert [FitOptions(level=_level(text)).level_text for text in ("0.9", "0.90", "9e-1")] == ["0.9"] * 3
    assert FitOptions(level=_level("0.90")).words == [] and _level("0.975") == Fraction(39, 40)
    for text in ("1", "0", "9/10", "nan", "inf", "-0.5", "nine tenths", "1e999999", "1e-999999999"):
        with pytest.raises(argparse.ArgumentTypeError, match="decimal number between 0 and 1"):
            _level(text)


def test_options_are_told_as_they_are_typed():
    options = FitOptions("tanh d1", 3, Fraction("0.8"), "mine")
    assert options.words == ["--cell", "tanh d1", "--seeds", "3", "--level", "0.8", "--name", "mine"]
