from nnjax.tracking.telling import tell


def test_a_quick_sync_says_nothing_and_a_long_one_a_sentence_now_and_then(monkeypatch):
    now, said = [100.0], []
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    progress = tell(said.append, seconds=5.0)
    for second in range(1, 13):
        now[0] = 100.0 + second
        progress(second * 100, 5800)
    assert said == ["MLflow: 500 of 5,800 runs", "MLflow: 1,000 of 5,800 runs"]
