"""The first screen: the study's own claims before all else, as many as fit, or its factors where it declares none."""

from dataclasses import replace

import pytest

from nnjax.report.chapters.answer import LINES_SHOWN, answer_chapter, baseline_line, how_sure
from nnjax.report.findings.finding import Finding
from nnjax.report.findings.next_studies import NextStudy
from nnjax.report.write import write_study_report
from nnjax.statistics.verdict import Verdict

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
    assert chapter.facts["more_words"] == ("1 more claim" if count > LINES_SHOWN else "")
    rest = [(f"1 {verdicts[-1].word}", "claim 4")] if count > LINES_SHOWN else []
    assert [(each.words, each.names) for each in chapter.facts["others"]] == rest


def test_without_a_claim_the_factor_is_the_first_screen_and_nothing_on_it_is_a_verdict(study_of):
    chapter = answer_chapter(study_of(0), ())
    (line,) = chapter.facts["shown"]
    assert line.label == "activation" and line.verdict is None and chapter.facts["more"] == ()


@pytest.mark.parametrize("count", [0, *(pytest.param(few, marks=pytest.mark.slow) for few in (1, 2)), 4])
def test_the_first_screen_is_first_on_the_page_and_has_three_pictures(count, study_of, tmp_path):
    page = write_study_report(study_of(count), tmp_path).read_text()
    screen = page[page.index('id="answer"') : page.index('id="claims"' if count else 'id="matters"')]
    assert screen.count("<svg") >= 3 and screen.count('<span class="verdict ') == count
    assert ("Nothing was claimed beforehand" in screen) == (count == 0)
    labels = ("Answer", "How sure", "Baselines", "What next", "Use it")
    places = [screen.index(f"<dt>{label}</dt>") for label in labels]
    assert places == sorted(places), "in one order on every page"
    assert ("<details" in screen) == (count > LINES_SHOWN)
    for sentence in sentences(count):
        assert screen.count(sentence) == 1


def test_no_sentence_of_the_first_screen_is_said_twice(study_of):
    """Where one factor is studied and nothing claimed, its levels' order is the headline: the picture adds a level."""
    chapter = answer_chapter(study_of(0), ())
    (line,), said = chapter.facts["shown"], [picture.told.sentence for picture in chapter.facts["pictures"]]
    assert not any(sentence in line.sentence for sentence in said)
    assert said[-1].startswith("Highest on average: ") and "ridge has 0." in said[-1]


def test_below_a_claim_the_picture_says_how_its_levels_are_ordered(study_of):
    (*_, scores) = answer_chapter(study_of(1), ()).facts["pictures"]
    assert "Highest on average" not in scores.told.sentence


def test_a_picture_with_nothing_to_draw_is_its_sentence_alone(study_of):
    shallow = study_of(0)
    shallow = replace(shallow, chosen=shallow.chosen.assign(depth=1))
    panels = {picture.title: picture.panel for picture in answer_chapter(shallow, ()).facts["pictures"]}
    assert panels["Vanishing gradients"] is None and panels["Convergence"] is not None


@pytest.mark.parametrize(
    ("boosting", "words"),
    [
        (0.81, "Highest mean: gradient boosting, 0.810 (network minus it: −0."),
        (-1.0, ""),
    ],
)
def test_the_best_baseline_is_named_where_it_is_not_the_reference(boosting, words, study_of):
    study_results = study_of(0)
    means = dict.fromkeys(study_results.terms.baseline_names, -1.0) | {"ridge": -0.5, "gradient boosting": boosting}
    scores = study_results.baselines["model"].map(means)
    line = baseline_line(replace(study_results, baselines=study_results.baselines.assign(test_score=scores)))
    assert words in line and line.count("Network minus ridge: +") == 1
    assert line.count("[") == (2 if words else 1) and ("boosting" in line) == bool(words)


def with_baselines(study_results, **scores):
    """The same with every baseline's score: those named, and a low one for the others."""
    names = dict.fromkeys(study_results.terms.baseline_names, -0.9) | {
        {"constant": "mean", "boosting": "gradient boosting"}.get(name, name): score for name, score in scores.items()
    }
    scored = study_results.baselines["model"].map(names)
    return replace(study_results, baselines=study_results.baselines.assign(test_score=scored))


