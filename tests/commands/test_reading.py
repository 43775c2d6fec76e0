"""What the commands that read hand on."""

import pytest

from nnjax.cli import main
from nnjax.comparison.claims import Relation
from nnjax.comparison.page import ComparedSweeps

QUICK = "experiments/quick.toml"


@pytest.mark.parametrize("flags", [["--pdf"], []])
def test_a_report_has_pdf_files_where_that_is_asked_for(tmp_path, monkeypatch, flags):
    asked = []

    def make_report(space, home, seconds, with_pdf, say):
        asked.append(with_pdf)
        return home / "index.html"

    def compare(first, second, overrides, with_pdf, say):
        asked.append(with_pdf)
        return ComparedSweeps(first.home / "index.html", ("a", "b"), Relation.SAME_SPLITS, ())

    monkeypatch.setattr("nnjax.sweep_report.make_report", make_report)
    monkeypatch.setattr("nnjax.comparison.page.compare", compare)
    assert main(["report", QUICK, "--home", str(tmp_path), *flags]) == 0
    assert main(["report", QUICK, QUICK, "--home", str(tmp_path), *flags]) == 0
    assert asked == [bool(flags)] * 2
