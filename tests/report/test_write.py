"""The report as it lies on the disk: any study, any state of its journal."""

import re
from contextlib import closing

import numpy as np
import pandas as pd
import pytest
from fakes.makers import nothing
from fakes.undrawn import leave_undrawn
from jinja2 import Environment
from PIL import Image

from nnjax.report import write
from nnjax.report.nothing_to_report import NothingToReportError
from nnjax.report.page import _environment, template
from nnjax.report.second_process import SecondProcess
from nnjax.report.write import FIRST_PAGE, write_report, write_study_report
from nnjax.terminal import to_nobody

ONE_FACTOR = """
question = "Does the learning rate matter?"
data = {name = "diabetes"}
replicates = {splits = 4}
studied = {learning_rate = [0.01, 0.001]}
fixed = {depth = 1, epochs = 3}
"""
NO_FACTOR = """
question = "What does one network reach?"
data = {name = "diabetes"}
replicates = {splits = 4, seeds_per_split = 2}
fixed = {depth = 2, epochs = 3}
"""
TOGETHER = """
question = "Do depth and learning rate matter together, and the initialiser?"
data = {name = "diabetes"}
replicates = {splits = 4}
studied = {depth = [1, 2], learning_rate = [0.01, 0.001], initializer = ["auto", "lecun"], activation = ["elu", "tanh"]}
fixed = {epochs = 3}
grid = {zip = [["depth", "learning_rate"]], exclude = [{depth = 2, activation = "tanh"}]}
"""
SHAPES = """
question = "Which shape?"
data = {name = "diabetes"}
replicates = {method = "shuffle_split", splits = 3}
studied = {hidden_layer_sizes = [[4], [8, 4]], batch_size = ["full", 8]}
fixed = {epochs = 2}
"""


LISTS = """
question = "Does it matter which layer comes first?"
data = {name = "iris"}
replicates = {splits = 4}
studied = {l2 = [0.0, 0.1], activation = [["relu", "tanh"], "relu"]}
nuisance = {learning_rate = [0.01, 0.001]}
fixed = {depth = 2, epochs = 3}
"""
HOLES = """
question = "What if the reference setting is not there?"
data = {name = "diabetes"}
replicates = {splits = 4}
studied = {activation = ["elu", "relu"], depth = [1, 2], batch_size = [8, 32], learning_rate = [0.01, 0.001]}
fixed = {epochs = 3}
grid = {exclude = [{batch_size = 32, learning_rate = 0.001}]}
"""
MIXED = """
question = "Do whole numbers stay whole beside decimals?"
data = {name = "diabetes"}
replicates = {method = "shuffle_split", splits = 2}
studied = {width = [8, 16], learning_rate = [0.01, 0.05], batch_size = [32, "full"]}
nuisance = {epochs = [6, 12]}
fixed = {depth = 1}
"""
WHOLE = ("depth", "width", "batch_size", "epochs")


def every_page(page):
    """The words of all pages in the folder of the first one, after its own."""
    return page.read_text() + "".join(path.read_text() for path in page.parent.glob("*.html") if path != page)


def test_every_table_on_a_page_is_a_file_and_every_file_is_on_a_page(written):
    linked = re.findall(r'href="(tables/[^"]+)"', every_page(written))
    names = {f"tables/{path.stem}" for path in written.parent.glob("tables/*.csv")}
    assert set(linked) == {f"{name}{ending}" for name in names for ending in (".csv", ".tex")}
    assert {f"tables/{path.name}" for path in (written.parent / "tables").iterdir()} == set(linked)


def test_the_run_table_has_every_planned_run(written, results):
    table = pd.read_csv(written.parent / "tables" / "runs.csv")
    assert table["run_id"].tolist() == results["run_id"].tolist()
    assert list(table.columns) == list(results.columns)


