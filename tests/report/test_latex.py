"""Tables as LaTeX."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from nnjax.report.latex import escape_latex, latex_table
from nnjax.report.views import view_table


def test_a_table_is_a_tabular_with_the_pages_numbers():
    frame = pd.DataFrame({"test_r2": [0.4567, -0.1], "cell": ["relu d1", "a & b"]})
    text = latex_table(view_table("scores", frame))
    assert "\\begin{tabular}{rl}" in text
    assert "test\\_r2 & cell \\\\" in text
    assert "0.457 & relu d1 \\\\" in text and "$-$0.100 & a \\& b \\\\" in text
    assert text.count("\\\\\n") == 3


def test_rows_that_only_the_file_has_are_mentioned():
    text = latex_table(view_table("long", pd.DataFrame({"n": range(5)}), most_rows=2))
    assert "% 3 more rows in long.csv" in text and text.count("\\\\\n") == 3


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"])))
def test_no_character_of_latex_stays_bare(text):
    rest = escape_latex(text)
    for command in ("\\textbackslash{}", "\\textasciitilde{}", "\\textasciicircum{}", "\\dots{}"):
        rest = rest.replace(command, "")
    for escaped in ("\\&", "\\%", "\\#", "\\_", "\\{", "\\}", "\\$"):
        rest = rest.replace(escaped, "")
    assert not set(rest.replace("$-$", "").replace("$<$", "").replace("$>$", "")) & set("&%#~")
