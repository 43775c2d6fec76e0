"""The sweep record keeps what a sweep cost, over interrupts, and never stands in the way of a result."""

from dataclasses import replace
from pathlib import Path

import pytest

from nnjax.sweep.journal.record import (
    SweepRecord,
    add_seconds,
    continue_record,
    load_record,
    note_seconds,
    record_path,
    records_with_passwords,
    save_record,
)

RECORD = SweepRecord(
    sweep_id="abc",
    study="small",
    study_path="small.toml",
    study_text='question = "Größer?"',
    overrides=("epochs=5",),
    runs=16,
    command_line="nnjax sweep small.toml",
    host={"name": "here", "cores": 2},
    versions={"jax": "0.10.2"},
    git_commit="",
    executor="processes",
    workers=2,
    started=10.0,
)


def test_a_record_comes_back(tmp_path: Path) -> None:
    save_record(tmp_path, RECORD)
    assert load_record(tmp_path, "abc") == RECORD


@pytest.mark.parametrize("content", ["", "{", "[]", '{"sweep_id": "abc"}', "\x00"])
def test_a_missing_or_damaged_record_is_none(tmp_path: Path, content: str) -> None:
    assert load_record(tmp_path, "abc") is None
    path = save_record(tmp_path, RECORD)
    path.write_text(content)
    assert load_record(tmp_path, "abc") is None


def test_the_password_of_an_earlier_version_s_record_is_not_passed_on_and_goes_at_the_next_writing(
    tmp_path: Path,
) -> None:
    typed = "nnjax sweep small.toml --tracking-uri 'http://me:my s3cret@host:5000'"
    path = save_record(tmp_path, replace(RECORD, command_line=typed))
    assert records_with_passwords(tmp_path) == [path] and "s3cret" in path.read_text()
    record = load_record(tmp_path, "abc")
    assert record is not None
    assert record.command_line == "nnjax sweep small.toml --tracking-uri 'http://…@host:5000'"
    note_seconds(tmp_path, "abc", report=1.0)
    assert records_with_passwords(tmp_path) == [] and "s3cret" not in path.read_text()


def test_facts_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    path = save_record(tmp_path, RECORD)
    path.write_text(path.read_text().replace('"runs": 16', '"runs": 16, "moon": "full"'))
    assert load_record(tmp_path, "abc") == RECORD


def test_an_interrupted_sweep_goes_on_counting() -> None:
    earlier = replace(add_seconds(RECORD, train=5.0), trained=4, executions=1, started=1.0, peak_memory_mb=9.0)
    record = add_seconds(continue_record(replace(RECORD, command_line="again"), earlier), train=2.0, wall=1.0)
    assert record.seconds == {"train": 7.0, "wall": 1.0}
    assert (record.command_line, record.started, record.trained, record.executions) == ("again", 1.0, 4, 1)
    assert continue_record(RECORD, None) == RECORD


def test_what_is_done_anew_replaces_its_time(tmp_path: Path) -> None:
    note_seconds(tmp_path, "abc", report=1.0)
    assert not record_path(tmp_path, "abc").exists()
    save_record(tmp_path, add_seconds(RECORD, train=5.0))
    for seconds in (3.0, 2.0):
        note_seconds(tmp_path, "abc", report=seconds)
    record = load_record(tmp_path, "abc")
    assert record is not None
    assert record.seconds == {"train": 5.0, "report": 2.0}
