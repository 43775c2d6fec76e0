"""The page of a search: what it says, that it stands alone, and how a finished search hands it over."""

import pickle
import re
from html import unescape

import numpy as np
import pytest
from fakes.finished_search import GRID, make_course, make_finished, scores_of
from fakes.linear_network import LinearRegressor, install
from scipy.stats import loguniform
from sklearn.model_selection import GroupKFold, KFold, ParameterGrid, ParameterSampler, ShuffleSplit, TimeSeriesSplit

from nnjax.estimators import search_chapters
from nnjax.estimators.page import SearchReport
from nnjax.estimators.search import VectorizedSearchCV

HOSTILE = '</style><script>alert(1)</script>"&'
PARAMS = list(ParameterGrid(GRID))


def words_of(page):
    bare = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", bare.replace("<wbr>", ""))).split())


def page_of(**options):
    return SearchReport(make_finished(**options)).html


@pytest.fixture(scope="module")
def page():
    scores = scores_of(PARAMS)
    best = int(scores.mean(axis=1).argmax())
    return page_of(course=make_course(scores, best))


@pytest.fixture(scope="module")
def words(page):
    return words_of(page)


def test_the_first_screen_says_it_all(words):
    """Read it aloud: a student shall understand it."""
    start, end = words.index("The best:"), words.index("All candidates 3 6 9")
    assert words[start:end].strip() == (
        "The best: activation = relu, alpha = 1, hidden_layer_sizes = (16, 8); R² 0.522, the mean over 10 splits. "
        "7 of the other 11 candidates cannot be told apart from it. Tied means: these scores cannot show that it is "
        "worse. In about 95 of 100 such searches the truly best candidate is among the tied. "
        "activation matters. No difference found for alpha and hidden_layer_sizes. All values of a "
        "parameter compared with all, averaged over the other parameters, at 95 % together. "
        "On new rows from the same source expect R² between 0.461 and 0.583 (95 % interval). The 0.522 itself is too "
        "good on average: the best of 12 was picked by these very scores (winner’s curse). "
        "cannot be told apart from the best behind the best"
    )


def test_it_says_what_to_do_next(words):
    assert "The best trained for 23 to 32 epochs. Try next 1 of 12 candidates hit max_iter=31" in words
    assert "cv=RepeatedKFold(n_splits=10, n_repeats=2, random_state=0), twice the training, about" in words
    assert "search.best_estimator_.predict(X) ; the tied ones: search.tied_best_" in words


def test_nothing_is_loaded_from_anywhere(page):
    assert not re.findall(r'\b(?:src|srcset|action)="', page) and "@import" not in page and "url(http" not in page
    assert re.findall(r'href="([^"#]+)"', page) == []


def test_every_identifier_is_unique(page):
    identifiers = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))


def test_all_candidates_stand_in_the_table(page):
    rows = re.search(r"Every candidate, from the best.*?<tbody>(.*?)</tbody>", page, re.DOTALL).group(1)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows.split("</tr>") if "<td" in row]
    assert len(cells) == len(PARAMS)
    assert cells[0][4:9] == ["0.522", "0.000", "0.000", "0.000", "yes"]


def test_along_time_it_is_exploratory_and_says_nothing_of_ties():
    words = words_of(page_of(cv=TimeSeriesSplit(10)))
    assert "exploratory No interval is known to hold for such splits: a description, and no verdict." in words
    assert "Which others tie with it is not known: no interval is known to hold for test blocks along time." in words
    assert "cannot be told apart from it" not in words and "activation matters" not in words
    assert "relu has the highest R², 0.507, logistic the lowest, 0.202." in words
    assert "tied_best_" not in words and "behind the best" not in words
    assert make_finished(cv=TimeSeriesSplit(10)).intervals["is_tied"].all()


def test_every_metric_of_a_search_of_many_stands_in_the_table():
    params = PARAMS[:2]
    finished = make_finished(params=params, quantity="accuracy")
    finished.cv_results["mean_test_neg_log_loss"] = np.array([-0.25, -0.75])
    words = words_of(SearchReport(finished).html)
    assert "neg_log_loss" in words and "−0.75" in words


def test_failed_candidates_are_told_first():
    scores = scores_of(PARAMS)
    scores[2, 1] = scores[5, :] = np.nan
    words = words_of(page_of(scores=scores, error_score=0.5))
    assert "2 of 12 candidates lack a score in at least one split" in words
    assert "A failed fit counts as 0.5 (error_score)" in words
    assert "of the other 9 candidates that have all their scores" in words


def test_where_all_failed_there_is_nothing_to_compare():
    words = words_of(page_of(scores=np.full((12, 5), np.nan)))
    assert "No candidate has a score in every split, so nothing can be compared." in words


def test_a_random_search_shows_its_dots_and_compares_nothing(monkeypatch):
    """What carries the variance is asked of whole grids: the product of all values drawn fills any memory."""
    monkeypatch.setattr(search_chapters, "importance_table", lambda *_: pytest.fail("asked"))
    drawn = {"alpha": loguniform(1e-5, 1), "activation": ["relu", "tanh"]}
    params = list(ParameterSampler(drawn, 10, random_state=0))
    words = words_of(page_of(params=params, scores=scores_of(params), is_random=True))
    assert "Which parameter matters cannot be told. No two candidates that have a score differ in one" in words
    assert "parameter alone, as in most random searches" in words
    assert "activation and alpha : the values cannot be compared" in words


