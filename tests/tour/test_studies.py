"""The lecture on two tiny studies: nobody trains, but journal, judgement, pictures and page are the real ones."""

import re
import types
from functools import partial

import pytest
from fakes.training import FAKE

from nnjax.pipeline import SweepOptions, sweep_study
from nnjax.refusal import RefusedError
from nnjax.report.study_results import gather
from nnjax.sweep.chosen_kernels import expand_at
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.sweep_report import make_report
from nnjax.tour.evidence import claim_line, labelled_arms
from nnjax.tour.studies import run_lecture

STUDY = """
question = "Does the gradient vanish?"
lecture = "Sigmoids <suffer> from it."
[data]
name = "diabetes"
[replicates]
splits = 4
[studied]
activation = ["logistic", "relu"]
depth = [1, 3]
[fixed]
width = 4
epochs = 3
optimizer = "adam"
initializer = "auto"
l2 = 0.0
batch_size = "full"
[[claims]]
name = "vanishes"
sentence = "With three logistic layers the gradient shrinks."
kind = "exceeds"
a = {activation = "logistic"}
at = {depth = 3}
metric = "grad_slope_0"
threshold = 0.3
[[claims]]
name = "steadier"
sentence = "That of relu shrinks less."
kind = "beats"
a = {activation = "relu"}
b = {activation = "logistic"}
at = {depth = 3}
metric = "grad_slope_0"
margin = 0.1
"""

PLAIN = (
    STUDY[: STUDY.index("[[claims]]")].replace("lecture =", "expected =")
    + """
[[claims]]
name = "same"
sentence = "Relu and logistic are the same."
kind = "same"
a = {activation = "relu"}
b = {activation = "logistic"}
at = {depth = 1}
metric = "test_r2"
margin = 0.02
"""
)


def fake_sweep(space, home):
    run_sweep(space, home, "serial", engine=FAKE)
    make_report(space, home)
    return types.SimpleNamespace(problems=())


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home") / "studies"
    folder.mkdir()
    (folder / "b-plain.toml").write_text(PLAIN)
    (folder / "a-gradient.toml").write_text(STUDY)
    (folder / "c-broken.toml").write_text(STUDY.replace('"relu"', '"rleu"'))
    return folder


@pytest.fixture(scope="module")
def lecture(studies):
    said = []
    return run_lecture(studies.parent, studies, fake_sweep, said.append), said


def page_of(lecture):
    return lecture[0].page.read_text()


def test_studies_come_in_the_order_of_their_files_and_a_broken_one_is_a_sentence(lecture):
    outcome, said = lecture
    assert [study.name for study in outcome.studies] == ["a-gradient", "b-plain", "c-broken"]
    assert len(outcome.problems) == 1
    assert "did you mean 'relu'" in outcome.problems[0]
    assert any("did you mean" in sentence for sentence in said)
    assert "did you mean" in page_of(lecture)


def test_verdicts_and_numbers_are_those_of_the_studys_own_report(lecture, studies):
    for study in lecture[0].studies[:2]:
        answers = gather(expand_at(load_study(study.path), studies.parent), studies.parent).claims
        assert [line.answer.judgement for line in study.claims] == [answer.judgement for answer in answers]
        report = (studies.parent / "reports" / study.name / "index.html").read_text()
        for answer, line in zip(answers, study.claims, strict=True):
            assert line == claim_line(answer, name_of(line))
            estimate, level, interval = re.search(r"\. (\S+), (\S+ %) interval (.+)$", line.numbers).groups()
            assert f"<dd>{estimate}</dd>" in report
            assert f"<dt>{level} interval</dt>" in report
            assert f"<dd>{interval}</dd>" in report


def name_of(line):
    return re.search(r"(s\d+-c\d+)-", str(line.picture.svg)).group(1)


def test_every_claim_has_a_line_and_a_picture(lecture):
    page = page_of(lecture)
    assert page.count('<div class="claim">') == page.count('<div class="panel strip">') == 3
    for sentence in ("With three logistic layers", "That of relu shrinks less", "Relu and logistic are the same"):
        assert page.count(sentence) == 2


