"""The first screen: the study's own claims before all else, as many as fit, or its factors where it declares none."""

from dataclasses import replace

import pytest

from nnjax.report.chapters.answer import LINES_SHOWN, answer_chapter, baseline_line
from nnjax.report.write import write_study_report

ONE_FACTOR = """
question = "Which?"
data = {name = "diabetes"}
replicates = {splits = 4, base_seed = 5}
studied = {activation = ["relu", "tanh", "logistic"]}
fixed = {depth = 3, width = 8, epochs = 12, optimizer = "adam", initializer = "auto", l2 = 0.0}
"""

CLAIM = """
[[claims]]
name = "claim-{0}"
sentence = "Sentence number {0}."
kind = "{1}"
a = {{activation = "{2}"}}
b = {{activation = "{3}"}}
"""

CLAIMS = (
    ("beats", "relu", "logistic"),
    ("same", "relu", "tanh"),
    ("beats", "logistic", "tanh"),
    ("beats", "tanh", "logistic"),
)


@pytest.fixture(scope="module")
def study_of(make_space, make_results, make_study_results):
    """Number of claims -> what its report is made of."""

    def make(count):
        claims = "".join(CLAIM.format(place, *claim) for place, claim in enumerate(CLAIMS[:count], start=1))
        space = make_space(ONE_FACTOR + claims)
        return make_study_results(space, make_results(space))

    return make


def sentences(count):
    return [f"Sentence number {place}." for place in range(1, count + 1)]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_claims_are_the_first_screen_in_their_order_and_those_beyond_it_are_counted(count, study_of):
    study_results = study_of(count)
    chapter = answer_chapter(study_results, ())
    shown, more = ([line.sentence for line in chapter.facts[name]] for name in ("shown", "more"))
    assert shown == sentences(count)[:LINES_SHOWN] and shown + more == sentences(count)
    verdicts = [answer.judgement.verdict for answer in study_results.claims]
    assert [line.verdict for line in (*chapter.facts["shown"], *chapter.facts["more"])] == verdicts
    rest = f"1 more claim: 1 {verdicts[-1].word}" if count > LINES_SHOWN else ""
    assert chapter.facts["more_words"] == rest


def test_without_a_claim_the_factor_is_the_first_screen_and_nothing_on_it_is_a_verdict(study_of):
    chapter = answer_chapter(study_of(0), ())
    (line,) = chapter.facts["shown"]
    assert line.sentence.startswith("activation: ") and line.verdict is None and chapter.facts["more"] == ()


@pytest.mark.parametrize("count", [0, *(pytest.param(few, marks=pytest.mark.slow) for few in (1, 2)), 4])
def test_the_first_screen_is_first_on_the_page_and_has_three_pictures(count, study_of, tmp_path):
    page = write_study_report(study_of(count), tmp_path).read_text()
    screen = page[page.index('id="answer"') : page.index('id="claims"' if count else 'id="matters"')]
    assert screen.count("<svg") >= 3 and screen.count('<span class="verdict ') == count
    assert ("The study declares no claim" in screen) == (count == 0)
    assert ("<details" in screen) == (count > LINES_SHOWN)
    for sentence in sentences(count):
        assert screen.count(sentence) == 1


def test_no_sentence_of_the_first_screen_is_said_twice(study_of):
    """Where one factor is studied and nothing claimed, its levels' order is the headline: the picture adds a level."""
    chapter = answer_chapter(study_of(0), ())
    (line,), said = chapter.facts["shown"], [picture.sentence for picture in chapter.facts["pictures"]]
    assert not any(sentence in line.sentence for sentence in said)
    assert said[-1].startswith("Highest on average: ") and "ridge has 0." in said[-1]


def test_below_a_claim_the_picture_says_how_its_levels_are_ordered(study_of):
    (*_, scores) = answer_chapter(study_of(1), ()).facts["pictures"]
    assert "Highest on average" not in scores.sentence


def test_a_picture_with_nothing_to_draw_is_its_sentence_alone(study_of):
    shallow = study_of(0)
    shallow = replace(shallow, chosen=shallow.chosen.assign(depth=1))
    panels = {picture.title: picture.panel for picture in answer_chapter(shallow, ()).facts["pictures"]}
    assert panels["Vanishing gradients"] is None and panels["Convergence"] is not None


@pytest.mark.parametrize(
    ("boosting", "words"),
    [
        (0.81, "Gradient boosting has the best score of all, test_r2 0.810; network minus gradient boosting: −0."),
        (-1.0, ""),
    ],
)
def test_the_best_baseline_is_named_where_it_is_not_the_reference(boosting, words, study_of):
    study_results = study_of(0)
    means = dict.fromkeys(study_results.terms.baseline_names, -1.0) | {"ridge": -0.5, "gradient boosting": boosting}
    scores = study_results.baselines["model"].map(means)
    line = baseline_line(replace(study_results, baselines=study_results.baselines.assign(test_score=scores)))
    assert words in line and line.count("Network minus ridge: +") == 1
    assert line.count(" interval ") == (2 if words else 1) and ("boosting" in line) == bool(words)
