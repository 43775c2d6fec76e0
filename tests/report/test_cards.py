"""Cards for the tracking server."""

from nnjax.report.cards import write_cards


def test_cards_of_an_earlier_report_are_gone(study_results, tmp_path):
    stale = tmp_path / "gone.png"
    stale.write_bytes(b"x")
    write_cards(study_results, tmp_path)
    assert not stale.exists() and (tmp_path / "models.png").exists()