def test_there_are_four_to_six_near_square_cards(written):
    cards = list(written.parent.glob("figures/*.png"))
    assert 4 <= len(cards) <= 6
    for path in cards:
        with Image.open(path) as picture:
            assert 0.8 < picture.width / picture.height < 1.25


def test_a_report_written_again_is_the_same_whoever_makes_it_and_leaves_no_stale_table(
    study_results, written, monkeypatch
):
    monkeypatch.setattr("nnjax.report.second_process.FAILURES", ())  # all must travel: nothing is made here instead

    def contents():
        files = (path for path in written.parent.rglob("*") if path.is_file())
        return {path: re.sub(rb"on \d{4}-\d\d-\d\d \d\d:\d\d UTC", b"", path.read_bytes()) for path in files}

    alone, stale = contents(), written.parent / "tables" / "gone.csv"
    stale.write_text("x")
    with closing(SecondProcess(nothing)) as second:
        write_study_report(study_results, written.parent, second=second)
    assert contents() == alone


STUDIES = [ONE_FACTOR, NO_FACTOR, TOGETHER, SHAPES, LISTS, HOLES]


def others_slow(*kept):
    """A report each: those of these studies in the fast suite, all others in the slow one."""
    return [text if text in kept else pytest.param(text, marks=pytest.mark.slow) for text in STUDIES]


@pytest.mark.parametrize("text", others_slow(ONE_FACTOR))
def test_every_figure_is_a_pdf_where_that_is_asked_for(
    make_space, make_results, make_study_results, tmp_path, text, written
):
    space = make_space(text)
    study_results = make_study_results(space, make_results(space))
    page = write_study_report(study_results, tmp_path, with_pdf=True)
    files = [page.parent / name for name in set(re.findall(r'href="([^"]+\.pdf)"', every_page(page)))]
    assert len(files) > 5 and set(files) == set(page.parent.glob("figures/*.pdf"))
    assert all(file.read_bytes().startswith(b"%PDF-") for file in files)
    assert all(file.read_bytes().rstrip().endswith(b"%%EOF") for file in files)
    before = every_page(page).count(".pdf")
    assert every_page(write_study_report(study_results, tmp_path)).count(".pdf") == before
    assert ".pdf" not in every_page(written)


@pytest.mark.parametrize("text", others_slow(NO_FACTOR, LISTS))
def test_any_shape_of_study_has_a_report(make_space, make_results, make_study_results, tmp_path, text):
    space = make_space(text)
    page = write_study_report(make_study_results(space, make_results(space)), tmp_path).read_text()
    assert space.study.question in page and "nan" not in re.sub(r"<[^>]*>", " ", page).split()


def test_whole_numbers_stay_whole_beside_decimals(make_space, make_results, make_study_results, tmp_path, monkeypatch):
    leave_undrawn(monkeypatch)
    space = make_space(MIXED)
    written = write_study_report(make_study_results(space, make_results(space)), tmp_path)
    tables = {path.stem: pd.read_csv(path, dtype=str) for path in written.parent.glob("tables/*.csv")}
    compared = pd.concat([tables[name] for name in ("paired_differences", "nuisance_readings")])
    levels = [table[name] for table in tables.values() for name in WHOLE if name in table]
    levels += [compared["level"], compared["reference"]]
    assert len(levels) > 20 and {"8", "0.05"} <= set(compared["level"]) | set(compared["reference"])
    assert not any(level.str.endswith(".0").any() for level in levels)
    assert not re.search(r"full \(265\.0\)|(width|epochs|batch_size) = \d+\.0", every_page(written))


def test_a_sweep_that_was_interrupted_has_a_report(make_space, make_results, make_study_results, tmp_path):
    space = make_space(TOGETHER)
    results = make_results(space)
    lost = np.random.default_rng(1).random(len(results)) < 0.5
    lost[:4] = False
    numbers = results.columns[results.columns.get_loc("best_epoch") : results.columns.get_loc("n_parameters") + 1]
    results[numbers] = results[numbers].astype(float)
    results.loc[lost, numbers] = np.nan
    results.loc[lost, ["train_seconds", "status"]] = [np.nan, "missing"]
    page = write_study_report(make_study_results(space, results), tmp_path).read_text()
    assert f"{lost.sum()} missing" in " ".join(page.split())


