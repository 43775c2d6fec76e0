"""Convergence."""

from nnjax.report.chapters.convergence import convergence_chapter


def test_every_other_studied_factor_has_its_own_curves(material):
    chapter = convergence_chapter(material)
    assert list(chapter.figures) == ["fit", "steps", "restricted", "fit_batch_size"]
    assert [panel.title for panel in chapter.figures["fit"].panels] == ["depth = 1", "depth = 3"]


def test_captions_say_where_the_other_factors_stand(material):
    captions = [figure.caption for figure in convergence_chapter(material).figures.values()]
    assert all("l2 chosen on validation rows in each split" in caption for caption in captions)
