"""What several chapters ask for is made for the first of them, and for no other results."""

import pickle
from collections import Counter
from dataclasses import replace

from fakes.undrawn import leave_undrawn

from nnjax.report.answers import headline
from nnjax.report.once import once
from nnjax.report.write import write_study_report


def test_it_is_made_once_for_each_of_what_is_given_and_anew_for_other_results(study_results):
    calls = []

    @once
    def make(results, *given):
        calls.append((id(results), *given))
        return [given]

    other = replace(study_results)
    assert make(study_results, "a") is make(study_results, "a")
    assert make(study_results, "b") == [("b",)] and make(other, "a") is not make(study_results, "a")
    assert calls == [(id(study_results), "a"), (id(study_results), "b"), (id(other), "a")]


def test_results_travel_to_another_process_without_what_was_made_of_them(study_results):
    there = replace(study_results)
    words = headline(there).words
    arrived = pickle.loads(pickle.dumps(there))
    assert len(there.made) > 0 and arrived.made == {} and headline(arrived).words == words


def test_a_report_makes_its_answers_and_first_pictures_once(without_claims, tmp_path, monkeypatch):
    leave_undrawn(monkeypatch)
    made = replace(without_claims)
    calls = Counter()

    class Counted(dict):
        def __setitem__(self, key, value):
            calls[key[0].__name__] += 1
            super().__setitem__(key, value)

    object.__setattr__(made, "made", Counted())
    write_study_report(made, tmp_path)
    once_each = {"headline", "first_setting", "convergence_words", "gradient_words", "first_pictures"}
    assert once_each <= set(calls) and all(calls[name] == 1 for name in once_each)
