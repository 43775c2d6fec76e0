"""The page of two sweeps."""

from dataclasses import replace

import pandas as pd
import pytest
from fakes.known import TWO_CLAIMS

from nnjax.comparison.page import ComparisonError, Side, compare, describe_conclusions, write_comparison
from nnjax.judged import USUAL, Judged
from nnjax.metrics import MEASURES
from nnjax.report.task import terms_of


def test_the_page_and_its_sentence(make, tmp_path):
    one, other = make(), make(TWO_CLAIMS, "epochs=4", name="longer")
    page = write_comparison(one, other, tmp_path / "reports")
    assert page == tmp_path / "reports" / "three-against-longer" / "index.html"
    text = page.read_text()
    assert text.count("<section") == 4 and "0.01 beats 0.001." in text and "<svg" in text
    claims = pd.read_csv(page.parent / "tables" / "claims.csv")
    assert claims["claim"].tolist() == ["true-effect", "no-effect"]
    assert all(f"both-{number}" in text for number in range(len(claims))), "each claim's two intervals are drawn"
    assert describe_conclusions(()) == "The two studies declare no claim in common."


CLASSES = """
question = "Which?"
[data]
name = "iris"
[replicates]
splits = 4
[studied]
depth = [1, 2]
[fixed]
width = 4
epochs = 3
"""


def test_what_cannot_be_compared_is_refused_in_a_line(make, tmp_path):
    make()
    (tmp_path / "classes.toml").write_text(CLASSES)
    three, classes = Side(tmp_path / "three.toml", tmp_path), Side(tmp_path / "classes.toml", tmp_path)
    with pytest.raises(ComparisonError, match="the same sweep"):
        compare(three, three)
    with pytest.raises(ComparisonError, match=r"classes: none of its 2 cells .* sweep it first"):
        compare(three, classes)
    with pytest.raises(ComparisonError, match="none of its 5 cells"):
        compare(three, Side(three.study, tmp_path, "another engine"))


R2, ACCURACY = USUAL["regression"], USUAL["classification"]
RMSE = Judged(next(each for each in MEASURES if each.name == "rmse"), 154.0)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (R2, ACCURACY, "three is a regression and three is a classification"),
        (RMSE, R2, "three is judged by rmse and three is judged by r2"),
        (RMSE, replace(RMSE, worst=20.0), "judged by rmse up to 154 and three is judged by rmse up to 20: their"),
        (ACCURACY, replace(ACCURACY, has_chosen_threshold=True), "three is cut at ½ and three is cut where validation"),
    ],
)
def test_scores_on_different_scales_are_not_compared(make, tmp_path, monkeypatch, first, second, said):
    one = make()
    gathered = {
        home: replace(one, terms=terms_of(each)) for home, each in ((tmp_path, first), (tmp_path / "b", second))
    }
    monkeypatch.setattr("nnjax.comparison.page.gather", lambda space, home, say: gathered[home])
    sides = Side(tmp_path / "three.toml", tmp_path), Side(tmp_path / "three.toml", tmp_path / "b")
    with pytest.raises(ComparisonError, match=said):
        compare(*sides)


def test_runs_that_both_have_are_counted_on_the_page(make, tmp_path):
    small, large = make(), make(TWO_CLAIMS, "replicates.splits=16", name="larger")
    page = write_comparison(small, large, tmp_path / "reports").read_text()
    assert f"{len(small.space.runs):,} runs are in both, trained once." in page


@pytest.mark.parametrize("with_pdf", [True, False])
def test_the_figures_are_pdf_files_where_that_is_asked_for(make, tmp_path, with_pdf):
    make()
    make(name="copy")
    sides = Side(tmp_path / "three.toml", tmp_path), Side(tmp_path / "copy.toml", tmp_path)
    page = compare(*sides, with_pdf=with_pdf).page
    files = list(page.parent.rglob("*.pdf"))
    assert bool(files) is with_pdf and all(file.read_bytes().startswith(b"%PDF-") for file in files)
