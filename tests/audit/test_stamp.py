"""The stamp of an audit."""

from nnjax.audit.stamp import AuditStamp, Line, load_audit, stamp_path, write_audit


def test_the_stamp_comes_back_and_a_broken_one_is_none(tmp_path):
    stamp = AuditStamp("2026-01-01 00:00 UTC", 7, (Line("a", "b", True), Line("c", "d", False)))
    write_audit(stamp, tmp_path, "sweep")
    assert load_audit(tmp_path, "sweep") == stamp and not stamp.is_clean
    assert stamp.words == "Something is wrong: 1 of 2 looks were fine"
    stamp_path(tmp_path, "sweep").write_text("{")
    assert load_audit(tmp_path, "sweep") is None and load_audit(tmp_path, "other") is None
