"""Tables as the page shows them."""

import pickle

import pandas as pd
from markupsafe import Markup

from nnjax.report.views import Chapter, FigureView, Panel, join_words, view_table


def test_numbers_are_flush_right_and_words_are_not():
    view = view_table("t", pd.DataFrame({"cell": ["relu"], "test_r2": [0.4567], "runs": [3]}))
    assert view.is_number == (False, True, True)
    assert view.rows == (("relu", "0.457", "3"),)


def test_a_long_table_is_cut_on_the_page_but_not_in_the_file():
    view = view_table("t", pd.DataFrame({"runs": range(1000)}), most_rows=10)
    assert len(view.rows) == 10 and view.more == 990 and len(view.frame) == 1000


def test_the_files_of_a_chapter_s_tables_are_made_once_and_travel_with_it():
    tables = [view_table(name, pd.DataFrame({"runs": [1, 2]})) for name in ("drawn", "shown")]
    figure = FigureView("f", "A caption.", (), (), 1, tables[0])
    chapter = Chapter("key", "Title", {"f": figure}, {"t": tables[1]}).with_csv()
    arrived = pickle.loads(pickle.dumps(chapter)).all_tables()
    assert [table.csv for table in arrived] == ["runs\n1\n2\n"] * 2
    assert all(table.with_csv() is table for table in arrived)


def test_an_empty_table_keeps_its_columns():
    view = view_table("t", pd.DataFrame({"runs": []}))
    assert view.columns == ("runs",) and view.rows == ()


def test_words_are_joined_as_one_says_them():
    assert [join_words(words) for words in ([], ["a"], ["a", "b"])] == ["", "a", "a and b"]


def test_a_panel_is_drawn_as_pdf_once_and_travels_without_its_figure():
    drawn = []
    panel = Panel("", Markup("<svg/>"), lambda: drawn.append("x") or b"%PDF")
    arrived = pickle.loads(pickle.dumps(panel.with_pdf()))
    assert arrived.with_pdf() == arrived == panel.with_pdf().with_pdf() and arrived.pdf == b"%PDF"
    assert len(drawn) == 2 and not pickle.loads(pickle.dumps(panel)).pdf