def test_claims_about_gradients_have_the_gradients_picture(lecture):
    first, second, _ = lecture[0].studies
    assert [key.label for key in first.gradients.keys] == ["logistic", "relu"]
    assert [panel.title for panel in first.gradients.panels] == ["at initialisation", "epoch 1"]
    assert second.gradients is None


def test_the_way_to_each_report_is_relative_and_leads_there(lecture):
    links = re.findall(r'href="(\.\./[^"]+)"', page_of(lecture))
    assert links == ["../a-gradient/index.html", "../b-plain/index.html"]
    assert all((lecture[0].page.parent / link).exists() for link in links)


def test_the_page_is_whole_and_escaped(lecture):
    page = page_of(lecture)
    assert "Sigmoids &lt;suffer&gt; from it." in page
    assert not re.search(r'(src|href)="(https?:)?//|@import|url\((?!#)', page)
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))
    identifiers = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    assert "16 runs" in page
    assert f"nnjax sweep {lecture[0].studies[0].path}" in page
    assert "The right side is −θ₀" in page


def test_again_trains_nothing(lecture, studies):
    def only_look(space, home):
        summary = run_sweep(space, home, "serial", engine=None)
        assert (summary.trained, summary.missing) == (0, 0)
        return types.SimpleNamespace(problems=())

    again = run_lecture(studies.parent, studies, only_look, lambda sentence: None)
    assert [study.claims for study in again.studies[:2]] == [study.claims for study in lecture[0].studies[:2]]


def test_one_that_falls_over_does_not_take_the_others_along(studies, tmp_path):
    def falls_over(space, home):
        if space.study.name == "a-gradient":
            raise RuntimeError("out of memory")
        return types.SimpleNamespace(problems=("MLflow did not answer",))

    outcome = run_lecture(tmp_path, studies, falls_over, lambda sentence: None)
    assert outcome.problems[0] == "a-gradient: out of memory"
    assert outcome.problems[1] == "b-plain: MLflow did not answer"
    assert outcome.problems[2].startswith("b-plain: none of its 4 cells")
    assert outcome.page.exists()


def test_a_folder_without_studies_is_misuse(tmp_path):
    with pytest.raises(RefusedError, match="no study"):
        run_lecture(tmp_path, tmp_path, fake_sweep, print)


def test_arms_are_named_by_what_differs(studies):
    claims = load_study(studies / "a-gradient.toml").claims
    assert list(labelled_arms(claims)) == ["logistic", "relu"]
    assert list(labelled_arms(claims[:1])) == ["all"]


@pytest.mark.slow
def test_the_real_thing(studies, tmp_path):
    (tmp_path / "moons.toml").write_text(
        PLAIN.replace('"diabetes"', '"moons"\nrows = 60').replace("test_r2", "test_accuracy")
    )
    sweep = partial(sweep_study, options=SweepOptions("serial", 1, is_tracked=False))
    outcome = run_lecture(tmp_path, tmp_path, sweep, lambda sentence: None)
    assert outcome.problems == ()
    assert outcome.studies[0].finished == 16
    assert outcome.studies[0].claims[0].numbers


def test_all_claims_are_locked_before_the_first_study_is_trained(studies, tmp_path):
    def look(space, home):
        locked = {path.stem for path in (home / "journal" / "claims").glob("*.json")}
        assert locked == {"a-gradient", "b-plain"} and not Journal(home).run_ids()
        raise ValueError("seen")

    outcome = run_lecture(tmp_path, studies, look, lambda _: None)
    assert [study.problems for study in outcome.studies[:2]] == [("seen",), ("seen",)]


def test_what_was_not_declared_before_the_training_stands_in_the_index(studies, tmp_path):
    space = expand(load_study(studies / "b-plain.toml"))
    run_sweep(space, tmp_path, "serial", engine=FAKE)
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "b-plain.toml").write_text(PLAIN.replace("margin = 0.02", "margin = 0.03"))
    untold = types.SimpleNamespace(problems=())
    page = run_lecture(tmp_path, tmp_path / "late", lambda *_: untold, lambda _: None).page.read_text()
    assert page.count("declared after training") == 2, "in the list and on the card"
