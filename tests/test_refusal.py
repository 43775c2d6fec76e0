"""What cannot be done, in one line."""

import pickle

import pytest

from nnjax.cli import main
from nnjax.data.own_error import OwnTableError
from nnjax.refusal import RefusedError
from nnjax.surroundings import SurroundingsError
from nnjax.sweep.study.errors import Fault, StudyError
from nnjax.tracking.errors import TrackingError

FAULT = Fault("width", "0", "too small", "write 1")
REFUSALS = (
    RefusedError("one thing; mend it"),
    OwnTableError("features", "empty", "fill it"),
    SurroundingsError("JAX_ENABLE_X64=1", "unset it"),
    StudyError("a.toml", FAULT, FAULT._replace(key="depth")),
    TrackingError("no such server", "start it"),
)


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


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: type(error).__name__)
def test_what_a_worker_refuses_is_told_by_its_head(error):
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), list(map(str, copy.others))) == (
        type(error),
        str(error),
        list(map(str, error.others)),
    )
    assert vars(copy).keys() == vars(error).keys()
