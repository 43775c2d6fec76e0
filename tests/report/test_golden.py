"""The pages of each kind of study, word for word: what a change of the report changes is seen here, line by line.

Kept in `golden/`: headings, prose, captions, legends and heads of tables, without drawings and rows; dates, versions,
paths and times blanked, numbers to two digits. Write them anew with `pytest tests/report/test_golden.py --write-golden`
and read the difference before you commit it.
"""

import difflib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fakes.followed import write_visits
from fakes.undrawn import leave_undrawn

from nnjax.report.write import write_study_report
from nnjax.statistics.verdict import Verdict

GOLDEN = Path(__file__).parent / "golden"
HEAD = 'question = "Which?"\n[data]\nname = "diabetes"\n[replicates]\nsplits = 4\nbase_seed = 5\n'
FIXED = '[fixed]\nwidth = 8\nepochs = 12\ninitializer = "auto"\n'
CLAIMS = """
[[claims]]
name = "deeper"
sentence = "Depth 2 beats depth 1."
kind = "beats"
a = {depth = 2}
b = {depth = 1}
[[claims]]
name = "the-same"
sentence = "Depth 2 is as good as depth 1."
kind = "same"
a = {depth = 2}
b = {depth = 1}
[[claims]]
name = "both"
sentence = "Both."
kind = "all"
parts = ["deeper", "the-same"]
"""

KINDS = {
    "one-factor": f'{HEAD}[studied]\nactivation = ["relu", "tanh", "logistic"]\n{FIXED}depth = 2\n',
    "claims-and-seeds": HEAD.replace("base_seed", "seeds_per_split = 3\nbase_seed")
    + f'[studied]\ndepth = [1, 2]\n{FIXED}optimizer = "adam"\nl2 = 0.0\n{CLAIMS}',
    "zip-and-exclude": f'{HEAD}[studied]\nactivation = ["relu", "tanh"]\ndepth = [1, 2]\nwidth = [16, 8]\n'
    '[grid]\nzip = [["depth", "width"]]\nexclude = [{activation = "tanh", depth = 2}]\n[fixed]\nepochs = 12\n',
    "optimizers": f'{HEAD}[studied]\noptimizer = ["sgd", "adam", "lbfgs"]\n[nuisance]\nl2 = [0.0, 0.1]\n'
    f'{FIXED}depth = 2\nbatch_size = "full"\n',
    "along-time": HEAD.replace(
        'name = "diabetes"', 'file = "<visits>"\ntarget = "score"\nfeatures = ["a", "b"]'
    ).replace("splits = 4", 'method = "time_series"\norder = "day"\nfolds = 4')
    + f'[studied]\ndepth = [1, 2]\n{FIXED}optimizer = "adam"\nl2 = 0.0\n{CLAIMS}',
}

FIXTURES = {"regression": "written", "classification": "written_classes"}
"""Pages that other tests look at, too."""

BLANKED = (
    (r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "<time>"),
    (r"nnjax \d+\.\d+\.\d+", "nnjax <version>"),
    (r"\S*/(next/\S+\.toml|some-study\.toml)", r"<folder>/\1"),
    (r"--home \S+", "--home <home>"),
    (r"\b[0-9a-f]{12,64}\b", "<id>"),
    (r"about (\d+ (min|h) )?[\d.]+ (ms|s|min) of training", "about <seconds> of training"),
)
NUMBER = re.compile(r"(?<![\w.])[−-]?\d+\.\d+")


class Words(HTMLParser):
    """The words of a page, a line a block; drawings, scripts, styles and rows of tables left out."""

    SILENT = ("svg", "script", "style", "tbody", "option", "pre")
    BLOCKS = ("p", "h1", "h2", "h3", "h4", "li", "dt", "dd", "summary", "figcaption", "th", "title", "tr", "figure")

    def __init__(self):
        super().__init__()
        self.lines, self._line, self._silent = [], [], 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in self.SILENT
        if tag in self.BLOCKS:
            self._end()

    def handle_endtag(self, tag):
        self._silent -= tag in self.SILENT
        if tag in self.BLOCKS:
            self._end()

    def handle_data(self, data):
        if not self._silent:
            self._line.append(data)

    def _end(self):
        words = " ".join("".join(self._line).split())
        self._line = []
        if words:
            self.lines.append(words)


def skeleton(page):
    """The page's words, blanked and rounded."""
    reader = Words()
    reader.feed(page)
    text = "\n".join(reader.lines)
    for pattern, blank in BLANKED:
        text = re.sub(pattern, blank, text)
    return NUMBER.sub(lambda found: f"{float(found.group().replace('−', '-')):.2g}", text) + "\n"


@pytest.fixture
def pages_of(make_space, make_results, make_study_results, tmp_path, request, monkeypatch):
    """Kind of study -> its pages, the first one first."""

    def every(page):
        return page.read_text() + "".join(
            f"<p>== {path.name}</p>{path.read_text()}" for path in sorted(page.parent.glob("*.html")) if path != page
        )

    def write(kind):
        if kind not in KINDS:
            return every(request.getfixturevalue(FIXTURES[kind]))
        if request.config.getoption("markexpr") == "not slow":  # else they are drawn, too
            leave_undrawn(monkeypatch)
        space = make_space(KINDS[kind].replace("<visits>", str(write_visits(tmp_path))))
        results = make_results(space)
        for factor in set(space.study.factors) - set(results):
            levels = {cell.cell_id: getattr(cell.configuration, factor) for cell in space.cells}
            results[factor] = results["cell_id"].map(levels)
        return every(write_study_report(make_study_results(space, results), tmp_path))

    return write


@pytest.mark.parametrize("kind", [*FIXTURES, *KINDS])
def test_the_page_says_what_it_said(kind, pages_of, request):
    now = skeleton(pages_of(kind))
    path = GOLDEN / f"{kind}.txt"
    if request.config.getoption("--write-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(now)
    kept = path.read_text()
    difference = list(difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "now", lineterm="", n=0))
    assert not difference, "\n".join(difference[:60])
    assert len(now.splitlines()) > 60


def test_a_page_of_splits_without_a_known_interval_has_no_word_of_a_verdict():
    """The claims are described; what a verdict is, is told on pages of other studies."""
    page = (GOLDEN / "along-time.txt").read_text()
    assert "supported" in (GOLDEN / "claims-and-seeds.txt").read_text()
    assert page.count("No verdict: no interval is known to hold for test blocks along time.") >= 2
    for verdict in Verdict:
        is_there = re.search(rf"\b{verdict.word}\b", page, re.IGNORECASE)
        assert bool(is_there) == (verdict is Verdict.EXPLORATORY), is_there


def test_drawings_and_rows_are_left_out_and_numbers_rounded():
    page = "<p>a 0.12345 of −2.50 in <svg><text>7</text></svg>b</p><table><tbody><tr><td>9</td></tr></tbody></table>"
    assert skeleton(page) == "a 0.12 of -2.5 in b\n"
