import pytest

from nnjax.quiz.answer import QuizOptions, answer_quiz
from nnjax.quiz.networks import QuizEffort
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.progress import Progress

SMALL = QuizOptions(
    orders=3,
    effort=QuizEffort(activations=("identity", "tanh"), seeds=4, epochs=60),
    split_seeds=2,
    overrides=("replicates.splits=4", "epochs=2", "width=8"),
    progress=Progress,
)


def test_the_same_command_says_the_same_and_trains_the_study_once(tmp_path):
    said = []
    page = answer_quiz(tmp_path, said.append, SMALL)
    first = page.read_bytes()
    assert page == tmp_path / "reports" / "quiz" / "index.html"
    assert [text.split()[0] for text in said] == ["1", "2", "3"]
    assert len(Journal(tmp_path).run_ids()) == 4
    files = sorted((tmp_path / "journal").rglob("*.parquet"))
    again = []
    assert answer_quiz(tmp_path, again.append, SMALL).read_bytes() == first
    assert again == said
    assert sorted((tmp_path / "journal").rglob("*.parquet")) == files
    assert "0 of 4" in next(line for line in said[1].splitlines() if "identity" in line)


@pytest.mark.slow
def test_the_whole_quiz(tmp_path):
    said = []
    page = answer_quiz(tmp_path, said.append).read_text()
    assert "of 100" in said[1] and "network, 20 splits" in said[2]
    assert len(Journal(tmp_path).run_ids()) == 20
    assert "binary_step" in page and len(page) < 600_000
