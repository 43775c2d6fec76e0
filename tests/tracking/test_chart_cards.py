"""Charts of MLflow's pages."""

from nnjax.tracking.chart_cards import Section, bar, chart_state, line, scatter


def test_charts_have_names_of_their_own_and_keep_them():
    charts = (line(("a", "b")), line(("a",), is_log=True), bar("a"), scatter("a", "b"), scatter("b", "a"))
    sections = (Section("One", charts[:2]), Section("Two", charts[2:]))
    state = chart_state("view", sections)
    assert state == chart_state("view", sections)
    names = [chart["uuid"] for chart in state["compareRunCharts"]]
    assert len(names) == len(set(names)) == 5
    assert len(state["compareRunSections"]) == 2
