import re
from dataclasses import replace
from html import unescape

import pandas as pd
import pytest

from nnjax.quiz import conclusions
from nnjax.quiz.page import write_page

HOSTILE = '</style><script>alert(1)</script>"&'


@pytest.fixture(scope="module")
def path(answers, tmp_path_factory):
    return write_page(answers, tmp_path_factory.mktemp("quiz"))


@pytest.fixture(scope="module")
def page(path):
    return path.read_text()


@pytest.fixture(scope="module")
def words(page):
    bare = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", bare)).split())


def test_nothing_is_loaded_from_anywhere(page, path):
    assert not re.findall(r'\b(?:src|srcset|action)="', page) and "@import" not in page and "url(http" not in page
    links = set(re.findall(r'href="([^"#]+)"', page))
    folders = (path.parent / "tables", path.parent / "figures")
    assert links == {f"{folder.name}/{each.name}" for folder in folders for each in folder.iterdir()}
    assert {link.rpartition(".")[2] for link in links} == {"csv", "tex", "svg", "pdf"}


def test_every_identifier_is_unique_and_every_reference_leads_somewhere(page):
    identifiers = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    assert {*re.findall(r'href="#([^"]+)"', page), *re.findall(r"url\(#([^)]+)\)", page)} <= set(identifiers)


def test_the_page_says_what_the_console_says(words, answers):
    for sentence in (
        conclusions.quiz_headline(answers.gates, answers.networks, answers.diabetes),
        conclusions.order_conclusion(answers.gates),
        conclusions.xor_conclusion(answers.networks),
        conclusions.step_conclusion(answers.networks),
        conclusions.many_splits_conclusion(answers.diabetes),
        conclusions.luck_conclusion(answers.diabetes),
        answers.gates[-1].separation.sentence,
    ):
        assert " ".join(sentence.split()) in words


def test_settings_and_seeds_are_on_the_page(words):
    for fact in (
        "shuffles every cycle anew (base seed 7)",
        "8 seeds (base seed 7)",
        "40 epochs",
        "base seed 5",
        "random_state=0",
        "64-64",
    ):
        assert fact in words


def test_colours_come_in_a_light_and_a_dark_version(page):
    assert "prefers-color-scheme: dark" in page and 'name="viewport"' in page
    assert not re.search(r'style="[^"]*#[0-9a-f]{6}', page)


def test_tables_hold_the_answers(path, answers):
    tables = path.parent / "tables"
    shares = pd.read_csv(tables / "xor.csv").set_index("activation")
    assert shares["solved"].to_dict() == {a.activation: int(a.is_solved.sum()) for a in answers.networks}
    scores = pd.read_csv(tables / "diabetes_scores.csv")
    assert len(scores) == 4 + 4 + 3 and scores["test_score"].iloc[0] == answers.diabetes.network[0]
    gates = pd.read_csv(tables / "gates.csv")
    assert len(gates) == 8 and gates.loc[gates["gate"] == "XOR", "converged"].eq(False).all()


def test_what_a_study_says_is_escaped(answers, tmp_path):
    space = answers.diabetes.space
    study = replace(space.study, text=HOSTILE, overrides=(HOSTILE,))
    hostile = replace(answers, diabetes=replace(answers.diabetes, space=replace(space, study=study)))
    page = write_page(hostile, tmp_path).read_text()
    assert "alert(1)" in page and "<script>alert" not in page


def test_an_activation_without_both_outcomes_is_only_in_the_gallery(answers, tmp_path):
    page = write_page(replace(answers, networks=answers.networks[-1:]), tmp_path).read_text()
    assert 'id="regions"' not in page and 'id="gallery"' in page
