"""A report made anew is the same in every word and number; where one of the pages was altered, it is not."""

import hashlib
import re
import shutil

import pandas as pd
import pytest
from fakes.studies import swept

from nnjax.audit.pages import compare_reports
from nnjax.refusal import RefusedError
from nnjax.report.fresh_copy import write_fresh_copy
from nnjax.report.kept_drawings import DRAWINGS_FOLDER
from nnjax.report.write import write_report
from nnjax.sweep.journal.record import note_seconds
from nnjax.sweep.space import expand, sweep_id
from nnjax.sweep.study.study import load_study


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """The report of a small study, and a copy of it made anew, after more had been noted of the sweep."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("anew")
    space = swept(home, "depth=[1]")
    page = write_report(space, home)
    for kept in (home / DRAWINGS_FOLDER).iterdir():  # a fresh copy must not take drawings from there
        kept.write_bytes(hashlib.sha256(b"[]").hexdigest().encode() + b"\n[]")
    note_seconds(home, sweep_id(space), report=7.0)
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    anew = write_fresh_copy(space, home, folder)
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before
    return page.parent, anew


@pytest.fixture
def report(copies, tmp_path):
    """The report, to be spoilt."""
    return shutil.copytree(copies[0], tmp_path / "report")


def test_it_is_the_same_report_wherever_it_lies(copies):
    line = compare_reports(*copies)
    assert line.is_ok, line.seen
    assert line.seen.startswith("5 pages with ")


def test_it_is_drawn_anew(copies):
    report, anew = ({path.name: path.read_bytes() for path in (each / "figures").iterdir()} for each in copies)
    assert report and anew.keys() == report.keys()
    differ = {name for name, picture in report.items() if anew[name] != picture}
    assert differ <= {"cost-seconds-0.svg"}  # more seconds had been noted


CELL = re.compile(r'(<td class="n">)(−?\d+\.\d+)(</td>)')


@pytest.mark.parametrize("name", ["index.html", "scores.html", "training.html", "cells.html", "method.html"])
def test_one_altered_number_in_a_table_of_any_page_is_found_and_named(name, report, copies):
    page = (report / name).read_text()
    cell = list(CELL.finditer(page))[-1]
    (report / name).write_text(f"{page[: cell.start(2)]}7.77{page[cell.end(2) :]}")
    seen = compare_reports(report, copies[1]).seen
    told = rf"; 1 differs: {name}, table \w+, row \d+, \S+: '7.77' stands there, made anew '{cell[2]}'"
    assert re.search(told, seen), seen


@pytest.mark.slow
def test_every_table_is_compared(report, copies):
    tables = sorted(path for path in (report / "tables").glob("*.csv") if path.stem != "seconds")
    assert len(tables) > 20
    for path in tables:
        whole = path.read_bytes()
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        table.iloc[-1, 0] += "7"
        table.to_csv(path, index=False)
        line = compare_reports(report, copies[1])
        assert f"; 1 differs: tables/{path.name}, row {len(table)}, {table.columns[0]}: " in line.seen, line.seen
        path.write_bytes(whole)
    assert compare_reports(report, copies[1]).is_ok


def test_without_anything_to_report_it_is_refused(copies, tmp_path):
    from fakes.studies import write_small

    space = expand(load_study(write_small(tmp_path)))
    (tmp_path / "journal").mkdir()
    (tmp_path / "anew").mkdir()
    with pytest.raises(RefusedError, match="none of its 4 cells"):
        write_fresh_copy(space, tmp_path, tmp_path / "anew")
