"""The page of two sweeps."""

import pandas as pd
from fakes.known import TWO_CLAIMS

from nnjax.comparison.page import describe_conclusions, write_comparison


def test_the_page_and_its_sentence(make, tmp_path):
    one, other = make(), make(TWO_CLAIMS, "epochs=4", name="longer")
    page = write_comparison(one, other, tmp_path / "reports")
    assert page == tmp_path / "reports" / "three-against-longer" / "index.html"
    text = page.read_text()
    assert text.count("<section") == 4 and "0.01 beats 0.001." in text and "<svg" in text
    claims = pd.read_csv(page.parent / "tables" / "claims.csv")
    assert claims["claim"].tolist() == ["true-effect", "no-effect"]
    assert describe_conclusions(()) == "The two studies declare no claim in common."
