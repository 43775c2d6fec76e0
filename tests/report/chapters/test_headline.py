"""The answers first."""

from nnjax.report.chapters.headline import claims_table, headline_chapter


def test_every_claim_has_verdict_picture_and_numbers(material):
    claims = headline_chapter(material).facts["claims"]
    assert [claim["word"] for claim in claims] == [answer.judgement.verdict.word for answer in material.claims]
    assert all("<svg" in claim["picture"].svg for claim in claims)
    assert dict(claims[0]["numbers"])["diverged runs"] == "0"


def test_the_arms_of_a_claim_are_spelt_out(material):
    arms = [claim["arms"] for claim in headline_chapter(material).facts["claims"]]
    assert arms[0] == "A: activation = relu; B: activation = logistic; both at depth = 3, batch_size = full"
    assert arms[1] == "A: activation = logistic, depth = 3, batch_size = 32"


def test_the_table_of_claims_has_all_numbers(material):
    table = claims_table(material)
    assert table["verdict"].notna().all()
    assert {"estimate", "low", "high", "holm_p", "detectable", "scope"} <= set(table.columns)