@pytest.mark.parametrize("has_claims", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_sweep_in_which_almost_all_diverged_has_a_report(
    make_space, make_results, make_study_results, tmp_path, has_claims, request
):
    space = request.getfixturevalue("space") if has_claims else make_space(ONE_FACTOR)
    results = make_results(space)
    lost = results.index > 0
    numbers = results.columns[results.columns.get_loc("best_epoch") : results.columns.get_loc("n_parameters")]
    results[numbers] = results[numbers].astype(float)
    results.loc[lost, numbers] = np.nan
    results.loc[lost, "status"] = "diverged"
    page = write_study_report(make_study_results(space, results), tmp_path).read_text()
    assert f"1 finished, {lost.sum():,} diverged (loss not finite; given the lowest score): " in " ".join(page.split())


def test_a_sweep_of_which_one_level_is_trained_has_a_report(make_space, make_results, make_study_results, tmp_path):
    space = make_space(SHAPES)
    results = make_results(space)
    lost = results["batch_size"] != 8
    numbers = results.columns[results.columns.get_loc("best_epoch") : results.columns.get_loc("n_parameters") + 1]
    results[numbers] = results[numbers].astype(float)
    results.loc[lost, numbers] = np.nan
    results.loc[lost, "status"] = "missing"
    study_results = make_study_results(space, results)
    assert study_results.layout.reference["batch_size"] == 8
    write_study_report(study_results, tmp_path)


def test_a_classification_says_accuracy_everywhere(written_classes):
    glossary = re.compile(r'<section id="glossary".*?</section>', re.DOTALL)
    words = re.sub(r"<[^>]*>", " ", glossary.sub("", every_page(written_classes)))
    prose = " ".join(words.split())
    assert "test_accuracy" in prose and "Logistic regression" in prose
    assert not re.search(r"_r2|ridge|Ridge", prose)
    assert prose.count("R²") == 1, "the simulations of the method chapter were regressions, and it says so"


def test_templates_of_every_chapter_are_there_before_baselines_are_waited_for(monkeypatch):
    """Else they would be compiled when all else is done, by one process alone."""
    seen, compile_it = [], Environment.compile

    class Fitting:
        """A second process that fits."""

        def wait(self):
            seen.append("baselines")

    def noted(self, source, name, file):
        seen.append(name)
        return compile_it(self, source, name, file)

    monkeypatch.setattr(Environment, "compile", noted)
    _environment.cache_clear()
    write._wait(Fitting(), to_nobody)
    chapters = [*(f"brief/{key}" for key in FIRST_PAGE), *(f"chapters/{key}" for key in beside())]
    needed = {f"{name}.html.j2" for name in ("report", "macros", *chapters)}
    assert needed <= set(seen) and seen[-1] == "baselines"
    assert all(template(name) for name in needed) and seen[-1] == "baselines"


def beside():
    return [key for *_, keys in write.BESIDE for key in keys]


def test_without_a_complete_cell_there_is_nothing_to_report(space, tmp_path):
    with pytest.raises(NothingToReportError, match="none of its 24 cells is finished on every split"):
        write_report(space, tmp_path)


def test_what_is_worth_knowing_stands_at_the_top_of_the_page(
    make_space, make_results, make_study_results, tmp_path, monkeypatch
):
    leave_undrawn(monkeypatch)
    space = make_space(ONE_FACTOR.replace('"diabetes"}', '"diabetes", validation_share = 0.006}'))
    page = write_study_report(make_study_results(space, make_results(space)), tmp_path).read_text()
    assert page.index("Only 2 rows choose in each split (validation_share = 0.006)") < page.index("<main>")
