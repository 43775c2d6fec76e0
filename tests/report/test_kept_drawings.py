"""A drawing that was kept is what would be drawn; whatever it is made of may not have changed."""

import os
import resource
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from nnjax.report import drawing, kept_drawings
from nnjax.report.drawing import Shape, draw_card, draw_panels
from nnjax.report.kept_drawings import DRAWINGS_FOLDER, drawings_kept, forget_drawings
from nnjax.report.theme import LEVEL_COLORS
from nnjax.report.write import write_study_report
from nnjax.sweep.durable import temporary_path

DRAWN: list[list[float]] = []


@pytest.fixture(autouse=True)
def drawn():
    """What `line` has drawn in a test."""
    DRAWN.clear()
    return DRAWN


def line(values, axes):
    DRAWN.append(values)
    axes.plot(range(len(values)), values, color=LEVEL_COLORS["relu"])


SHAPE = Shape()


def panels(*lines, name="two", shape=SHAPE):
    return draw_panels(name, [(f"{place}", partial(line, values)) for place, values in enumerate(lines)], shape)


def kept_files(home):
    return sorted((home / DRAWINGS_FOLDER).iterdir())


def test_a_figure_is_drawn_once_and_read_back_byte_for_byte(tmp_path, drawn):
    plain = panels([0, 1], [2, 3])
    with drawings_kept(tmp_path):
        first, second = (panels([0, 1], [2, 3]) for _ in range(2))
    with drawings_kept(tmp_path):
        again = panels([0, 1], [2, 3])
    assert drawn == 2 * [[0, 1], [2, 3]]
    assert [[panel.svg for panel in each] for each in (first, second, again)] == 3 * [[panel.svg for panel in plain]]
    assert [panel.title for panel in again] == ["0", "1"]


def test_another_number_draws_its_figure_and_no_other(tmp_path, drawn):
    with drawings_kept(tmp_path):
        panels([0, 1], [2, 3]), panels([4, 5])
    drawn.clear()
    with drawings_kept(tmp_path):
        changed, _ = panels([0, 1], [2, 3.5]), panels([4, 5])
    assert drawn == [[0, 1], [2, 3.5]]
    assert [panel.svg for panel in changed] == [panel.svg for panel in panels([0, 1], [2, 3.5])]


@pytest.mark.parametrize("change", [{"name": "other"}, {"shape": Shape(width=300)}, {"shape": Shape(quantity="R²")}])
def test_another_name_or_shape_is_another_drawing(tmp_path, drawn, change):
    with drawings_kept(tmp_path):
        panels([0, 1])
        assert panels([0, 1], **change)[0].svg == panels([0, 1], **change)[0].svg
    assert len(drawn) == 2


def test_other_code_draws_again(tmp_path, drawn, monkeypatch):
    with drawings_kept(tmp_path):
        panels([0, 1])
    with drawings_kept(tmp_path):
        monkeypatch.setattr(kept_drawings, "drawing_code", lambda: ("another version",))
        panels([0, 1])
    assert len(drawn) == 2


