"""The report of a sweep, and of no other: found again by its mark, never written over by another study's."""

import os
from pathlib import Path

import pytest

from nnjax.cli import main
from nnjax.pipeline import sweep_study
from nnjax.refusal import RefusedError
from nnjax.sweep.space import Space, expand, sweep_id
from nnjax.sweep.study.study import load_study
from nnjax.sweep_report import MARK, find_report, make_report


@pytest.fixture
def spaces(tmp_path: Path) -> tuple[Space, Space]:
    """Two sweeps of one name."""
    from fakes.studies import write_small

    path = write_small(tmp_path)
    return expand(load_study(path)), expand(load_study(path, ["depth=[1]"]))


@pytest.fixture(autouse=True)
def quick_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes no time."""

    def write(space: Space, home: Path, *_: object) -> Path:
        page = home / "reports" / space.study.name / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"{len(space.runs)} runs")
        return page

    monkeypatch.setattr("nnjax.report.write.write_report", write)


def test_a_report_belongs_to_the_sweep_that_it_was_made_for(spaces: tuple[Space, Space], tmp_path: Path) -> None:
    one, other = spaces
    assert find_report(one, tmp_path) is None
    for space in (one, other):
        page = make_report(space, tmp_path)
        assert (page.parent / MARK).read_text() == f"{sweep_id(space)}\n"
        assert find_report(space, tmp_path) == page.parent
    assert find_report(one, tmp_path) is None


def test_a_page_written_past_its_mark_belongs_to_nobody(spaces: tuple[Space, Space], tmp_path: Path) -> None:
    page = make_report(spaces[0], tmp_path)
    later = page.with_name(MARK).stat().st_mtime_ns + 1
    os.utime(page, ns=(later, later))
    assert find_report(spaces[0], tmp_path) is None


def test_two_study_files_of_one_name_do_not_overwrite_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from fakes.studies import SMALL

    home, spaces = tmp_path / "home", []
    for folder, depth in (("a", "[1, 2]"), ("b", "[1, 3]")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "small.toml").write_text(SMALL.replace("[1, 2]", depth))
        spaces.append(expand(load_study(tmp_path / folder / "small.toml")))
    page = make_report(spaces[0], home)
    for refused in (make_report, sweep_study):
        with pytest.raises(RefusedError, match=r'b/small.toml: name = .*a/small.toml.*; write name = "small-2"'):
            refused(spaces[1], home)
    assert page.read_text() == "16 runs" and not (home / "journal").exists()
    assert main(["sync", str(tmp_path / "b" / "small.toml"), "--home", str(home)]) == 2
    assert 'write name = "small-2"' in capsys.readouterr().err and not (home / "mlflow.db").exists()
    renamed = expand(load_study(tmp_path / "b" / "small.toml", ['name="small-2"']))
    assert make_report(renamed, home).parent != page.parent


def test_a_study_file_that_was_edited_moved_or_copied_keeps_its_report(tmp_path: Path) -> None:
    from fakes.studies import write_small

    path = write_small(tmp_path)
    page = make_report(expand(load_study(path)), tmp_path)
    path.write_text(path.read_text().replace("[1, 2]", "[1]"))
    assert make_report(expand(load_study(path)), tmp_path) == page and page.read_text() == "8 runs"
    copy = tmp_path / "small.toml"
    copy.write_text(path.read_text())
    assert make_report(expand(load_study(copy)), tmp_path) == page
    copy.rename(tmp_path / "experiments" / "moved.toml")
    path.write_text(path.read_text().replace("[1]", "[2]"))
    assert make_report(expand(load_study(path)), tmp_path) == page
