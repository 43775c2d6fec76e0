"""What matters, and where the noise comes from."""

import re

from nnjax.report.chapters.matters import matters_chapter


def test_a_grid_with_a_hole_has_no_importance_and_says_so(study_results, words_of):
    chapter = matters_chapter(study_results)
    assert set(chapter.figures) == {"budget", "readings"}
    assert "Importance needs a complete grid" in words_of(chapter)


def test_the_gain_of_pairing_is_a_number(study_results, words_of):
    assert re.search(r"is worth \d+\.\d times as many splits", words_of(matters_chapter(study_results)))


def test_with_two_seeds_the_advice_is_definite(classes, words_of):
    text = words_of(matters_chapter(classes))
    assert ("Add seeds" in text) != ("Double the splits" in text)


def test_the_fixed_setting_is_named(study_results):
    assert matters_chapter(study_results).facts["setting"] in ("l2 = 0", "l2 = 0.1")