@pytest.mark.parametrize("damage", [lambda was: was[:-1], lambda was: was.replace(b"svg", b"gvs"), lambda was: b""])
def test_a_damaged_file_is_drawn_anew(tmp_path, damage):
    with drawings_kept(tmp_path):
        before = panels([0, 1])
    (path,) = kept_files(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    with drawings_kept(tmp_path):
        assert panels([0, 1])[0].svg == before[0].svg
    assert path.read_bytes() == whole


def test_a_drawing_read_back_has_the_same_pdf(tmp_path):
    made = []
    for _ in range(2):
        with drawings_kept(tmp_path):
            made.append(panels([0, 1], [2, 3])[1].with_pdf().pdf)
    first, again = made
    assert first.startswith(b"%PDF") and first == again


def test_cards_are_kept_too(tmp_path, drawn):
    card = partial(draw_card, title="A title", draw=partial(line, [1, 2]), legend=[])
    for name in ("first", "second"):
        with drawings_kept(tmp_path):
            card(tmp_path / f"{name}.png")
    card(tmp_path / "plain.png")
    assert len({(tmp_path / f"{name}.png").read_bytes() for name in ("first", "second", "plain")}) == 1
    assert len(drawn) == 2


def test_what_nobody_can_tell_apart_is_always_drawn(tmp_path):
    count = []
    with drawings_kept(tmp_path):
        for _ in range(2):
            draw_panels("one", [("", count.append)], Shape())
    assert len(count) == 2 and not (tmp_path / DRAWINGS_FOLDER).exists()


def test_where_nothing_can_be_kept_it_is_drawn(tmp_path, drawn):
    (tmp_path / ".cache").write_text("a file")
    for _ in range(2):
        with drawings_kept(tmp_path):
            panels([0, 1])
    assert len(drawn) == 2


def test_a_drawing_that_does_not_fit_leaves_nothing(tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with drawings_kept(tmp_path):
        panels([0, 1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))  # as a disk that is full after 100 bytes
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert kept_files(tmp_path) == []


def test_what_a_killed_process_left_is_removed(tmp_path, monkeypatch):
    (tmp_path / DRAWINGS_FOLDER).mkdir(parents=True)
    ended = subprocess.Popen(["true"])
    ended.wait()
    monkeypatch.setattr(os, "getpid", lambda: ended.pid)
    temporary_path(tmp_path / DRAWINGS_FOLDER).write_text("half of one")
    forget_drawings(tmp_path)
    assert kept_files(tmp_path) == []


UPGRADED = """
import sys
from pathlib import Path
from nnjax.report import theme
from nnjax.report.drawing import Shape, draw_panels
from nnjax.report.kept_drawings import DRAWINGS_FOLDER, drawings_kept
def draw(axes):
    axes.plot([0, 1], color=theme.MUTED)
for name, more in (("before", ""), ("after", "\\n")):
    path = Path(theme.__file__)
    path.write_text(path.read_text() + more)
    with drawings_kept(Path.cwd()):
        draw_panels(name, [("", draw)], Shape())
    print(path.is_relative_to(Path.cwd()), len([*(Path.cwd() / DRAWINGS_FOLDER).iterdir()]))
"""


def test_nothing_is_kept_once_the_package_has_changed_on_the_disk(tmp_path):
    package = Path(kept_drawings.__file__).parents[1]
    shutil.copytree(package, tmp_path / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    command, paths = [sys.executable, "-B", "-c", UPGRADED], {**os.environ, "PYTHONPATH": str(tmp_path)}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=paths)
    assert ended.stdout == "True 1\nTrue 1\n", ended.stderr


def test_those_that_were_used_last_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_drawings, "MOST_KEPT", 2)
    with drawings_kept(tmp_path):
        panels([0, 1]), panels([0, 2]), panels([0, 3])
    with drawings_kept(tmp_path):
        panels([0, 1])
    forget_drawings(tmp_path)
    DRAWN.clear()
    with drawings_kept(tmp_path):
        panels([0, 1]), panels([0, 3])
    assert DRAWN == [] and len(kept_files(tmp_path)) == 2


def test_a_report_written_again_draws_what_changed_and_nothing_else(study_results, tmp_path, monkeypatch):
    asked, inline = [], drawing.inline_svg
    monkeypatch.setattr(
        drawing, "inline_svg", lambda figure, name, title: asked.append(name) or inline(figure, name, title)
    )

    def write(results, folder):
        asked.clear()
        page = write_study_report(replace(results, home=tmp_path), tmp_path / folder)
        return list(asked), {path.name: path.read_bytes() for path in (page.parent / "figures").iterdir()}

    (drawn_first, first), (drawn_again, again) = (write(study_results, name) for name in ("first", "again"))
    assert len(drawn_first) > 40 and drawn_again == [] and first == again
    record = study_results.record
    slower = replace(record, seconds={**record.seconds, "train": 2 * record.seconds["train"]})
    drawn_now, changed = write(replace(study_results, record=slower), "slower")
    assert drawn_now == ["cost-0"]
    assert [name for name, picture in first.items() if changed[name] != picture] == ["cost-seconds-0.svg"]
