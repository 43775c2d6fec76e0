"""Changes from the command line, and where study files are looked for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.sweep.study.reading import parse_study
from nnjax.sweep.study.study import StudyError, load_study

QUICK = Path("experiments/quick.toml")


def change(*overrides: str) -> dict[str, object]:
    study = load_study(QUICK, overrides)
    assert study.overrides == overrides
    return {**study.fixed, **study.factors, "splits": study.replicates.splits, "name": study.name}


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("fixed.epochs=50", "epochs", 50),
        ("epochs=50", "epochs", 50),
        ("epochs = 50", "epochs", 50),
        ("optimizer=sgd", "optimizer", "sgd"),
        ('optimizer="sgd"', "optimizer", "sgd"),
        ("replicates.splits=4", "splits", 4),
        ("nuisance.l2=[0.0, 0.5]", "l2", (0.0, 0.5)),
        ("l2=0.5", "l2", (0.5,)),
        ("studied.epochs=[10, 20]", "epochs", (10, 20)),
        ("name=other", "name", "other"),
    ],
)
def test_a_change_arrives(override: str, key: str, value: object) -> None:
    first = ("claims=[]",) if override.startswith("studied") else ()
    assert change(*first, override)[key] == value


def test_changes_apply_in_order() -> None:
    assert change("epochs=50", "epochs=60")["epochs"] == 60


def test_layers_one_by_one() -> None:
    changed = change("claims=[]", "studied={activation=['relu']}", "fixed={}", "hidden_layer_sizes=[8, 4]")
    assert changed["hidden_layer_sizes"] == (8, 4)


def test_changes_are_part_of_the_digest() -> None:
    assert load_study(QUICK, ["epochs=50"]).digest() != load_study(QUICK).digest()


def test_the_text_stays_as_written() -> None:
    assert load_study(QUICK, ["epochs=50"]).text == QUICK.read_text("utf-8")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("epochs", "--set = 'epochs': not key=value; write for example --set epochs=50"),
        ("epochs=", "--set epochs = '': no value; write for example --set 'studied.activation=[\"relu\", \"tanh\"]'"),
        ("depth=[1,", "--set depth = '[1,': not a TOML value; write for example --set 'studied.depth=[1, 4]'"),
        ("splits=8", "--set splits: unknown key; did you mean 'replicates.splits'?"),
        ("epoch=8", "--set epoch: unknown key; did you mean 'epochs'?"),
        ("fixed.epoch=8", "fixed.epoch = 8: unknown key; did you mean 'epochs'?"),
        ("question.a=8", "--set question.a: question is not a table; set question as a whole"),
        ("epochs=fifty", "fixed.epochs = 'fifty': needs a whole number; write a whole number from 1 to 100000"),
    ],
)
def test_a_change_that_cannot_be_made(override: str, message: str) -> None:
    with pytest.raises(StudyError) as caught:
        load_study(QUICK, [override])
    assert str(caught.value) == f"experiments/quick.toml: {message}"


@given(st.text(max_size=30) | st.text(max_size=30).map("epochs={}".format) | st.text(max_size=30).map("{}=1".format))
def test_any_text_is_a_change_or_a_study_error(override: str) -> None:
    try:
        load_study(QUICK, [override])
    except StudyError as error:
        assert str(error).isprintable()


def test_syntax_errors_name_the_line() -> None:
    with pytest.raises(StudyError) as caught:
        parse_study('question = "a"\n\ndepth [1]\n', "x.toml")
    assert str(caught.value) == (
        "x.toml: line 3 = 'depth [1]': not TOML: Expected '=' after a key in a key/value pair; "
        'write key = value, text in quotes: activation = "relu"'
    )
