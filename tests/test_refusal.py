"""What cannot be done, in one line."""

from nnjax.cli import main
from nnjax.refusal import RefusedError


def test_the_password_of_an_address_is_not_said():
    assert str(RefusedError("no server at http://me:s3cret@host; start it")) == "no server at http://…@host; start it"


def test_the_command_says_it_and_what_else_is_in_the_way(monkeypatch, capsys):
    def refuse(*_):
        error = RefusedError("one thing; mend it")
        error.others = (RefusedError("another; mend it, too"),)
        raise error

    monkeypatch.setattr("nnjax.commands.options.load_study", refuse, raising=False)
    monkeypatch.setattr("nnjax.sweep.study.study.load_study", refuse)
    assert main(["plan", "experiments/quick.toml"]) == 2
    assert capsys.readouterr().err == "one thing; mend it\nanother; mend it, too\n"
