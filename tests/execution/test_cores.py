"""Which cores a process may use."""

import os

from nnjax.execution.cores import usable_cores


def test_only_the_cores_that_the_system_allows_are_used(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {5, 2}, raising=False)
    assert usable_cores() == [2, 5]


def test_where_the_system_cannot_say_all_are(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    for known, expected in ((3, [0, 1, 2]), (None, [0])):
        monkeypatch.setattr(os, "cpu_count", lambda known=known: known)
        assert usable_cores() == expected
