"""The method box."""

from nnjax.report.chapters.method import method_chapter


def test_the_level_is_shared_among_the_declared_claims(material):
    facts = method_chapter(material).facts
    assert (facts["declared"], facts["level"]) == (2, "97.5 %")
    assert (facts["together"], facts["alpha"]) == ("95 %", "0.05")
    assert (facts["n_train"], facts["n_test"]) == (331, 111)
