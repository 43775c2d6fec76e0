"""A report against the one that is made anew: what differs is named, page, table, row and value."""

import shutil

import pytest

from nnjax.audit.pages import AuditedReport, compare_reports, examine_pages
from nnjax.refusal import RefusedError

PAGE = """<section id="best"><p>The mean is 0.481 over 8 splits, see `nnjax report a.toml`.</p>
<div role="region" aria-label="Table top"><table><thead><tr><th>cell</th><th>score</th></tr></thead>
<tbody><tr><td>a</td><td>0.5</td></tr><tr><td>b</td><td>0.4</td></tr></tbody></table></div></section>
<footer data-apart><p>Made at 12:00</p></footer>"""


@pytest.fixture
def reports(tmp_path):
    """Two folders of the same report."""
    kept, anew = tmp_path / "kept", tmp_path / "anew"
    (kept / "tables").mkdir(parents=True)
    (kept / "index.html").write_text(PAGE)
    (kept / "scores.html").write_text(PAGE)
    (kept / "tables" / "runs.csv").write_text("run_id,score\na,0.1\nb,\n")
    (kept / "tables" / "seconds.csv").write_text("stage,seconds,share\ntrain,2.0,1.0\n")
    (kept / "tables" / "findings.csv").write_text("finding,minutes,command\nedge,2.0,nnjax sweep x\n")
    shutil.copytree(kept, anew)
    return kept, anew


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_same_report_is_fine_and_says_how_much_was_compared(reports):
    line = compare_reports(*reports)
    assert line.is_ok and line.seen == "2 pages with 8 numbers, 2 tables with 7 cells"


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("scores.html", ">0.4<", ">0.9<", "scores.html, table top, row 2, score: '0.9' stands there, made anew '0.4'"),
        ("index.html", "0.481", "0.841", "index.html, chapter best: '0.841 over 8 splits, see .' stands there, made "
         "anew '0.481 over 8 splits, see .'"),
        ("index.html", ", see", ", 7, see", "'7, see .' stands there, made anew 'see .'"),
        ("index.html", "<tr><td>b</td><td>0.4</td></tr>", "", "row 2, score: 'nothing' stands there, made anew '0.4'"),
        ("tables/runs.csv", "0.1", "0.2", "tables/runs.csv, row 1, score: '0.2' stands there, made anew '0.1'"),
        ("tables/runs.csv", "b,\n", "b,0\n", "row 2, score: '0' stands there, made anew ''"),
        ("tables/runs.csv", "b,\n", "", "tables/runs.csv, which has 1 rows instead of 2"),
        ("tables/runs.csv", "score", "test", "tables/runs.csv, whose columns are others"),
        ("tables/findings.csv", "edge", "ledge", "row 1, finding: 'ledge' stands there"),
    ],
)  # fmt: skip
def test_one_number_that_was_altered_is_found_and_named(name, old, new, told, reports):
    change(reports[0] / name, old, new)
    line = compare_reports(*reports)
    assert line.is_ok is False and told in line.seen
    assert line.seen.endswith(
        "; it was edited, or is of an earlier journal or nnjax: `nnjax report STUDY` writes it again"
    )


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("index.html", "12:00", "13:00"),
        ("index.html", "`nnjax report a.toml`", "`nnjax report ./a.toml --home b`"),
        ("tables/runs.csv", "0.1", "0.10000000000000001"),
        ("tables/seconds.csv", "2.0,1.0\n", "3.0,0.5\nreport,3.0,0.5\n"),
        ("tables/findings.csv", "2.0,nnjax sweep x", "1.0,nnjax sweep y"),
    ],
)
def test_time_of_writing_commands_and_last_bits_are_no_difference(name, old, new, reports):
    change(reports[0] / name, old, new)
    assert compare_reports(*reports).is_ok


def test_what_is_gone_what_is_foreign_and_what_is_no_table_are_told(reports):
    kept, _ = reports
    (kept / "scores.html").rename(kept / "other.html")
    (kept / "tables" / "runs.csv").write_bytes(b"")
    seen = compare_reports(*reports).seen
    assert (
        "; 3 differ: other.html is not of this report; scores.html is not there; tables/runs.csv, which cannot" in seen
    )


def test_of_many_differences_three_are_named(reports):
    for old, new in (("0.481", "1"), (">0.5<", ">2<"), (">0.4<", ">3<"), (">a<", ">c<")):
        change(reports[0] / "index.html", old, new)
    seen = compare_reports(*reports).seen
    assert "; 4 differ: " in seen and seen.count("stands there") == 3


def test_a_report_that_cannot_be_made_anew_is_wrong(reports):
    def remake(folder):
        raise RefusedError("nothing is there")

    line = examine_pages(AuditedReport(reports[0], remake))
    assert line.is_ok is False and line.seen == "it cannot be made anew: nothing is there"


def test_it_is_made_anew_in_an_empty_folder_that_is_gone_afterwards(reports):
    places = []

    def remake(folder):
        assert not list(folder.iterdir())
        places.append(shutil.copytree(reports[1], folder / "anew"))
        return places[0]

    assert examine_pages(AuditedReport(reports[0], remake)).is_ok and not places[0].exists()
