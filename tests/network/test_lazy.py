"""A module that is imported when something of it is first used."""

import sys

import pytest

from nnjax.network.lazy import LazyModule


def test_a_module_is_imported_at_the_first_look(monkeypatch, tmp_path):
    (tmp_path / "looked_at.py").write_text("answer = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = LazyModule("looked_at")
    assert "looked_at" not in sys.modules
    assert module.answer == 42
    assert sys.modules.pop("looked_at").answer == 42


def test_what_is_not_there_is_said_by_python():
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        LazyModule("nowhere_to_be_found").answer  # noqa: B018
    with pytest.raises(AttributeError, match="no_such_thing"):
        LazyModule("math").no_such_thing  # noqa: B018
