"""What a message tells people to type can be pasted."""

from pathlib import Path

import pytest

from nnjax.cli import make_parser
from nnjax.commands.options import as_typed

REMEDY = "it is not there: `nnjax sync STUDY --restore` brings it back, or `mlflow gc`"


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        (["sync", "a b.toml", "--home", "away"], "nnjax sync 'a b.toml' --restore --home away"),
        (["sync", "x.toml", "--set", "depth=[1, 2]"], "nnjax sync x.toml --set 'depth=[1, 2]' --restore"),
        (["sync", "x.toml", "--home", "there"], "nnjax sync x.toml --restore"),
        (["sync", "http://me:s3cret@host/x"], "nnjax sync 'http://…@host/x' --restore"),
        (["--home", "away", "doctor"], "nnjax sync STUDY --restore --home away"),
    ],
)
def test_a_quoted_command_is_of_the_study_and_in_the_home_that_were_given(
    typed: list[str], command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NNJAX_HOME", "there")
    told = as_typed(REMEDY, make_parser().parse_args(typed))
    assert told == f"it is not there: `{command}` brings it back, or `mlflow gc`"


def test_a_command_that_names_its_home_keeps_it() -> None:
    options = make_parser().parse_args(["sync", "--home", "away"])
    assert as_typed("run `nnjax sweep x.toml --home b` first", options) == "run `nnjax sweep x.toml --home b` first"
