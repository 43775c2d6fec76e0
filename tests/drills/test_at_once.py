"""Two sweeps at once in one folder; a clock that goes backwards; a study or an engine that changes in between."""

import pytest
from fakes.drill import (
    CELLS,
    CHUNKS,
    RUNS,
    STUDY,
    chunks,
    finish,
    numbers,
    start,
    sweep,
    tracked,
    wait_for,
    write_study,
)

pytestmark = pytest.mark.slow

OTHER = STUDY.replace('["tanh", "relu"]', '["logistic", "elu"]').replace("Does anything", "Does nothing")

BACKWARDS = """
import sys, time
real, begun, is_back = time.time, time.time(), False
def now():
    global is_back
    if not is_back and real() - begun > AFTER:
        is_back = True
        print("The clock went back.")
    return real() - 86_400 * is_back
time.time = now
from nnjax.cli import main
sys.exit(main(sys.argv[1:]))
"""

UPGRADED = """
import sys, nnjax.training
nnjax.training.ENGINE_VERSION = "next"
from nnjax.cli import main
sys.exit(main(sys.argv[1:]))
"""


def two_at_once(home, moments, other):
    """Two sweeps in one folder; the second begins at some chunk of the first."""
    first, begun = sweep(home), moments.randrange(CHUNKS // 2)
    wait_for(lambda: chunks(home) >= begun, first)
    assert first.poll() is None
    for code, said in map(finish, [first, sweep(home, study=other)]):
        assert code == 0 and "Traceback" not in said, said


def test_two_sweeps_of_one_study_at_once(home, moments, assert_unharmed):
    two_at_once(home, moments, home / "drill.toml")
    assert_unharmed(home, "two sweeps of one study at once", 1, "nothing: a run that both trained is kept once")


def test_two_studies_at_once_in_one_folder(home, moments, assert_unharmed):
    two_at_once(home, moments, write_study(home, "other", OTHER))
    assert (home / "reports" / "drill" / "index.html").exists() and (home / "reports" / "other" / "index.html").exists()
    assert len(tracked(home)) == 2 * (1 + CELLS + RUNS)
    assert_unharmed(home, "two studies at once in one folder", 1, "nothing", beside=RUNS)


def test_a_clock_that_goes_backwards(home, moments, assert_unharmed):
    program = BACKWARDS.replace("AFTER", str(moments.uniform(0.0, 8.0)))
    code, said = finish(start("-c", program, "sweep", home / "drill.toml", "--home", home))
    assert code == 0 and "The clock went back." in said, said
    assert_unharmed(home, "clock a day backwards in mid-sweep", 1, "nothing")


def killed(home, moments):
    """The runs of a home whose sweep was killed after some chunk."""
    head, trained = sweep(home), moments.randint(1, CHUNKS - 2)
    wait_for(lambda: chunks(home) >= trained, head)
    assert head.poll() is None
    head.kill()
    finish(head)
    return set(numbers(home)["run_id"].to_pylist())


def test_a_study_edited_between_kill_and_resume(home, moments, assert_unharmed):
    before = killed(home, moments)
    write_study(home, text=STUDY.replace("depth = [1, 2]", "depth = [1, 2, 3]"))
    code, said = finish(sweep(home))
    assert code == 0 and f"{len(before)} were in the journal" in said, said
    told = next(line for line in said.splitlines() if line.startswith("Trained")).partition(" (")[0]
    write_study(home)
    code, said = finish(sweep(home))
    assert code == 0 and "nothing to train" in said, said
    assert_unharmed(home, "study edited between kill and resume", 1, told, beside=RUNS // 2)


def test_another_engine_between_kill_and_resume(home, moments, assert_unharmed):
    before = killed(home, moments)
    code, said = finish(start("-c", UPGRADED, "sweep", home / "drill.toml", "--home", home))
    assert code == 0 and f"{len(before)} runs of this study are in the journal from engine" in said, said
    told = said.strip().splitlines()[0]
    assert len(numbers(home)) == RUNS + len(before), "the old ones stay as they are"
    code, said = finish(sweep(home))
    assert code == 0 and f"{len(before)} were in the journal" in said, said
    assert_unharmed(home, "another engine between kill and resume", 1, told, beside=RUNS)
