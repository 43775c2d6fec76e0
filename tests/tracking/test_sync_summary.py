"""What a sync says that it did."""

from nnjax.tracking.sync_summary import SyncSummary, Tally


def test_nothing_mended_says_no_more_than_how_many():
    summary = SyncSummary(1200, 3, 0.5, "sqlite:///x", "1", "http://x", "fast", Tally())
    assert summary.words == "1,200 runs written, 3 were there"


def test_what_was_left_undone_comes_with_its_remedy():
    words = Tally(restored=2, waiting=1, deleted=4).words
    assert words.startswith(", 2 brought back, 4 deleted in MLflow") and "--restore" in words
    assert words.endswith("1 cells waiting for runs that the journal lacks: `nnjax sweep STUDY` trains them")
