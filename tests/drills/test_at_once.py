"""Two sweeps at once in one folder; a clock that goes backwards; a study or an engine that changes in between."""

import pytest
from fakes.drill import STUDY, chunks, damage, finish, numbers, rows, start, sweep, tracked, wait_for, write_study

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("drills")]

OTHER = STUDY.replace('["tanh", "relu"]', '["logistic", "elu"]').replace("Does anything", "Does nothing")

BACKWARDS = """
import sys, time
real, begun = time.time, time.time()
time.time = lambda: real() - (86_400 if real() - begun > 6 else 0)
from nnjax.cli import main
sys.exit(main(sys.argv[1:]))
"""

UPGRADED = """
import sys, nnjax.training
nnjax.training.ENGINE_VERSION = "next"
from nnjax.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_two_sweeps_of_one_study_at_once(home, unharmed):
    both = [sweep(home), sweep(home)]
    for code, said in map(finish, both):
        assert code == 0, said
    unharmed(home, "two sweeps of one study at once", 1, "nothing: a run that both trained is kept once")


def test_two_studies_at_once_in_one_folder(home, undisturbed, record_property):
    other = write_study(home, "other", OTHER)
    both = [sweep(home), sweep(home, study=other)]
    for code, said in map(finish, both):
        assert code == 0, said
    assert (home / "reports" / "drill" / "index.html").exists() and (home / "reports" / "other" / "index.html").exists()
    found, expected = counted(home), counted(undisturbed)
    assert len(found) == 2 * len(expected), "the other study's runs are there, too"
    harm = damage(undisturbed, home, is_tracked=False)
    assert (harm.lost, harm.wrong) == (len(expected), 0), "what both have is the same, bit by bit"
    told = tracked(home)
    assert set(told.values()) == {1} and told.total() == 2 * tracked(undisturbed).total()
    record_property("drill", "| two studies at once in one folder | 1 | 0 | 0 | 0 | nothing |")


def counted(home):
    """Each run of the journal, there once."""
    found = rows(home)
    assert set(found.values()) == {1}
    return set(found)


def test_a_clock_that_goes_backwards(home, unharmed):
    code, said = finish(start("-c", BACKWARDS, "sweep", home / "drill.toml", "--home", home))
    assert code == 0, said
    unharmed(home, "clock a day backwards in mid-sweep", 1, "nothing")


def killed(home):
    """A home whose sweep was killed after its first chunk."""
    head = sweep(home)
    wait_for(lambda: chunks(home) >= 1, head)
    head.kill()
    finish(head)
    return set(numbers(home)["run_id"].to_pylist())


def test_a_study_edited_between_kill_and_resume(home, undisturbed, unharmed):
    before = killed(home)
    write_study(home, text=STUDY.replace("depth = [1, 2]", "depth = [1, 2, 3]"))
    code, said = finish(sweep(home))
    assert code == 0 and f"{len(before)} were in the journal" in said, said
    told = next(line for line in said.splitlines() if line.startswith("Trained"))
    whole = {row["run_id"]: repr(row) for row in numbers(home).to_pylist()}
    for row in numbers(undisturbed).to_pylist():
        assert whole[row["run_id"]] == repr(row)
    write_study(home)
    code, said = finish(sweep(home))
    assert code == 0 and "nothing to train" in said, said
    larger = len(whole) - len(numbers(undisturbed))
    assert larger == 32, "the runs of the larger study stay"
    assert damage(undisturbed, home, is_tracked=False).lost == larger
    unharmed(undisturbed, "study edited between kill and resume", 1, told)


def test_another_engine_between_kill_and_resume(home, undisturbed, unharmed):
    before = killed(home)
    code, said = finish(start("-c", UPGRADED, "sweep", home / "drill.toml", "--home", home))
    assert code == 0 and f"{len(before)} runs of this study are in the journal from engine" in said, said
    told = said.strip().splitlines()[0]
    assert len(numbers(home)) == 64 + len(before), "the old ones stay as they are"
    code, said = finish(sweep(home))
    assert code == 0 and f"{len(before)} were in the journal" in said, said
    ours = {row["run_id"]: repr(row) for row in numbers(home).to_pylist()}
    assert len(ours) == 128
    assert all(ours[row["run_id"]] == repr(row) for row in numbers(undisturbed).to_pylist())
    unharmed(undisturbed, "another engine between kill and resume", 1, told.replace(str(home), "HOME"))