def next_told(study_results):
    return answer_chapter(study_results, ()).facts["next"]


def test_where_nothing_is_learnt_nobody_asks_for_more_training(study_of):
    nothing = with_baselines(study_of(2), constant=0.99)
    assert next_told(nothing).startswith("Look at the data first: neither the chosen network nor a baseline ")
    facts = answer_chapter(nothing, ()).facts
    assert facts["command"] == "" and facts["headline"].warning
    learnable = with_baselines(study_of(2), constant=0.9, boosting=0.99)
    assert next_told(learnable).startswith("Make the chosen network learn first: gradient boosting finds something")


def test_where_the_baseline_suffices_it_is_what_to_take(study_of):
    assert "take ridge" in next_told(with_baselines(study_of(2), ridge=0.98))
    assert "take ridge" not in next_told(with_baselines(study_of(2), ridge=-0.5))


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "Nothing was claimed beforehand: all of it is exploratory, to confirm on new runs. […]: 95 % "),
        (1, "The 95 % interval holds the true number in 95 of 100 such studies."),
        (2, "Both intervals, 97.5 % each, hold the true numbers in at least 95 of 100 such studies."),
        (4, "All 4 intervals, 98.75 % each, hold the true numbers in at least 95 of 100 such studies."),
    ],
)
def test_how_sure_is_told_in_plain_words(count, words, study_of):
    study_results = study_of(count)
    told = how_sure(study_results)
    assert told.startswith(words)
    is_open = any(answer.judgement.verdict is Verdict.UNDECIDED for answer in study_results.claims)
    assert ("Undecided: 4 splits cannot tell" in told) == is_open
    doubtful = replace(study_results, sizes=replace(study_results.sizes, doubt="few groups"))
    assert "%" not in how_sure(doubtful) and "without a verdict" in how_sure(doubtful)


def test_a_claim_without_an_interval_is_named(study_of):
    study_results = study_of(4)
    *others, last = study_results.claims
    told = how_sure(replace(study_results, claims=(*others, replace(last, interval=None))))
    assert told.startswith("The 3 intervals, 98.75 % each, hold the true numbers in at least 95 of 100 such studies; ")
    assert "; “claim 4” has none. " in told


def test_in_doubt_without_a_claim_the_answer_is_not_the_line_below_it(study_of):
    study_results = study_of(0)
    doubtful = replace(study_results, sizes=replace(study_results.sizes, doubt="few groups"))
    facts = answer_chapter(doubtful, ()).facts
    assert facts["headline"].lead == "No verdict: what follows describes these 4 splits."
    assert facts["shown"][0].label == "activation"


def test_where_nothing_is_held_no_setting_is_told(make_space, make_results, make_study_results):
    space = make_space(ONE_FACTOR.replace("depth = 3, width = 8", "hidden_layer_sizes = [8, 8]"))
    assert answer_chapter(make_study_results(space, make_results(space)), ()).facts["where"] == ""


def test_of_a_baseline_that_suffices_and_a_better_network_only_one_is_the_first_step(study_of):
    study_results = with_baselines(study_of(0), ridge=0.98)
    study = NextStudy(Finding("longer", "Train longer: it still improves.", {}), None)
    told = answer_chapter(study_results, (study,)).facts["next"]
    assert told.startswith("To predict, take ridge: it is simpler")
    assert told.endswith(" matters. For a better network, train longer: it still improves.")


def test_the_pictures_say_where_they_stand_and_what_a_name_means(
    study_of, make_space, make_results, make_study_results
):
    labels = [key.label for key in answer_chapter(study_of(1), ()).facts["keys"]]
    assert labels == ["relu", "tanh", "logistic (sigmoid)"]
    space = make_space(
        ONE_FACTOR.replace(
            '["relu", "tanh", "logistic"]}', '["relu", "tanh"], initializer = ["he", "glorot"]}'
        ).replace(', initializer = "auto"', "")
    )
    facts = answer_chapter(make_study_results(space, make_results(space)), ()).facts
    assert "initial weights he (normal, variance 2 / fan_in)" in facts["where"] and "depth 3" in facts["where"]
    gradients, scores = (picture.told for picture in facts["pictures"][1:])
    assert gradients.sentence.startswith("With initializer he, before the ") and scores.sentence.startswith(
        "At initializer he: "
    )
