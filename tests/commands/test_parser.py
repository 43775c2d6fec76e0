"""What can be typed."""

import re
from pathlib import Path

import pytest
from fakes.command import ROOT

from nnjax.commands.parser import make_parser


def test_the_environment_s_home_is_used_where_none_is_given(monkeypatch):
    monkeypatch.setenv("NNJAX_HOME", "/somewhere")
    assert make_parser().parse_args(["plan"]).home == Path("/somewhere")
    assert make_parser().parse_args(["--home", "a", "plan", "--home", "b"]).home == Path("b")


def commands():
    actions = next(action for action in make_parser()._actions if action.choices and "plan" in action.choices)
    return actions.choices


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_a_sentence_and_an_example_that_parses(name):
    parser = commands()[name]
    assert parser.description.endswith(".")
    words = parser.epilog.removeprefix("example: nnjax ").split()
    assert make_parser().parse_args(words).command.__name__ == name


def test_every_command_of_the_readme_parses():
    lines = re.findall(r"^    nnjax (.+?)(?:\s+#.*)?$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert len(lines) >= 7
    for line in lines:
        make_parser().parse_args(line.split())
