"""What a finished search hands over to be looked at: its page, made when somebody looks."""

import html
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from nnjax.estimators.finished import FinishedSearch
from nnjax.sweep.durable import write_durably


class SearchReport:
    """What a search found, as a page: one HTML file that needs nothing else.

    A notebook shows it; elsewhere it is `path`, or `save` writes it to a place that stays. Nothing is drawn before:
    scikit-learn's own picture of an estimator reads every property of it.

    Attributes:
        intervals: Every candidate beside the best one, from the best mean down.
        tied: Parameters of those that cannot be told apart from it.
    """

    def __init__(self, finished: FinishedSearch) -> None:
        self._finished = finished
        self.intervals: pd.DataFrame = finished.ranked_intervals
        self.tied = finished.tied

    @cached_property
    def html(self) -> str:
        """The page."""
        from nnjax.estimators.search_chapters import search_page  # late: it draws, and imports what draws
        from nnjax.report.page import render_page

        return render_page(search_page(self._finished), "nnjax.estimators")

    @cached_property
    def values(self) -> pd.DataFrame:
        """Every value of every parameter beside the best value of it, as far as they can be compared."""
        from nnjax.estimators.compared_parameters import ComparedParameters

        return ComparedParameters(self._finished).intervals

    @cached_property
    def path(self) -> Path:
        """The page as a file in a temporary folder."""
        return self.save(Path(mkdtemp(prefix="nnjax-search-")) / "search.html")

    def save(self, path: str | Path) -> Path:
        """Write the page to a file, over what stands there; return its path."""
        write_durably(Path(path), self.html.encode())
        return Path(path)

    def __repr__(self) -> str:
        """What to do with it, without making it."""
        n = len(self.intervals)
        return f"SearchReport of {n:,} candidate{'s' if n != 1 else ''}: save('search.html') writes the page"

    def _repr_html_(self) -> str:
        """The page in a frame of its own, so that its style stays there."""
        frame = html.escape(self.html, quote=True)
        style = "width:100%;height:720px;border:1px solid #8888;border-radius:4px"
        return f'<iframe title="What the search found" srcdoc="{frame}" style="{style}"></iframe>'
