"""The whole path in one call: what follows the training, and which report belongs to which sweep."""

import os
import sys
from pathlib import Path

import pytest

from nnjax.pipeline import MARK, SweepOptions, find_report, make_report, sweep_study
from nnjax.sweep.space import Space, expand, sweep_id
from nnjax.sweep.study import load_study
from nnjax.tracking.errors import TrackingError

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def spaces(tmp_path: Path) -> tuple[Space, Space]:
    """Two sweeps of one name."""
    from fakes.studies import write_small

    path = write_small(tmp_path)
    return expand(load_study(path)), expand(load_study(path, ["depth=[1]"]))


@pytest.fixture(autouse=True)
def quick_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes no time."""

    def write(space: Space, home: Path, _: object = None) -> Path:
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


@pytest.mark.parametrize("uri", ["htp://server:5000", "mlruns"])
def test_a_mistyped_address_is_known_before_anything_is_trained(
    uri: str, spaces: tuple[Space, Space], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with pytest.raises(TrackingError, match="no tracking URI"):
        sweep_study(spaces[0], home, SweepOptions(tracking_uri=uri))
    assert not home.exists()
