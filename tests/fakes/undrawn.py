"""Reports whose figures are made, but not drawn: matplotlib's drawing takes half of the time of a report."""

import pytest
from markupsafe import Markup


def leave_undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what a report's words and tables say; where the drawings matter, too, let it draw."""
    monkeypatch.setattr("nnjax.report.drawing.inline_svg", lambda *_: Markup("<svg></svg>"))
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", lambda *_, **__: None)