def test_one_candidate_has_a_score_and_no_rivals():
    words = words_of(page_of(params=[{}], scores=[[0.5, 0.6, 0.55]]))
    assert "It reaches R² 0.550, the mean over 3 splits. On new rows" in words and "1 candidate on 3 splits" in words
    told = words[words.index("It reaches R²") :]
    for plural in ("best:", "the best", "winner’s curse", "tied", "behind", "candidates", "split by split", "order"):
        assert plural not in told, plural


def test_words_from_outside_are_escaped():
    params = [{"a": HOSTILE}, {"a": "tame"}]
    page = page_of(params=params, scores=scores_of(params), quantity=HOSTILE, call=HOSTILE)
    assert "<script>alert" not in page
    assert HOSTILE[:40] in words_of(page)


@pytest.fixture
def fitted(monkeypatch):
    install(monkeypatch)
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 4))
    y = x[:, 0] + random.normal(size=60)

    def fit(groups=None, **options):
        given = {"cv": KFold(4, shuffle=True, random_state=0)} | options
        search = VectorizedSearchCV(LinearRegressor(random_state=0), {"alpha": [0.1, 1.0, 100.0]}, **given)
        return search.fit(x, y, groups=groups)

    return fit


def test_a_finished_search_has_all_three(fitted, tmp_path):
    search = fitted()
    assert search.intervals_.columns.tolist() == [
        *("param_alpha", "mean_test_score", "difference", "low", "high", "is_tied", "failed_splits"),
    ]
    np.testing.assert_allclose(search.intervals_["mean_test_score"].sort_index(), search.cv_results_["mean_test_score"])
    assert search.intervals_.index[0] == search.best_index_ and search.intervals_.index.name == "candidate"
    assert search.intervals_["mean_test_score"].is_monotonic_decreasing
    assert search.intervals_["param_alpha"].iloc[0] == search.best_params_["alpha"]
    assert repr(search.report_) == "SearchReport of 3 candidates: save('search.html') writes the page"
    assert search.tied_best_[0] == search.best_params_
    assert search.report_ is search.report_
    saved = search.report_.save(tmp_path / "search.html")
    assert saved.read_text() == search.report_.html == search.report_.path.read_text()
    assert "srcdoc=" in search.report_._repr_html_()
    assert "from nnjax.estimators import VectorizedSearchCV" in words_of(search.report_.html)
    assert search.report_.values["value"].tolist() == ["0.1", "1", "100"]


def test_what_the_search_saw_reaches_its_page(fitted):
    """Epochs of every training, and the groups of a splitter."""
    assert "Epochs The best trained for" in words_of(fitted().report_.html)
    few = fitted(cv=GroupKFold(4), groups=np.arange(60) % 6)
    assert few.intervals_.attrs["doubt"].endswith("the 6 here are worth 6.0")


def test_bounds_and_what_has_no_seed_reach_the_page_of_a_search(fitted):
    words = words_of(fitted(cv=KFold(4, shuffle=True)).report_.html)
    assert "Without a seed: KFold . Another call may give other numbers; give it a random_state" in words
    seeded = fitted()
    assert seeded.report_._finished.bounds == (-np.inf, 1) and "Without a seed" not in words_of(seeded.report_.html)
    low = fitted(error_score=3.0).report_._finished
    assert low.bounds == (-np.inf, np.inf)
    several = fitted(scoring={"own": "neg_mean_squared_error"}, refit="own").report_._finished
    assert several.bounds == (-np.inf, 0)


def test_a_new_fit_has_a_new_page_and_a_file_of_the_search_has_none(fitted):
    search = fitted()
    first = search.report_
    again = pickle.loads(pickle.dumps(search))
    assert "_report" not in vars(again)
    assert again.tied_best_ == search.tied_best_
    x = np.random.default_rng(1).normal(size=(40, 4))
    assert search.fit(x, x[:, 0]).report_ is not first


def test_what_is_not_there_is_no_attribute(fitted):
    """scikit-learn's picture of an estimator reads every property, and bears an AttributeError only."""
    unfitted = VectorizedSearchCV(LinearRegressor(), {"alpha": [1.0]})
    single = fitted(cv=ShuffleSplit(1, random_state=0))
    undecided = fitted(scoring=["r2", "neg_mean_squared_error"], refit=False)
    for search in (unfitted, single, undecided):
        assert not hasattr(search, "intervals_") and not hasattr(search, "report_")
        assert search._repr_html_()
    with pytest.raises(AttributeError, match="two splits or more"):
        _ = single.report_
    with pytest.raises(AttributeError, match="set refit"):
        _ = undecided.tied_best_


def test_a_picture_of_the_search_draws_nothing(fitted, monkeypatch):
    search = fitted()
    monkeypatch.setattr(SearchReport, "html", property(lambda self: pytest.fail("drawn")))
    assert "report_" in search._repr_html_()
