"""What matters, and where the noise comes from."""

import re

from nnjax.report.chapters.matters import matters_chapter
from nnjax.report.write import write_material


def words(study_results, folder):
    page = write_material(study_results, folder).page.read_text()
    return " ".join(re.sub("<[^>]+>", "", page[page.index('id="matters"') : page.index('id="asked"')]).split())


def test_a_grid_with_a_hole_has_no_importance_and_says_so(study_results, tmp_path):
    assert set(matters_chapter(study_results).figures) == {"budget", "readings"}
    assert "Importance needs a complete grid" in words(study_results, tmp_path)


def test_the_gain_of_pairing_is_a_number(study_results, tmp_path):
    assert re.search(r"is worth \d+\.\d times as many splits", words(study_results, tmp_path))


def test_with_two_seeds_the_advice_is_definite(classes, tmp_path):
    text = words(classes, tmp_path)
    assert ("Add seeds" in text) != ("Double the splits" in text)


def test_the_fixed_setting_is_named(study_results):
    assert matters_chapter(study_results).facts["setting"] in ("l2 = 0", "l2 = 0.1")
